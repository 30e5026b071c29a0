/** What holds for the difference of any two models. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diffModels } from '../../../src/compiler/diff/diff-models.ts';
import { type DiffPart, isEmptyDiff, type ModelDiff } from '../../../src/compiler/diff/model-diff.ts';
import { allWeights } from '../../../src/compiler/ops/weights/index.ts';
import { edited, graphOf, otherwise, randomModel, textOf } from './random-model.ts';

function partsOf(parts: readonly DiffPart[]): DiffPart[] {
  return parts.flatMap((part) => [part, ...partsOf(part.parts)]);
}

const MIRRORED: Readonly<Record<string, string>> = {
  ...{ added: 'removed', removed: 'added', changed: 'changed' },
  ...{ extracted: 'inlined', inlined: 'extracted', moved: 'moved', renamed: 'renamed' },
};

/** What is told of each part; with the sides exchanged if `mirrored`. Where shapes begin to differ depends on the side. */
function factsOf({ parts }: ModelDiff, mirrored: boolean): string[] {
  const turn = (word: string | undefined) => (mirrored && word !== undefined ? MIRRORED[word] : word);
  return partsOf(parts)
    .filter(({ kind, status, place, attributes, wiring, parameters }) => {
      const told = attributes.length + parameters.length > 0 || wiring !== undefined || place !== undefined;
      return status !== 'changed' || told || kind !== 'layer';
    })
    .map(({ kind, status, old, new: next, place, attributes, wiring, totals }) => {
      const sides = [old?.path, next?.path, totals.old.parameters, totals.new.parameters, wiring?.old, wiring?.new];
      const turned = mirrored ? [sides[1], sides[0], sides[3], sides[2], sides[5], sides[4]] : sides;
      const names = attributes.map(({ name }) => name).sort();
      return JSON.stringify([kind === 'layer' ? 'layer' : 'block', turn(status), turn(place?.kind), names, ...turned]);
    })
    .filter((fact) => !/^\["block","changed",null/.test(fact))
    .sort();
}

test('a model and itself differ in nothing', () => {
  fc.assert(
    fc.property(randomModel, (model) => {
      const diff = diffModels(graphOf(textOf(model)), graphOf(textOf(model)));
      assert.ok(isEmptyDiff(diff) && diff.sameNetwork, JSON.stringify(diff.parts));
    }),
    { numRuns: 50 },
  );
});

test('other names add and remove nothing, and leave the network the same', () => {
  fc.assert(
    fc.property(randomModel, (model) => {
      const diff = diffModels(graphOf(textOf(model)), graphOf(textOf(model, otherwise)));
      assert.equal(
        partsOf(diff.parts).filter(({ status, place }) => status !== 'changed' || place?.kind === 'moved'),
        [],
      );
      assert.ok(diff.sameNetwork);
      assert.equal(
        diff.weights.weights.filter(({ fate }) => fate !== 'kept' && fate !== 'renamed'),
        [],
      );
    }),
    { numRuns: 100 },
  );
});

test('with the sides exchanged everything is the other way round', () => {
  fc.assert(
    fc.property(edited, ([model, other]) => {
      const [a, b] = [graphOf(textOf(model)), graphOf(textOf(other))];
      const [there, back] = [diffModels(a, b), diffModels(b, a)];
      assert.equal(factsOf(back, true), factsOf(there, false));
      assert.equal(back.sameNetwork, there.sameNetwork);
      assert.equal([back.totals.new, back.totals.old], [there.totals.old, there.totals.new]);
    }),
    { numRuns: 150 },
  );
});

test('layers that come and go account for the difference, and every weight has one fate', () => {
  fc.assert(
    fc.property(edited, ([model, other]) => {
      const [a, b] = [graphOf(textOf(model)), graphOf(textOf(other))];
      const { parts, totals, weights } = diffModels(a, b);
      const layers = partsOf(parts).filter(({ kind }) => kind === 'layer');
      const count = (status: string): number => layers.filter((each) => each.status === status).length;
      assert.is(count('added') - count('removed'), totals.new.layers - totals.old.layers);
      assert.equal(
        weights.weights.map(({ path }) => path),
        allWeights(b).map(({ path }) => path),
      );
      const used = weights.weights.flatMap(({ old }) => old?.path ?? []);
      assert.equal(
        [...used, ...weights.gone.map(({ path }) => path)].sort(),
        allWeights(a)
          .map(({ path }) => path)
          .sort(),
      );
    }),
    { numRuns: 100 },
  );
});

test.run();
