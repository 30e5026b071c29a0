/** Variants as sides of a comparison: with their base, with one another, and what is wrong with a name. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareSides } from '../../../src/cli/diff/compare.ts';
import { openSides } from '../../../src/cli/diff/sides.ts';
import { headOf } from '../../../src/cli/diff/text.ts';
import { WrongUse } from '../../../src/cli/failure.ts';

const test = suite('variants as sides');
const SPEC = 'specs/ddrnet.spec';
/** Parameters of this row of the paper's Table 6. */
const CONV_AND_DRDB = 125_444;

function compared(args: readonly string[], variant: readonly string[]) {
  const sides = openSides(args, { variant });
  const { models, definitions } = compareSides(sides.old, sides.new, []);
  assert.equal(definitions, []);
  const [entry, ...others] = models;
  assert.equal(others, []);
  return { head: headOf(entry!), totals: entry!.diff!.totals };
}

test('one variant is compared with its base, by the counts of the paper', () => {
  const { head, totals } = compared([SPEC], ['Table6/Conv + DRDB']);
  assert.is(head, `${SPEC}#DDRNet (Table6/DDRNet, all) → ${SPEC}#DDRNet (Table6/Conv + DRDB)`);
  assert.is(totals.old.parameters, 435_365);
  assert.is(totals.new.parameters, CONV_AND_DRDB);
});

test('two are compared with one another, by name or slug, of one file or of two', () => {
  const [structural, switched] = ['Table6/Conv + DRDB', 'Table6Switched/conv-drdb'];
  for (const args of [[SPEC], [SPEC, `${SPEC}#DDRNet`]]) {
    const { totals } = compared(args, [structural, switched]);
    assert.is(totals.old.parameters, CONV_AND_DRDB);
    assert.equal(totals.old, totals.new, 'edits of structure and parameters give one network');
  }
});

test('a wrong name, too many, and a folder are told', () => {
  const said = (args: readonly string[], variant: readonly string[]): string => {
    try {
      compared(args, variant);
    } catch (error) {
      assert.instance(error, WrongUse);
      return `${(error as WrongUse).message}; ${(error as WrongUse).help}`;
    }
    return 'nothing';
  };
  assert.match(said([SPEC], ['Conv + DRDB']), /has 2 variants `Conv \+ DRDB`; name one of 'Table6\/Conv \+ DRDB'/);
  assert.match(said([SPEC], ['Table6/Comv + DRDB']), /has no variant .*; did you mean `Table6\/Conv \+ DRDB`\?/);
  assert.match(said([SPEC], ['a', 'b', 'c']), /a comparison has two sides; name at most two variants/);
  assert.match(said(['specs'], ['Conv']), /a variant is of one specification/);
  assert.match(said(['specs/resnet.spec'], ['Conv']), /has no ablation/);
});

test.run();
