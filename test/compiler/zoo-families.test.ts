/**
 * Architectures of `specs/zoo` beyond image classification, which `index.json` does not name: trainable numbers and
 * tensors, running statistics and the shapes of outputs, as published or as the libraries named build them. That the
 * files are formatted is tested with the rest of the zoo, and so is the type check of what they become.
 */
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate, type Loader, type Settings } from '../../src/compiler/compile.ts';
import type { Shape } from '../../src/compiler/graph.ts';
import { summarize } from '../../src/compiler/summary.ts';
import { messagesOf } from './language/compile-text.ts';

interface Row {
  readonly parameters: number;
  readonly tensors: number;
  readonly buffers: number;
  readonly outputs: Readonly<Record<string, Shape>>;
}

const rows: Readonly<Record<string, Row>> = {
  // The paper's figure 1: 23 convolutions, and 388 × 388 positions of 572 × 572.
  'unet.spec#UNet': { parameters: 31_030_658, tensors: 46, buffers: 0, outputs: { output: [388, 388, 2] } },
  // Hugging Face's `BertModel` with queries, keys and values in one tensor each: 199 - 4 · 12.
  'bert.spec#BERTBase': {
    parameters: 109_482_240,
    tensors: 151,
    buffers: 0,
    outputs: { sequence: [512, 768], pooled: [768] },
  },
  'bert.spec#BERTLarge': {
    parameters: 335_141_888,
    tensors: 391 - 4 * 24,
    buffers: 0,
    outputs: { sequence: [512, 1024], pooled: [1024] },
  },
  // OpenAI's, whose table of tokens is the output layer as well.
  'gpt2.spec#GPT2Small': {
    parameters: 124_439_808,
    tensors: 148,
    buffers: 0,
    outputs: { output: [1024, 50_257] },
  },
  'gpt2.spec#GPT2Medium': {
    parameters: 354_823_168,
    tensors: 292,
    buffers: 0,
    outputs: { output: [1024, 50_257] },
  },
  'gpt2.spec#GPT2Large': {
    parameters: 774_030_080,
    tensors: 436,
    buffers: 0,
    outputs: { output: [1024, 50_257] },
  },
  'gpt2.spec#GPT2XL': {
    parameters: 1_557_611_200,
    tensors: 580,
    buffers: 0,
    outputs: { output: [1024, 50_257] },
  },
  // timm's `mixer_s16_224`, `mixer_b16_224` and `mixer_l16_224`.
  'mixer.spec#MixerS16': { parameters: 18_528_264, tensors: 102, buffers: 0, outputs: { output: [1000] } },
  'mixer.spec#MixerB16': { parameters: 59_880_472, tensors: 150, buffers: 0, outputs: { output: [1000] } },
  'mixer.spec#MixerL16': { parameters: 208_196_168, tensors: 294, buffers: 0, outputs: { output: [1000] } },
  // torchvision's `shufflenet_v2_x0_5` and `shufflenet_v2_x1_0`.
  'shufflenet_v2.spec#ShuffleNetV2x05': {
    parameters: 1_366_792,
    tensors: 170,
    buffers: 7_952,
    outputs: { output: [1000] },
  },
  'shufflenet_v2.spec#ShuffleNetV2x1': {
    parameters: 2_278_604,
    tensors: 170,
    buffers: 16_180,
    outputs: { output: [1000] },
  },
  // torchvision's `deeplabv3_resnet50(aux_loss=True)`.
  'deeplab_v3.spec#DeepLabV3ResNet50': {
    parameters: 42_004_074,
    tensors: 187,
    buffers: 57_216,
    outputs: { out: [520, 520, 21], aux: [520, 520, 21] },
  },
  // torchvision's `retinanet_resnet50_fpn`; of its published 34,014,999 the scales and offsets of the backbone are
  // none, because they are frozen there. 49,104 anchors are 9 · (64² + 32² + 16² + 8² + 4²).
  'retinanet.spec#RetinaNet': {
    parameters: 34_014_999 + 53_120,
    tensors: 195,
    buffers: 53_120,
    outputs: { scores: [49_104, 91], boxes: [49_104, 4] },
  },
  // The paper's figure 2 put together in PyTorch from `Conv1d`, `BatchNorm1d` and `Linear`: 3.5M in its table 6.
  'pointnet.spec#PointNet': { parameters: 3_480_049, tensors: 74, buffers: 12_160, outputs: { output: [40] } },
};

const loader: Loader = { read: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined) };

function summaryOf(spec: string, settings: Settings = {}) {
  const [file = '', model = ''] = spec.split('#');
  const path = `specs/zoo/${file}`;
  const { value, diagnostics } = elaborate(compile(path, readFileSync(path, 'utf8'), loader), model, settings);
  assert.equal(messagesOf(diagnostics), []);
  return summarize(value!);
}

for (const [spec, expected] of Object.entries(rows)) {
  test(spec, () => {
    const { parameters, tensors, buffers, outputs } = summaryOf(spec);
    const shapes = Object.fromEntries(outputs.map(({ name, shape }) => [name, shape]));
    assert.equal({ parameters, tensors, buffers, outputs: shapes }, expected);
  });
}

test('a padded U-Net says something about each pixel', () => {
  const { outputs, parameters } = summaryOf('unet.spec#UNet', { size: 256, padding: 'same' });
  assert.equal(outputs[0]!.shape, [256, 256, 2]);
  assert.is(parameters, 31_030_658);
});

test('the levels of a pyramid fit at sizes that do not halve', () => {
  const { outputs } = summaryOf('retinanet.spec#RetinaNet', { size: 100, classes: 1 });
  assert.equal(outputs[1]!.shape, [9 * (13 ** 2 + 7 ** 2 + 4 ** 2 + 2 ** 2 + 1), 4]);
});

test.run();
