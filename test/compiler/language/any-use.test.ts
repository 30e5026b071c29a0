/** The check of a definition refuses no block that some use of it makes sense of. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shapeOf } from '../../../src/compiler/graph.ts';
import { codesOf, graphOf } from './compile-text.ts';

const test = suite('definitions and their uses');

/** What stands around the use; `x` is `[8, 8, 4]`. */
function accepts(definition: string, use: string, shape: readonly number[]): void {
  const text = `${definition}\nmodel M(x: [8, 8, 4]) {\n  ${use}\n}\n`;
  assert.equal(codesOf(text), [], text);
  const graph = graphOf(text);
  assert.equal(shapeOf(graph, graph.outputs[0]!.value), shape);
}

const PARTS = 'block Parts(x: [H, W, C]) {\n  (x |> relu, x |> tanh)\n}\n';
const NAMED = 'block Named(x: [H, W, C]) -> (a: [H, W, C], b: [H, W, C]) {\n  (x |> relu, x |> tanh)\n}\n';
const of = (parameter: string, body: string): string => `block B(${parameter})(x: [H, W, C]) {\n  ${body}\n}`;

test('a layer that is a parameter may make several tensors', () => {
  accepts(PARTS + of('l: layer', '(x |> l)[1]'), 'x |> B(Parts)', [8, 8, 4]);
  accepts(NAMED + of('l: layer', '(x |> l).b'), 'x |> B(Named)', [8, 8, 4]);
  accepts(of('l: layer', 'concat(l(x, 2))'), 'x |> B(split)', [8, 8, 4]);
  accepts(of('l: layer', 'for part in l(x, 2) {\n    x = part\n  }\n  x'), 'x |> B(split)', [8, 8, 2]);
});

test('what a layer that is a parameter makes goes on into blocks, whose promises count', () => {
  const two = 'block Two(x: [H, W, C]) -> [H, W, 2] {\n  x |> conv2d(2, 1)\n}\n';
  accepts(two + of('l: layer', 'x |> l |> Two'), 'x |> B(relu)', [8, 8, 2]);
  const wrong = `block Head(x: [C]) -> [4] {\n  x |> dense(4)\n}\n${of('l: layer', 'x |> l |> Head |> conv2d(2, 1)')}\n`;
  assert.equal(codesOf(wrong), ['wrong-rank']);
});

test('powers, quotients, bounds and sums that are not known make sense', () => {
  accepts(of('p: float', 'x ** p + p / x'), 'x |> B(3)', [8, 8, 4]);
  accepts(of('low: float', 'maximum(x, low) |> clip(low, low + 1)'), 'x |> B(0.5)', [8, 8, 4]);
  accepts(of('n: int', 'x * sum([x for _i in range(n)])'), 'x |> B(2)', [8, 8, 4]);
  accepts(of('n: int', 'x * sum([x |> relu for _i in range(n)])'), 'x |> B(0)', [8, 8, 4]);
  accepts(
    of('per: "element" | "example", rate: float', 'x |> dropout(rate, per: per)'),
    'x |> B("example", 0)',
    [8, 8, 4],
  );
});

test('a function of numbers that is a layer too serves as one', () => {
  accepts(of('l: layer = sqrt', 'x |> l'), 'x |> B', [8, 8, 4]);
  accepts(of('l: layer', 'x |> l'), 'x |> B(abs)', [8, 8, 4]);
  accepts(of('ls: [layer] = [relu, exp]', 'for l in ls {\n    x = x |> l\n  }\n  x'), 'x |> B', [8, 8, 4]);
});

test('a flag that changes the shape', () => {
  const kept = 'y = x |> reduce_mean(axes: [0, 1], keep_axes: k)\n  if k { y |> conv2d(3, 1) } else { y |> dense(3) }';
  accepts(of('k: bool', kept), 'x |> B(true)', [1, 1, 3]);
  accepts(of('k: bool', kept), 'x |> B(false)', [3]);
  accepts(
    'block B(t: bool)(x: [8, 4, C], y: [8, 4, C]) {\n  matmul(x, y, transpose_b: t)\n}',
    'B(x |> slice(0, 4, axis: 1), x |> slice(0, 4, axis: 1), true)',
    [8, 4, 4],
  );
  const cut = 'block B(p: string)(x: [H, W, C]) -> [H - 2, W - 2, 3] {\n  x |> conv2d(3, 3, padding: p)\n}';
  accepts(cut, 'x |> B("valid")', [6, 6, 3]);
});

