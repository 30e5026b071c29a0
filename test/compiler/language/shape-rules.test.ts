/**
 * Every shape rule with symbols against the same rule with numbers: what it says of symbols holds for the numbers that
 * they stand for, and it refuses nothing with symbols that it takes with numbers.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readArguments } from '../../../src/compiler/evaluate/op-arguments.ts';
import { Session } from '../../../src/compiler/evaluate/session.ts';
import { fromConstant, int, list, type Value } from '../../../src/compiler/evaluate/value.ts';
import type { Constant } from '../../../src/compiler/graph.ts';
import { shapeRules } from '../../../src/compiler/ops/shape/index.ts';
import type { Dims, ShapeResult, ShapeRule } from '../../../src/compiler/ops/shape/rule.ts';
import { type CallableOp, signatures } from '../../../src/compiler/ops/signature/index.ts';
import { Source } from '../../../src/dsl/source.ts';
import { axisSymbol, type Dim, formatShape, integerSymbol, isUnknown } from '../../../src/shared/dim.ts';
import { elementCount } from '../../../src/shared/element-count.ts';
import { evaluateDim, same } from '../../shared/exact-size.ts';

interface Case {
  readonly inputs: readonly (readonly number[])[];
  readonly args: Readonly<Record<string, Constant>>;
}
type Cases = fc.Arbitrary<Case>;

const size = fc.integer({ min: 1, max: 9 });
const image = fc.tuple(size, size, fc.constantFrom(1, 2, 4, 6, 8, 12));
const anyShape = fc.array(size, { minLength: 1, maxLength: 4 });
const small = (least: number, most: number) => fc.integer({ min: least, max: most });
const matrix = fc.array(size, { minLength: 2, maxLength: 4 });
const pair = (least: number, most: number): fc.Arbitrary<Constant> =>
  fc.oneof(small(least, most), fc.tuple(small(least, most), small(least, most)));
const padding: fc.Arbitrary<Constant> = fc.oneof(
  fc.constantFrom('same', 'valid'),
  small(0, 2),
  fc.tuple(small(0, 2), small(0, 2)),
  fc.tuple(fc.tuple(small(0, 2), small(0, 2)), fc.tuple(small(0, 2), small(0, 2))),
);
const axis = small(-4, 3);
const initializer = fc.constantFrom('zeros', 'he_normal(fan_out)', 'normal(0.02)');

/** One input of such a shape, and arguments of which each may be left out when it has a default. */
function unary(
  shape: fc.Arbitrary<readonly number[]>,
  given: Readonly<Record<string, fc.Arbitrary<Constant>>> = {},
  always: readonly string[] = [],
): Cases {
  const args = fc.record(given, { requiredKeys: [...always] });
  return fc.record({ inputs: fc.tuple(shape), args: args as fc.Arbitrary<Readonly<Record<string, Constant>>> });
}

function window(more: Readonly<Record<string, fc.Arbitrary<Constant>>> = {}, always: readonly string[] = []): Cases {
  const common = { kernel: pair(1, 4), stride: pair(1, 3), padding };
  return unary(image, { ...common, ...more }, ['kernel', ...always]);
}

const sequence = fc.tuple(size, fc.constantFrom(1, 2, 4, 6));
const ends: fc.Arbitrary<Constant> = fc.oneof(
  fc.constantFrom('same', 'valid'),
  small(0, 2),
  fc.tuple(small(0, 2), small(0, 2)),
);

function along(more: Readonly<Record<string, fc.Arbitrary<Constant>>>, always: readonly string[] = []): Cases {
  const common = { kernel: small(1, 4), stride: small(1, 3), dilation: small(1, 2), padding: ends };
  return unary(sequence, { ...common, ...more }, ['kernel', ...always]);
}

/** Two shapes that often go together: the second is the first with axes of size 1, or without its first axes. */
const pairOfShapes: fc.Arbitrary<readonly (readonly number[])[]> = anyShape.chain((shape) =>
  fc
    .tuple(small(0, shape.length - 1), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.boolean(), anyShape)
    .map(([cut, ones, other, apart]) => {
      const second = shape.slice(cut).map((each, index) => (ones[index] ? 1 : each));
      return other ? [shape, apart] : [second, shape];
    }),
);
const binary: Cases = fc.record({ inputs: pairOfShapes, args: fc.constant({}) });
const plain = unary(anyShape);
const learned = { scale: fc.boolean(), offset: fc.boolean() };
const reduction = unary(anyShape, { axes: fc.oneof(axis, fc.array(axis, { maxLength: 2 })), keep_axes: fc.boolean() });
const filters = fc.constantFrom(1, 4, 6, 8);

