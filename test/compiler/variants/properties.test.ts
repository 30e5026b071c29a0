/** What holds of any edit of any part of a network. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Compilation, check, compile, type Loader } from '../../../src/compiler/compile.ts';
import { type Graph, shapeOf } from '../../../src/compiler/graph.ts';
import { allWeights } from '../../../src/compiler/ops/weights/index.ts';
import { ablationsOf, elaborateVariant, fingerprint } from '../../../src/compiler/variants/index.ts';
import type { Outcome } from '../../../src/dsl/diagnostic.ts';
import { messagesOf } from '../language/compile-text.ts';

const RUNS = { numRuns: 60, seed: 20250113 };
const loader: Loader = { read: (path) => readFileSync(path, 'utf8') };

function ablated(model: string, file: string, edits: string): string {
  return `import { ${model} } from "./${file}"\n\nablation A of ${model} {\n  "it" { ${edits} }\n}\n`;
}

function compiled(text: string): Compilation {
  return compile('specs/test.spec', text, loader);
}

function variantOf(text: string): Outcome<Graph | undefined> {
  const compilation = compiled(text);
  const { value, diagnostics } = ablationsOf(compilation);
  const [ablation] = value;
  if (ablation === undefined) return { value: undefined, diagnostics };
  return elaborateVariant(compilation, ablation, ablation.variants[0]!);
}

function baseOf(model: string, file: string): Graph {
  const compilation = compiled(ablated(model, file, 'disable *'));
  const [ablation] = ablationsOf(compilation).value;
  return elaborateVariant(compilation, ablation!, ablation!.base).value!;
}

const networks = [
  ['DDRNet', 'ddrnet.spec'],
  ['ResNet18', 'resnet.spec'],
  ['MobileNetV3Small', 'zoo/mobilenet_v3.spec'],
].map(([model, file]) => ({ model: model!, file: file!, graph: baseOf(model!, file!) }));

const network = fc.constantFrom(...networks);

/** Paths of blocks and layers whose output has the shape of their first input. */
function sameShape(graph: Graph): readonly string[] {
  const nodes = graph.nodes
    .filter(({ inputs, outputs }) => inputs.length > 0 && outputs.length === 1)
    .map(({ path, inputs, outputs }) => ({ path, from: inputs[0]!, to: outputs[0]! }));
  const blocks = graph.scopes.flatMap(({ path, block }) => {
    if (path === '' || block?.inputs[0] === undefined || block.outputs.length !== 1) return [];
    return [{ path, from: block.inputs[0].value, to: block.outputs[0]!.value }];
  });
  return [...blocks, ...nodes]
    .filter(({ from, to }) => shapeOf(graph, from).join() === shapeOf(graph, to).join())
    .map(({ path }) => path);
}

/** Shapes of weights by the path of their layer and their name. */
const weightShapes = (graph: Graph): ReadonlyMap<string, string> =>
  new Map(allWeights(graph).map((each) => [each.path, each.shape.join('×')]));

test('what keeps the shape can always be disabled, and all that is left keeps its path', () => {
  fc.assert(
    fc.property(network, fc.nat(), ({ model, file, graph }, pick) => {
      const paths = sameShape(graph);
      const path = paths[pick % paths.length]!;
      const { value, diagnostics } = variantOf(ablated(model, file, `disable ${path}`));
      assert.equal(messagesOf(diagnostics), [], path);
      const before = new Set(graph.nodes.map((node) => node.path));
      for (const node of value!.nodes) assert.ok(before.has(node.path), `${node.path} is new without ${path}`);
      assert.is.not(fingerprint(value!), fingerprint(graph));
    }),
    RUNS,
  );
});

test('what is inserted changes no other path, and no shape of a weight', () => {
  fc.assert(
    fc.property(network, fc.nat(), fc.constantFrom('before', 'after'), ({ model, file, graph }, pick, side) => {
      const paths = graph.nodes
        .filter((node) => node.inputs.length > 0 && node.op !== 'softmax')
        .map((node) => node.path);
      const path = paths[pick % paths.length]!;
      const { value, diagnostics } = variantOf(ablated(model, file, `insert dropout(0.5) |> relu ${side} ${path}`));
      assert.equal(messagesOf(diagnostics), [], path);
      const inserted = /(?:^|\/)(?:before|after)_[^/]*(?:\/[^/]*)?$/;
      assert.equal(
        value!.nodes.map((node) => node.path).filter((each) => !inserted.test(each)),
        graph.nodes.map((node) => node.path),
      );
      assert.equal([...weightShapes(value!)], [...weightShapes(graph)]);
    }),
    RUNS,
  );
});