test('records of branches with other fields', () => {
  const body = 'r = if f { { a: 1 } } else { { b: 2 } }\n  x |> conv2d(if f { r.a } else { r.b }, 1)';
  accepts(of('f: bool', body), 'x |> B(true)', [8, 8, 1]);
  accepts(of('f: bool', body), 'x |> B(false)', [8, 8, 2]);
});

test('a text with something in it that only the use knows', () => {
  const body = 'assert "{n}" == "3"\n  x |> conv2d(if str(n) == "3" { 3 } else { 0 }, 1)';
  accepts(of('n: int', body), 'x |> B(3)', [8, 8, 3]);
});

test('a constant counts once, however many blocks use it', () => {
  const blocks = Array.from(
    { length: 16 },
    (_, at) => `block B${at}(x: [H, W, C]) {\n  x |> conv2d(TABLE[${at + 1}], 1)\n}\n`,
  );
  accepts(`const TABLE = [i * i for i in range(20000)]\n${blocks.join('')}`, 'x |> B1', [8, 8, 4]);
});

test('a list of one size is that one piece, not a number of pieces', () => {
  accepts('', '(x |> split([4]))[0]', [8, 8, 4]);
  accepts('', '(x |> split(4))[0]', [8, 8, 1]);
});

test('a setting names a layer', () => {
  const text =
    'model M(l: layer, ls: [layer] = [])(x: [4]) {\n  for each in ls {\n    x = x |> each\n  }\n  x |> l\n}\n';
  const ops = graphOf(text, { l: 'abs', ls: ['relu', 'tanh'] }).nodes.map((node) => node.op);
  assert.equal(ops, ['input', 'relu', 'tanh', 'abs']);
  assert.throws(() => graphOf(text, { l: 'nothing' }), /must be a layer/);
});

test('formulas that grow without end are given up, not written out', () => {
  accepts(
    'block B(x: [H, W, C]) {\n  n = H + W\n  for _i in range(30) {\n    n = floor(n / 2) + floor(n / 3)\n  }\n  assert n >= 0\n  x\n}',
    'x |> B',
    [8, 8, 4],
  );
  const squares =
    'block B(on: bool)(x: [H, W, C]) {\n  n = H + W + C\n  for _i in range(12) {\n    n = n * n\n  }\n  assert n > 0\n  if on { x } else { x |> relu }\n}\n';
  assert.equal(codesOf(squares), []);
});

test('several `for`s make one list, the first outermost, each with its condition', () => {
  const pairs = 'const PAIRS = [10 * i + j for i in range(3) for j in range(i) if i != 2 or j > 0]\n';
  accepts(`${pairs}block B(x: [H, W, C]) {\n  assert PAIRS == [10, 21]\n  x\n}`, 'x |> B', [8, 8, 4]);
  const tensors = 'block B(n: int)(x: [H, W, C]) {\n  [x |> dense(k) for _ in range(n) for k in [1, 2]] |> concat\n}';
  accepts(tensors, 'x |> B(3)', [8, 8, 9]);
});

test('a tensor tells its sizes', () => {
  const block = 'block B(x: [...S]) {\n  h, w, _c = x.shape\n  x |> reshape([h * w, x.shape[-1]])\n}';
  accepts(block, 'x |> B', [64, 4]);
});

test('an axis of a head may be left open', () => {
  const block = 'block B(filters: int)(x: [_, _, C]) -> [_, _, filters] {\n  x |> conv2d(filters, 3, stride: 2)\n}';
  accepts(block, 'x |> B(2)', [4, 4, 2]);
  assert.equal(codesOf('block B(x: [H, W, C]) -> [_, C] {\n  x |> relu\n}\n'), ['output-shape']);
});

test('a function is worked out once for equal arguments', () => {
  const slow = 'fn slow(n: int) -> int {\n  total = 0\n  for i in range(1000) {\n    total += i * n\n  }\n  total\n}\n';
  const block = 'block B(x: [H, W, C]) {\n  x + sum([slow(n % 2) for n in range(2 * H * 100)])\n}';
  accepts(`${slow}${block}`, 'x |> B', [8, 8, 4]);
});

const lists = (inputs: string, body: string): string => `block B(${inputs}) {\n  ${body}\n}`;

