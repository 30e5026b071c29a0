import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Graph } from '../../src/compiler/graph.ts';
import { inferenceProgram } from '../../src/compiler/inference.ts';
import { type InferenceForm, inferenceForms } from '../../src/compiler/lower/inference-form.ts';
import { dumpProgram } from '../../src/compiler/program/dump.ts';
import { verifyProgram } from '../../src/compiler/program/verify.ts';
import { elementCount } from '../../src/shared/element-count.ts';
import { handGraph } from '../support/hand-graph.ts';
import { interpret } from '../support/interpret.ts';
import { assertClose } from '../support/onnxruntime.ts';
import { smallNet } from '../support/small-net.ts';

test('all outputs by name, channel-last', () => {
  const window = {
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    padding: [
      [0, 0],
      [0, 0],
    ],
  } as const;
  const graph = handGraph({ x: [1, 2, 2] }, (g, { x }) => {
    const pooled = g.op('max_pool', window, [x]);
    return [pooled, g.op('global_avg_pool', {}, [pooled], [2])];
  });
  const results = interpret(inferenceProgram(graph, 1), { x: [1, 2, 3, 4] });
  assert.equal([...results['output[0]']!], [1, 2, 3, 4]);
  assert.equal([...results['output[1]']!], [2, 3]);
});

test('neither dropout nor labels are in it', () => {
  const program = inferenceProgram(smallNet(), 5);
  verifyProgram(program);
  const inputs = program.instructions.flatMap((each) => (each.kernel === 'input' ? each.attributes.name : []));
  assert.not.ok(inputs.some((name) => name.includes(':') || name === 'labels'));
  assert.ok(inputs.includes('body/norm/moving_mean'));
  assert.equal(program.instructions[program.outputs[0]!.tensor]!.shape, [5, 3]);
});

const learned = { epsilon: 1e-3, scale: true, offset: true };
const numbers = (count: number, at = 1): number[] =>
  Array.from({ length: count }, (_, each) => Math.sin(at + each) + 1.5);

/** What each form is for, alone. */
const uses: Readonly<Record<InferenceForm, () => Graph>> = {
  'batch-norm': () =>
    handGraph({ x: [2, 2, 3] }, (g, { x }) => {
      const image = g.op('max_pool', { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: unpadded }, [x]);
      return g.op('batch_norm', { ...learned, momentum: 0.9 }, [image], undefined, 'n');
    }),
  'instance-norm': () =>
    handGraph({ x: [2, 2, 4] }, (g, { x }) => g.op('group_norm', { groups: 2, ...learned }, [x], undefined, 'n')),
  'layer-norm': () => handGraph({ x: [2, 3] }, (g, { x }) => g.op('layer_norm', learned, [x], undefined, 'n')),
  gelu: () => handGraph({ x: [2, 3] }, (g, { x }) => g.op('gelu', { approximate: false }, [x])),
};
const unpadded = [
  [0, 0],
  [0, 0],
] as const;

test('each form computes what the program without it does', () => {
  for (const form of inferenceForms) {
    const graph = uses[form]();
    const [taken, left] = [inferenceProgram(graph, 2), inferenceProgram(graph, 2, { withoutForms: [form] })];
    const inputs = Object.fromEntries(
      taken.instructions.flatMap(({ kernel, attributes, shape }, at) =>
        kernel === 'input' ? [[attributes.name, numbers(elementCount(shape), at)]] : [],
      ),
    );
    assert.is.not(dumpProgram(taken), dumpProgram(left), form);
    assertClose(interpret(taken, inputs), interpret(left, inputs), 1e-6);
  }
});

test('both gelus of inference are those of training', () => {
  for (const approximate of [false, true]) {
    const graph = handGraph({ x: [7] }, (g, { x }) => g.op('gelu', { approximate }, [x]));
    const x = [-9, -2, -0.5, 0, 0.3, 1, 12];
    const of = (withoutForms: readonly InferenceForm[]) =>
      interpret(inferenceProgram(graph, 1, { withoutForms }), { x });
    assertClose(of([]), of(['gelu']), 1e-7);
  }
});

test.run();
