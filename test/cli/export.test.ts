/** `specc export` as a process of its own: the file it writes, what it says, and what it refuses. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import * as ort from 'onnxruntime-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../src/compiler/compile.ts';
import type { Graph } from '../../src/compiler/graph.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { encodeSafetensors } from '../../src/training/safetensors.ts';

const test = suite<{ folder: string }>('specc export');
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

const SPEC = `/// A small network.
model Net(classes: int = 4, size: int = 16)(image: [size, size, 3]) -> [classes] {
  image |> conv2d(8, 3) |> batch_norm |> relu |> global_avg_pool |> dense(classes) |> softmax
}
`;

function specc(folder: string, ...args: string[]): SpawnSyncReturns<string> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, SPECC_DEBUG: undefined };
  const command = ['--import', import.meta.resolve('tsx'), MAIN, ...args];
  const ended = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8', env });
  assert.not.match(ended.stderr, /\n\s+at .*:\d+/, 'a stack trace');
  return ended;
}

function graphOf(settings: Record<string, number>): Graph {
  return elaborate(compile('net.spec', SPEC, { read: () => undefined }), 'Net', settings).value!;
}

function weightOf(file: string, name: string): Float32Array {
  const { graph } = fromBinary(ModelProtoSchema, readFileSync(file));
  const { rawData } = graph!.initializer.find((each) => each.name === name)!;
  return new Float32Array(Uint8Array.from(rawData!).buffer);
}

test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'specc-export-'));
  writeFileSync(join(context.folder, 'net.spec'), SPEC);
});
test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

test('writes the model with the weights of a seed, and says what it takes', async ({ folder }) => {
  const { status, stdout, stderr } = specc(folder, 'export', 'net.spec', '--seed', '7', '--set', 'classes=5');
  assert.equal([status, stderr], [0, '']);
  assert.match(stdout, /^Net\.onnx: 0\.0 MB, ONNX opset 17\nimage \[N, 16, 16, 3\] → output \[N, 5\]\n/);
  assert.match(stdout, /8 weight tensors from seed 7, untrained\n$/);
  const file = join(folder, 'Net.onnx');
  const { graph, metadataProps } = fromBinary(ModelProtoSchema, readFileSync(file));
  assert.is(graph!.docString, 'A small network.\n\nNet(classes: 5, size: 16)');
  const facts = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
  assert.equal(
    [facts['spec'], facts['weights'], facts['parameters']],
    ['net.spec', 'seed 7, untrained', '{"classes":5,"size":16}'],
  );
  assert.equal(weightOf(file, 'dense/kernel'), initialWeights(graphOf({ classes: 5 }), 7).get('dense/kernel')!.data);

  const session = await ort.InferenceSession.create(file);
  const image = new ort.Tensor('float32', new Float32Array(2 * 16 * 16 * 3), [2, 16, 16, 3]);
  assert.equal((await session.run({ image }))['output']!.dims, [2, 5]);
  await session.release();
  assert.equal(readdirSync(folder).sort(), ['Net.onnx', 'net.spec'], 'nothing unfinished is left');
});

test('takes weights from a file; prints JSON; makes the folder of the file', ({ folder }) => {
  const weights = initialWeights(graphOf({}), 3);
  const kernel = weights.get('dense/kernel')!;
  kernel.data.fill(0.5);
  writeFileSync(join(folder, 'net.safetensors'), encodeSafetensors(weights));
  const args = ['--weights', 'net.safetensors', '-o', 'out/a.onnx', '--batch', '2', '--input-layout', 'channels-first'];
  const { status, stdout } = specc(folder, 'export', 'net.spec#Net', ...args, '--format', 'json');
  assert.is(status, 0);
  const { bytes, ...said } = JSON.parse(stdout);
  assert.equal(said, {
    file: 'out/a.onnx',
    opset: 17,
    inputs: [{ name: 'image', shape: [2, 3, 16, 16] }],
    outputs: [{ name: 'output', shape: [2, 4] }],
    weights: { from: 'net.safetensors', tensors: 8 },
  });
  assert.is(readFileSync(join(folder, 'out/a.onnx')).length, bytes);
  assert.equal(weightOf(join(folder, 'out/a.onnx'), 'dense/kernel'), kernel.data);
});

test('what cannot be is told, and no file is written', ({ folder }) => {
  const cases: [string[], number, RegExp][] = [
    [['--seed', '1', '--weights', 'net.safetensors'], 2, /--seed and --weights exclude each other/],
    [['--seed', 'x'], 2, /--seed takes a whole number, at least 0, not 'x'/],
    [['--batch', '0'], 2, /--batch takes a whole number, at least 1, not '0'/],
    [['--opset', '9'], 2, /Allowed choices are 13, 14/],
    [['--output-layout', 'channels-first'], 2, /Net makes no images \[H, W, C\]\nhelp: leave --output-layout out/],
    [['--weights', 'none.safetensors'], 1, /there is no file 'none\.safetensors'/],
    [['--weights', 'net.safetensors', '--set', 'classes=9'], 1, /'dense\/kernel' .* is \[8, 4\], and Net has \[8, 9\]/],
  ];
  for (const [args, code, message] of cases) {
    const { status, stdout, stderr } = specc(folder, 'export', 'net.spec', '-o', 'refused.onnx', ...args);
    assert.equal([status, stdout], [code, ''], args.join(' '));
    assert.match(stderr, message);
  }
  assert.not.ok(existsSync(join(folder, 'refused.onnx')));
});

test('what stands where the file would go is left alone', ({ folder }) => {
  mkdirSync(join(folder, 'here'));
  const pipe = join(folder, 'pipe');
  assert.is(spawnSync('mkfifo', [pipe]).status, 0);
  const cases: [string, number, RegExp][] = [
    ['here', 1, /'here' is a folder, not a file/],
    ['pipe', 1, /'pipe' is a device or a pipe, not a file/],
    ['net.spec/net.onnx', 1, /net\.spec/],
    [`${'long'.repeat(99)}.onnx`, 1, /is too long for the file system/],
    ['net.spec', 2, /'net\.spec' is no name for what is written\nhelp: name another file/],
    ['', 2, /the file to write is missing/],
  ];
  for (const [out, code, message] of cases) {
    const { status, stdout, stderr } = specc(folder, 'export', 'net.spec', '-o', out);
    assert.equal([status, stdout], [code, ''], out);
    assert.match(stderr, message);
  }
  assert.ok(statSync(pipe).isFIFO());
  assert.is(readFileSync(join(folder, 'net.spec'), 'utf8'), SPEC);
});

test('a run is exported as it was trained', ({ folder }) => {
  writeFileSync(
    join(folder, 'net.train.yaml'),
    'model: net.spec\ndata: { synthetic: { per_class: 4 } }\ntraining: { epochs: 1, batch: 4 }\n',
  );
  assert.is(specc(folder, 'train', 'net.train.yaml', '--engine', 'native', '--quiet').status, 0);
  const { status, stdout, stderr } = specc(folder, 'export', 'runs/net', '-o', 'trained.onnx');
  assert.equal([status, stderr], [0, '']);
  assert.match(stdout, /8 weight tensors from runs\/net, best checkpoint/);
  const file = join(folder, 'trained.onnx');
  const facts = Object.fromEntries(
    fromBinary(ModelProtoSchema, readFileSync(file)).metadataProps.map(({ key, value }) => [key, value]),
  );
  assert.is(JSON.parse(facts['classes']!).length, 4);
  assert.is(facts['normalize'], '{"kind":"scale","range":[0,1]}');
  assert.not.equal(weightOf(file, 'dense/kernel'), initialWeights(graphOf({}), 1).get('dense/kernel')!.data);
  assert.is(specc(folder, 'export', 'net.spec', '--weights', 'runs/net', '-o', 'again.onnx').status, 0);
  assert.equal(weightOf(join(folder, 'again.onnx'), 'dense/kernel'), weightOf(file, 'dense/kernel'));
  const refused = specc(folder, 'export', 'runs/net', '--set', 'classes=3');
  assert.is(refused.status, 2);
  assert.match(refused.stderr, /a run has its own parameters and weights, so --set does not go with 'runs\/net'/);
});

test.run();