test('a list of tensors as an input', () => {
  accepts(lists('xs: [[H, W, C]]', 'concat(xs)'), 'B([x, x, x])', [8, 8, 12]);
  accepts(lists('xs: [[_, _, C]]', 'concat([y |> global_avg_pool for y in xs])'), '[x, x |> max_pool(2)] |> B', [8]);
  accepts(lists('xs: [[...S]]', 'sum(xs) / len(xs)'), 'B([x, x + 1])', [8, 8, 4]);
  accepts(lists('xs: [[_, _, _]]', 'for y in xs[1:] {\n    assert y.shape[0] == 8\n  }\n  xs[0]'), 'B([x])', [8, 8, 4]);
  accepts(lists('xs: [[H, W, _]]', 'a, b = xs\n  concat([b, a])'), 'B([x, x |> conv2d(2, 1)])', [8, 8, 6]);
  accepts(lists('xs: [[H, W, _]]', 'xs += xs[-1] |> conv2d(1, 1)\n  xs |> concat'), 'B([x, x])', [8, 8, 9]);
  accepts(lists('xs: [[8, 8, C]], y: [H, W, C]', 'reverse(xs)[0] + y'), 'B(y: x, xs: [x, x |> relu])', [8, 8, 4]);
  accepts(lists('xs: [[H, W, C]]', 'sum([i * y for i, y in xs])'), 'B([x] * 3)', [8, 8, 4]);
  accepts(
    lists('xs: [[H, W, C]], ys: [[2 * H, W, C]]', 'xs[0] + (ys[0] |> max_pool([2, 1]))'),
    'B([x |> max_pool([2, 1])], [x])',
    [4, 8, 4],
  );
});

test('sums of lists of unknown length make sense, those of no tensors too', () => {
  accepts(lists('xs: [[H, W, C]]', 'xs[0] + sum(xs[1:])'), 'B([x])', [8, 8, 4]);
  accepts(lists('xs: [[H, W, C]]', 'xs[0] * sum([y for y in xs if len(xs) > 2])'), 'B([x, x])', [8, 8, 4]);
  accepts(lists('xs: [[H, W, C]]', 'concat([y for y in xs + xs])'), 'B([x])', [8, 8, 8]);
});

test('what a block with several outputs makes is a list where one is wanted', () => {
  const all = lists('xs: [[H, W, C]]', 'concat(xs)');
  accepts(PARTS + all, 'x |> Parts |> B', [8, 8, 8]);
  accepts(NAMED + all, 'B(Named(x))', [8, 8, 8]);
  accepts(NAMED + all, 'B(xs: Named(x))', [8, 8, 8]);
  accepts(all, 'x |> split(2) |> B', [8, 8, 4]);
});

test('a block that takes a list is a layer as any other', () => {
  const all = 'block B(width: int)(xs: [[H, W, _]]) -> [H, W, width] {\n  xs |> concat |> conv2d(width, 1)\n}\n';
  accepts(`${all}block Use(l: layer)(x: [H, W, C]) {\n  l([x, x], 3)\n}`, 'x |> Use(B)', [8, 8, 3]);
  accepts(`${all}block Use(l: layer)(x: [H, W, C]) {\n  [x, x] |> l\n}`, 'x |> Use(B(5))', [8, 8, 5]);
  accepts(`${all}block Use(xs: [[H, W, C]]) {\n  xs |> B(2)\n}`, 'Use([x])', [8, 8, 2]);
  accepts(
    `${all}block Add(x: [H, W, C], more: [[H, W, C]]) {\n  x + sum(more)\n}`,
    'x |> Add(more: [x, x])',
    [8, 8, 4],
  );
  const captured = 'block Add(x: [H, W, C], more: [[H, W, C]]) {\n  x + sum(more)\n}';
  accepts(captured, 'joined = Add(more: [x, x])\n  x |> joined', [8, 8, 4]);
  const widths =
    'block B(widths: [int])(xs: [[H, W, _]]) {\n  concat([y |> conv2d(w, 1) for [y, w] in zip(xs, widths)])\n}';
  accepts(widths, '[x, x] |> B([3, 4])', [8, 8, 7]);
  accepts(widths, 'unit = B([3, 4])\n  unit([x, x])', [8, 8, 7]);
  accepts(widths, 'B([x, x], [3, 4])', [8, 8, 7]);
});

test('a list whose length depends on the use can end a body', () => {
  const made = 'block B(widths: [int])(x: [H, W, C]) {\n  [x |> conv2d(w, 1) for w in widths]\n}';
  accepts(made, 'x |> B([3, 4]) |> concat', [8, 8, 7]);
  const two =
    'block B(widths: [int])(x: [H, W, C]) -> (a: [H, W, 3], b: [H, W, _]) {\n  [x |> conv2d(w, 1) for w in widths]\n}';
  accepts(two, '(x |> B([3, 4])).b', [8, 8, 4]);
});

test.run();