const cases: { readonly [K in CallableOp]: Cases } = {
  conv2d: window({ filters, initializer, dilation: pair(1, 3), groups: fc.constantFrom(1, 1, 2, 3) }, ['filters']),
  weight: fc.record({
    inputs: fc.constant([]),
    args: fc.record({ shape: anyShape, initializer }),
  }),
  constant: fc.record({
    inputs: fc.constant([]),
    args: fc.record({ values: fc.constantFrom<Constant>(1, [1, 2], [[1], [2.5]], [[[0, 1]]]) }),
  }),
  depthwise_conv2d: window({ dilation: pair(1, 3), multiplier: small(1, 3) }),
  conv2d_transpose: window(
    { filters, dilation: pair(1, 2), output_padding: pair(0, 1), groups: fc.constantFrom(1, 2) },
    ['filters'],
  ),
  dense: unary(anyShape, { units: filters, initializer, bias_initializer: initializer }, ['units']),
  matmul: fc
    .tuple(matrix, matrix, fc.record({ transpose_a: fc.boolean(), transpose_b: fc.boolean() }))
    .map(([a, b, args]) => ({ inputs: [a, [a.at(-1)!, b.at(-1)!]], args })),
  max_pool: window({ dilation: pair(1, 2), ceil_mode: fc.boolean() }),
  avg_pool: window({ count_padding: fc.boolean(), ceil_mode: fc.boolean() }),
  conv1d: along({ filters, groups: fc.constantFrom(1, 1, 2) }, ['filters']),
  depthwise_conv1d: along({ multiplier: small(1, 3) }),
  max_pool1d: along({ ceil_mode: fc.boolean() }),
  avg_pool1d: unary(sequence, { kernel: small(1, 4), padding: ends, count_padding: fc.boolean() }, ['kernel']),
  global_avg_pool: unary(fc.oneof(image, sequence)),
  global_max_pool: unary(fc.oneof(image, sequence)),
  adaptive_avg_pool: unary(image, { output: pair(1, 9) }, ['output']),
  adaptive_max_pool: unary(image, { output: pair(1, 9) }, ['output']),
  batch_norm: unary(anyShape, learned),
  group_norm: unary(image, { groups: fc.constantFrom(1, 2, 3, 4), ...learned }, ['groups']),
  instance_norm: unary(image, learned),
  layer_norm: unary(anyShape, learned),
  rms_norm: unary(anyShape, { scale: fc.boolean() }),
  l2_normalize: unary(anyShape, { axis }),
  relu: plain,
  relu6: plain,
  leaky_relu: plain,
  prelu: plain,
  elu: plain,
  gelu: plain,
  silu: plain,
  sigmoid: plain,
  hard_sigmoid: plain,
  hard_swish: plain,
  tanh: plain,
  hard_tanh: plain,
  mish: plain,
  selu: plain,
  softplus: plain,
  softmax: unary(anyShape, { axis }),
  exp: plain,
  log: plain,
  sqrt: plain,
  square: plain,
  abs: plain,
  sin: plain,
  cos: plain,
  power: unary(anyShape, { exponent: fc.constantFrom(-1, 0, 0.5, 3) }, ['exponent']),
  reciprocal: plain,
  clip: unary(anyShape, { low: fc.constantFrom(-1, 0, 0.5), high: fc.constantFrom(0, 0.5, 2) }),
  dropout: unary(
    anyShape,
    { rate: fc.constantFrom(0, 0.2, 0.5), per: fc.constantFrom('element', 'channel', 'example') },
    ['rate'],
  ),
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  maximum: binary,
  minimum: binary,
  affine: plain,
  concat: fc.tuple(anyShape, fc.array(size, { minLength: 1, maxLength: 3 }), axis).map(([shape, sizes, along]) => ({
    inputs: sizes.map((each) => shape.map((old, at) => (at === (along + 4) % shape.length ? each : old))),
    args: { axis: along },
  })),
  split: unary(anyShape, { parts: fc.oneof(small(1, 4), fc.tuple(size, size)), axis }, ['parts']),
  slice: unary(anyShape, { start: small(-4, 4), end: small(-2, 9), axis }, ['start', 'end']),
  reshape: anyShape.chain((shape) => {
    const count = elementCount(shape);
    const divisors = [1, 2, 3, 4, 6, 8].filter((each) => count % each === 0);
    return fc.record({
      inputs: fc.constant([shape]),
      args: fc.constantFrom(...divisors).map((each) => ({ shape: [each, each % 2 === 0 ? -1 : count / each] })),
    });
  }),
  gather: fc
    .tuple(anyShape, small(-4, 3), fc.array(small(-3, 8), { minLength: 1, maxLength: 4 }), small(0, 2))
    .map(([shape, axis, row, rows]) => ({
      inputs: [shape],
      args: { axis, indices: rows === 0 ? row : Array.from({ length: rows }, () => row) },
    })),
  embedding: unary(anyShape, { vocabulary: small(1, 9), width: filters, initializer }, ['vocabulary', 'width']),
  lookup: fc
    .tuple(anyShape, fc.oneof(matrix, anyShape))
    .map(([numbers, table]) => ({ inputs: [numbers, table], args: {} })),
  broadcast_to: fc
    .tuple(anyShape, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), small(0, 3), fc.boolean())
    .map(([shape, ones, cut, wrong]) => ({
      inputs: [shape.slice(Math.min(cut, shape.length - 1)).map((each, at) => (ones[at] ? 1 : each))],
      args: { shape: wrong ? shape.slice(1) : shape },
    })),
  resize: unary(
    image,
    { size: pair(1, 9), method: fc.constantFrom('nearest', 'bilinear'), align_corners: fc.boolean() },
    ['size'],
  ),
  flatten: plain,
  transpose: anyShape.chain((shape) =>
    fc.record({
      inputs: fc.constant([shape]),
      args: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }).map((permutation) => ({ permutation })),
    }),
  ),
  pad: anyShape.chain((shape) =>
    fc.record({
      inputs: fc.constant([shape]),
      args: fc
        .array(fc.tuple(small(0, 2), small(0, 2)), { minLength: shape.length, maxLength: shape.length })
        .map((pads) => ({ pads })),
    }),
  ),
  reduce_mean: reduction,
  reduce_sum: reduction,
  reduce_max: reduction,
  reduce_min: reduction,
  upsample: unary(image, { scale: pair(1, 3), method: fc.constantFrom('nearest', 'bilinear') }),
};

