/** From source to graph: paths, scopes, what is kept, and how values of the language turn into layers. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Graph, modelOf, shapeOf } from '../../../src/compiler/graph.ts';
import { codesOf, graphOf, messagesOf, pathsOf, problemsOf } from './compile-text.ts';

const model = (body: string, input = '[8, 8, 4]'): string => `model M(x: ${input}) {\n  ${body}\n}\n`;

const UNIT = 'block Unit(x: [H, W, C]) -> [H, W, C] {\n  x |> conv2d(C, 3) |> relu\n}\n';

function outputShapes(graph: Graph): Record<string, readonly number[]> {
  return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, shapeOf(graph, value)]));
}

const paths = suite('paths');

paths('a layer without a name has that of its operation; the next of the name in its scope is numbered', () => {
  const graph = graphOf(model('x |> relu |> conv2d(4, 3) |> relu |> relu'));
  assert.equal(pathsOf(graph), ['relu', 'conv2d', 'relu[1]', 'relu[2]']);
});

paths('a result of one call gives its name to the call, a result of several is a scope', () => {
  const graph = graphOf(model('stem = x |> conv2d(4, 3)\n  deep = stem |> conv2d(4, 3) |> relu\n  deep |> tanh'));
  assert.equal(pathsOf(graph), ['stem', 'deep/conv2d', 'deep/relu', 'tanh']);
});

paths('a use of a block is a scope of its name, or of the result that it is', () => {
  const graph = graphOf(`${UNIT}${model('x = x |> Unit |> Unit\n  local = x |> Unit\n  local')}`);
  assert.equal(pathsOf(graph), [
    'Unit/conv2d',
    'Unit/relu',
    'Unit[1]/conv2d',
    'Unit[1]/relu',
    'local/conv2d',
    'local/relu',
  ]);
});

paths('a name that is assigned again names no result', () => {
  const graph = graphOf(model('y = x |> relu\n  y = y |> conv2d(4, 3)\n  y = y |> conv2d(4, 3)\n  y'));
  assert.equal(pathsOf(graph), ['relu', 'conv2d', 'conv2d[1]']);
});

paths('in a loop the first is numbered too', () => {
  const graph = graphOf(`${UNIT}${model('for _i in range(2) {\n    x = x |> Unit\n  }\n  x |> relu')}`);
  assert.equal(pathsOf(graph), ['Unit[0]/conv2d', 'Unit[0]/relu', 'Unit[1]/conv2d', 'Unit[1]/relu', 'relu']);
});

paths('a name in a loop is numbered with it', () => {
  const graph = graphOf(
    model('for d in [1, 2] {\n    y = x |> conv2d(4, 3, dilation: d) |> relu\n    x = x + y\n  }\n  x'),
  );
  assert.equal(pathsOf(graph), ['y[0]/conv2d', 'y[0]/relu', 'add[0]', 'y[1]/conv2d', 'y[1]/relu', 'add[1]']);
});

paths('elements of a comprehension are numbered', () => {
  const graph = graphOf(model('concat([x |> conv2d(2, k) for k in [1, 3, 5]])'));
  assert.equal(pathsOf(graph), ['conv2d[0]', 'conv2d[1]', 'conv2d[2]', 'concat']);
});

paths('a model that is one block has no scope for it', () => {
  const graph = graphOf(`${UNIT}${model('x |> Unit')}`);
  assert.equal(pathsOf(graph), ['conv2d', 'relu']);
});

paths('are unique', () => {
  const graph = graphOf(
    `${UNIT}${model('conv = x |> conv2d(4, 3)\n  for i in range(3) {\n    conv = conv |> Unit\n    if i > 0 {\n      conv = conv |> relu\n    }\n  }\n  conv + (x |> Unit)')}`,
  );
  const all = graph.nodes.map((node) => node.path);
  assert.is(new Set(all).size, all.length, all.join(' '));
});

paths.run();

const graphs = suite('graphs');

graphs('what no output needs is left out, inputs are not', () => {
  const graph = graphOf('model M(x: [8, 8, 4], y: [3]) {\n  _lost = x |> conv2d(64, 3) |> relu\n  x |> tanh\n}\n');
  assert.equal(
    graph.nodes.map((node) => node.op),
    ['input', 'input', 'tanh'],
  );
  assert.equal(
    graph.inputs.map((each) => each.name),
    ['x', 'y'],
  );
  for (const [id, node] of graph.nodes.entries()) {
    assert.is(node.id, id);
    for (const output of node.outputs) assert.is(graph.values[output]!.node, id);
  }
});

graphs('nodes stand after what they need', () => {
  const graph = graphOf(`${UNIT}${model('a = x |> Unit\n  b = a |> Unit\n  a + b |> Unit')}`);
  for (const node of graph.nodes) for (const input of node.inputs) assert.ok(graph.values[input]!.node < node.id);
});

graphs('a use of a block keeps its parameters, inputs, outputs and documentation', () => {
  const graph = graphOf(
    '/// Fuses two.\nblock Fuse(width: int, kernels: [int] = [1, 3], unit: layer = relu)(a: [H, W, C], b: [H, W, D]) -> (sum: [H, W, width], all: [H, W, C + D]) {\n' +
      '  y = a |> conv2d(width, kernels[0])\n  z = b |> conv2d(width, kernels[1])\n  (y + z |> unit, concat([a, b]))\n}\n' +
      'model M(size: int = 8, rate: float = 0.5)(x: [size, size, 4]) {\n  fused = Fuse(x, x |> relu, 6)\n  fused.sum |> dropout(rate) |> conv2d(8, 1) |> tanh |> add(fused.all)\n}\n',
  );
  const use = graph.scopes.find((scope) => scope.path === 'fused/Fuse')!.block!;
  assert.is(use.name, 'Fuse');
  assert.is(use.doc, 'Fuses two.');
  assert.equal(use.parameters, { width: 6, kernels: [1, 3], unit: 'relu' });
  assert.equal(
    use.inputs.map((each) => [each.name, shapeOf(graph, each.value)]),
    [
      ['a', [8, 8, 4]],
      ['b', [8, 8, 4]],
    ],
  );
  assert.equal(
    use.outputs.map((each) => [each.name, shapeOf(graph, each.value)]),
    [
      ['sum', [8, 8, 6]],
      ['all', [8, 8, 8]],
    ],
  );
  assert.equal(modelOf(graph).parameters, { size: 8, rate: 0.5 });
});

graphs('a list of tensors goes into a use as its elements, by their places', () => {
  const graph = graphOf(
    'block Fuse(x: [H, W, C], levels: [[_, _, _]]) -> [H, W, C] {\n' +
      '  x + sum([level |> conv2d(C, 1) |> resize([H, W]) for level in levels])\n}\n' +
      'model M(x: [8, 8, 4]) {\n  low = x |> max_pool(2)\n  fused = x |> Fuse([low, x])\n  Fuse(fused, levels: [low])\n}\n',
  );
  assert.equal(pathsOf(graph), [
    'low',
    ...['fused/conv2d[0]', 'fused/resize[0]', 'fused/conv2d[1]', 'fused/resize[1]', 'fused/add', 'fused/add[1]'],
    ...['Fuse/conv2d[0]', 'Fuse/resize[0]', 'Fuse/add'],
  ]);
  const uses = graph.scopes.flatMap(({ block }) => (block?.name === 'Fuse' ? [block] : []));
  assert.equal(
    uses.map(({ inputs }) => inputs.map(({ name, list, value }) => [name, list, shapeOf(graph, value)])),
    [
      [
        ['x', undefined, [8, 8, 4]],
        ['levels[0]', 'levels', [4, 4, 4]],
        ['levels[1]', 'levels', [8, 8, 4]],
      ],
      [
        ['x', undefined, [8, 8, 4]],
        ['levels[0]', 'levels', [4, 4, 4]],
      ],
    ],
  );
});

graphs('are the same every time', () => {
  const text = `${UNIT}${model('features = []\n  for _i in range(3) {\n    x = x |> Unit\n    features += x\n  }\n  concat(features)')}`;
  const plain = (graph: Graph): string =>
    JSON.stringify(graph, (key, value) => (key === 'span' || key === 'definition' ? undefined : value));
  assert.is(plain(graphOf(text)), plain(graphOf(text)));
});

graphs('several outputs are named as declared, as their fields, or by their place', () => {
  const declared =
    'model M(x: [8, 8, 4]) -> (small: [4, 4, 4], flat: [4]) {\n  (x |> max_pool(2), x |> global_avg_pool)\n}\n';
  assert.equal(outputShapes(graphOf(declared)), { small: [4, 4, 4], flat: [4] });
  const fields = model('{ small: x |> max_pool(2), flat: x |> global_avg_pool }');
  assert.equal(outputShapes(graphOf(fields)), { small: [4, 4, 4], flat: [4] });
  assert.equal(outputShapes(graphOf(model('(x |> max_pool(2), x |> relu)'))), {
    output0: [4, 4, 4],
    output1: [8, 8, 4],
  });
  assert.equal(outputShapes(graphOf(model('x |> relu'))), { output: [8, 8, 4] });
});

graphs.run();

const values = suite('values');

values('results are taken apart by place and by field', () => {
  const two = 'block Two(x: [H, W, C]) -> (left: [H, W, C], right: [H, W, 1]) {\n  (x |> relu, x |> conv2d(1, 1))\n}\n';
  assert.equal(outputShapes(graphOf(`${two}${model('a, b = x |> Two\n  a * b')}`)), { output: [8, 8, 4] });
  assert.equal(outputShapes(graphOf(`${two}${model('both = x |> Two\n  both.right')}`)), { output: [8, 8, 1] });
  const inferred = 'block Two(x: [H, W, C]) {\n  (x |> relu, x |> conv2d(1, 1))\n}\n';
  assert.equal(outputShapes(graphOf(`${inferred}${model('both = x |> Two\n  both[1]')}`)), { output: [8, 8, 1] });
});

values('`if` is a value, and only the branch that is taken makes layers', () => {
  const text =
    'model M(deep: bool = true, n: int = 2)(x: [8, 8, 4]) {\n  y = if deep { x |> conv2d(4, 3) } else { x }\n  if n > 2 { y |> relu } else if n == 2 { y |> tanh } else { y |> sigmoid }\n}\n';
  assert.equal(pathsOf(graphOf(text)), ['y', 'tanh']);
  assert.equal(pathsOf(graphOf(text, { deep: false, n: 1 })), ['sigmoid']);
  assert.equal(pathsOf(graphOf(text, { n: 3 })), ['y', 'relu']);
});

values('layers are values: blocks, layers of the language, and choices among them', () => {
  const text = `${UNIT}block Twice(unit: layer)(x: [H, W, C]) {\n  x |> unit |> unit\n}\nmodel M(plain: bool = false)(x: [8, 8, 4]) {\n  x |> Twice(if plain { relu } else { Unit })\n}\n`;
  assert.equal(pathsOf(graphOf(text, { plain: true })), ['relu', 'relu[1]']);
  assert.equal(pathsOf(graphOf(text)), ['Unit/conv2d', 'Unit/relu', 'Unit[1]/conv2d', 'Unit[1]/relu']);
});

values('defaults may refer to earlier parameters, constants and functions', () => {
  const text =
    'const BASE = 3\nfn twice(n: int) -> int = 2 * n\nblock B(width: int = BASE, wide: int = twice(width), list: [int] = [width, wide])(x: [H, W, C]) -> [H, W, wide] {\n  x |> conv2d(list[0], 1) |> conv2d(list[1], 1)\n}\n';
  assert.equal(outputShapes(graphOf(`${text}${model('x |> B')}`)), { output: [8, 8, 6] });
  assert.equal(outputShapes(graphOf(`${text}${model('x |> B(5)')}`)), { output: [8, 8, 10] });
  assert.equal(outputShapes(graphOf(`${text}${model('x |> B(5, wide: 7)')}`)), { output: [8, 8, 7] });
});

values('`...S` stands for any number of axes', () => {
  const text = 'block Scale(x: [...S, C]) -> [...S, C] {\n  x * (x |> dense(C))\n}\n';
  for (const shape of ['[4]', '[8, 4]', '[2, 3, 4]']) {
    assert.equal(outputShapes(graphOf(`${text}${model('x |> Scale', shape)}`)), { output: JSON.parse(shape) });
  }
  const last = 'block Last(x: [...S, C]) -> [C, ...S] {\n  x\n}\n';
  assert.equal(messagesOf(problemsOf(`${last}${model('x |> Last', '[2, 3]')}`)), [
    '2:3 output-shape: `Last` promises [C, ...S] = [3, 2], but its body makes [2, 3]',
  ]);
});

values('numbers of the language', () => {
  const rows: [string, unknown][] = [
    ['7 / 2', 3.5],
    ['8 / 2', 4],
    ['floor(-7 / 2)', -4],
    ['ceil(7 / 2)', 4],
    ['round(2.5)', 3],
    ['-7 % 4', 1],
    ['2 ** 10', 1024],
    ['-2 ** 2', -4],
    ['min(3, 1, 2)', 1],
    ['max([3, 1, 2])', 3],
    ['sum([1, 2, 3])', 6],
    ['len(range(2, 10, 3))', 3],
    ['round(sqrt(16))', 4],
    ['abs(-3)', 3],
    ['[1, 2] + [3]', [1, 2, 3]],
    ['[0] * 3', [0, 0, 0]],
    ['[i * i for i in range(5) if i % 2 == 0]', [0, 4, 16]],
    ['[i + v for i, v in [5, 6]]', [5, 7]],
    ['reverse([1, 2, 3])', [3, 2, 1]],
    ['[p[0] * p[1] for p in zip([1, 2], [3, 4])]', [3, 8]],
    ['{ width: 3, deep: true }.width', 3],
    ['[1, 2, 3][-1]', 3],
    ['"{1 + 1} and {[true]}"', '2 and [true]'],
    ['str(0.5)', '0.5'],
    ['3 in [1, 2, 3] and not (4 in [1])', true],
    ['1 < 2 or 1 / 0 > 1', true],
    ['"a" == "a"', true],
    ['[1, 2] == [1, 2.0]', true],
    ['if 3 > 2 { "yes" } else { "no" }', 'yes'],
  ];
  for (const [expression, expected] of rows) {
    const text = `block Keep(value: ${typeOf(expected)})(x: [C]) {\n  assert len([value]) == 1\n  x |> relu\n}\nmodel M(x: [3]) {\n  y = x |> tanh\n  y |> Keep(${expression})\n}\n`;
    const use = graphOf(text).scopes.find((scope) => scope.block?.name === 'Keep')!.block!;
    assert.equal(use.parameters['value'], expected, expression);
  }
});

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return '[int]';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

values('tensors and numbers', () => {
  const graph = graphOf(model('a = 2 * x + 1\n  b = 1 - a\n  c = -b / 4\n  (c ** 2) ** 0.5', '[4]'));
  const affine = graph.nodes.flatMap((node) => (node.op === 'affine' ? [Object.values(node.attributes)] : []));
  assert.equal(affine, [
    [2, 0],
    [1, 1],
    [-1, 1],
    [-1, 0],
    [0.25, 0],
  ]);
  assert.equal(
    graph.nodes.slice(-2).map((node) => node.op),
    ['square', 'sqrt'],
  );
});

values('powers, reciprocals, bounds and sums of tensors', () => {
  const ops = (body: string): unknown =>
    graphOf(model(body, '[4]'))
      .nodes.slice(1)
      .map(({ op, attributes }) => [op, ...Object.values(attributes)]);
  assert.equal(ops('x ** 3'), [['power', 3]]);
  assert.equal(ops('x ** -0.5'), [['power', -0.5]]);
  assert.equal(ops('1 / x'), [['reciprocal']]);
  assert.equal(ops('3 / x'), [['reciprocal'], ['affine', 3, 0]]);
  assert.equal(ops('maximum(x, 0.5)'), [['clip', 0.5, null]]);
  assert.equal(ops('minimum(2, x)'), [['clip', null, 2]]);
  assert.equal(ops('x |> clip(high: 1)'), [['clip', null, 1]]);
  assert.equal(ops('sum([x, 1, x])'), [['affine', 1, 1], ['add']]);
  assert.equal(ops('x + sum([])'), [['affine', 1, 0]]);
  assert.equal(ops('x * cos(pi()) |> sin'), [['affine', -1, 0], ['sin']]);
});

values('`max` and `abs` are layers for tensors and functions for numbers', () => {
  assert.equal(pathsOf(graphOf(model('x |> conv2d(max(2, 3), abs(-1)) |> abs'))), ['conv2d', 'abs']);
});

values.run();

const imports = suite('imports');

const files = {
  'blocks/unit.spec':
    'import { WIDTH } from "../sizes.spec"\nimport { Norm } from "./norm.spec"\nblock Unit(x: [H, W, C]) -> [H, W, WIDTH] {\n  x |> conv2d(WIDTH, 3) |> Norm\n}\n',
  'blocks/norm.spec': 'block Norm(x: [...S, C]) -> [...S, C] {\n  x |> layer_norm\n}\n',
  'sizes.spec': 'const WIDTH = 16\n',
};

imports('are found from the file that names them', () => {
  const graph = graphOf(
    `import { Unit } from "./blocks/unit.spec"\nimport { WIDTH } from "sizes.spec"\n${model('x |> Unit |> dense(2 * WIDTH)')}`,
    {},
    { files },
  );
  assert.equal(pathsOf(graph), ['Unit/conv2d', 'Unit/Norm/layer_norm', 'dense']);
  assert.equal(outputShapes(graph), { output: [8, 8, 32] });
});

imports('bring only what they name', () => {
  assert.equal(codesOf(`import { Unit } from "./blocks/unit.spec"\n${model('x |> Unit |> Norm')}`, files), [
    'unknown-name',
  ]);
  assert.equal(codesOf(`import { Norm } from "./blocks/unit.spec"\n${model('x |> Norm')}`, files), ['missing-import']);
});

imports.run();

const settings = suite('settings');

const TUNED =
  'model M(width: int, rate: float = 0.5, kind: "a" | "b" = "a", sizes: [int] = [1], on: bool = true)(x: [8]) {\n  assert len(sizes) > 0 and on and kind != "c"\n  x |> dense(width) |> dropout(rate)\n}\n';

settings('set parameters; an int serves as a float', () => {
  assert.equal(modelOf(graphOf(TUNED, { width: 4, rate: 0, kind: 'b', sizes: [1, 2] })).parameters, {
    width: 4,
    rate: 0,
    kind: 'b',
    sizes: [1, 2],
    on: true,
  });
});

settings('that are missing, unknown or of a wrong type are told', () => {
  assert.equal(messagesOf(problemsOf(TUNED)), ['1:9 setting-needed: the model `M` needs a value for `width`']);
  assert.equal(messagesOf(problemsOf(TUNED, { width: 4, rat: 0.1 })), [
    '1:7 unknown-setting: the model `M` has no parameter `rat`',
  ]);
  assert.is(problemsOf(TUNED, { width: 4, rat: 0.1 })[0]!.help, 'did you mean `rate`?');
  assert.equal(messagesOf(problemsOf(TUNED, { width: 4.5 })), [
    '1:7 wrong-type: `width` of `M` must be an int, not the float 4.5',
  ]);
  assert.equal(messagesOf(problemsOf(TUNED, { width: 4, kind: 'c' })), [
    '1:7 wrong-type: `kind` of `M` must be "a" or "b", not the string "c"',
  ]);
});

settings('that lead to a mistake are told once, and nothing is built of what hangs on it', () => {
  const text =
    'block Pick(n: int)(x: [H, W, C]) {\n  y = if [2, 4][n] > 2 { x |> relu } else { x }\n  y |> tanh\n}\n' +
    'model M(n: int = 0)(x: [8, 8, 4]) {\n  x |> Pick(n) |> relu\n}\n';
  assert.equal(messagesOf(problemsOf(text, { n: 5 })), [
    '2:17 index-out-of-range: there is no element 5 in a list of 2',
  ]);
});

settings.run();
