/** Budgets: how they are written, what exceeds them, and models that have none. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { excesses, readBudgets, withoutBudget } from '../../../src/cli/diff/budget.ts';
import { compareSides } from '../../../src/cli/diff/compare.ts';
import { WrongUse } from '../../../src/cli/failure.ts';

const test = suite('budgets');

function compared(old: string, next: string) {
  const side = (text: string) => ({
    ...{ label: 'net.spec', model: undefined, root: 'net.spec', files: ['net.spec'] },
    ...{ loader: { read: (path: string) => (path === 'net.spec' ? text : undefined) }, shown: String },
  });
  return compareSides(side(old), side(next), []);
}

const NET = 'model Net(x: [8]) -> [4] {\n  x |> dense(4)\n}\n';
const WIDE = NET.replace('dense(4)', 'dense(16) |> dense(4)');

function refusal(text: string): string {
  try {
    readBudgets([text]);
  } catch (error) {
    if (error instanceof WrongUse) return `${error.message}; ${error.help}`;
    throw error;
  }
  return 'nothing is refused';
}

test('what is no budget is refused, with what was meant', () => {
  assert.match(refusal('parms=+5%'), /^'parms=\+5%' is no budget; did you mean `params`\? write one of params, macs/);
  assert.match(refusal('Params=+5%'), /did you mean `params`\?/);
  assert.match(refusal('params=+5 %'), /^'params=\+5 %' is no budget; write one of params/);
  for (const text of ['macs=+1q', 'params', '', 'toString=+1']) assert.match(refusal(text), /is no budget/);
});

test('what exceeds a budget is told with the most that it allows', () => {
  const [excess, ...others] = excesses(compared(NET, WIDE), readBudgets(['params=+5%', 'layers=+1']));
  assert.equal(others, []);
  assert.is(excess!.message, 'net.spec#Net exceeds its budget of params=+5%: parameters 36 → 212 (+176, +489 %)');
  assert.match(excess!.help, /^at most 37 are allowed; /);
  assert.equal(excesses(compared(WIDE, NET), readBudgets(['params=+0'])), []);
});

test('a model that is new has no budget, which is said', () => {
  const comparison = compared(NET, `${NET}${WIDE.replace('Net', 'Wide')}`);
  const budgets = readBudgets(['params=+0']);
  assert.equal(excesses(comparison, budgets), []);
  assert.equal(withoutBudget(comparison, budgets), [
    'no budget applies to net.spec#Wide: the old side has no such model',
  ]);
  assert.equal(withoutBudget(comparison, []), []);
});

test.run();
