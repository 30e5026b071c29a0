/** What is damaged in a run folder: told, with what to do, and as little lost as can be. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as ablate from '../../src/cli/commands/ablate.ts';
import * as evaluate from '../../src/cli/commands/evaluate.ts';
import * as predict from '../../src/cli/commands/predict.ts';
import * as train from '../../src/cli/commands/train.ts';
import { chooseEngine } from '../../src/engines/choose.ts';
import { executeRun, type RunReporter } from '../../src/launch/execute.ts';
import { ablationFolder, latestPlanPath, readPlan, runFolderOf, runsInOrder } from '../../src/launch/plan.ts';
import { isClaim } from '../../src/training/claim.ts';
import { readHistory, readHistoryWithDamage } from '../../src/training/history.ts';
import { claimRun } from '../../src/training/run-claim.ts';
import { type Ended, specc } from './run-command.ts';
import { SILENT, temporaryFolder } from './toy-run.ts';

const project = temporaryFolder();
const config = join(project, 'small.train.yaml');
writeFileSync(
  join(project, 'small.spec'),
  `model Small(classes: int = 4, width: int = 4)(image: [16, 16, 3]) -> [classes] {
  image |> conv2d(width, 3) |> relu |> global_avg_pool |> dense(classes) |> softmax
}

ablation Widths of Small {
  base "narrow"
  "wide" { width = 8 }
}
`,
);
writeFileSync(
  config,
  `model: small.spec
data: { synthetic: { per_class: 8, size: 16 }, cache: ${project}/.cache }
training: { epochs: 3, batch: 8, learning_rate: 0.01 }
ablation: { variants: Widths, seeds: [1] }
output: ${project}/runs
`,
);
const trained = await specc(train, [config]);
const whole = join(project, 'runs/small');

/** A copy of the run, with something done to it. */
let copies = 0;
function damaged(damage: (folder: string) => void): string {
  const folder = `${whole}-copy${++copies}`;
  cpSync(whole, folder, { recursive: true });
  damage(folder);
  return folder;
}

function named(folder: string, name: 'best' | 'last'): string {
  return JSON.parse(readFileSync(join(folder, `checkpoints/${name}.json`), 'utf8')).tensors;
}

const image = join(project, '.cache', readdirSync(join(project, '.cache')).find((each) => each.startsWith('synth'))!);
const anImage = join(image, 'MONOCYTE', readdirSync(join(image, 'MONOCYTE'))[0]!);

/** Every command that reads a run. */
async function everywhere(folder: string): Promise<readonly Ended[]> {
  return [
    await specc(train, [], { resume: folder, epochs: '4' }),
    await specc(evaluate, [folder]),
    await specc(predict, [folder, anImage]),
  ];
}

function told({ code, stderr }: Ended, message: RegExp, help: RegExp): void {
  assert.is(code, 1, stderr);
  assert.match(stderr, message);
  assert.match(stderr, help);
  assert.not.match(stderr, /internal error|\n {4}at /);
}

test('the run that is damaged below was whole', () => {
  assert.is(trained.code, 0, trained.stderr);
});

test('a half line at the end of the history is dropped, and lines that are no records are told and left out', async () => {
  const half = damaged((folder) => appendFileSync(join(folder, 'metrics.jsonl'), '{"kind":"step","ep'));
  assert.equal(readHistory(half), readHistory(whole));
  const resumed = await specc(train, [], { resume: half, epochs: '4' });
  assert.is(resumed.code, 0, resumed.stderr);
  assert.not.match(resumed.stderr, /cannot be read/);
  assert.is(readHistory(half).filter(({ kind }) => kind === 'epoch').length, 4);

  const garbage = damaged((folder) => {
    const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').split('\n');
    lines[1] = '\0'.repeat(lines[1]!.length);
    lines[2] = 'null'.padEnd(lines[2]!.length);
    writeFileSync(join(folder, 'metrics.jsonl'), lines.join('\n'));
  });
  assert.equal(readHistoryWithDamage(garbage).damaged, [2, 3]);
  const { code, stderr } = await specc(train, [], { resume: garbage, epochs: '4' });
  assert.is(code, 0, stderr);
  assert.match(
    stderr,
    /warning: 2 lines of '.*metrics\.jsonl' cannot be read and are left out \(lines .*2.* and .*3.*\)/,
  );
  assert.match(stderr, /help: .*weights do not depend on this file/);
});

test('an empty or shortened history is gone on with', async () => {
  for (const length of [0, 100]) {
    const folder = damaged((each) => truncateSync(join(each, 'metrics.jsonl'), length));
    const { code, stderr } = await specc(train, [], { resume: folder, epochs: '4' });
    assert.is(code, 0, stderr);
    const { records, damaged: lines } = readHistoryWithDamage(folder);
    assert.equal(lines, []);
    assert.is(records.filter(({ kind }) => kind === 'epoch').length, 1);
  }
});

