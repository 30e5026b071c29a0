/** Convolutions with their channels in blocks: the runtime's kernels for them compute what its others do. */
import { fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { ModelProtoSchema } from 'onnx-buf';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emitOnnx } from '../../../src/compiler/emit/onnx/index.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import type { Program } from '../../../src/compiler/program/program.ts';
import { channelBlock, findBlock } from '../../../src/engines/native/channel-block.ts';
import { loadRuntime, type Runtime } from '../../../src/engines/native/runtime.ts';
import { assertClose, randomFeeds, runOnnx } from '../../support/onnxruntime.ts';

const pair = (low: number, high: number) =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }));

interface Use {
  readonly depthwise: boolean;
  readonly groups: number;
  /** Blocks of channels in and out of a group. */
  readonly blocks: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [readonly [number, number], readonly [number, number]];
  readonly bias: boolean;
  /** Channels of an image that has fewer than a block. */
  readonly thin?: number | undefined;
}

const uses: fc.Arbitrary<Use> = fc
  .record({
    depthwise: fc.boolean(),
    groups: fc.integer({ min: 1, max: 2 }),
    blocks: pair(1, 2),
    kernel: pair(1, 5),
    strides: pair(1, 2),
    dilations: pair(1, 3),
    pads: fc.tuple(pair(0, 3), pair(0, 3)),
    bias: fc.boolean(),
    thin: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
  })
  .filter(({ kernel }) => kernel[0] * kernel[1] > 1);

function convolution({ thin, blocks, kernel, bias, ...use }: Use, block: number): Program {
  const b = createBuilder();
  const { depthwise, groups, ...window } = thin === undefined ? use : { ...use, depthwise: false, groups: 1 };
  const [whole, outputs] = blocks.map((count) => count * block) as [number, number];
  const inputs = thin ?? whole;
  // enough windows for blocks to be worth it
  const image = [1, depthwise ? inputs : groups * inputs, 130, 130];
  const filter = depthwise ? [inputs, 1, ...kernel] : [groups * outputs, inputs, ...kernel];
  const [x, f] = [b.input('x', image), b.input('filter', filter)];
  const offset = bias ? b.input('bias', [filter[0]!]) : undefined;
  const y = b.conv(x, f, offset, { ...window, groups: depthwise ? inputs : groups });
  return b.finish([{ name: 'y', tensor: y }]);
}

function operatorsOf(model: Uint8Array): readonly string[] {
  return fromBinary(ModelProtoSchema, model).graph!.node.map(({ domain, opType }) => `${domain} ${opType}`.trim());
}

test('any convolution in blocks is the convolution', async () => {
  const block = await channelBlock();
  if (block === undefined) {
    console.log('SKIPPED: the onnxruntime of this processor has no convolutions in blocks');
    return;
  }
  await fc.assert(
    fc.asyncProperty(uses, async (use) => {
      const program = convolution(use, block);
      const feeds = randomFeeds(program);
      assertClose(await runOnnx(program, feeds, { channelBlock: block }), await runOnnx(program, feeds), 1e-4);
    }),
    { numRuns: 15, seed: 1 },
  );
});

test('convolutions in blocks give the same bits on any number of threads', async () => {
  const block = await channelBlock();
  if (block === undefined) {
    console.log('SKIPPED: the onnxruntime of this processor has no convolutions in blocks');
    return;
  }
  const use = { groups: 1, blocks: [2, 3], kernel: [3, 3], strides: [1, 1], dilations: [2, 2], bias: true } as const;
  for (const each of [{ depthwise: false }, { depthwise: true }, { depthwise: false, thin: 3 }]) {
    const pads = [
      [1, 1],
      [1, 1],
    ] as const;
    const program = convolution({ ...use, ...each, pads }, block);
    const feeds = randomFeeds(program);
    const results = [];
    for (const threads of [1, 2, 3])
      results.push((await runOnnx(program, feeds, { channelBlock: block }, threads))['y']);
    assert.equal(results[1], results[0]);
    assert.equal(results[2], results[0]);
  }
});

test('a model has blocks where they are asked for and the sizes fit', () => {
  const plain = { depthwise: false, groups: 1, blocks: [1, 2], kernel: [3, 3], bias: true } as const;
  const use = {
    ...plain,
    strides: [1, 1],
    dilations: [1, 1],
    pads: [
      [1, 1],
      [1, 1],
    ],
  } as const;
  const blocked = (program: Program): boolean =>
    operatorsOf(emitOnnx(program, 'test', { channelBlock: 16 })).includes('com.microsoft.nchwc Conv');
  assert.equal(operatorsOf(emitOnnx(convolution(use, 16), 'test')), ['Conv']);
  assert.ok(blocked(convolution(use, 16)));
  assert.ok(blocked(convolution({ ...use, depthwise: true }, 16)));
  assert.ok(blocked(convolution({ ...use, thin: 3 }, 16)), 'colours');
  assert.not(blocked(convolution({ ...use, blocks: [3, 2] }, 8)), 'a block and a half');
  assert.not(blocked(convolution({ ...use, kernel: [1, 1] }, 16)), 'one product');
});

test('a block is found by computing with it: none where the runtime refuses the model or computes something else', async () => {
  const runtime = await loadRuntime();
  const create = async (model: Uint8Array, options: object): Promise<unknown> => {
    if (operatorsOf(model).some((each) => each.includes('nchwc'))) throw new Error('no such kernel');
    return runtime.InferenceSession.create(model, options);
  };
  assert.is(await findBlock({ ...runtime, InferenceSession: { create } } as unknown as Runtime), undefined);

  let models = 0;
  const other = async (model: Uint8Array, options: object): Promise<unknown> => {
    const session = await runtime.InferenceSession.create(model, options);
    const odd = ++models % 2 === 0;
    const run = async (feeds: Parameters<typeof session.run>[0]) => {
      const { y } = await session.run(feeds);
      return odd ? { y: { data: (y!.data as Float32Array).map((each) => each + 1) } } : { y };
    };
    return { inputMetadata: session.inputMetadata, run, release: () => session.release() };
  };
  assert.is(await findBlock({ ...runtime, InferenceSession: { create: other } } as unknown as Runtime), undefined);
});

test.run();
