/** Random modules: a bare syntax tree (without spans) and a text, with every parenthesis written, that means it. */
import fc from 'fast-check';

export interface Sample<T> {
  readonly tree: T;
  readonly text: string;
}

type Tree = Record<string, unknown>;
type Arbitrary<T = Tree> = fc.Arbitrary<Sample<T>>;

const WORDS = ['a', 'b', 'x', 'y', 'H', 'C', 'from', 'conv2d', 'Stem', 'in_', 'fnord', '_1'];
const word = fc.constantFrom(...WORDS);
const named = (text: string): Tree => ({ text });

function map<A, B>(arbitrary: fc.Arbitrary<A>, make: (value: A) => Sample<B>): Arbitrary<B> {
  return arbitrary.map(make);
}

const trees = <T>(samples: readonly Sample<T>[]): T[] => samples.map((each) => each.tree);
const texts = <T>(samples: readonly Sample<T>[], separator = ', '): string =>
  samples.map((each) => each.text).join(separator);

/** `x`, `i, x`, `[a, b]` or `i, [a, b]` */
const loop: Arbitrary = map(
  fc.tuple(fc.option(word), fc.array(word, { minLength: 1, maxLength: 3 }), fc.boolean()),
  ([index, words, apart]) => {
    const element = apart ? `[${words.join(', ')}]` : words[0]!;
    return {
      tree: { index: index === null ? undefined : named(index), element: apart ? words.map(named) : named(words[0]!) },
      text: index === null ? element : `${index}, ${element}`,
    };
  },
);

