/** `specc ablate` from the first call to the table, on the native engine. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as ablate from '../../src/cli/commands/ablate.ts';
import * as evaluate from '../../src/cli/commands/evaluate.ts';
import * as train from '../../src/cli/commands/train.ts';
import type { AblationPlan } from '../../src/launch/plan.ts';
import { specc } from '../training/run-command.ts';
import { makeProject, SPEC, tablesOf } from './tiny-ablation.ts';

const project = makeProject();
const { config, ablation } = project;

function edit(change: (spec: string) => string): void {
  writeFileSync(join(project.folder, 'small.spec'), change(SPEC));
}

function idsOf(): string[] {
  const plan = JSON.parse(readFileSync(join(ablation, 'ablation.json'), 'utf8')) as AblationPlan;
  return plan.variants.flatMap(({ runs }) => runs.map(({ id }) => id));
}

test('every variant and seed is trained, and one table compares them', async () => {
  const { code, stdout, stderr } = await specc(ablate, [config]);
  assert.is(code, 0, stderr);
  assert.match(stderr, /3 variants × 2 seeds of Parts, 0 of 6 runs trained before/);
  assert.match(stderr, /✔ narrow, seed 2: accuracy .*\(6 of 6 runs\)/);
  assert.match(stdout, /^all \(base\) +\d+\.\d\d ± \d+\.\d\d .* 860 +92,192 +2 /m);
  assert.match(
    stdout,
    /^no norm +\d+\.\d\d ± \d+\.\d\d +[+−]?\d+\.\d\d \[(?:[+−]?\d+\.\d\d, [+−]?\d+\.\d\d|all alike)\].* 844 +92,192 +2 /m,
  );
  const { rows } = JSON.parse(tablesOf(project)['table.json']!);
  assert.equal(
    rows.map((row: { variant: string; parameters: number }) => [row.variant, row.parameters]),
    [
      ['all', 860],
      ['no norm', 844],
      ['narrow', 288],
    ],
  );
  assert.match(
    tablesOf(project)['table.md']!,
    /\| narrow \| .* \| 2 \|\n\nThe best of 2 epochs on 12 validation images; seeds 1, 2/,
  );
  assert.is(tablesOf(project)['table.csv']!.split('\n').length, 5);
  assert.match(readFileSync(join(ablation, 'report.html'), 'utf8'), /<svg class="chart intervals"/);
});

test('a second call trains nothing, and nor does one after names and form were changed', async () => {
  const before = tablesOf(project);
  const again = await specc(ablate, [config]);
  assert.match(again.stderr, /6 of 6 runs trained before/);
  assert.not.match(again.stderr, /epoch/);
  assert.equal(tablesOf(project), before);
  const ids = idsOf();
  edit((spec) =>
    spec
      .replaceAll('Small', 'Tiny')
      .replace('"narrow"', '"thin"')
      .replace('body = stem', 'core = stem')
      .replace('normal = body', '// a comment\n  normal = core'),
  );
  const renamed = await specc(ablate, [config], { set: ['training.seed=1'] });
  assert.is(renamed.code, 1, 'the configuration names a model that is gone');
  writeFileSync(config, readFileSync(config, 'utf8').replace('#Small', '#Tiny'));
  const { code, stderr } = await specc(ablate, [config]);
  assert.is(code, 0, stderr);
  assert.match(stderr, /6 of 6 runs trained before/);
  assert.equal(idsOf(), ids);
  assert.match(tablesOf(project)['table.md']!, /\| thin \|/);
  writeFileSync(config, readFileSync(config, 'utf8').replace('#Tiny', '#Small'));
});

test('a changed variant alone is trained again, another seed is added, and going back costs nothing', async () => {
  edit((spec) => spec.replace('filters = 4', 'filters = 2'));
  const changed = await specc(ablate, [config]);
  assert.match(changed.stderr, /4 of 6 runs trained before/);
  edit((spec) => spec);
  const seeded = await specc(ablate, [config], { seeds: '1,2,3' });
  assert.match(seeded.stderr, /3 variants × 3 seeds of Parts, 6 of 9 runs trained before/);
  const back = await specc(ablate, [config], { dryRun: true });
  assert.match(back.stdout, /6 of 6 runs finished/);
});

test('--status and --collect say when the plan that they show is not the one of the files and arguments', async () => {
  assert.not.match((await specc(ablate, [config], { collect: true, seeds: '1,2,3' })).stderr, /warning/);
  edit((spec) => spec.replace('filters = 4', 'filters = 2'));
  for (const what of ['status', 'collect']) {
    const { stderr } = await specc(ablate, [config], { [what]: true });
    assert.match(stderr, /warning: this is of the plan as it was made last.*; since then '.*small\.spec' changed/);
  }
  edit((spec) => spec);
  const other = await specc(ablate, [config], { status: true });
  assert.match(other.stderr, /made last, with --set ablation\.seeds=\[1,2,3\]; since then these arguments are others/);
});

test('a result that was copied from another run counts for nothing', async () => {
  const before = tablesOf(project);
  const [first, second] = readdirSync(ablation)
    .filter((name) => /^all-seed[12]-/.test(name))
    .sort();
  const [from, to] = [first!, second!].map((name) => join(ablation, name, 'result.json'));
  writeFileSync(to!, readFileSync(from!));
  const missing = await specc(ablate, [config], { collect: true, seeds: '1,2,3' });
  assert.is(missing.code, 1);
  assert.match(missing.stdout, /^1 of 9 runs is begun and not finished: all \(seed 2\)$/m);
  assert.match(missing.stderr, /help: `specc ablate .*` trains what is not finished/);
  const { code, stderr } = await specc(ablate, [config], { seeds: '1,2,3' });
  assert.is(code, 0, stderr);
  assert.match(stderr, /warning: all, seed 2: its result\.json is that of the run \w+, and counts for nothing here/);
  assert.equal(tablesOf(project), before);
});

test('a damaged plan of a run is told with what to remove', async () => {
  const [name] = readdirSync(ablation).filter((each) => /^all-seed1-/.test(each));
  rmSync(join(ablation, name!, 'result.json'));
  writeFileSync(join(ablation, name!, 'plan.json'), '{');
  const { code, stderr } = await specc(ablate, [config], { seeds: '1,2,3' });
  assert.is(code, 1);
  assert.match(stderr, /error: all, seed 1: '.*plan\.json' cannot be read/);
  assert.match(stderr, /help: remove '.*all-seed1-\w+', and the same command trains the run anew/);
  rmSync(join(ablation, name!), { recursive: true });
  assert.is((await specc(ablate, [config], { seeds: '1,2,3' })).code, 0);
});

test('a variant that diverges and one without a network are told, and do not stop the others', async () => {
  const spec = `${SPEC.replace(
    'ablation Parts',
    'block Explode(x: [H, W, C]) -> [H, W, C] {\n  x * 1e30 * 1e30\n}\n\n/// What each part is worth.\nablation Parts',
  ).replace(
    '"narrow" { filters = 4 }',
    '"exploding" { insert Explode after stem }\n  "even" { filters = 0 }\n  "narrow" { filters = 4 }',
  )}`.replace('/// What each part is worth.\n', '');
  const failing = makeProject({ seeds: [1], spec });
  const { code, stderr, stdout } = await specc(ablate, [failing.config]);
  assert.is(code, 1, stderr);
  assert.match(stderr, /error: exploding, seed 1: .*(NaN|finite|numbers)/);
  assert.match(stdout, /^narrow +\d+\.\d\d +[+−]?\d+\.\d\d .* 1 /m);
  assert.match(stdout, /^exploding, seed 1: failed: /m);
  assert.match(stdout, /^even: /m);
  const once = tablesOf(failing);
  assert.is((await specc(ablate, [failing.config])).code, 1);
  assert.equal(tablesOf(failing), once);
  const status = await specc(ablate, [failing.config], { status: true });
  assert.match(status.stdout, /^exploding +1 +\w+ +failed: /m);
});

test('--warm-start loads what fits from the base of the same seed, and says what does not', async () => {
  const { code, stderr, stdout } = await specc(ablate, [config], { warmStart: true, seeds: '1' });
  assert.is(code, 0, stderr);
  assert.match(stderr, /1 of 3 runs trained before/, 'the base is the same run');
  assert.match(stderr, /no norm, seed 1: 6 of 6 weights are those of the base with seed 1/);
  assert.match(stderr, /narrow, seed 1: 1 of 10 weights .*; reset: stem\/conv2d\/kernel/);
  assert.match(stdout, /narrow/);
  const html = readFileSync(join(ablation, 'report.html'), 'utf8');
  assert.match(html, /1 of 10 weights are those of the base/);
});

test('another place gives the same table, and a dry run writes nothing', async () => {
  await specc(ablate, [config]);
  const here = tablesOf(project);
  const other = makeProject();
  const dry = await specc(ablate, [other.config], { dryRun: true });
  assert.match(dry.stdout, /0 of 6 runs finished/);
  assert.not.ok(readdirSync(other.folder).includes('runs'));
  await specc(ablate, [other.config]);
  assert.equal(tablesOf(other), here);
});

test('one variant is trained by itself, and its run is used from its own copies', async () => {
  const { code, stderr, stdout } = await specc(train, [config], { variant: 'no norm', epochs: '1' });
  assert.is(code, 0, stderr);
  assert.match(stdout, /runs\/parts-no-norm: finished after 1 epoch/);
  edit(() => 'no specification any more');
  const run = join(project.folder, 'runs/parts-no-norm');
  const evaluated = await specc(evaluate, [run], { format: 'json' });
  assert.is(evaluated.code, 0, evaluated.stderr);
  const resumed = await specc(train, [], { resume: run, epochs: '2' });
  assert.is(resumed.code, 0, resumed.stderr);
  edit((spec) => spec);
});

test('what cannot be asked for is told', async () => {
  const none = await specc(ablate, [config], { set: ['ablation.variant=narrow'] });
  assert.is(none.code, 2);
  assert.match(none.stderr, /ablate trains them all/);
  const unknown = await specc(ablate, [config], { variants: 'Part' });
  assert.is(unknown.code, 1);
  assert.match(unknown.stderr, /has no ablation `Part` of `Small`/);
  const without = await specc(ablate, [config], { set: ['data.split=', `data.validation=${project.folder}`] });
  assert.is(without.code, 1);
  assert.is((await specc(ablate, [config], { jobs: '0' })).code, 2);
  assert.is((await specc(ablate, [makeProject().config], { collect: true })).code, 2);
});

test.run();
