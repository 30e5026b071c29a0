/** Exported models: what the official checker says, and whether onnxruntime computes from the file what the model does. */
import { fromBinary } from '@bufbuild/protobuf';
import { type GraphProto, ModelProtoSchema } from 'onnx-buf';
import * as ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ExportOptions, exportOnnx, MOST_WEIGHT_BYTES } from '../../src/compiler/export-onnx.ts';
import { type Graph, shapeOf } from '../../src/compiler/graph.ts';
import { inferenceProgram } from '../../src/compiler/inference.ts';
import type { OpKind } from '../../src/compiler/ops/kind.ts';
import type { NamedTensors } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { nativeEngine } from '../../src/engines/native/engine.ts';
import { elementCount } from '../../src/shared/element-count.ts';
import { Random } from '../../src/shared/random.ts';
import { handGraph } from '../support/hand-graph.ts';
import { fromGlorot } from '../support/initializers.ts';
import { interpret } from '../support/interpret.ts';
import { assertChecked, checkerOpset } from '../support/onnx-checker.ts';
import { assertClose } from '../support/onnxruntime.ts';
import { smallNet } from '../support/small-net.ts';
import { zooGraph } from './emit/tfjs/zoo-graphs.ts';
import { graphOf, type OpCase, window } from './gradient/case.ts';
import { cases as opCases } from './gradient/cases/index.ts';

const plain: ExportOptions = {
  batch: undefined,
  opset: 17,
  layouts: {},
  fold: false,
  producerVersion: '1.2.3',
  metadata: {},
};

function modelOf(graph: Graph, weights: NamedTensors, options: Partial<ExportOptions> = {}): Uint8Array {
  const exported = exportOnnx(graph, weights, { ...plain, ...options });
  if ('problem' in exported) throw new Error(exported.problem);
  return exported.model;
}

function protoOf(model: Uint8Array): GraphProto {
  return fromBinary(ModelProtoSchema, model).graph!;
}

/** As after some training: nothing is 0 or 1 for every channel any more. */
function trainedWeights(graph: Graph): NamedTensors {
  return new Map(
    [...initialWeights(graph, 3)].map(([path, { shape, data }]) => {
      if (shape.length > 1) return [path, { shape, data }];
      const random = Random.of('trained', path);
      return [path, { shape, data: data.map((each) => each + random.uniform(0, 0.4)) }];
    }),
  );
}

type Ports = Record<string, Float32Array>;

function feedsOf(graph: Graph, batch: number, [low, high] = [-2, 2]): Ports {
  return Object.fromEntries(
    graph.inputs.map(({ name, value }) => {
      const random = Random.of('feed', name);
      const length = batch * elementCount(shapeOf(graph, value));
      return [name, Float32Array.from({ length }, () => random.uniform(low!, high!))];
    }),
  );
}

async function runFile(model: Uint8Array, feeds: Ports, shapes: Record<string, readonly number[]>): Promise<Ports> {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const fed = Object.entries(feeds).map(([name, data]) => [name, new ort.Tensor('float32', data, shapes[name]!)]);
  const made = await session.run(Object.fromEntries(fed));
  await session.release();
  return Object.fromEntries(Object.entries(made).map(([name, { data }]) => [name, data as Float32Array]));
}

function shapesOf(graph: Graph, batch: number): Record<string, readonly number[]> {
  return Object.fromEntries(graph.inputs.map(({ name, value }) => [name, [batch, ...shapeOf(graph, value)]]));
}

function asDoubles(ports: Ports): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(ports).map(([name, data]) => [name, Float64Array.from(data)]));
}

/** Fails unless the file computes for this many examples what the reference does. */
async function assertFileAgrees(
  graph: Graph,
  options: Partial<ExportOptions>,
  batches: readonly number[],
  range?: readonly [number, number],
): Promise<void> {
  const weights = trainedWeights(graph);
  const model = modelOf(graph, weights, options);
  for (const batch of batches) {
    const feeds = feedsOf(graph, batch, range && [...range]);
    const numbers = Object.fromEntries([...weights].map(([path, { data }]) => [path, data]));
    const expected = interpret(inferenceProgram(graph, batch), { ...feeds, ...numbers });
    assertClose(asDoubles(await runFile(model, feeds, shapesOf(graph, batch))), expected, 1e-4);
  }
}

