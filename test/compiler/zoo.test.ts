/**
 * Published architectures in `specs/zoo`, held to what torchvision 0.14 builds: trainable numbers and tensors,
 * multiply-accumulates of convolutions and of dense layers, and the shapes of stages.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { check, compile, elaborate, type Loader, type Settings } from '../../src/compiler/compile.ts';
import type { Graph, Shape } from '../../src/compiler/graph.ts';
import { type Summary, summarize } from '../../src/compiler/summary.ts';
import { format } from '../../src/dsl/format.ts';
import { Source } from '../../src/dsl/source.ts';
import { messagesOf } from './language/compile-text.ts';

interface Row {
  readonly parameters: number;
  readonly tensors: number;
  readonly conv: number;
  readonly dense: number;
  /** Products of attention: queries with keys, and weights with values. */
  readonly attention: number;
  /** Running statistics, in numbers. */
  readonly buffers: number;
  /** Named results by their paths, `[H, W, C]`. */
  readonly stages: Readonly<Record<string, Shape>>;
}

function row(
  parameters: number,
  tensors: number,
  conv: number,
  dense: number,
  buffers: number,
  stages: Readonly<Record<string, Shape>>,
  attention = 0,
): Row {
  return { parameters, tensors, conv, dense, attention, buffers, stages };
}

/** Stages of the ResNets, of which the last four have bottlenecks or not. */
function resnet(expansion: 1 | 4): Readonly<Record<string, Shape>> {
  return {
    stem: [56, 56, 64],
    layer1: [56, 56, 64 * expansion],
    layer2: [28, 28, 128 * expansion],
    layer3: [14, 14, 256 * expansion],
    layer4: [7, 7, 512 * expansion],
  };
}

const rows: Readonly<Record<string, Row>> = {
  alexnet: row(61_100_840, 16, 655_566_528, 58_621_952, 0, { features: [6, 6, 256] }),
  vgg11: row(132_863_336, 22, 7_485_456_384, 123_633_664, 0, { features: [7, 7, 512] }),
  vgg16: row(138_357_544, 32, 15_346_630_656, 123_633_664, 0, { features: [7, 7, 512] }),
  vgg16_bn: row(138_365_992, 58, 15_346_630_656, 123_633_664, 8_448, { features: [7, 7, 512] }),
  googlenet_noaux: row(6_624_904, 173, 1_497_352_192, 1_024_000, 14_560, {
    conv1: [112, 112, 64],
    maxpool1: [56, 56, 64],
    conv2: [56, 56, 64],
    conv3: [56, 56, 192],
    maxpool2: [28, 28, 192],
    inception3a: [28, 28, 256],
    inception3b: [28, 28, 480],
    maxpool3: [14, 14, 480],
    inception4a: [14, 14, 512],
    inception4b: [14, 14, 512],
    inception4c: [14, 14, 512],
    inception4d: [14, 14, 528],
    inception4e: [14, 14, 832],
    maxpool4: [7, 7, 832],
    inception5a: [7, 7, 832],
    inception5b: [7, 7, 1024],
  }),
  inception_v3_noaux: row(23_834_568, 284, 5_711_168_096, 2_048_000, 34_432, {
    conv_1a: [149, 149, 32],
    conv_2a: [147, 147, 32],
    conv_2b: [147, 147, 64],
    maxpool1: [73, 73, 64],
    conv_3b: [73, 73, 80],
    conv_4a: [71, 71, 192],
    maxpool2: [35, 35, 192],
    mixed_5b: [35, 35, 256],
    mixed_5c: [35, 35, 288],
    mixed_5d: [35, 35, 288],
    mixed_6a: [17, 17, 768],
    mixed_6b: [17, 17, 768],
    mixed_6c: [17, 17, 768],
    mixed_6d: [17, 17, 768],
    mixed_6e: [17, 17, 768],
    mixed_7a: [8, 8, 1280],
    mixed_7b: [8, 8, 2048],
    mixed_7c: [8, 8, 2048],
  }),
  resnet18: row(11_689_512, 62, 1_813_561_344, 512_000, 9_600, resnet(1)),
  resnet34: row(21_797_672, 110, 3_663_249_408, 512_000, 17_024, resnet(1)),
  resnet50: row(25_557_032, 161, 4_087_136_256, 2_048_000, 53_120, resnet(4)),
  resnet101: row(44_549_160, 314, 7_799_357_440, 2_048_000, 105_344, resnet(4)),
  resnet152: row(60_192_808, 467, 11_511_578_624, 2_048_000, 151_424, resnet(4)),
  resnext50_32x4d: row(25_028_904, 161, 4_228_431_872, 2_048_000, 68_224, resnet(4)),
  squeezenet1_1: row(1_235_496, 52, 349_151_936, 0, 0, { features: [13, 13, 512] }),
  densenet121: row(7_978_856, 364, 2_833_137_664, 1_024_000, 83_648, { features: [7, 7, 1024] }),
  mobilenet_v2: row(3_504_872, 158, 299_494_272, 1_280_000, 34_112, { features: [7, 7, 1280] }),
  mobilenet_v3_large: row(5_483_032, 174, 214_080_960, 2_508_800, 24_400, { features: [7, 7, 960] }),
  efficientnet_b0: row(5_288_548, 213, 384_534_752, 1_280_000, 42_016, { features: [7, 7, 1280] }),
  convnext_tiny: row(28_589_128, 182, 292_965_120, 4_162_566_144, 0, {
    stage1: [56, 56, 96],
    stage2: [28, 28, 192],
    stage3: [14, 14, 384],
    stage4: [7, 7, 768],
  }),
  vit_b_16: row(
    86_567_656,
    152,
    115_605_504,
    16_732_895_232,
    0,
    { patches: [196, 768], encoder: [197, 768] },
    715_327_488,
  ),
  swin_t: row(
    28_288_354,
    173,
    14_450_688,
    4_335_974_400,
    0,
    {
      stage1: [56, 56, 96],
      stage2: [28, 28, 192],
      stage3: [14, 14, 384],
      stage4: [7, 7, 768],
    },
    140_141_568,
  ),
};

