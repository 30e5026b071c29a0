import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkData, checkFoundClasses } from '../../src/config/check-data.ts';
import { loadExperiment } from '../../src/config/experiment.ts';
import { Source, textOf } from '../../src/dsl/source.ts';
import { loader } from './specifications.ts';

function load(text: string) {
  return loadExperiment(new Source('example.train.yaml', text), loader);
}

test('mistakes of the specification are told where they are', () => {
  const { value, diagnostics } = load('model: broken.spec\ndata: { synthetic: {} }\n');
  assert.is(value, undefined);
  assert.equal(
    diagnostics.map(({ span }) => [span.source.path, textOf(span)]),
    [['broken.spec', 'conv3d']],
  );
});

test('what is wrong only with these settings also shows the settings', () => {
  const { value, diagnostics } = load('model: net.spec\nset: { size: 2, border: valid }\ndata: { synthetic: {} }\n');
  assert.is(value, undefined);
  assert.is(diagnostics[0]?.span.source.path, 'net.spec');
  const label = diagnostics[0]?.labels.at(-1);
  assert.equal([label?.span.source.path, label?.text], ['example.train.yaml', 'with these settings']);
});

const FOLDER = `model: net.spec
data:
  train: cells
  split: { by_group: { csv: sources.csv, column: source, key: file } }
`;

test('missing folders and files are shown where the configuration names them', () => {
  const experiment = load(FOLDER).value!;
  const found = checkData(experiment, () => undefined);
  assert.equal(
    found.map(({ message, span }) => [message, textOf(span)]),
    [
      ["there is no folder 'cells'", 'cells'],
      ["there is no file 'sources.csv'", 'sources.csv'],
    ],
  );
  assert.equal(
    checkData(experiment, (path) => (path === 'cells' ? 'folder' : 'file')),
    [],
  );
  assert.is(checkData(experiment, () => 'file').length, 1, 'a file is no folder');
});

test('the class folders must be as many as the outputs', () => {
  const experiment = load(FOLDER).value!;
  assert.equal(checkFoundClasses(experiment, ['a', 'b', 'c', 'd']), []);
  const [wrong] = checkFoundClasses(experiment, ['a', 'b', 'c', 'd', 'e']);
  assert.is(wrong?.message, "'cells' has 5 classes, but the model Net tells 4 apart");
  assert.is(wrong?.help, 'list 4 classes, or write `set: { classes: 5 }`');
  assert.equal(wrong?.notes, ['the classes are a, b, c, d, e']);
  assert.is(textOf(wrong!.span), 'cells');
});

test('of a drawn set, only the model can change', () => {
  const experiment = load('model: net.spec\ndata: { synthetic: {} }\n').value!;
  assert.is(checkFoundClasses(experiment, ['a', 'b', 'c'])[0]?.help, 'write `set: { classes: 3 }`');
});

test('a path of the command line is told to be relative to where it was typed', () => {
  const overrides = ['data.train=nothing'];
  const experiment = loadExperiment(new Source('example.train.yaml', FOLDER), loader, overrides).value!;
  const [wrong] = checkData(experiment, (path) => (path === 'nothing' ? undefined : 'file'));
  assert.is(wrong?.help, 'a path in `--set` is relative to the folder that specc is started in');
});

test.run();
