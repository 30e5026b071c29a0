import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { renderPlain } from '../../src/cli/render-diagnostics.ts';
import { loadExperiment } from '../../src/config/experiment.ts';
import { Source } from '../../src/dsl/source.ts';
import { loader } from './specifications.ts';

const TEXT = `model: net.spec
set: { size: 32 }
data: { train: ../cells, split: { validation: 0.3 } }
training: { epochs: 5, optimizer: adam }
`;

function load(...overrides: string[]) {
  return loadExperiment(new Source('example.train.yaml', TEXT), loader, overrides);
}

function planOf(...overrides: string[]) {
  const { value, diagnostics } = load(...overrides);
  assert.equal(renderPlain(diagnostics), '');
  return value!.plan;
}

test('a plain name sets a parameter of the model', () => {
  const plan = planOf('size=48', 'widths=[4, 4]', 'border=valid');
  assert.equal(plan.model.parameters, { size: 48, widths: [4, 4], border: 'valid' });
  assert.equal(plan.data.image, [48, 48, 3]);
});

test('a dotted name sets a field, and the last of several wins', () => {
  const plan = planOf('training.epochs=3', 'training.epochs=7', 'training.learning_rate=1e-3');
  assert.is(plan.training.epochs, 7);
  assert.equal(plan.training.learningRate, { kind: 'constant', rate: 0.001 });
});

test('a mapping takes the place of a word', () => {
  const { optimizer } = planOf('training.optimizer.adam.beta1=0.5').training;
  assert.equal(optimizer, { kind: 'adam', beta1: 0.5, beta2: 0.999, epsilon: 1e-7, decay: 0 });
});

test('an empty value takes a field out', () => {
  const { data } = planOf('data.train=', 'data.split=', 'data.synthetic.per_class=9');
  assert.is(data.train, undefined);
  assert.equal(data.synthetic, { perClass: 9, size: 32, seed: 1 });
  assert.is(data.split?.validation, 0.2);
});

test('paths on the command line are as typed, those in the file relative to it', () => {
  assert.is(planOf().data.train, '../cells');
  const nested = loadExperiment(new Source('a/b/x.train.yaml', TEXT.replace('net.spec', '../../net.spec')), loader, []);
  assert.is(nested.value?.plan.data.train, 'a/cells');
  assert.is(nested.value?.written.data.train, '../cells');
  const typed = loadExperiment(new Source('a/b/x.train.yaml', TEXT.replace('net.spec', '../../net.spec')), loader, [
    'data.train=here',
    'output=x',
    'training.seed=4',
  ]);
  assert.equal(
    typed.diagnostics.map((each) => each.code),
    ['config-parameter-unknown'],
  );
  assert.is(planOf('data.train=here').data.train, 'here');
});

test('what is wrong is shown in the argument', () => {
  const { diagnostics } = load('training.epochs=three', 'sise=3', 'training.epoch=3');
  assert.is(
    renderPlain(diagnostics),
    `error[config-type]: \`training.epochs\` must be a whole number, not the text \`three\`
 --> command line:1:23
  |
1 | --set training.epochs=three
  |                       ^^^^^

error[config-unknown-key]: \`training\` has no field \`epoch\`
 --> command line:1:7
  |
1 | --set training.epoch=3
  |       ^^^^^^^^^^^^^^
  = help: did you mean \`epochs\`?
`,
  );
  assert.is(
    renderPlain(load('sise=3').diagnostics),
    `error[config-parameter-unknown]: the model Net has no parameter \`sise\`
 --> command line:1:7
  |
1 | --set sise=3
  |       ^^^^
  = help: did you mean \`size\`?
`,
  );
});

test('a field at the top of the file is no parameter, and that is said', () => {
  const { diagnostics } = load('output=elsewhere');
  assert.equal(
    diagnostics.map(({ code, help }) => [code, help]),
    [['config-parameter-unknown', "`output` is a field of the configuration's file, where it stands unindented"]],
  );
});

test('an argument without a value is refused', () => {
  for (const argument of ['size', '=3', 'training.=3', '']) {
    assert.equal(
      load(argument).diagnostics.map((each) => each.code),
      ['config-override'],
      argument,
    );
  }
});

test.run();