const span = new Source('rule.spec', '').span(0);

/** Runs a rule; the codes of what it reports are what is wrong. */
function run(op: CallableOp, inputs: readonly Dims[], args: Readonly<Record<string, Value>>) {
  const codes: string[] = [];
  const given = new Map(Object.entries(args).map(([name, value]) => [name, { value, span }]));
  const session = new Session(undefined);
  const read = readArguments(session, op, given, span);
  if (read === undefined) throw new Error(`${op}: ${session.diagnostics.map((each) => each.message).join('; ')}`);
  const rule = shapeRules[op] as ShapeRule<CallableOp>;
  const report = (code: string): undefined => void codes.push(code);
  return { result: rule({ op, inputs, args: read, report }), codes };
}

/** Stands for a number where `when` says so. Equal numbers are the same symbol. */
function symbolOf(value: number, when: boolean): Dim {
  if (!when) return value;
  return value >= 1 ? axisSymbol(`s${value}`) : integerSymbol(`m${-value}`);
}

const numbers = Object.fromEntries([
  ...Array.from({ length: 7000 }, (_, value) => [`s${value}`, value]),
  ...Array.from({ length: 10 }, (_, value) => [`m${value}`, -value]),
]);

function symbolic(constant: Constant, when: () => boolean): Value {
  if (typeof constant === 'number' && Number.isInteger(constant)) {
    // -1 in a reshape means more than a number; whoever writes a symbol there means a size.
    return int(symbolOf(constant, when() && constant !== -1));
  }
  if (Array.isArray(constant)) return list(constant.map((each) => symbolic(each, when)));
  return fromConstant(constant);
}

/** Attributes agree where the symbols leave a number. */
function agree(found: unknown, expected: unknown): boolean {
  if (typeof found === 'number') return Number.isNaN(found) || found === expected;
  if (Array.isArray(found)) return found.every((each, index) => agree(each, (expected as unknown[])[index]));
  if (typeof found === 'object' && found !== null) {
    return Object.entries(found).every(([name, each]) => agree(each, (expected as Record<string, unknown>)[name]));
  }
  return found === undefined || found === expected;
}

const test = suite('shape rules');

test('there are cases for every operation', () => {
  assert.equal(Object.keys(cases).sort(), Object.keys(signatures).sort());
});

for (const [op, arbitrary] of Object.entries(cases) as [CallableOp, Cases][]) {
  test(op, () => {
    let taken = 0;
    fc.assert(
      fc.property(arbitrary, fc.infiniteStream(fc.boolean()), ({ inputs, args }, choices) => {
        const when = (): boolean => choices.next().value as boolean;
        const concrete = run(
          op,
          inputs,
          Object.fromEntries(Object.entries(args).map(([k, v]) => [k, fromConstant(v)])),
        );
        const shapes = inputs.map((shape) => shape.map((each) => symbolOf(each, when())));
        const general = run(
          op,
          shapes,
          Object.fromEntries(Object.entries(args).map(([k, v]) => [k, symbolic(v, when)])),
        );
        if (concrete.result === undefined) return;
        taken += 1;
        const where = `${shapes.map(formatShape).join(', ')} for ${inputs.map(formatShape).join(', ')}`;
        assert.equal(general.codes, [], where);
        if (general.result !== undefined) compare(general.result, concrete.result, where);
      }),
      { numRuns: 120 },
    );
    assert.ok(taken > 5, `only ${taken} cases were taken`);
  });
}

function compare(general: ShapeResult<CallableOp>, concrete: ShapeResult<CallableOp>, where: string): void {
  assert.is(general.outputs.length, concrete.outputs.length, where);
  for (const [index, shape] of general.outputs.entries()) {
    const expected = concrete.outputs[index]!;
    const found = `${formatShape(shape)}, not ${formatShape(expected)}: ${where}`;
    assert.is(shape.length, expected.length, found);
    for (const [at, size] of shape.entries()) {
      if (isUnknown(size)) continue;
      assert.ok(same(evaluateDim(size, numbers), evaluateDim(expected[at]!, {})), found);
    }
  }
  assert.ok(agree(general.attributes, concrete.attributes), `${JSON.stringify(general.attributes)}: ${where}`);
}

test.run();
