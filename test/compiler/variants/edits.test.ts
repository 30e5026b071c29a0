/** What each edit does, to the paths and the wiring. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Graph, shapeOf } from '../../../src/compiler/graph.ts';
import { fingerprint } from '../../../src/compiler/variants/index.ts';
import { pathsOf } from '../language/compile-text.ts';
import { variantsOf } from './ablation-text.ts';

const NET = `block Unit(width: int, act: layer = relu)(x: [H, W, C]) -> [H, W, width] {
  x |> conv2d(width, 3) |> act
}

block Wrapper(x: [H, W, C]) -> [H, W, 8] {
  x |> Unit(8)
}

model Net(width: int = 8)(image: [8, 8, 3], mask: [8, 8, 1]) -> [4] {
  stem = image |> conv2d(width, 3) |> relu
  local = stem |> Unit(width)
  for _i in range(2) {
    local = local |> Unit(width)
  }
  wrapped = local |> Wrapper
  both = concat([wrapped * mask, stem])
  both |> relu |> global_avg_pool |> dense(4)
}
`;

function variantsWith(entries: string, net = NET): Graph[] {
  return [...variantsOf(`${net}\nablation A of Net {\n${entries}\n}\n`).values()];
}

function edited(edits: string, net = NET): Graph {
  return variantsWith(`  "it" {\n${edits}\n  }`, net)[1]!;
}

const base = variantsWith('  "other" { width = 4 }')[0]!;
const producerOf = (graph: Graph, path: string, input = 0): string => {
  const node = graph.nodes.find((each) => each.path === path)!;
  return graph.nodes[graph.values[node.inputs[input]!]!.node]!.path;
};
const without = (removed: RegExp): string[] => pathsOf(base).filter((path) => !removed.test(path));

test('the paths of the base', () => {
  assert.equal(pathsOf(base), [
    'stem/conv2d',
    'stem/relu',
    'Unit/conv2d',
    'Unit/relu',
    'Unit[1]/conv2d',
    'Unit[1]/relu',
    'Unit[2]/conv2d',
    'Unit[2]/relu',
    'wrapped/conv2d',
    'wrapped/relu',
    'both/mul',
    'both/concat',
    'relu',
    'global_avg_pool',
    'dense',
  ]);
});

test('a disabled use is passed by, and those beside it keep their indices', () => {
  const graph = edited('disable Unit[1]');
  assert.equal(pathsOf(graph), without(/^Unit\[1\]/));
  assert.is(producerOf(graph, 'Unit[2]/conv2d'), 'Unit/relu');
});

test('one layer of a named result is disabled, and the other keeps its path', () => {
  const graph = edited('disable stem/relu');
  assert.equal(pathsOf(graph), without(/^stem\/relu/));
  assert.is(producerOf(graph, 'Unit/conv2d'), 'stem/conv2d');
});

test('a named result of several layers is what its pipeline began with', () => {
  const graph = edited('disable stem');
  assert.equal(pathsOf(graph), without(/^stem/));
  assert.is(producerOf(graph, 'Unit/conv2d'), 'image');
  assert.is(producerOf(graph, 'both/concat', 1), 'image');
});

test('a block that consists of another is disabled as a whole', () => {
  const graph = edited('disable wrapped');
  assert.equal(pathsOf(graph), without(/^wrapped/));
  assert.is(producerOf(graph, 'both/mul'), 'Unit[2]/relu');
});

test('a replaced part leaves its path to what replaces it', () => {
  const graph = edited('replace Unit[1] with conv2d(8, 1)\nreplace wrapped with Unit(8, act: tanh)');
  const node = graph.nodes.find((each) => each.path === 'Unit[1]');
  assert.is(node?.op, 'conv2d');
  assert.equal(shapeOf(graph, node!.outputs[0]!), [8, 8, 8]);
  assert.equal(
    pathsOf(graph).filter((path) => path.startsWith('wrapped')),
    ['wrapped/conv2d', 'wrapped/tanh'],
  );
});

test('several layers in a row replace one', () => {
  const graph = edited('replace Unit[1] with conv2d(8, 1) |> batch_norm |> tanh');
  assert.equal(
    pathsOf(graph).filter((path) => path.startsWith('Unit[1]')),
    ['Unit[1]/conv2d', 'Unit[1]/batch_norm', 'Unit[1]/tanh'],
  );
  assert.is(producerOf(graph, 'Unit[2]/conv2d'), 'Unit[1]/tanh');
});

test('a layer of several inputs gives all of them to one that takes as many', () => {
  const graph = edited('replace both/mul with sub');
  const node = graph.nodes.find((each) => each.path === 'both/mul')!;
  assert.is(node.op, 'sub');
  assert.is(producerOf(graph, 'both/mul', 1), 'mask');
  const narrow = edited('replace both/mul with relu');
  assert.is(narrow.nodes.find((each) => each.path === 'both/mul')?.inputs.length, 1);
});

test('inserted layers have names of their own, and no other path changes', () => {
  const graph = edited(
    'insert batch_norm after stem, Unit[*]\ninsert dropout(0.5) before **/dense, wrapped\ninsert tanh after stem',
  );
  const added = pathsOf(graph).filter((path) => /(?:^|\/)(?:after|before)_/.test(path));
  assert.equal(added, [
    'after_stem',
    'after_stem[1]',
    'after_Unit',
    'after_Unit[1]',
    'after_Unit[2]',
    'before_wrapped',
    'before_dense',
  ]);
  assert.equal(
    pathsOf(graph).filter((path) => !added.includes(path)),
    pathsOf(base),
  );
  assert.is(producerOf(graph, 'Unit/conv2d'), 'after_stem[1]');
  assert.is(producerOf(graph, 'after_stem[1]'), 'after_stem');
  assert.is(producerOf(graph, 'after_stem'), 'stem/relu');
});

