/**
 * Symbolic sizes against exact arithmetic: an expression worked out with symbols, written as text, read back by the
 * language's own parser and evaluated at numbers must be what direct arithmetic with these numbers gives.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Expression } from '../../src/dsl/ast.ts';
import * as dim from '../../src/shared/dim.ts';
import {
  ceilOf,
  evaluateDim,
  exact,
  floorOf,
  less,
  type Operator,
  type Rational,
  rational,
  readExpression,
  same,
  text,
  Undefined,
} from './exact-size.ts';

const rounded = { floor: dim.floor, ceil: dim.ceil };
const symbolic = { '+': dim.add, '-': dim.sub, '*': dim.mul, '/': dim.div, '%': dim.mod, min: dim.min, max: dim.max };

/** H, W and C are sizes; n is an integer of which nothing is known. */
type Bindings = Readonly<Record<'H' | 'W' | 'C' | 'n', number>>;

const size = fc.integer({ min: 1, max: 12 });
const bindings: fc.Arbitrary<Bindings> = fc.record({ H: size, W: size, C: size, n: fc.integer({ min: -6, max: 9 }) });

type Tree =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'symbol'; readonly name: keyof Bindings }
  | { readonly kind: 'rounding'; readonly way: 'floor' | 'ceil'; readonly operand: Tree }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Tree; readonly right: Tree };

const { tree } = fc.letrec<{ tree: Tree; leaf: Tree }>((tie) => ({
  leaf: fc.oneof(
    fc.record({ kind: fc.constant('number' as const), value: fc.integer({ min: -3, max: 9 }) }),
    fc.record({ kind: fc.constant('symbol' as const), name: fc.constantFrom('H', 'W', 'C', 'n') }),
  ),
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.record({
      kind: fc.constant('binary' as const),
      operator: fc.constantFrom<Operator>('+', '-', '*', '+', '-', '*', '/', '%', 'min', 'max'),
      left: tie('tree'),
      right: tie('tree'),
    }),
    fc.record({
      kind: fc.constant('rounding' as const),
      way: fc.constantFrom('floor', 'ceil'),
      operand: fc.oneof(
        tie('tree'),
        fc.record({
          kind: fc.constant('binary' as const),
          operator: fc.constant('/' as const),
          left: tie('tree'),
          right: fc.record({ kind: fc.constant('number' as const), value: fc.integer({ min: 1, max: 6 }) }),
        }),
      ),
    }),
  ),
}));

function toDim(of: Tree): dim.Dim {
  switch (of.kind) {
    case 'number':
      return of.value;
    case 'symbol':
      return of.name === 'n' ? dim.integerSymbol('n') : dim.axisSymbol(of.name);
    case 'rounding':
      return rounded[of.way](toDim(of.operand));
    case 'binary': {
      const [left, right] = [toDim(of.left), toDim(of.right)];
      // What divides by zero for all bindings is not asked of the arithmetic: the language reports it before.
      if ((of.operator === '/' || of.operator === '%') && right === 0) throw new Undefined();
      return symbolic[of.operator](left, right);
    }
  }
}

function toRational(of: Tree, at: Bindings): Rational {
  switch (of.kind) {
    case 'number':
      return rational(BigInt(of.value));
    case 'symbol':
      return rational(BigInt(at[of.name]));
    case 'rounding':
      return (of.way === 'floor' ? floorOf : ceilOf)(toRational(of.operand, at));
    case 'binary':
      return exact[of.operator](toRational(of.left, at), toRational(of.right, at));
  }
}

/** Runs a property where nothing divides by zero. */
function unlessUndefined(property: () => void): void {
  try {
    property();
  } catch (error) {
    if (!(error instanceof Undefined)) throw error;
    fc.pre(false);
  }
}

const options = { numRuns: 1500 };
const test = suite('sizes');

test('symbolic arithmetic agrees with arithmetic at any numbers', () => {
  fc.assert(
    fc.property(tree, bindings, (expression, at) => {
      unlessUndefined(() => {
        const expected = toRational(expression, at);
        const found = toDim(expression);
        if (dim.isUnknown(found)) return;
        const value = evaluateDim(found, at);
        assert.ok(same(value, expected), `${dim.format(found)} is ${text(value)}, not ${text(expected)}`);
      });
    }),
    options,
  );
});