const loader: Loader = { read: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined) };

function graphOf(path: string, text: string, model: string, settings: Settings = {}): Graph {
  const { value, diagnostics } = elaborate(compile(path, text, loader), model, settings);
  assert.equal(messagesOf(diagnostics), []);
  return value!;
}

/** Multiply-accumulates of the nodes with these operations. */
function macsOf({ nodes }: Summary, ...ops: readonly string[]): number {
  return nodes.filter(({ op }) => ops.includes(op)).reduce((total, { macs }) => total + macs, 0);
}

/** What the last node of a named result makes. */
function shapeAt({ nodes }: Summary, path: string): Shape | undefined {
  return nodes.filter((node) => node.path === path || node.path.startsWith(`${path}/`)).at(-1)?.shape;
}

interface Entry {
  /** `FILE#Model`, from `specs/`. */
  readonly spec: string;
  readonly set: Settings;
}

const index = JSON.parse(readFileSync('specs/zoo/index.json', 'utf8')) as Readonly<Record<string, Entry>>;

test('the index has every model that is held to numbers', () => {
  assert.equal(Object.keys(index).sort(), Object.keys(rows).sort());
});

for (const [name, expected] of Object.entries(rows)) {
  test(name, () => {
    const { spec, set } = index[name]!;
    const [file = '', model = ''] = spec.split('#');
    const path = join('specs', file);
    const summary = summarize(graphOf(path, readFileSync(path, 'utf8'), model, set));
    assert.equal(summary.outputs, [{ name: 'output', shape: [1000] }]);
    const { parameters, tensors, buffers } = summary;
    const [conv, dense] = [macsOf(summary, 'conv2d', 'depthwise_conv2d'), macsOf(summary, 'dense')];
    const attention = macsOf(summary, 'matmul');
    const stages = Object.fromEntries(Object.keys(expected.stages).map((each) => [each, shapeAt(summary, each)]));
    assert.equal({ parameters, tensors, conv, dense, attention, buffers, stages }, expected);
    // Nothing else costs anything.
    assert.is(summary.macs, conv + dense + attention);
  });
}

test('what becomes of padding at sizes that the strides do not divide', () => {
  const text = `
    model Pools(size: int)(x: [size, size, 1]) { x |> max_pool(3, 2, ceil_mode: true) |> max_pool(2, 2, ceil_mode: true) }
  `;
  for (let size = 3; size < 40; size++) {
    const graph = graphOf('specs/zoo/pools.spec', text, 'Pools', { size });
    // `ceil_mode` of PyTorch's MaxPool2d without padding.
    const first = Math.ceil((size - 3) / 2) + 1;
    const second = Math.ceil(Math.max(0, first - 2) / 2) + 1;
    assert.equal(summarize(graph).outputs[0]!.shape, [second, second, 1], `size ${size}`);
  }
});

const files = readdirSync('specs/zoo').filter((file) => file.endsWith('.spec'));

for (const file of files) {
  test(`${file} is formatted, and nothing is wrong with it`, () => {
    const path = join('specs/zoo', file);
    const text = readFileSync(path, 'utf8');
    assert.equal(messagesOf(check(path, text, loader)), []);
    assert.is(format(new Source(path, text)).value, text);
  });
}

test.run();
