/** The commands that train and use what was trained, on a few drawn images with a small model. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as evaluate from '../../src/cli/commands/evaluate.ts';
import * as predict from '../../src/cli/commands/predict.ts';
import * as train from '../../src/cli/commands/train.ts';
import { readHistory } from '../../src/training/history.ts';
import { experimentOfRun } from '../../src/training/run-experiment.ts';
import { openRun } from '../../src/training/run-folder.ts';
import { type Ended, specc } from './run-command.ts';
import { temporaryFolder } from './toy-run.ts';

const ROOT = join(import.meta.dirname, '../..');

const SPEC = `model Small(classes: int = 4)(image: [16, 16, 3]) -> [classes] {
  image |> conv2d(8, 3) |> batch_norm |> relu |> max_pool(2) |> dropout(0.2) |> global_avg_pool |> dense(classes) |> softmax
}
`;

/** Runs `specc` in a process of its own, which is sent SIGINT as soon as the text appears on standard error. */
async function speccInterrupted(args: readonly string[], at: RegExp): Promise<Ended> {
  const program = ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/cli/main.ts')];
  const child = spawn(process.execPath, [...program, ...args], { env: { ...process.env, NO_COLOR: '1' } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  let sent = false;
  child.stderr.on('data', (data) => {
    stderr += data;
    if (!sent && at.test(stderr)) sent = child.kill('SIGINT');
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

/** Every path is absolute, so that the tests need no working directory of their own. */
function makeProject(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'small.spec'), SPEC);
  writeFileSync(
    join(folder, 'small.train.yaml'),
    `model: small.spec
data: { synthetic: { per_class: 12, size: 32 }, cache: ${folder}/.cache }
training: { epochs: 2, batch: 8, learning_rate: 0.01 }
output: ${folder}/runs
`,
  );
  return folder;
}

const project = makeProject();
const config = join(project, 'small.train.yaml');
const made = join(project, 'runs/small');

test('train: a run folder, a table on standard output, progress on standard error', async () => {
  const { code, stdout, stderr } = await specc(train, [config]);
  assert.is(code, 0, stderr);
  assert.match(stderr, /engine: native on /);
  assert.match(stderr, /split by group: \d+ of 16 groups are held out/);
  assert.match(stderr, /epoch 2\/2 {2}loss \d\.\d{3} {2}accuracy/);
  assert.match(stdout, /runs\/small: finished after 2 epochs/);
  assert.match(stdout, /specc predict .*runs\/small IMAGE/);
  const files = readdirSync(made);
  for (const file of ['checkpoints', 'metrics.jsonl', 'plan.json', 'report.html', 'sources']) {
    assert.ok(files.includes(file), file);
  }
});

test('eval: the numbers of training, also after the specification was edited', async () => {
  writeFileSync(join(project, 'small.spec'), 'not a specification any more');
  const { code, stdout, stderr } = await specc(evaluate, [made], { format: 'json' });
  writeFileSync(join(project, 'small.spec'), SPEC);
  assert.is(code, 0, stderr);
  const found = JSON.parse(stdout);
  const best = readHistory(made)
    .filter((record) => record.kind === 'epoch')
    .findLast((epoch) => epoch.best);
  assert.is(found.accuracy, best!.validation!.accuracy);
  assert.ok(Math.abs(found.loss - best!.validation!.loss) < 1e-4);
  assert.is(found.perClass.length, 4);
  assert.equal(Object.keys(found.perClass[0]), ['class', 'precision', 'recall', 'f1', 'mcc', 'support']);
  assert.is(
    found.confusion.flat().reduce((a: number, b: number) => a + b),
    found.images,
  );
});

test('eval: a folder of other images, without all classes', async () => {
  const [drawn] = readdirSync(join(project, '.cache')).filter((name) => name.startsWith('synthetic'));
  cpSync(join(project, '.cache', drawn!, 'MONOCYTE'), join(project, 'other/MONOCYTE'), { recursive: true });
  const options = { data: join(project, 'other'), format: 'json', checkpoint: 'last' };
  const { code, stdout, stderr } = await specc(evaluate, [made], options);
  assert.is(code, 0, stderr);
  const { images, perClass } = JSON.parse(stdout);
  assert.is(images, 12);
  assert.is(perClass.find((each: { class: string }) => each.class === 'NEUTROPHIL').recall, null);
});

test('eval: images that cannot be read are told and left out of the figures', async () => {
  const folder = join(project, 'damaged');
  cpSync(join(project, 'other'), folder, { recursive: true });
  const [cut, ...whole] = readdirSync(join(folder, 'MONOCYTE'));
  truncateSync(join(folder, 'MONOCYTE', cut!), 300);
  mkdirSync(join(folder, 'NEUTROPHIL'));
  writeFileSync(join(folder, 'NEUTROPHIL/old.bmp'), 'BM');
  const options = { data: folder, checkpoint: 'last' };
  const json = { ...options, format: 'json' };
  const { code, stdout, stderr } = await specc(evaluate, [made], json);
  assert.is(code, 1, stderr);
  const found = JSON.parse(stdout);
  assert.is(found.images, whole.length);
  assert.equal(
    found.unreadable.map(({ image }: { image: string }) => image),
    [join(folder, 'MONOCYTE', cut!), join(folder, 'NEUTROPHIL/old.bmp')],
  );
  assert.match(found.unreadable[0].error, /the image is damaged: /);
  assert.match(stderr, /error: .*damaged\/NEUTROPHIL\/old\.bmp: it is not an image in a format that can be read\n/);
  assert.match(
    stderr,
    /2 images of 13 cannot be decoded: the figures are of the other 11\nhelp: replace or remove them/,
  );

  const again = await specc(evaluate, [made], json);
  assert.equal(JSON.parse(again.stdout), found, 'the same from the cache');
  for (const file of whole) rmSync(join(folder, 'MONOCYTE', file));
  const none = await specc(evaluate, [made], options);
  assert.equal([none.code, none.stdout], [1, '']);
  assert.match(none.stderr, /2 images of 2 in '.*damaged' cannot be decoded:\n {2}MONOCYTE/);
});

test('eval: only the images that are measured are decoded, and those of a folder are kept', async () => {
  const cache = join(project, '.cache');
  const decodedSets = () => readdirSync(cache).filter((name) => name.startsWith('images-'));
  const before = decodedSets();
  const first = await specc(evaluate, [made], { format: 'json' });
  for (const name of before) rmSync(join(cache, name));
  const again = await specc(evaluate, [made], { format: 'json' });
  assert.equal(JSON.parse(again.stdout), JSON.parse(first.stdout));
  assert.equal(decodedSets(), [], 'a part of a folder is no cache of it');
  await specc(evaluate, [made], { data: join(project, 'other') });
  assert.is(decodedSets().length, 2, 'an index and its rows');
});

test('eval: what cannot be kept is told in one line, and the figures are there', async () => {
  const elsewhere = join(project, 'other/MONOCYTE', readdirSync(join(project, 'other/MONOCYTE'))[0]!);
  const run = join(project, 'runs/unkept');
  cpSync(made, run, { recursive: true });
  const record = join(run, 'plan.json');
  const text = readFileSync(record, 'utf8');
  writeFileSync(record, text.replace(`"${project}/.cache"`, JSON.stringify(elsewhere)));
  assert.is.not(readFileSync(record, 'utf8'), text);
  const { code, stdout, stderr } = await specc(evaluate, [run], { data: join(project, 'other') });
  assert.is(code, 0, stderr);
  assert.match(stdout, /^accuracy .* of 12 images/);
  const told = stderr.split('\n').filter((line) => line.startsWith('warning'));
  assert.is(told.length, 1);
  assert.match(told.join(), /not all that was decoded is kept for the next time: cannot write decoded images to '/);
});

test('predict and eval: names are shown in one line, and images below a class are told', async () => {
  const folder = join(project, 'odd');
  cpSync(join(project, 'other'), folder, { recursive: true });
  writeFileSync(join(folder, 'MONOCYTE/two\nlines \x1b[31m.png'), 'no image');
  const predicted = await specc(predict, [made, folder]);
  assert.match(predicted.stderr, /two␊lines ␛\[31m\.png: it is not an image/);
  cpSync(join(project, 'other/MONOCYTE'), join(folder, 'MONOCYTE/more'), { recursive: true });
  const { code, stderr } = await specc(evaluate, [made], { data: folder });
  assert.is(code, 1);
  assert.match(stderr, /warning: the images in the folder MONOCYTE\/more of '.*odd' are left out/);
});

test('predict: each image, and what is wrong with those that cannot be read', async () => {
  const broken = join(project, 'broken.png');
  writeFileSync(broken, 'no image');
  const image = join(project, 'other/MONOCYTE', readdirSync(join(project, 'other/MONOCYTE'))[0]!);
  const args = [made, image, broken, join(project, 'missing.png'), image];
  const { code, stdout, stderr } = await specc(predict, args, { format: 'json' });
  assert.is(code, 1);
  const [first, unreadable, missing, last] = JSON.parse(stdout);
  assert.is(first.image, image);
  const probabilities = Object.values<number>(first.probabilities);
  assert.ok(Math.abs(probabilities.reduce((a, b) => a + b) - 1) < 1e-5);
  assert.is(first.probabilities[first.class], Math.max(...probabilities));
  assert.equal(last, first);
  assert.is(unreadable.error, 'it is not an image in a format that can be read');
  assert.is(missing.error, 'there is no such file');
  assert.match(stderr, /broken\.png: .*\n.*missing\.png: /);
  assert.match(stderr, /2 images of 4 could not be classified$/);
  const none = await specc(predict, [made, broken]);
  assert.equal([none.code, none.stdout], [1, ''], 'no empty table');
});

test('predict: a folder stands for all images in it and below, in as many batches as it takes', async () => {
  const folder = join(project, 'mixed');
  const from = join(project, 'other/MONOCYTE');
  for (const below of ['a', 'b/c']) cpSync(from, join(folder, below), { recursive: true });
  writeFileSync(join(folder, 'b/first.heic'), 'no image');
  writeFileSync(join(folder, 'notes.txt'), 'no image either');
  const { code, stdout, stderr } = await specc(predict, [made, folder], { format: 'json' });
  assert.is(code, 1);
  const found: { image: string; class?: string; error?: string }[] = JSON.parse(stdout);
  const names = readdirSync(from).sort();
  assert.equal(
    found.map(({ image }) => relative(folder, image)),
    [...names.map((name) => `a/${name}`), 'b/first.heic', ...names.map((name) => `b/c/${name}`)],
  );
  assert.match(stderr, /first\.heic: .*\n1 image of 25 could not be classified$/);
  const [above, below] = [found.slice(0, names.length), found.slice(names.length + 1)];
  assert.equal(
    above.map(({ class: name }) => name),
    below.map(({ class: name }) => name),
  );

  mkdirSync(join(project, 'empty'));
  const empty = await specc(predict, [made, join(project, 'empty')]);
  assert.is(empty.code, 1);
  assert.match(empty.stderr, /'.*empty' has no images/);
});

test('Ctrl-C saves, and the run continues where it was', async () => {
  const args = ['train', config, '--engine', 'native', '--name', 'long', '--epochs', '4000'];
  const stopped = await speccInterrupted(args, /epoch {4}2\/4000/);
  assert.is(stopped.code, 130, stopped.stderr);
  const long = join(project, 'runs/long');
  assert.match(stopped.stderr, /interrupted at step \d+, which is saved; to go on: specc train --resume .*runs\/long/);
  const step = Number(/at step (\d+)/.exec(stopped.stderr)![1]);

  const refused = await specc(train, [], { resume: long, set: ['training.batch=4'] });
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /training\.batch: 8 → 4/);

  // One epoch more than was begun; four whole batches and one that is filled up make an epoch.
  const resumed = await specc(train, [], { resume: long, epochs: `${Math.floor(step / 5) + 2}` });
  assert.is(resumed.code, 0, resumed.stderr);
  assert.match(resumed.stderr, new RegExp(`resuming .*runs/long at step ${step} `));
  const steps = readHistory(long).flatMap((record) => (record.kind === 'step' ? [record.step] : []));
  assert.is(steps.length, 5 * (Math.floor(step / 5) + 2));
  assert.equal(
    steps,
    steps.map((_, at) => at + 1),
  );

  // What was asked for last stands: nothing is left to do, and the run says how long it was trained.
  const again = await specc(train, [], { resume: long });
  assert.is(again.code, 0, again.stderr);
  assert.match(again.stderr, /of \d+ asked for: nothing is left to train; --epochs asks for more/);
  assert.is(openRun(long).record.plan.training.epochs, Math.floor(step / 5) + 2);
  assert.is(experimentOfRun(openRun(long)).plan.training.epochs, Math.floor(step / 5) + 2);
});

test('a second run of a name gets a folder of its own; --resume finds the latest; what is not there is told', async () => {
  const { stdout } = await specc(train, [config], { epochs: '1' });
  assert.match(stdout, /runs\/small-2: finished after 1 epoch;/);
  assert.ok(existsSync(`${made}-2/report.html`));
  // commander reads a configuration after --resume as the option's value.
  const resumed = await specc(train, [], { resume: config, epochs: '2' });
  assert.match(resumed.stdout, /runs\/small-2: finished after 2 epochs/);
  const unknown = await specc(evaluate, [join(project, 'runs/smal')]);
  assert.is(unknown.code, 1);
  assert.match(
    unknown.stderr,
    /runs\/smal' does not exist\nhelp: did you mean '.*runs\/small'\? The runs are long, small, small-2/,
  );
  assert.is((await specc(train, [join(project, 'nothing.train.yaml')])).code, 2);
  assert.is((await specc(train, [])).code, 2);
});

test.run();