const literalText = fc.string({ maxLength: 6, unit: 'grapheme' });
const encode = (text: string): string =>
  text
    .replace(/[\\"{]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replace(/[\r]/g, '');

const leaf: Arbitrary = fc.oneof(
  map(word, (text) => ({ tree: { kind: 'name', text }, text })),
  map(fc.nat(5000), (value) => ({ tree: { kind: 'int', value }, text: String(value) })),
  map(fc.constantFrom('0.5', '1e-5', '2.5e3', '1_0.0'), (text) => ({
    tree: { kind: 'float', value: Number(text.replace('_', '')) },
    text,
  })),
  map(fc.boolean(), (value) => ({ tree: { kind: 'bool', value }, text: String(value) })),
);

const BINARY = ['+', '-', '*', '/', '%', '**', '==', '!=', '<', '<=', '>', '>=', 'and', 'or', 'in'] as const;

const { expression, body } = fc.letrec<{ expression: Sample<Tree>; body: Sample<Tree>; statement: Sample<Tree> }>(
  (tie) => {
    const expression = tie('expression');
    const body = tie('body');
    const several = fc.array(expression, { maxLength: 3 });
    /** `for x in xs if condition` of a comprehension. */
    const clause: Arbitrary = map(
      fc.tuple(loop, expression, fc.option(expression)),
      ([variables, over, condition]) => ({
        tree: { variables: variables.tree, over: over.tree, condition: condition?.tree },
        text: `for ${variables.text} in (${over.text})${condition ? ` if (${condition.text})` : ''}`,
      }),
    );
    const fields = fc.array(fc.tuple(word, expression), { maxLength: 3 });
    const given = fc.array(fc.tuple(fc.option(word, { nil: undefined }), expression), { maxLength: 3 });
    const argumentTrees = (all: readonly (readonly [string | undefined, Sample<Tree>])[]): Tree[] =>
      all.map(([name, { tree }]) => ({ name: name === undefined ? undefined : named(name), value: tree }));
    const argumentTexts = (all: readonly (readonly [string | undefined, Sample<Tree>])[]): string =>
      all.map(([name, { text }]) => (name === undefined ? text : `${name}: ${text}`)).join(', ');
    const path = map(fc.array(word, { minLength: 1, maxLength: 2 }), (names) => ({
      tree: names.slice(1).reduce<Tree>((object, name) => ({ kind: 'member', object, name: named(name) }), {
        kind: 'name',
        text: names[0],
      }),
      text: names.join('.'),
    }));

    const compound: fc.Arbitrary<Sample<Tree>> = fc.oneof(
      map(fc.tuple(fc.constantFrom(...BINARY), expression, expression), ([operator, left, right]) => ({
        tree: { kind: 'binary', operator, left: left.tree, right: right.tree },
        text: `(${left.text}) ${operator} (${right.text})`,
      })),
      map(fc.tuple(fc.constantFrom('-', 'not'), expression), ([operator, operand]) => ({
        tree: { kind: 'unary', operator, operand: operand.tree },
        text: `${operator === 'not' ? 'not ' : operator}(${operand.text})`,
      })),
      map(fc.tuple(expression, path, given), ([input, callee, all]) => ({
        tree: { kind: 'pipe', input: input.tree, callee: callee.tree, arguments: argumentTrees(all) },
        text: `(${input.text}) |> ${callee.text}(${argumentTexts(all)})`,
      })),
      map(fc.tuple(expression, given), ([callee, all]) => ({
        tree: { kind: 'call', callee: callee.tree, arguments: argumentTrees(all) },
        text: `(${callee.text})(${argumentTexts(all)})`,
      })),
      map(fc.tuple(expression, word), ([object, name]) => ({
        tree: { kind: 'member', object: object.tree, name: named(name) },
        text: `(${object.text}).${name}`,
      })),
      map(fc.tuple(expression, expression), ([object, index]) => ({
        tree: { kind: 'index', object: object.tree, index: index.tree },
        text: `(${object.text})[${index.text}]`,
      })),
      map(fc.tuple(expression, fc.option(expression), fc.option(expression)), ([object, start, end]) => ({
        tree: { kind: 'slice', object: object.tree, start: start?.tree, end: end?.tree },
        text: `(${object.text})[${start?.text ?? ''}:${end?.text ?? ''}]`,
      })),
      map(several, (elements) => ({ tree: { kind: 'list', elements: trees(elements) }, text: `[${texts(elements)}]` })),
      map(fc.array(expression, { minLength: 1, maxLength: 3 }), (elements) => ({
        tree: { kind: 'tuple', elements: trees(elements) },
        text: `(${texts(elements)},)`,
      })),
      map(fields, (all) => ({
        tree: { kind: 'record', fields: all.map(([name, { tree }]) => ({ name: named(name), value: tree })) },
        text: `{${all.map(([name, { text }]) => `${name}: ${text}`).join(', ')}}`,
      })),
      map(fc.tuple(expression, fc.array(clause, { minLength: 1, maxLength: 3 })), ([element, clauses]) => ({
        tree: clauses.reduceRight(
          (inner, { tree }, place) => ({
            kind: 'comprehension',
            element: inner,
            ...tree,
            joined: place < clauses.length - 1,
          }),
          element.tree,
        ),
        text: `[${[element, ...clauses].map(({ text }) => text).join(' ')}]`,
      })),
      map(fc.tuple(literalText, expression, literalText), ([before, inner, after]) => {
        const parts = [before.replaceAll('\r', ''), inner.tree, after.replaceAll('\r', '')];
        const value = inner.text.includes('\n') ? { tree: { kind: 'name', text: 'x' }, text: 'x' } : inner;
        parts[1] = value.tree;
        return {
          tree: { kind: 'string', parts: parts.filter((part) => part !== '') },
          text: `"${encode(before)}{${value.text}}${encode(after)}"`,
        };
      }),
      map(fc.tuple(expression, body, fc.option(body)), ([condition, chosen, otherwise]) => ({
        // biome-ignore lint/suspicious/noThenProperty: the tree's own key
        tree: { kind: 'if', condition: condition.tree, then: chosen.tree, else: otherwise?.tree },
        text: `if (${condition.text}) ${chosen.text}${otherwise === null ? '' : ` else ${otherwise.text}`}`,
      })),
    );

    const value = map(expression, ({ tree, text }) => ({ tree, text: `(${text})` }));
    const statement: fc.Arbitrary<Sample<Tree>> = fc.oneof(
      map(fc.tuple(fc.array(word, { minLength: 1, maxLength: 2 }), value), ([targets, { tree, text }]) => ({
        tree: { kind: 'assignment', doc: undefined, targets: targets.map(named), value: tree },
        text: `${targets.join(', ')} = ${text}`,
      })),
      map(fc.tuple(word, value), ([target, { tree, text }]) => ({
        tree: { kind: 'append', target: named(target), value: tree },
        text: `${target} += ${text}`,
      })),
      map(fc.tuple(loop, value, body), ([variables, over, inner]) => ({
        tree: { kind: 'for', variables: variables.tree, over: over.tree, body: inner.tree },
        text: `for ${variables.text} in ${over.text} ${inner.text}`,
      })),
      map(fc.tuple(value, fc.option(value)), ([condition, message]) => ({
        tree: { kind: 'assert', condition: condition.tree, message: message?.tree },
        text: `assert ${condition.text}${message === null ? '' : `, ${message.text}`}`,
      })),
    );
    const last = map(expression, ({ tree, text }) => ({ tree: { kind: 'expression', value: tree }, text }));

    return {
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        { arbitrary: leaf, weight: 2 },
        { arbitrary: compound, weight: 3 },
      ),
      statement,
      body: map(
        fc.tuple(
          fc.array(tie('statement'), { maxLength: 2, depthIdentifier: 'body' }),
          fc.option(last),
          fc.constantFrom('\n', '; '),
        ),
        ([statements, value, separator]) => {
          const all = value === null ? statements : [...statements, value];
          return {
            tree: { statements: trees(all) },
            text: `{${separator === '\n' ? '\n' : ' '}${texts(all, separator)}\n}`,
          };
        },
      ),
    };
  },
);

const type: Arbitrary = fc.oneof(
  map(fc.constantFrom('int', 'float', 'bool', 'string', 'layer'), (name) => ({
    tree: { kind: 'named-type', name },
    text: name,
  })),
  map(fc.constantFrom('int', 'float'), (name) => ({
    tree: { kind: 'list-type', element: { kind: 'named-type', name } },
    text: `[${name}]`,
  })),
  fc.constant({ tree: { kind: 'choice-type', choices: ['same', 'valid'] }, text: '"same" | "valid"' }),
  fc.constant({
    tree: { kind: 'record-type', fields: [{ name: named('a'), type: { kind: 'named-type', name: 'int' } }] },
    text: '{a: int}',
  }),
);

/** Brackets within a shape are those of a list of tensors, and no size. */
const isSize = ({ text }: Sample<Tree>): boolean => !text.startsWith('[');

const shape: Arbitrary = map(
  fc.tuple(fc.array(expression.filter(isSize), { maxLength: 3 }), fc.option(fc.constantFrom('', 'S'))),
  ([sizes, rest]) => {
    const axes = sizes.map(({ tree }): Tree => ({ kind: 'axis', size: tree }));
    const shown = sizes.map(({ text }) => text);
    if (rest !== null) {
      axes.unshift({ kind: 'rest', name: rest === '' ? undefined : named(rest) });
      shown.unshift(`...${rest}`);
    }
    return { tree: { axes }, text: `[${shown.join(', ')}]` };
  },
);

const parameter: Arbitrary = map(fc.tuple(word, type, fc.option(expression)), ([name, { tree, text }, value]) => ({
  tree: { doc: undefined, name: named(name), type: tree, default: value?.tree },
  text: `${name}: ${text}${value === null ? '' : ` = (${value.text})`}`,
}));

const output: Arbitrary = map(fc.tuple(word, shape), ([name, { tree, text }]) => ({
  tree: { name: named(name), shape: tree },
  text: `${name}: ${text}`,
}));

/** The inputs of a block may be lists, those of a model are single tensors. */
const input = (isList: boolean): Arbitrary =>
  map(fc.tuple(word, shape), ([name, { tree, text }]) => ({
    tree: { name: named(name), shape: tree, isList },
    text: `${name}: ${isList ? `[${text}]` : text}`,
  }));

const doc = fc.option(fc.constantFrom('Text.', 'Two\nlines.'), { nil: undefined });
const docText = (text: string | undefined): string =>
  text === undefined
    ? ''
    : text
        .split('\n')
        .map((line) => `/// ${line}\n`)
        .join('');

const parameters = fc.array(parameter, { maxLength: 3 });
const outputs = fc.array(output, { minLength: 1, maxLength: 2 });
const inputsOf = { block: fc.oneof(input(false), input(true)), model: input(false) };
const layerHead = fc
  .constantFrom('block' as const, 'model' as const)
  .chain((kind) => fc.tuple(fc.constant(kind), fc.array(inputsOf[kind], { minLength: 1, maxLength: 2 })));

const item: Arbitrary = fc.oneof(
  map(fc.array(word, { maxLength: 3 }), (names) => ({
    tree: { kind: 'import', names: names.map(named), path: './a.spec' },
    text: `import { ${names.join(', ')} } from "./a.spec"`,
  })),
  map(fc.tuple(doc, word, expression), ([text, name, value]) => ({
    tree: { kind: 'const', doc: text, name: named(name), value: value.tree },
    text: `${docText(text)}const ${name} = ${value.text}`,
  })),
  map(fc.tuple(doc, word, parameters, fc.option(type), body), ([text, name, all, result, inner]) => ({
    tree: { kind: 'fn', doc: text, name: named(name), parameters: trees(all), result: result?.tree, body: inner.tree },
    text: `${docText(text)}fn ${name}(${texts(all)})${result === null ? '' : ` -> ${result.text}`} ${inner.text}`,
  })),
  map(fc.tuple(doc, word, parameters, expression), ([text, name, all, value]) => ({
    tree: {
      kind: 'fn',
      doc: text,
      name: named(name),
      parameters: trees(all),
      result: undefined,
      body: { statements: [{ kind: 'expression', value: value.tree }] },
    },
    text: `${docText(text)}fn ${name}(${texts(all)}) = ${value.text}`,
  })),
  map(
    fc.tuple(layerHead, doc, word, parameters, fc.option(fc.oneof(shape, outputs)), body),
    ([[kind, inputs], text, name, all, outputs, inner]) => {
      const several = Array.isArray(outputs) ? outputs : undefined;
      const single = outputs === null || Array.isArray(outputs) ? undefined : outputs;
      const result = several ? ` -> (${texts(several)})` : single ? ` -> ${single.text}` : '';
      return {
        tree: {
          kind,
          doc: text,
          name: named(name),
          parameters: trees(all),
          inputs: trees(inputs),
          outputs: several ? trees(several) : single ? [{ name: undefined, shape: single.tree }] : undefined,
          body: inner.tree,
        },
        text: `${docText(text)}${kind} ${name}${all.length > 0 ? `(${texts(all)})` : ''}(${texts(inputs)})${result} ${inner.text}`,
      };
    },
  ),
);

const segment: Arbitrary = map(
  fc.tuple(
    fc.constantFrom('a', 'conv2d', '*', 'a*', '*_b', '**', 'base', 'with', 'except'),
    fc.option(fc.constantFrom(0, 12, '*' as const), { nil: undefined }),
  ),
  ([name, index]) => ({ tree: { name, index }, text: index === undefined ? name : `${name}[${index}]` }),
);
const path: Arbitrary = map(fc.array(segment, { minLength: 1, maxLength: 3 }), (segments) => ({
  tree: { segments: trees(segments) },
  text: texts(segments, '/'),
}));
const paths = fc.array(path, { minLength: 1, maxLength: 3 });
const swept: Arbitrary = map(
  fc.tuple(fc.option(path, { nil: undefined }), word, expression),
  ([where, name, value]) => ({
    tree: { path: where?.tree, parameter: named(name), value: value.tree },
    text: `${where === undefined ? '' : `${where.text}.`}${name}: ${value.text}`,
  }),
);
const sweptValues: Arbitrary = map(fc.array(swept, { minLength: 1, maxLength: 2 }), (fields) => ({
  tree: { fields: trees(fields) },
  text: `{ ${texts(fields)} }`,
}));

const edit: Arbitrary = fc.oneof(
  map(paths, (all) => ({ tree: { kind: 'disable', paths: trees(all) }, text: `disable ${texts(all)}` })),
  map(fc.tuple(paths, expression), ([all, layer]) => ({
    tree: { kind: 'replace', paths: trees(all), layer: layer.tree },
    text: `replace ${texts(all)} with (${layer.text})`,
  })),
  map(fc.tuple(expression, fc.constantFrom('before', 'after'), paths), ([layer, side, all]) => ({
    tree: { kind: 'insert', layer: layer.tree, side, paths: trees(all) },
    text: `insert (${layer.text}) ${side} ${texts(all)}`,
  })),
  map(fc.tuple(path, word, expression), ([where, name, value]) => ({
    tree: { kind: 'set', path: where.tree, parameter: named(name), value: value.tree },
    text: `set ${where.text}.${name} = (${value.text})`,
  })),
  map(fc.tuple(fc.constantFrom('a', 'set', 'disable', 'insert'), expression), ([name, value]) => ({
    tree: { kind: 'parameter', parameter: named(name), value: value.tree },
    text: `${name} = (${value.text})`,
  })),
);

const label = fc.constantFrom('Conv + DRDB', 'a', '=1');
const entry: Arbitrary = fc.oneof(
  map(label, (name) => ({ tree: { kind: 'base', name: named(name) }, text: `base "${name}"` })),
  map(
    fc.tuple(doc, label, fc.array(edit, { maxLength: 3 }), fc.constantFrom('; ', '\n')),
    ([text, name, edits, apart]) => ({
      tree: { kind: 'variant', doc: text, name: named(name), body: { edits: trees(edits) } },
      text: `${docText(text)}"${name}" { ${texts(edits, apart)} }`,
    }),
  ),
  map(fc.tuple(fc.constantFrom('leave-one-out', 'add-one-in'), paths), ([kind, all]) => ({
    tree: { kind, paths: trees(all) },
    text: `${kind.replaceAll('-', '_')} ${texts(all)}`,
  })),
  map(
    fc.tuple(fc.constantFrom('grid', 'zip'), sweptValues, fc.array(sweptValues, { maxLength: 2 })),
    ([kind, values, except]) => ({
      tree: { kind, values: values.tree, except: trees(except) },
      text: `${kind} ${values.text}${except.length > 0 ? ` except ${texts(except)}` : ''}`,
    }),
  ),
);

const ablation: Arbitrary = map(
  fc.tuple(doc, word, word, fc.array(fc.tuple(word, expression), { maxLength: 2 }), fc.array(entry, { maxLength: 3 })),
  ([text, name, model, given, entries]) => ({
    tree: {
      kind: 'ablation',
      doc: text,
      name: named(name),
      model: named(model),
      arguments: given.map(([each, value]) => ({ name: named(each), value: value.tree })),
      body: { entries: trees(entries) },
    },
    text: `${docText(text)}ablation ${name} of ${model}${
      given.length > 0 ? `(${given.map(([each, value]) => `${each}: ${value.text}`).join(', ')})` : ''
    } {\n${texts(entries, '\n')}\n}`,
  }),
);

export const randomModule: Arbitrary = map(
  fc.array(fc.oneof({ weight: 3, arbitrary: item }, ablation), { maxLength: 3 }),
  (items) => ({
    tree: { items: trees(items) },
    text: texts(items, '\n') + (items.length > 0 ? '\n' : ''),
  }),
);