test('what is written reads back as the same size', () => {
  fc.assert(
    fc.property(tree, (expression) => {
      unlessUndefined(() => {
        const found = toDim(expression);
        if (typeof found === 'number' || dim.isUnknown(found)) return;
        const again = rebuild(readExpression(dim.format(found)));
        assert.is(dim.isEqual(again, found), true, `${dim.format(found)} became ${dim.format(again)}`);
      });
    }),
    options,
  );
});

test('the same size has the same answers, in whatever order its terms were added', () => {
  const [H, W, n] = [dim.axisSymbol('H'), dim.axisSymbol('W'), dim.integerSymbol('n')];
  const remainders: dim.Dim[] = [
    dim.mod(dim.mod(0, dim.add(W, H)), H),
    dim.mod(dim.sub(0, dim.floor(dim.div(H, 2))), H),
    dim.max(dim.mod(dim.mod(H, 2), H), n),
  ];
  for (const size of remainders) {
    const again = rebuild(readExpression(dim.format(size)));
    assert.is(dim.isEqual(again, size), true);
    for (const [a, b] of [
      [size, 0],
      [0, size],
      [dim.mul(size, -1), 0],
      [size, H],
    ] as const) {
      const [x, y] = [a, b].map((each) => (each === size ? again : each)) as [dim.Dim, dim.Dim];
      assert.is(dim.isLess(x, y), dim.isLess(a, b), `${dim.format(a)} and ${dim.format(b)}`);
      assert.is(dim.format(dim.max(x, y)), dim.format(dim.max(a, b)));
      assert.is(dim.format(dim.min(x, y)), dim.format(dim.min(a, b)));
    }
  }
  // A remainder is never negative: found where the outer rounding is bounded before what it is made of.
  assert.is(dim.isLess(dim.mod(dim.sub(0, dim.floor(dim.div(H, 2))), H), 0), false);
});

/** A size from the expression that its text is. */
function rebuild(expression: Expression): dim.Dim {
  switch (expression.kind) {
    case 'int':
      return expression.value;
    case 'name':
      return expression.text === 'n' ? dim.integerSymbol('n') : dim.axisSymbol(expression.text);
    case 'unary':
      return dim.sub(0, rebuild(expression.operand));
    case 'binary': {
      const [left, right] = [rebuild(expression.left), rebuild(expression.right)];
      if (expression.operator !== '**') return symbolic[expression.operator as Operator](left, right);
      return dim.product(Array.from({ length: right as number }, () => left));
    }
    case 'call': {
      const [first, second] = expression.arguments.map((each) => rebuild(each.value));
      const name = (expression.callee as { text: string }).text as 'floor' | 'ceil' | 'min' | 'max';
      return name === 'floor' || name === 'ceil' ? rounded[name](first!) : symbolic[name](first!, second!);
    }
    default:
      throw new Error(`${expression.kind} in the text of a size`);
  }
}

test('no answer contradicts any numbers', () => {
  let decided = 0;
  fc.assert(
    fc.property(tree, tree, fc.array(bindings, { minLength: 8, maxLength: 8 }), (left, right, all) => {
      unlessUndefined(() => {
        const [a, b] = [toDim(left), toDim(right)];
        const answers = { equal: dim.isEqual(a, b), less: dim.isLess(a, b) };
        if (answers.equal !== undefined || answers.less !== undefined) decided += 1;
        for (const at of all) {
          const [x, y] = [toRational(left, at), toRational(right, at)];
          const where = `${dim.format(a)} and ${dim.format(b)} at ${JSON.stringify(at)}: ${text(x)}, ${text(y)}`;
          if (answers.equal !== undefined) assert.is(same(x, y), answers.equal, `equal: ${where}`);
          if (answers.less !== undefined) assert.is(less(x, y), answers.less, `less: ${where}`);
        }
      });
    }),
    options,
  );
  assert.ok(decided > 100, `only ${decided} questions were decided`);
});

