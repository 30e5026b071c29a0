/** Whatever the text: the check ends, throws nothing, and what it accepts can be built. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../../src/compiler/compile.ts';
import { shapeOf } from '../../../src/compiler/graph.ts';
import { hasErrors } from '../../../src/dsl/diagnostic.ts';
import { Source } from '../../../src/dsl/source.ts';
import { lex } from '../../../src/dsl/tokens.ts';
import { diagnosticsOf, graphOf, messagesOf } from './compile-text.ts';

const seeds = ['specs/ddrnet.spec', 'specs/resnet.spec'].map((path) => readFileSync(path, 'utf8'));
const words = seeds.flatMap((text) => lex(new Source('seed.spec', text)).map((token) => token.image));

interface Edit {
  readonly at: number;
  readonly drop: number;
  readonly word: string;
}
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  drop: fc.nat({ max: 3 }),
  word: fc.oneof(
    fc.constantFrom(...new Set(words)),
    fc.constantFrom(
      '0',
      '-1',
      '1e9',
      '"text"',
      '[]',
      '{}',
      'range(10 ** 9)',
      'x',
      'concat',
      '1 / 0',
      '...',
      'layer',
      '',
    ),
  ),
});

/** A specification with some of its words dropped, replaced or added. */
const mutated = fc
  .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([text, edits]) => {
    const tokens = lex(new Source('seed.spec', text)).map((token) => token.image);
    for (const { at, drop, word } of edits) tokens.splice(at % tokens.length, drop, word);
    return tokens.join(' ');
  });

/** A specification with another number in one or two places. */
const renumbered = fc
  .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 9 })), { minLength: 1, maxLength: 2 }))
  .map(([text, changes]) => {
    const tokens = lex(new Source('seed.spec', text)).map((token) => token.image);
    const numbers = [...tokens.keys()].filter((at) => /^\d+$/.test(tokens[at]!));
    for (const [at, value] of changes) tokens[numbers[at % numbers.length]!] = String(value);
    return tokens.join(' ');
  });

const soup = fc
  .array(fc.constantFrom(...new Set(words), '\n', '{', '}', '(', ')'), { maxLength: 60 })
  .map((tokens) => `block B(x: [H, W, C]) {\n${tokens.join(' ')}\n}\n`);

/** Checks a text and builds each of its models that has only defaults; a throw fails the test. */
function tryEverything(text: string): void {
  const diagnostics = diagnosticsOf(text);
  for (const each of diagnostics) {
    assert.type(each.message, 'string');
    assert.ok(each.span.start <= each.span.end && each.span.end <= each.span.source.text.length, each.message);
  }
}

const test = suite('any text');

test('specifications with other words in them', () => {
  fc.assert(fc.property(mutated, tryEverything), { numRuns: 250 });
});

test('words in any order', () => {
  fc.assert(fc.property(soup, tryEverything), { numRuns: 400 });
});

test('what the check accepts is built with whole sizes', () => {
  let built = 0;
  fc.assert(
    fc.property(renumbered, (text) => {
      const compilation = compile('main.spec', text, { read: () => undefined });
      for (const [name, item] of compilation.models) {
        if (item.parameters.some((each) => each.default === undefined)) continue;
        const { value: graph, diagnostics } = elaborate(compilation, name);
        assert.is(graph === undefined, hasErrors(diagnostics), messagesOf(diagnostics).join('\n'));
        for (const value of graph?.values ?? []) {
          assert.ok(
            value.shape.every((size) => Number.isInteger(size) && size >= 1),
            `${value.shape}`,
          );
        }
        if (graph !== undefined) built += 1;
      }
    }),
    { numRuns: 60 },
  );
  assert.ok(built > 20, `only ${built} models were built`);
});

/** Layers that fit any `[H, W, C]` of at least 8 × 8 with an even number of channels. */
const stage = fc.constantFrom(
  'conv2d(C, 3)',
  'conv2d(2 * C, 3, stride: 2)',
  'conv2d(C + 2, 3, padding: "valid")',
  'depthwise_conv2d(3, 2)',
  'conv2d_transpose(C, 2, 2)',
  'max_pool(2)',
  'avg_pool(3, 2, padding: 1)',
  'group_norm(2)',
  'batch_norm',
  'relu',
  'upsample(2)',
  'pad([[1, 1], [0, 2], [0, 0]])',
  'slice(1, -1, axis: 0)',
  'dense(C)',
);

test('a definition that is accepted makes what its symbolic shape says', () => {
  fc.assert(
    fc.property(
      fc.array(stage, { minLength: 1, maxLength: 4 }),
      fc.constantFrom<readonly number[]>([64, 64, 4], [65, 96, 6], [127, 64, 2]),
      (stages, [height, width, channels]) => {
        const body = `x |> ${stages.join(' |> ')}`;
        const free = `block B(x: [H, W, C]) {\n  ${body}\n}\n`;
        assert.equal(messagesOf(diagnosticsOf(free)), []);
        // A wrong promise makes the check say what the shape is in symbols; promising that has to hold for any use.
        const probe = diagnosticsOf(`block B(x: [H, W, C]) -> [H, W, C, 1, 1] {\n  ${body}\n}\n`);
        const found = probe.find((each) => each.code === 'output-shape');
        const shape = /but its body makes (\[.*\])$/.exec(found?.message ?? '')?.[1];
        assert.ok(shape !== undefined, messagesOf(probe).join('\n'));
        if (shape!.includes('?')) return;
        const exact = `block B(x: [H, W, C]) -> ${shape} {\n  ${body}\n}\n`;
        assert.equal(messagesOf(diagnosticsOf(exact)), [], exact);
        const use = `model M(x: [${height}, ${width}, ${channels}]) {\n  x |> B\n}\n`;
        const loose = graphOf(free + use);
        const held = graphOf(exact + use);
        assert.equal(
          held.outputs.map((each) => shapeOf(held, each.value)),
          loose.outputs.map((each) => shapeOf(loose, each.value)),
        );
      },
    ),
    { numRuns: 150 },
  );
});

test.run();