test('from a damaged newest checkpoint a run goes on with the best, and says so', async () => {
  const ways: readonly ((folder: string) => void)[] = [
    (folder) => truncateSync(join(folder, 'checkpoints/last.json'), 40),
    (folder) => writeFileSync(join(folder, 'checkpoints/last.json'), '{"format": 1}'),
    (folder) => writeFileSync(join(folder, 'checkpoints/last.json'), 'null'),
  ];
  for (const damage of ways) {
    const folder = damaged(damage);
    const { code, stderr } = await specc(train, [], { resume: folder, epochs: '4' });
    assert.is(code, 0, stderr);
    assert.match(
      stderr,
      /warning: '.*last\.json' is not a checkpoint .*, or damaged; going on from the best checkpoint instead, of step \d+/,
    );
    assert.is(JSON.parse(readFileSync(join(folder, 'checkpoints/last.json'), 'utf8')).state.epoch, 5);
  }
  const lost = damaged((folder) => writeFileSync(join(folder, 'checkpoints/best.json'), ''));
  const { code, stderr } = await specc(train, [], { resume: lost, epochs: '4' });
  // What was best is not known to be worse than what follows: evaluation says that it is damaged, after training was saved.
  if (code !== 0)
    told({ code, stderr, stdout: '' }, /best\.json' is not a checkpoint/, /also has the checkpoint 'last'/);
  assert.is(JSON.parse(readFileSync(join(lost, 'checkpoints/last.json'), 'utf8')).state.epoch, 5);
  assert.ok(existsSync(join(lost, 'checkpoints', named(whole, 'best'))), 'what a damaged checkpoint named is kept');
});

test('where all checkpoints are damaged, each command says which and what to do', async () => {
  const folder = damaged((each) => {
    for (const name of ['best', 'last'] as const) truncateSync(join(each, 'checkpoints', named(each, name)), 500);
  });
  for (const each of await everywhere(folder)) told(each, /'.*\.safetensors' is not a whole|safetensors/, /help: /);
});

test('a plan that is cut short, of another kind, or missing is told by every command', async () => {
  for (const text of ['{"version": 1, "pl', 'null', '[]', '{"version": 1}']) {
    const folder = damaged((each) => writeFileSync(join(each, 'plan.json'), text));
    for (const each of await everywhere(folder)) {
      told(each, /plan\.json' (cannot be read|is not the plan of a run)/, /help: .*restore it, or train again/);
    }
  }
});

test('a run that another process trains is refused, and one that was killed is not in the way', async () => {
  const folder = damaged(() => {});
  const module = JSON.stringify(join(import.meta.dirname, '../../src/training/run-claim.ts'));
  const script = `import(${module}).then(({ claimRun }) => {
    claimRun(${JSON.stringify(folder)});
    console.log('claimed');
    setInterval(() => {}, 1000);
  });`;
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '-e', script]);
  await once(child.stdout, 'data');
  const refused = await specc(train, [], { resume: folder, epochs: '4' });
  told(refused, new RegExp(`is being trained by process ${child.pid}: a second one would overwrite`), /kill -INT \d+/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.is((await specc(train, [], { resume: folder, epochs: '4' })).code, 0);
});

test('a run of an ablation is left to the process that resumed it, and damaged files beside it are made again', async () => {
  const first = await specc(ablate, [config]);
  assert.is(first.code, 0, first.stderr);
  const folder = ablationFolder(join(project, 'runs'), 'small');
  const plan = readPlan(latestPlanPath(folder));
  const [base] = runsInOrder(plan);
  const at = runFolderOf(folder, plan, base!);
  writeFileSync(join(at, 'result.json'), '{"id": ');
  appendFileSync(join(at, 'metrics.jsonl'), 'garbage\n');
  const status = await specc(ablate, [config], { status: true });
  assert.match(status.stdout, /stopped after epoch 3 of 3/);

  const held = claimRun(at);
  assert.ok(isClaim(held));
  const { engine, device } = await chooseEngine('native');
  const images = () => assert.unreachable('nothing is opened') as never;
  const reporter: RunReporter = { ...SILENT, resume: () => {}, warmStart: () => {} };
  const end = await executeRun({ folder, plan, engine, device, images }, base!, reporter, new AbortController().signal);
  assert.equal(end, { kind: 'busy' });
  assert.match((await specc(ablate, [config], { status: true })).stdout, /training after epoch 3 of 3 on /);
  held.release();
  assert.is((await specc(ablate, [config])).code, 0);
  assert.is(JSON.parse(readFileSync(join(at, 'result.json'), 'utf8')).id, base!.id);

  writeFileSync(latestPlanPath(folder), '{"version": 1');
  for (const options of [{ status: true }, { collect: true }]) {
    const broken = await specc(ablate, [config], options);
    told(broken, /ablation\.json' is damaged/, /plans anew, and keeps what was trained/);
  }
});

test.run();