test('what divides, divides at any numbers', () => {
  const smaller: fc.Arbitrary<Tree> = fc.oneof(
    fc.record({ kind: fc.constant('symbol' as const), name: fc.constantFrom('H' as const, 'C' as const) }),
    fc.record({ kind: fc.constant('number' as const), value: fc.integer({ min: 1, max: 6 }) }),
    tree,
  );
  let decided = 0;
  fc.assert(
    fc.property(smaller, tree, fc.array(bindings, { minLength: 8, maxLength: 8 }), (divisor, of, all) => {
      unlessUndefined(() => {
        const [b, a] = [toDim(divisor), toDim(of)];
        if (b === 0) return;
        const answer = dim.divides(b, a);
        if (answer !== undefined) decided += 1;
        for (const at of all) {
          // Only sizes are asked about, and these are whole.
          const [x, y] = [toRational(of, at), toRational(divisor, at)];
          if (answer === undefined || y.n === 0n || x.d !== 1n || y.d !== 1n) continue;
          const where = `${dim.format(a)} by ${dim.format(b)} at ${JSON.stringify(at)}: ${text(x)}, ${text(y)}`;
          assert.is(exact['/'](x, y).d === 1n, answer, where);
        }
      });
    }),
    options,
  );
  assert.ok(decided > 100, `only ${decided} questions were decided`);
});

test('texts as a person would write them', () => {
  const [H, C, n] = [dim.axisSymbol('H'), dim.axisSymbol('C'), dim.integerSymbol('n')];
  const written: [dim.Dim, string][] = [
    [dim.add(dim.mul(2, C), 1), '2*C + 1'],
    [dim.div(H, 2), 'H/2'],
    [dim.div(dim.add(H, 1), 2), '(H + 1) / 2'],
    [dim.floor(dim.div(dim.add(H, 1), 2)), 'floor((H + 1) / 2)'],
    [dim.ceil(dim.div(H, 2)), 'floor((H + 1) / 2)'],
    [dim.mul(C, C), 'C**2'],
    [dim.sub(1, C), '-C + 1'],
    [dim.div(C, n), 'C/n'],
    [dim.mul(dim.div(C, n), n), 'C'],
    [dim.div(C, dim.add(n, 1)), '(C / (n + 1))'],
    [dim.max(n, 1), 'max(n, 1)'],
    [dim.max(C, 1), 'C'],
    [dim.unknownDim(), '?'],
  ];
  for (const [size, expected] of written) assert.is(dim.format(size), expected);
});

test('certain differences between sizes are found', () => {
  const [H, C] = [dim.axisSymbol('H'), dim.axisSymbol('C')];
  assert.is(dim.isEqual(C, dim.mul(2, C)), false);
  assert.is(dim.isEqual(H, dim.add(H, 1)), false);
  assert.is(dim.isEqual(H, dim.floor(dim.div(H, 2))), false);
  // One row stays one row with a stride of 2.
  assert.is(dim.isEqual(H, dim.ceil(dim.div(H, 2))), undefined);
  assert.is(dim.isEqual(H, C), undefined);
  assert.is(dim.isEqual(dim.unknownDim(), dim.unknownDim()), undefined);
  assert.is(dim.isLess(C, 1), false);
  assert.is(dim.isLess(dim.floor(dim.div(H, 3)), H), true);
  assert.is(dim.isLess(dim.unknownInteger(), 1), undefined);
});

test('bounds of fractions are exact', () => {
  const H = dim.axisSymbol('H');
  // 2 at 7 rows, though 7/6 + 5/6 is a little less than 2 when each is rounded
  const pooled = dim.ceil(dim.div(dim.min(7, H), 6));
  assert.is(dim.isLess(pooled, 2), undefined);
  assert.is(dim.isEqual(pooled, 2), undefined);
  assert.is(dim.isLess(pooled, 3), true);
});

test('what is made of different unknowns is not known to be the same', () => {
  const [a, b] = [dim.unknownInteger(), dim.unknownInteger()];
  for (const make of [
    (d: dim.Dim) => dim.floor(dim.div(d, 2)),
    (d: dim.Dim) => dim.max(d, 3),
    (d: dim.Dim) => dim.min(d, 3),
  ]) {
    assert.is(dim.isEqual(make(a), make(b)), undefined);
    assert.is(dim.isEqual(make(a), dim.add(make(b), 1)), undefined);
    assert.is(dim.isEqual(make(a), make(a)), true);
    assert.not.match(dim.format(make(a)), /\d\d|\?\d/);
  }
});

test.run();
