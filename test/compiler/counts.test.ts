/**
 * Exact sizes of the networks that the language is measured by: trainable numbers and tensors, and multiply-accumulates
 * of convolutions and dense layers, for four classes. The ResNet rows agree with torchvision.
 */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate, type Settings } from '../../src/compiler/compile.ts';
import { summarize } from '../../src/compiler/summary.ts';

interface Row {
  readonly file: string;
  readonly model: string;
  readonly settings: Settings;
  readonly parameters: number;
  readonly tensors: number;
  /** At 224 × 224 and at 64 × 64. */
  readonly macs: readonly [number, number];
}

function ddrnet(settings: Settings, parameters: number, tensors: number, ...macs: [number, number]): Row {
  return { file: 'ddrnet', model: 'DDRNet', settings, parameters, tensors, macs };
}

function resnet(model: string, parameters: number, tensors: number, ...macs: [number, number]): Row {
  return { file: 'resnet', model, settings: {}, parameters, tensors, macs };
}

const rows: readonly Row[] = [
  ddrnet({ drdb: false, glfeb: false, csab: false }, 1_156, 8, 43_352_192, 3_539_072),
  ddrnet({ drdb: true, glfeb: false, csab: false }, 125_444, 58, 1_584_759_040, 129_368_320),
  ddrnet({ drdb: true, glfeb: false, csab: true }, 139_461, 64, 1_604_845_824, 131_023_104),
  ddrnet({ drdb: false, glfeb: true, csab: false }, 278_820, 22, 3_511_517_440, 286_654_720),
  ddrnet({ drdb: false, glfeb: true, csab: true }, 292_837, 28, 3_531_604_224, 288_309_504),
  ddrnet({ drdb: true, glfeb: true, csab: true }, 435_365, 78, 5_304_221_952, 433_012_992),
  resnet('ResNet18', 11_178_564, 62, 1_813_563_392, 148_047_872),
  resnet('ResNet50', 23_516_228, 161, 4_087_144_448, 333_651_968),
  resnet('ResNet101', 42_508_356, 314, 7_799_365_632, 636_690_432),
];

for (const { file, model, settings, parameters, tensors, macs } of rows) {
  const on = Object.keys(settings).filter((name) => settings[name] === true);
  test(`${model}${file === 'ddrnet' ? ` with ${on.join(', ') || 'no block'}` : ''}`, () => {
    const path = `specs/${file}.spec`;
    const compilation = compile(path, readFileSync(path, 'utf8'), { read: () => undefined });
    for (const [index, size] of [224, 64].entries()) {
      const { value: graph, diagnostics } = elaborate(compilation, model, { ...settings, classes: 4, size });
      assert.equal(diagnostics, []);
      const summary = summarize(graph!);
      assert.is(summary.parameters, parameters);
      assert.is(summary.tensors, tensors);
      assert.is(summary.macs, macs[index]);
    }
  });
}

test('DDRNet by part', () => {
  const path = 'specs/ddrnet.spec';
  const { value: graph } = elaborate(compile(path, readFileSync(path, 'utf8'), { read: () => undefined }), 'DDRNet');
  const parts = new Map<string, number>();
  for (const node of summarize(graph!).nodes) {
    const part = node.path.split('/')[0]!;
    parts.set(part, (parts.get(part) ?? 0) + node.parameters);
  }
  const trained = Object.fromEntries([...parts].filter(([, parameters]) => parameters > 0));
  assert.equal(trained, { stem: 960, local: 124_096, features: 295_904, refined: 14_017, batch_norm: 128, dense: 260 });
});

test('a quarter-size stem', () => {
  const path = 'specs/ddrnet.spec';
  const compilation = compile(path, readFileSync(path, 'utf8'), { read: () => undefined });
  const { value: graph } = elaborate(compilation, 'DDRNet', { stem_stride: 2 });
  assert.is(summarize(graph!).macs, 1_326_067_968);
  // stem_stride 2 with the pool of 2 leaves a quarter of the height and width.
  const stem = graph!.nodes.find((node) => node.path === 'stem/max_pool')!;
  assert.equal(graph!.values[stem.outputs[0]!]!.shape, [56, 56, 32]);
});

test.run();
