/**
 * The six networks of the paper's Table 6, once by edits of the whole model and once by its parameters: both have exactly
 * the parameters, tensors and multiply-accumulates that they should.
 */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../../src/compiler/compile.ts';
import { summarize } from '../../../src/compiler/summary.ts';
import { ablationsOf, elaborateVariant, fingerprint } from '../../../src/compiler/variants/index.ts';

const PATH = 'specs/ddrnet.spec';

/** Parameters, tensors, and MACs at 224 × 224 and at 64 × 64. */
const TABLE_6: Readonly<Record<string, readonly [number, number, number, number]>> = {
  'DDRNet, all': [435_365, 78, 5_304_221_952, 433_012_992],
  Conv: [1_156, 8, 43_352_192, 3_539_072],
  'Conv + DRDB': [125_444, 58, 1_584_759_040, 129_368_320],
  'Conv + DRDB + CSAB': [139_461, 64, 1_604_845_824, 131_023_104],
  'Conv + GLFEB': [278_820, 22, 3_511_517_440, 286_654_720],
  'Conv + GLFEB + CSAB': [292_837, 28, 3_531_604_224, 288_309_504],
};

const compilation = compile(PATH, readFileSync(PATH, 'utf8'), { read: () => undefined });
const { value: ablations, diagnostics } = ablationsOf(compilation);
const ablationNamed = (name: string) => ablations.find((each) => each.name === name)!;

test('the ablations of DDRNet have nothing wrong', () => {
  assert.equal(diagnostics, []);
  assert.equal(
    ablations.map((each) => each.name),
    ['Table6', 'Table6Switched', 'Blocks'],
  );
});

for (const name of ['Table6', 'Table6Switched']) {
  const ablation = ablationNamed(name);
  const all = [ablation.base, ...ablation.variants];
  test(`${name} has the rows of the table`, () => {
    assert.equal(
      all.map((each) => each.name),
      Object.keys(TABLE_6),
    );
  });
  for (const variant of all) {
    test(`${name}: ${variant.name}`, () => {
      const [parameters, tensors, ...macs] = TABLE_6[variant.name]!;
      for (const [at, size] of [224, 64].entries()) {
        const { value: graph, diagnostics: found } = elaborateVariant(compilation, ablation, variant, { size });
        assert.equal(found, []);
        const summary = summarize(graph!);
        assert.equal([summary.parameters, summary.tensors, summary.macs], [parameters, tensors, macs[at]]);
      }
    });
  }
}

test('edits and parameters make the same networks', () => {
  const [edited, switched] = ['Table6', 'Table6Switched'].map((name) => {
    const ablation = ablationNamed(name);
    return ablation.variants.map((each) => fingerprint(elaborateVariant(compilation, ablation, each).value!));
  });
  assert.equal(edited, switched);
});

test('leaving out one block at a time', () => {
  const ablation = ablationNamed('Blocks');
  const rows = ablation.variants.map((each) => {
    const graph = elaborateVariant(compilation, ablation, each).value!;
    return [each.name, summarize(graph).parameters, summarize(graph).macs];
  });
  assert.equal(rows, [
    ['without local', 292_837, 3_531_604_224],
    ['without features', 139_461, 1_604_845_824],
    ['without refined', 435_365 - 14_017, 5_284_135_168],
  ]);
});

test.run();