/** Operations whose rows are found by the number of the example, where each example has a table of its own. */
const counting: ReadonlySet<OpKind> = new Set(['lookup']);

for (const op of Object.keys(opCases) as OpKind[]) {
  const open = !counting.has(op);
  test(`${op} for ${open ? 'any' : 'a given'} number of examples`, async () => {
    const cases = opCases[op] as readonly OpCase<OpKind>[];
    // the first and the last of each: their variety is the gradients' to try, the batch is what matters here
    for (const opCase of new Set([cases[0]!, cases.at(-1)!])) {
      for (const arrangement of ['none', 'first'] as const) {
        const graph = graphOf(op, opCase, arrangement);
        if (open) await assertFileAgrees(graph, {}, [1, 3], opCase.range);
        else {
          assert.throws(() => modelOf(graph, trainedWeights(graph)), /needs the number of examples/);
          for (const batch of [1, 3]) await assertFileAgrees(graph, { batch }, [batch], opCase.range);
        }
      }
    }
  });
}

test('with batch normalisation folded, channels-first, and a fixed batch', async () => {
  const graph = smallNet();
  await assertFileAgrees(graph, { fold: true }, [1, 2]);
  await assertFileAgrees(graph, { batch: 3, opset: 13 }, [3]);
  const folded = protoOf(modelOf(graph, trainedWeights(graph), { fold: true }));
  assert.not.ok(folded.node.some(({ opType }) => opType === 'BatchNormalization'));
  assert.ok(folded.initializer.some(({ name }) => name === 'body/conv2d/bias'));

  const weights = trainedWeights(graph);
  const model = modelOf(graph, weights, { layouts: { inputs: 'channels-first' } });
  const { image } = feedsOf(graph, 2);
  const moved = new Float32Array(image!.length);
  for (let n = 0; n < 2; n++) {
    for (let at = 0; at < 36; at++)
      for (let c = 0; c < 2; c++) moved[(n * 2 + c) * 36 + at] = image![(n * 36 + at) * 2 + c]!;
  }
  const last = await runFile(modelOf(graph, weights), { image: image! }, { image: [2, 6, 6, 2] });
  const first = await runFile(model, { image: moved }, { image: [2, 2, 6, 6] });
  assertClose(asDoubles(first), asDoubles(last));
  assert.is(protoOf(model).node.filter(({ opType }) => opType === 'Transpose').length, 1, 'before flatten only');
});

test('a normalisation that learns no scale or no offset folds as well', async () => {
  for (const [scale, offset] of [
    [true, false],
    [false, true],
    [false, false],
  ] as const) {
    const graph = handGraph({ image: [4, 4, 2] }, (g, { image }) => {
      const conv = window({ kernel: [3, 3] });
      const kernel = { filters: 3, groups: 1, bias: !offset, ...fromGlorot };
      const made = g.op('conv2d', { ...conv, ...kernel }, [image], [2, 2, 3], 'conv');
      return g.op('batch_norm', { epsilon: 1e-3, momentum: 0.9, scale, offset }, [made], undefined, 'norm');
    });
    await assertFileAgrees(graph, { fold: true }, [1, 3]);
    await assertFileAgrees(graph, { fold: false }, [3]);
    const { node } = protoOf(modelOf(graph, trainedWeights(graph), { fold: true }));
    assert.not.ok(node.some(({ opType }) => opType === 'BatchNormalization'));
  }
});

