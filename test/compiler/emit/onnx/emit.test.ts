import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import * as ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emitOnnx, OPSETS, type Opset } from '../../../../src/compiler/emit/onnx/index.ts';
import { createBuilder } from '../../../../src/compiler/program/build.ts';
import type { Builder, Tensor } from '../../../../src/compiler/program/builder.ts';
import type { Kernel } from '../../../../src/compiler/program/program.ts';
import { assertChecked, checkerOpset } from '../../../support/onnx-checker.ts';
import { everyKernel } from '../../program/every-kernel.ts';

function modelOf(build: (b: Builder) => Tensor[], opset: Opset = 18): Uint8Array {
  const b = createBuilder();
  const outputs = build(b).map((tensor, index) => ({ name: `result ${index}`, tensor }));
  return emitOnnx(b.finish(outputs), 'test', { opset });
}

const kernels = Object.keys(everyKernel) as Kernel[];

test('a model reads back as it was written, byte for byte', () => {
  for (const kernel of kernels) {
    const bytes = modelOf(everyKernel[kernel]);
    assert.equal(toBinary(ModelProtoSchema, fromBinary(ModelProtoSchema, bytes)), bytes, kernel);
    assert.equal(modelOf(everyKernel[kernel]), bytes, `${kernel}, again`);
  }
});

test('opset 18, IR version 8, readable names', () => {
  const bytes = modelOf((b) => {
    const x = b.input('image', [1, 4]);
    b.origin('head/dense');
    const scores = b.matmul(x, b.constant(Float32Array.of(1, 2, 3, 4), [4, 1]));
    return [b.unary('exp', b.unary('exp', b.unary('exp', scores))), x];
  });
  const { graph, irVersion, opsetImport } = fromBinary(ModelProtoSchema, bytes);
  assert.is(irVersion, 8n);
  assert.equal(
    opsetImport.map(({ domain, version }) => [domain, version]),
    [['', 18n]],
  );
  assert.equal(
    graph!.input.map(({ name }) => name),
    ['image'],
  );
  assert.equal(
    graph!.initializer.map(({ name }) => name),
    ['head/dense/constant'],
  );
  assert.equal(
    graph!.node.map(({ opType, output }) => `${opType} ${output}`),
    ['MatMul head/dense/matmul', 'Exp head/dense/exp', 'Exp head/dense/exp#2', 'Exp result 0', 'Identity result 1'],
  );
});

test('the normalisation of the last axis is spelt out where there is no operator, and computes the same', async () => {
  const build = (b: Builder): Tensor[] => {
    const vectors = [b.constant(Float32Array.of(1, 2, 3)), b.constant(Float32Array.of(0, 1, -1))] as const;
    return [b.layerNorm(b.input('x', [2, 3]), vectors, 1e-3)];
  };
  const results: Float32Array[] = [];
  for (const [opset, expected] of [
    [16, false],
    [17, true],
  ] as const) {
    const bytes = modelOf(build, opset);
    const { graph } = fromBinary(ModelProtoSchema, bytes);
    assert.is(
      graph!.node.some(({ opType }) => opType === 'LayerNormalization'),
      expected,
    );
    const session = await ort.InferenceSession.create(bytes);
    const answered = await session.run({ x: new ort.Tensor('float32', Float32Array.of(1, 2, 4, -3, 0, 1), [2, 3]) });
    results.push(answered[session.outputNames[0]!]!.data as Float32Array);
    await session.release();
  }
  const [spelt, single] = results;
  for (const [at, each] of single!.entries()) assert.ok(Math.abs(each - spelt![at]!) < 1e-5, `${each} ${spelt![at]}`);
});

test('one initializer for equal axes, shapes and pads', () => {
  const bytes = modelOf((b) => {
    const x = b.input('x', [4, 4]);
    return [b.reduce('sum', x, [1]), b.reduce('max', x, [1])];
  });
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  assert.equal(
    graph!.initializer.map(({ name }) => name),
    ['int64[1]'],
  );
});

for (const opset of OPSETS) {
  test(`the official checker accepts every kernel in opset ${opset}`, () => {
    const newest = checkerOpset();
    if (newest === undefined) return;
    if (newest < opset) {
      console.log(`SKIPPED: this checker knows opsets up to ${newest} only`);
      return;
    }
    const written = kernels.filter((kernel) => opset >= 16 || kernel !== 'scatter_add');
    assertChecked(new Map(written.map((kernel) => [kernel, modelOf(everyKernel[kernel], opset)])));
  });
}

for (const opset of OPSETS.filter((each) => each < 16)) {
  test(`opset ${opset} has nothing that adds up rows, and no model gets something else instead`, () => {
    assert.throws(() => modelOf(everyKernel.scatter_add, opset), /no ScatterND that adds/);
  });
}

test.run();