test('layers are inserted before a named result of several layers', () => {
  const graph = edited('insert tanh before stem');
  assert.is(producerOf(graph, 'stem/conv2d'), 'before_stem');
  assert.is(producerOf(graph, 'before_stem'), 'image');
});

test('a parameter is set where the pattern matches, in a layer or in a block', () => {
  const kernels = (graph: Graph): unknown[] =>
    graph.nodes.flatMap((node) => (node.op === 'conv2d' ? [node.attributes.kernel] : []));
  assert.equal(kernels(edited('set Unit*/conv2d.kernel = 5')), [
    [3, 3],
    [5, 5],
    [5, 5],
    [5, 5],
    [3, 3],
  ]);
  assert.equal(kernels(edited('set **/conv2d.kernel = 2 * 3 - 1')), [
    [5, 5],
    [5, 5],
    [5, 5],
    [5, 5],
    [5, 5],
  ]);
  const acts = edited('set Unit[2].act = tanh');
  assert.equal(
    pathsOf(acts).filter((path) => path.startsWith('Unit[2]')),
    ['Unit[2]/conv2d', 'Unit[2]/tanh'],
  );
});

test('after an edit, shapes are inferred anew', () => {
  const graph = edited('set stem/conv2d.filters = 16\nset both/concat.axis = -1');
  const shape = (path: string): readonly number[] =>
    shapeOf(graph, graph.nodes.find((each) => each.path === path)!.outputs[0]!);
  assert.equal(shape('stem/relu'), [8, 8, 16]);
  assert.equal(shape('Unit/relu'), [8, 8, 8]);
  assert.equal(shape('both/concat'), [8, 8, 24]);
});

test('shared layers are edited in all of their uses', () => {
  const net = `model Net(a: [8, 8, 4], b: [8, 8, 4]) {
  tower = shared(conv2d(4, 3))
  x = a |> tower
  y = b |> tower
  x + y
}
`;
  const graph = edited('set *.bias = false\ninsert relu after *', net);
  assert.equal(pathsOf(graph), ['x', 'after_x', 'y', 'after_y', 'add', 'after_add']);
  assert.is(
    graph.nodes.find((node) => node.path === 'y')?.sharedWith,
    graph.nodes.find((node) => node.path === 'x')?.id,
  );
});

test('added in one at a time, and left out one at a time', () => {
  const net = `model Net(x: [8, 8, 4]) {
  a = x |> conv2d(4, 1)
  b = a |> conv2d(4, 3)
  c = b |> conv2d(4, 5)
  c |> flatten |> dense(2)
}
`;
  const kept = (entries: string): string[] =>
    [...variantsOf(`${net}\nablation A of Net {\n${entries}\n}\n`)].map(
      ([name, graph]) => `${name}: ${pathsOf(graph).slice(0, -2).join(' ')}`,
    );
  assert.equal(kept('  base "all"\n  leave_one_out a, b, c'), [
    'all: a b c',
    'without a: b c',
    'without b: a c',
    'without c: a b',
  ]);
  assert.equal(kept('  add_one_in a, b, c'), [
    'base: a b c',
    'without a, b and c: ',
    'only a: a',
    'only b: b',
    'only c: c',
  ]);
});

test('of many parts, the variant with none of them is named by the pattern', () => {
  const net = `block Bends(x: [C]) {\n  x |> relu |> tanh |> sigmoid |> softplus\n}
model Net(x: [8]) {\n  bends = x |> Bends\n  bends |> dense(4)\n}\n`;
  assert.equal(
    [...variantsOf(`${net}\nablation A of Net {\n  add_one_in bends/*\n}\n`).keys()],
    ['base', 'without bends/*', ...['relu', 'tanh', 'sigmoid', 'softplus'].map((name) => `only bends/${name}`)],
  );
});

test('grids and pairs', () => {
  const net = `model Net(a: int = 1, rate: float = 0.1)(x: [8]) {\n  x |> dense(a) |> dropout(rate)\n}\n`;
  const names = (entries: string): string[] =>
    [...variantsOf(`${net}\nablation A of Net {\n${entries}\n}\n`).keys()].slice(1);
  assert.equal(names('  grid { a: [1, 2], rate: [0.1, 0.5] } except { a: 1, rate: 0.1 }'), [
    'a = 1, rate = 0.5',
    'a = 2, rate = 0.1',
    'a = 2, rate = 0.5',
  ]);
  assert.equal(names('  grid { a: range(2, 5) }'), ['a = 2', 'a = 3', 'a = 4']);
  assert.equal(names('  zip { a: [2, 3], rate: [0.2, 0.3] }'), ['a = 2, rate = 0.2', 'a = 3, rate = 0.3']);
});

