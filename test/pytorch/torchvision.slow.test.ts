/**
 * The zoo computes what torchvision's models compute: the same weights, taken over by the weight maps of
 * `specs/zoo/torchvision`, and the same image give the same logits in PyTorch, in the native engine, in the ONNX file on
 * onnxruntime, and in the generated TensorFlow.js code.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate, type Settings } from '../../src/compiler/compile.ts';
import { logitsOf } from '../../src/compiler/cross-entropy.ts';
import { exportOnnx } from '../../src/compiler/export-onnx.ts';
import type { Graph } from '../../src/compiler/graph.ts';
import { Source } from '../../src/dsl/source.ts';
import type { Engine, NamedTensor, NamedTensors } from '../../src/engines/engine.ts';
import { nativeEngine } from '../../src/engines/native/engine.ts';
import { tfjsCpuEngine } from '../../src/engines/tfjs/engine.ts';
import { decodeSafetensors } from '../../src/training/safetensors.ts';
import { misfits } from '../../src/training/weights/conversion-text.ts';
import { fromForeign, intoForeign } from '../../src/training/weights/convert-weights.ts';
import { readWeightMap, type WeightMap } from '../../src/training/weights/weight-map.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('./torchvision_case.py', import.meta.url));

/** The largest difference of a logit, relative to the largest logit. */
const TOLERANCE = 1e-4;

interface Case {
  /** In specs/zoo/index.json. */
  readonly name: string;
  readonly map: string;
  /** Height and width of the image. */
  readonly size: number;
  /** Arguments of torchvision's constructor, as JSON. */
  readonly python?: readonly string[];
  /** torchvision's name where the zoo's is another. */
  readonly torchvision?: string;
  /** False where the cpu backend would take minutes. */
  readonly tfjs?: boolean;
}

const WITHOUT_AUXILIARY = ['aux_logits=false', 'init_weights=false', 'transform_input=false'];

const cases: readonly Case[] = [
  { name: 'resnet18', map: 'resnet18', size: 64 },
  { name: 'resnet50', map: 'resnet50', size: 64 },
  { name: 'resnext50_32x4d', map: 'resnext50_32x4d', size: 64 },
  { name: 'densenet121', map: 'densenet', size: 64 },
  { name: 'mobilenet_v2', map: 'mobilenet_v2', size: 64 },
  { name: 'mobilenet_v3_large', map: 'mobilenet_v3_large', size: 64 },
  { name: 'efficientnet_b0', map: 'efficientnet', size: 64 },
  // Not a multiple of 32: the pools' last windows are cut off by the edge.
  { name: 'googlenet_noaux', map: 'googlenet', size: 75, torchvision: 'googlenet', python: WITHOUT_AUXILIARY },
  { name: 'squeezenet1_1', map: 'squeezenet1_1', size: 72 },
  {
    name: 'inception_v3_noaux',
    map: 'inception_v3',
    size: 107,
    torchvision: 'inception_v3',
    python: WITHOUT_AUXILIARY,
  },
  { name: 'convnext_tiny', map: 'convnext', size: 64 },
  { name: 'vit_b_16', map: 'vit', size: 64, python: ['image_size=64'] },
  // Whole windows at every stage: one at the last.
  { name: 'swin_t', map: 'swin', size: 224, tfjs: false },
  // The classifiers of these two need maps of 6 × 6 and of 7 × 7.
  { name: 'alexnet', map: 'alexnet', size: 224 },
  { name: 'vgg11', map: 'vgg11', size: 224, tfjs: false },
];

/** Imports, and prints what is there. */
const asked = spawnSync(
  PYTHON,
  ['-c', 'import torch, torchvision, onnx; print(torch.__version__, torchvision.__version__)'],
  {
    encoding: 'utf8',
  },
);

interface Entry {
  readonly spec: string;
  readonly set: Settings;
}

const index = JSON.parse(readFileSync('specs/zoo/index.json', 'utf8')) as Readonly<Record<string, Entry>>;

