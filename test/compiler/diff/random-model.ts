/** Random models of a few blocks as texts, in which every name can be another. */
import fc from 'fast-check';
import { compile, elaborate } from '../../../src/compiler/compile.ts';
import type { Graph } from '../../../src/compiler/graph.ts';

/** A line of a body; `block` is the one that it uses, as far as there are any before. */
interface Line {
  readonly kind: 'layer' | 'branch' | 'use' | 'loop';
  readonly layers: readonly string[];
  readonly block: number;
  readonly rounds: number;
}

export interface RandomModel {
  readonly blocks: readonly (readonly Line[])[];
  readonly body: readonly Line[];
}

/** What a name is called: `result 3` of a body, `block 1`. */
export type Naming = (kind: 'result' | 'block' | 'parameter' | 'input' | 'model', index: number) => string;

const layer = fc.constantFrom(
  ...['conv2d(C, 3)', 'conv2d(C, 1)', 'conv2d(C, 3, dilation: 2)', 'relu', 'gelu', 'batch_norm', 'dropout(0.1)'],
  ...['depthwise_conv2d(3)', 'max_pool(3, 1, padding: "same")', 'layer_norm'],
);

const line: fc.Arbitrary<Line> = fc.record({
  kind: fc.constantFrom('layer', 'branch', 'use', 'loop'),
  layers: fc.array(layer, { minLength: 1, maxLength: 4 }),
  block: fc.nat(3),
  rounds: fc.integer({ min: 1, max: 3 }),
});

const body = fc.array(line, { minLength: 1, maxLength: 5 });

export const randomModel: fc.Arbitrary<RandomModel> = fc.record({
  blocks: fc.array(body, { minLength: 1, maxLength: 3 }),
  body,
});

/** The model, and one that differs from it in a few lines. */
export const edited: fc.Arbitrary<readonly [RandomModel, RandomModel]> = fc
  .tuple(randomModel, fc.array(fc.tuple(fc.nat(3), fc.nat(5), fc.option(line)), { minLength: 1, maxLength: 3 }))
  .map(([model, edits]) => {
    const bodies = [...model.blocks, model.body].map((lines) => [...lines]);
    for (const [which, at, replacement] of edits) {
      const lines = bodies[which % bodies.length]!;
      const place = at % (lines.length + 1);
      if (replacement !== null) lines.splice(place, at % 2, replacement);
      else if (lines.length > 1) lines.splice(place % lines.length, 1);
    }
    return [model, { blocks: bodies.slice(0, -1), body: bodies.at(-1)! }];
  });

const plainly: Naming = (kind, index) =>
  ({ result: `r${index}`, block: `B${index}`, parameter: `p${index}`, input: 'x', model: 'Net' })[kind];

/** Other names, which sort in another order as well. */
export const otherwise: Naming = (kind, index) =>
  ({ result: `other${9 - index}`, block: `Z${9 - index}`, parameter: `q${index}`, input: 'given', model: 'Web' })[kind];

export function textOf({ blocks, body }: RandomModel, name: Naming = plainly): string {
  const x = name('input', 0);
  const linesOf = (lines: readonly Line[], before: number): string[] =>
    lines.flatMap(({ kind, layers, block, rounds }, at) => {
      const chain = layers.join(' |> ');
      const used = before === 0 ? undefined : `${name('block', block % before)}(${name('parameter', 0)}: 0.${rounds})`;
      if (kind === 'branch') {
        const result = name('result', at);
        return [`  ${result} = ${x} |> ${chain}`, `  ${x} = ${x} + ${result}`];
      }
      if (kind === 'layer' || used === undefined) return [`  ${x} = ${x} |> ${chain}`];
      if (kind === 'use') return [`  ${x} = ${x} |> ${used}`];
      return [`  for _i in range(${rounds}) {`, `    ${x} = ${x} |> ${used}`, '  }'];
    });
  const written = blocks.map((lines, at) => {
    const parameter = name('parameter', 0);
    const head = `block ${name('block', at)}(${parameter}: float = 0.5)(${x}: [H, W, C]) -> [H, W, C] {`;
    return [head, ...linesOf(lines, at), `  ${x} |> dropout(${parameter})`, '}'].join('\n');
  });
  const constant = 'const C = 4';
  const model = [`model ${name('model', 0)}(${x}: [8, 8, C]) {`, ...linesOf(body, blocks.length), `  ${x}`, '}'];
  return [constant, ...written.map((each) => each.replaceAll('[H, W, C]', '[H, W, 4]')), model.join('\n'), ''].join(
    '\n\n',
  );
}

export function graphOf(text: string): Graph {
  const compilation = compile('random.spec', text, { read: () => undefined });
  const [model] = compilation.models.keys();
  const { value, diagnostics } = elaborate(compilation, model!);
  if (value === undefined) throw new Error(`${diagnostics.map(({ message }) => message).join('\n')}\n${text}`);
  return value;
}