test('sweeps over structure set what a single edit would', () => {
  const written = variantsOf(`${NET}
ablation A of Net {
  "kernel = 1" { set **/conv2d.kernel = 1 }
  "width = 4, kernel = 5" { width = 4; set **/conv2d.kernel = 5 }
}
`);
  const swept = variantsOf(`${NET}
ablation A of Net {
  grid { **/conv2d.kernel: [1] }
  zip { width: [4], **/conv2d.kernel: [5] }
}
`);
  assert.equal([...swept.keys()].slice(1), ['**/conv2d.kernel = 1', 'width = 4, **/conv2d.kernel = 5']);
  assert.equal([...swept.values()].map(fingerprint), [...written.values()].map(fingerprint));
});

test('layers that a sweep goes through are named as they are written', () => {
  const names = variantsOf(`${NET}
ablation A of Net {
  grid { Unit[*].act: [leaky_relu(0.1), leaky_relu(alpha: 0.3), gelu] } except { Unit[*].act: leaky_relu(alpha: 0.3) }
}
`);
  assert.equal([...names.keys()].slice(1), ['Unit[*].act = leaky_relu(0.1)', 'Unit[*].act = gelu']);
});

test('a parameter of the model that is a layer', () => {
  const net = `model Net(act: layer = relu)(x: [8]) {\n  x |> dense(8) |> act |> dense(4)\n}\n`;
  const text = `${net}\nablation A of Net {\n  "leaky" { act = leaky_relu(0.3) }\n  grid { act: [gelu, leaky_relu(0.1)] }\n}\n`;
  const graphs = variantsOf(text);
  assert.equal([...graphs.keys()], ['base', 'leaky', 'act = gelu', 'act = leaky_relu(0.1)']);
  const attributes = [...graphs.values()].map((graph) => [graph.nodes[2]!.op, graph.nodes[2]!.attributes]);
  assert.equal(attributes, [
    ['relu', {}],
    ['leaky_relu', { alpha: 0.3 }],
    ['gelu', attributes[2]![1]],
    ['leaky_relu', { alpha: 0.1 }],
  ]);
});

test('what a variant sets goes before the base, and both before what is given', () => {
  const net = `model Net(a: int = 1, b: int = 2)(x: [8]) {\n  x |> dense(a) |> dense(b)\n}\n`;
  const text = `${net}\nablation A of Net(a: 3) {\n  "it" { b = 5 }\n}\n`;
  const graphs = [...variantsOf(text, { settings: { a: 7, b: 7 } }).values()];
  const widths = graphs.map((graph) => graph.nodes.slice(1).map((node) => shapeOf(graph, node.outputs[0]!)[0]));
  assert.equal(widths, [
    [3, 7],
    [3, 5],
  ]);
});

const LISTS = `block Fuse(width: int = 4)(levels: [[_, _, C]]) -> [width] {
  sum([level |> global_avg_pool for level in levels]) |> dense(width)
}

model Net(image: [8, 8, 3]) -> [4] {
  small = image |> max_pool(2)
  fused = [image, small] |> Fuse
  joined = concat([image, image |> relu])
  fused + (joined |> conv2d(3, 1) |> global_avg_pool |> dense(4))
}
`;

test('a block that takes a list: with another parameter, replaced by another that takes it, and with a layer after', () => {
  const wide = edited('    set fused.width = 8\n    insert dense(4) after fused', LISTS);
  const dense = wide.nodes.filter(({ path }) => ['fused/dense', 'after_fused'].includes(path));
  assert.equal(
    dense.map((node) => shapeOf(wide, node.outputs[0]!)),
    [[8], [4]],
  );
  const replaced = edited(
    '    replace fused with Sum |> dense(4)',
    `${LISTS}\nblock Sum(xs: [[_, _, C]]) -> [C] {\n  sum([x |> global_max_pool for x in xs])\n}\n`,
  );
  assert.equal(
    pathsOf(replaced).filter((path) => path.startsWith('fused')),
    ['fused/Sum/global_max_pool[0]', 'fused/Sum/global_max_pool[1]', 'fused/Sum/add', 'fused/dense'],
  );
});

test('what is replaced by a block that takes a list gives it all of its inputs', () => {
  const graph = edited(
    '    replace joined/concat with Mean',
    `${LISTS}\nblock Mean(xs: [[H, W, C]]) -> [H, W, C] {\n  sum(xs) / len(xs)\n}\n`,
  );
  assert.equal(
    pathsOf(graph).filter((path) => path.startsWith('joined')),
    ['joined/relu', 'joined/concat/add', 'joined/concat/affine'],
  );
});

test.run();