if (asked.status !== 0) {
  test('PyTorch is here', () => {
    assert.is.not(
      process.env.SPECC_REQUIRE_PYTORCH,
      '1',
      `${PYTHON} lacks torch, torchvision or onnx: ${asked.stderr}`,
    );
    console.log(
      `SKIPPED: no comparison with PyTorch: ${PYTHON} lacks torch, torchvision or onnx (Debian: apt-get install python3-torch python3-torchvision python3-onnx)`,
    );
  });
} else {
  console.log(`  PyTorch and torchvision ${asked.stdout.trim()}; largest difference relative to the largest logit:`);
  for (const each of cases) {
    test(each.name, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'specc-torchvision-'));
      try {
        await compareWithPyTorch(each, folder);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
}

async function compareWithPyTorch(
  { name, map: mapName, size, torchvision = name, python = [], tfjs = true }: Case,
  folder: string,
): Promise<void> {
  execFileSync(PYTHON, [SCRIPT, folder, name, `${size}`, torchvision, ...python], { stdio: 'pipe' });
  const foreign = tensorsOf(join(folder, `${name}.weights.safetensors`));
  const { image, logits } = Object.fromEntries(tensorsOf(join(folder, `${name}.run.safetensors`)));
  const { spec, set } = index[name]!;
  const graph = graphOf(join('specs', spec), { ...set, size });
  const map = mapOf(`specs/zoo/torchvision/${mapName}.yaml`);

  const conversion = fromForeign(graph, foreign, map);
  assert.equal(misfits(conversion), []);
  assertRoundTrip(graph, conversion.weights, map, foreign, conversion.ignored);

  const pixels = channelsLast(image!);
  const scores = endingInLogits(graph);
  const expected = logits!.data;
  const found = {
    native: difference(await predict(nativeEngine, scores, conversion.weights, pixels), expected),
    onnx: difference(await runExported(scores, conversion.weights, image!, folder), expected),
    ...(tfjs && { tfjs: difference(await predict(tfjsCpuEngine, scores, conversion.weights, pixels), expected) }),
  };
  const spread = Math.max(...expected) - Math.min(...expected);
  const figures = Object.entries(found).map(([engine, value]) => `${engine} ${told(value)}`);
  console.log(
    `  ${name.padEnd(20)} ${size} px  ${figures.join('  ')}  (largest logit ${largest(expected).toFixed(2)}, spread ${spread.toFixed(2)})`,
  );
  // Logits that are all alike would agree whatever was computed.
  assert.ok(Number.isFinite(spread) && spread > 0.1 * largest(expected), `the logits tell nothing: spread ${spread}`);
  for (const [engine, value] of Object.entries(found)) {
    assert.ok(value < TOLERANCE, `${engine} differs from PyTorch by ${told(value)}`);
  }
  const probabilities = await predict(nativeEngine, graph, conversion.weights, pixels);
  assert.ok(difference(probabilities, softmax(expected)) < 10 * TOLERANCE, 'the softmax at the end');
}

/** Under the foreign names and in the foreign layouts, the weights are again what they were. */
function assertRoundTrip(
  graph: Graph,
  weights: NamedTensors,
  map: WeightMap,
  foreign: NamedTensors,
  ignored: readonly string[],
): void {
  const { tensors, unnamed } = intoForeign(graph, weights, map);
  assert.equal(unnamed, []);
  assert.equal([...tensors.keys(), ...ignored].sort(), [...foreign.keys()].sort());
  for (const [name, { data }] of tensors) {
    const same = Buffer.compare(bytesOf(data), bytesOf(foreign.get(name)!.data)) === 0;
    assert.ok(same, `${name} is not what it was`);
  }
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function graphOf(argument: string, settings: Settings): Graph {
  const [path = '', model = ''] = argument.split('#');
  const read = (file: string): string => readFileSync(file, 'utf8');
  const { value, diagnostics } = elaborate(compile(path, read(path), { read }), model, settings);
  assert.ok(value, diagnostics.map((each) => each.message).join('\n'));
  return value;
}

function mapOf(path: string): WeightMap {
  const { value, diagnostics } = readWeightMap(new Source(path, readFileSync(path, 'utf8')));
  assert.ok(value, diagnostics.map((each) => each.message).join('\n'));
  return value;
}

function tensorsOf(path: string): NamedTensors {
  return decodeSafetensors(readFileSync(path), path, 'any').tensors;
}

/** `[C, H, W]` to `[1, H, W, C]`. */
function channelsLast({ shape, data }: NamedTensor): Float32Array {
  const [channels = 1, height = 1, width = 1] = shape;
  const area = height * width;
  return Float32Array.from(
    { length: data.length },
    (_, at) => data[(at % channels) * area + Math.floor(at / channels)]!,
  );
}

/** The model without its softmax: PyTorch's models end in logits. */
function endingInLogits(graph: Graph): Graph {
  const [output] = graph.outputs;
  const cut = graph.values[output!.value]!.node;
  const value = logitsOf(graph);
  assert.is.not(value, output!.value, `${graph.name} does not end in a softmax`);
  return { ...graph, nodes: graph.nodes.filter(({ id }) => id !== cut), outputs: [{ ...output!, value }] };
}

async function predict(
  engine: Engine,
  graph: Graph,
  weights: NamedTensors,
  pixels: Float32Array,
): Promise<Float32Array> {
  const session = await engine.infer(graph, weights, 1);
  try {
    return await session.predict(pixels);
  } finally {
    await session.close();
  }
}

/** Exports the model, has the official checker look at the file, and runs it. */
async function runExported(
  graph: Graph,
  weights: NamedTensors,
  image: NamedTensor,
  folder: string,
): Promise<Float32Array> {
  const exported = exportOnnx(graph, weights, {
    batch: undefined,
    opset: 17,
    layouts: { inputs: 'channels-first', outputs: 'channels-first' },
    fold: true,
    producerVersion: 'test',
    metadata: {},
  });
  if ('problem' in exported) throw new Error(exported.problem);
  const path = join(folder, `${graph.name}.onnx`);
  writeFileSync(path, exported.model);
  const check = 'import onnx, sys; onnx.checker.check_model(sys.argv[1], full_check=True)';
  execFileSync(PYTHON, ['-c', check, path], { stdio: 'pipe' });
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 2 });
  try {
    const feeds = { [session.inputNames[0]!]: new ort.Tensor('float32', image.data, [1, ...image.shape]) };
    const [result] = Object.values(await session.run(feeds));
    return result!.data as Float32Array;
  } finally {
    await session.release();
  }
}

function difference(actual: Float32Array, expected: Float32Array): number {
  assert.is(actual.length, expected.length);
  return expected.reduce((most, each, at) => Math.max(most, Math.abs(actual[at]! - each)), 0) / largest(expected);
}

function largest(values: Float32Array): number {
  return values.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
}

function softmax(logits: Float32Array): Float32Array {
  const most = Math.max(...logits);
  const powers = logits.map((each) => Math.exp(each - most));
  const total = powers.reduce((sum, each) => sum + each, 0);
  return powers.map((each) => each / total);
}

function told(value: number): string {
  return value.toExponential(1);
}

test.run();
