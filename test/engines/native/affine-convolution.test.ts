/** A factor and an offset for each channel as a convolution: what the runtime computes is what the program says. */
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emitOnnx } from '../../../src/compiler/emit/onnx/index.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import { optimise } from '../../../src/compiler/program/passes/index.ts';
import type { Program } from '../../../src/compiler/program/program.ts';
import { assertClose, randomFeeds, runOnnx } from '../../support/onnxruntime.ts';

const convolves = { affineConvolution: true } as const;

/** `max(x · scale + offset + shortcut, 0)`, with the passes of a training step. */
function block({ side = 16, perExample = true, shortcut = false } = {}): Program {
  const b = createBuilder();
  const x = b.input('x', [2, 8, side, side]);
  const scale = b.input('scale', perExample ? [2, 8, 1, 1] : [8, 1, 1]);
  const y = b.add(b.mul(x, scale), b.input('offset', [8, 1, 1]));
  const sum = shortcut ? b.add(y, b.input('shortcut', y.shape)) : y;
  return optimise(b.finish([{ name: 'y', tensor: b.unary('relu', sum) }]));
}

function operatorsOf(program: Program): readonly string[] {
  return fromBinary(ModelProtoSchema, emitOnnx(program, 'test', convolves)).graph!.node.map(({ opType }) => opType);
}

test('one factor an example and channel, or a channel, with what follows: the same numbers on any number of threads', async () => {
  for (const perExample of [true, false]) {
    for (const shortcut of [true, false]) {
      const program = block({ perExample, shortcut });
      const feeds = randomFeeds(program);
      const one = await runOnnx(program, feeds, convolves, 1);
      assertClose(one, await runOnnx(program, feeds), 1e-6);
      for (const threads of [2, 3]) assert.equal(await runOnnx(program, feeds, convolves, threads), one);
    }
  }
});

test('a ReLU stands next to it, where the runtime can join them', () => {
  assert.equal(operatorsOf(block()).slice(-3), ['Conv', 'Relu', 'Reshape']);
});

test('small images are left as they are', () => {
  assert.ok(operatorsOf(block({ side: 16 })).includes('Conv'));
  assert.not(operatorsOf(block({ side: 8 })).includes('Conv'));
});

test.run();