test('what a reader finds: names, axes, facts, and no weight to rearrange', () => {
  const graph = smallNet();
  const weights = initialWeights(graph, 1);
  const bytes = modelOf(graph, weights, { metadata: { spec: 'small.spec' } });
  const model = fromBinary(ModelProtoSchema, bytes);
  assert.equal([model.producerName, model.producerVersion, model.irVersion], ['specc', '1.2.3', 8n]);
  assert.equal(
    model.metadataProps.map(({ key, value }) => [key, value]),
    [
      ['model', graph.name],
      ['parameters', '{}'],
      ['spec', 'small.spec'],
    ],
  );
  const { node, initializer, input, output } = model.graph!;
  const sizes = ({ type }: (typeof input)[number]): unknown[] =>
    type!.value.case === 'tensorType' ? type!.value.value.shape!.dim.map(({ value }) => value.value) : [];
  assert.equal([input.map(({ name }) => name), sizes(input[0]!)], [['image'], ['N', 6n, 6n, 2n]]);
  assert.equal([output.map(({ name }) => name), sizes(output[0]!)], [['output'], ['N', 3n]]);
  assert.is(input[0]!.docString, '[N, H, W, C]');

  const named = new Map(initializer.map(({ name, dims }) => [name, dims.map(Number)]));
  assert.equal(
    [...weights.keys()].filter((path) => !named.has(path)),
    [],
  );
  assert.equal(named.get('stem/conv2d/kernel'), [4, 2, 3, 3]);
  const moving = node.filter(({ opType, input }) => opType === 'Transpose' && named.has(input[0]!));
  assert.equal(moving, []);
  assert.ok(node.some(({ name, opType }) => name === 'stem/conv2d/conv' && opType === 'Conv'));
  assert.equal(modelOf(graph, weights, { metadata: { spec: 'small.spec' } }), bytes);
});

test('learned tensors are repeated for as many examples as there are', async () => {
  const initializer = { kind: 'zeros' } as const;
  const graph = handGraph({ x: [3, 2] }, (g, { x }) => {
    const token = g.op('weight', { shape: [1, 2], initializer }, [], [1, 2], 'token');
    const bias = g.op('weight', { shape: [2], initializer }, [], [2], 'bias');
    return [g.op('concat', { axis: 0 }, [token, x], [4, 2]), g.op('add', {}, [x, bias]), token];
  });
  await assertFileAgrees(graph, {}, [1, 3]);
  const { node } = protoOf(modelOf(graph, trainedWeights(graph)));
  assert.is(node.filter(({ opType }) => opType === 'Shape').length, 1, 'asked once');
});

test('weights that do not fit into one file are refused with a reason', () => {
  const huge = { data: { byteLength: MOST_WEIGHT_BYTES + 4 } as Float32Array };
  const exported = exportOnnx(
    handGraph({ x: [2] }, (_, { x }) => x),
    new Map([['w', huge]]),
    plain,
  );
  assert.match('problem' in exported ? exported.problem : '', /take 2\.1 GB, and an ONNX file holds less/);
});

const networks: readonly (readonly [string, string, Record<string, number>])[] = [
  ['resnet.spec', 'ResNet18', { size: 32, classes: 5 }],
  ['ddrnet.spec', 'DDRNet', { size: 32 }],
  ['zoo/mobilenet_v3.spec', 'MobileNetV3Small', { size: 64, classes: 5 }],
  ['zoo/googlenet.spec', 'GoogLeNet', { size: 64, classes: 5 }],
];

for (const [file, name, settings] of networks) {
  test(`${name}: the checker accepts the file, and it agrees with the engine at two batch sizes`, async () => {
    const graph = zooGraph(file, name, settings);
    const weights = trainedWeights(graph);
    const models = new Map([
      ['plain', modelOf(graph, weights)],
      ['folded', modelOf(graph, weights, { fold: true, opset: 13, layouts: { inputs: 'channels-first' } })],
    ]);
    for (const batch of [1, 3]) {
      const feeds = feedsOf(graph, batch);
      const session = await nativeEngine.infer(graph, weights, batch, 1);
      const expected = { output: await session.predict(feeds['image']!) };
      await session.close();
      const [least, most] = [Math.min(...expected.output), Math.max(...expected.output)];
      assert.ok(most - least > 1e-3, 'classes that are told apart');
      const made = await runFile(models.get('plain')!, feeds, shapesOf(graph, batch));
      assertClose(asDoubles(made), asDoubles(expected), 1e-4);
    }
    if (checkerOpset() !== undefined) assertChecked(models);
  });
}

test.run();