test('a path that is not there is always an error at the edit', () => {
  const word = fc.constantFrom('conv', 'relu9', 'Bloc', 'stem_', 'x1');
  const edit = fc.constantFrom(
    (path: string) => `disable ${path}`,
    (path: string) => `replace ${path} with relu`,
    (path: string) => `insert relu after ${path}`,
    (path: string) => `set ${path}.filters = 3`,
  );
  fc.assert(
    fc.property(network, word, fc.nat(), edit, ({ model, file, graph }, name, pick, edits) => {
      const { path } = graph.nodes[pick % graph.nodes.length]!;
      const missing = `${path.split('/').slice(0, -1).concat(name).join('/')}`;
      const codes = check('specs/test.spec', ablated(model, file, edits(missing)), loader).map((each) => each.code);
      assert.equal(codes, ['edit-matches-nothing'], missing);
    }),
    RUNS,
  );
});

test('a sweep over structure is the variants with its values set one by one, mistakes among them', () => {
  const pattern = fc.constantFrom(
    ...['**/conv2d.kernel', '**/conv2d.filters', '**/conv2d.stride', 'stem/conv2d.kernel', '**/group_norm.groups'],
    ...['**/batch_norm.momentum', '**/conv.kernel', '**/*.kernel', '**.rate'],
  );
  const values = fc.uniqueArray(fc.constantFrom(1, 2, 3, 4, 5, 7, 0.5), { minLength: 1, maxLength: 3 });
  const codes = (text: string): readonly (string | undefined)[] => {
    const compilation = compiled(text);
    const [ablation] = ablationsOf(compilation).value;
    return ablation!.variants.map((variant) => {
      const { value, diagnostics } = elaborateVariant(compilation, ablation!, variant);
      return value === undefined ? diagnostics[0]!.code : fingerprint(value);
    });
  };
  fc.assert(
    fc.property(network, pattern, values, ({ model, file }, swept, list) => {
      const head = `import { ${model} } from "./${file}"\n\nablation A of ${model} {\n`;
      const written = list.map((value) => `  "${value}" { set ${swept} = ${value} }\n`).join('');
      assert.equal(codes(`${head}  grid { ${swept}: [${list.join(', ')}] }\n}\n`), codes(`${head}${written}}\n`));
    }),
    RUNS,
  );
});

test('the fingerprint does not tell how a network is written, but what it computes', () => {
  const of = (body: string): string => {
    const text = `block Twice(x: [H, W, C]) {\n  x |> relu |> conv2d(C, 3)\n}\n\nmodel M(x: [8, 8, 4]) {\n${body}\n}\n`;
    const compilation = compile('main.spec', `${text}\nablation A of M {\n}\n`, loader);
    const [ablation] = ablationsOf(compilation).value;
    return fingerprint(elaborateVariant(compilation, ablation!, ablation!.base).value!);
  };
  const reference = of('a = x |> relu |> conv2d(4, 3)\nx + a');
  assert.is(of('x + (x |> Twice)'), reference);
  assert.is(of('b = x |> Twice\nb + x'), reference);
  const others = [
    'x + (x |> relu |> conv2d(4, 3, bias: false))',
    'x + (x |> relu |> conv2d(4, 3, initializer: "zeros"))',
    'x - (x |> Twice)',
    '(x |> Twice) - x',
    'f = shared(conv2d(4, 3))\n(x |> f) + (x |> relu |> f)',
    '(x |> conv2d(4, 3)) + (x |> relu |> conv2d(4, 3))',
    'y = x |> conv2d(4, 3)\ny + y',
    '(x |> conv2d(4, 3)) + (x |> conv2d(4, 3))',
  ].map(of);
  assert.is(new Set([reference, ...others]).size, others.length + 1);
});

test.run();
