import { entry } from './entry.ts';

const NET = `model Net(width: int = 8)(x: [8, 8, 3]) -> [4] {
  stem = x |> conv2d(width, 3)
  local = stem |> conv2d(width, 3) |> relu
  local |> group_norm(4) |> global_avg_pool |> dense(4)
}
`;
const ablation = (...entries: string[]): string =>
  `${NET}\nablation Parts of Net {\n${entries.map((each) => `  ${each}\n`).join('')}}\n`;
const quoted = (names: readonly string[]): string => names.map((each) => `\`${each}\``).join(', ');

/** Ablations: variants of a model and the edits that make them. */
export const ablations = {
  'unknown-base': entry<{ name: string; what: string | undefined; near: string | undefined }>({
    severity: 'error',
    message: ({ name, what }) =>
      what === undefined ? `there is no model \`${name}\`` : `\`${name}\` is ${what}, not a model`,
    help: ({ near }) => (near === undefined ? 'name a model of this file, or import one' : `did you mean \`${near}\`?`),
    why: 'An ablation consists of variants of one model, which this file defines or imports.',
    wrong: `${NET}\nablation Parts of Nett {\n  "plain" { disable local }\n}\n`,
    right: ablation('"plain" { disable local }'),
  }),
  'edit-matches-nothing': entry<{ path: string; near: readonly string[]; parameter: boolean }>({
    severity: 'error',
    message: ({ path }) => `nothing in the model has the path \`${path}\``,
    help: ({ path, near, parameter }) =>
      parameter
        ? `it is a parameter of the model, which is given a value: \`${path} = …\``
        : near.length === 0
          ? '`specc summary` lists all paths'
          : near.length === 1
            ? `did you mean \`${near[0]}\`?`
            : `there is ${quoted(near)}; \`specc summary\` lists all paths`,
    why: 'An edit that changes nothing would leave a variant that trains like its base, and a table that says the part does not matter.',
    wrong: ablation('"plain" { disable locals }'),
    right: ablation('"plain" { disable local }'),
  }),
  'edit-misses-uses': entry<{ pattern: string; name: string; paths: readonly string[]; more: number }>({
    severity: 'warning',
    message: ({ pattern, name, paths, more }) => {
      const all = `${quoted(paths)}${more === 0 ? '' : ` and ${more} more`}`;
      return `${all} ${paths.length === 1 ? 'is' : 'are'} \`${name}\` as well, but called otherwise, so that \`${pattern}\` leaves ${paths.length === 1 ? 'it' : 'them'} as ${paths.length === 1 ? 'it is' : 'they are'}`;
    },
    help: ({ pattern, paths }) =>
      `edit ${paths.length === 1 ? 'it' : 'them'} by name, too; if only those of that name are meant, write \`${pattern}[*]\``,
    why: 'A pattern goes by names, and a use that is named has no other name. A variant that changes only some of them is easily taken for one that changes all.',
    wrong: ablation('"wide" { set **/conv2d.filters = 16 }'),
    right: ablation('"wide" { set **/conv2d.filters = 16; set stem.filters = 16 }'),
  }),
  'edit-without-effect': entry<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `\`${path}\` is part of what another edit of this variant takes out`,
    help: () => 'remove this edit, or edit what replaces that part instead',
    why: 'Paths are those of the model before any edit; where a part is gone, there is nothing left to change in it.',
    wrong: ablation('"plain" { disable local; set local/conv2d.kernel = 5 }'),
    right: ablation('"plain" { disable local }'),
  }),
  'edit-breaks-model': entry<{ edit: string; what: string }>({
    severity: 'error',
    message: ({ edit, what }) => `with \`${edit}\` the model no longer fits together: ${what}`,
    why: 'After an edit, everything that follows is inferred and checked again, as if the model had been written that way.',
    wrong: ablation('"narrow" { replace stem with conv2d(6, 3) }', '"other" { width = 6 }'),
    right: ablation('"narrow" { replace stem with conv2d(16, 3) }'),
  }),
  'conflicting-edits': entry<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `this variant edits \`${path}\` twice`,
    help: () => 'keep the one that is meant',
    why: 'Edits have no order, so that two that want different things of one place contradict each other.',
    wrong: ablation('"plain" { disable local; replace local with relu }'),
    right: ablation('"plain" { replace local with relu }'),
  }),
  'no-first-input': entry<{ path: string; verb: 'left out' | 'replaced'; reason: string }>({
    severity: 'error',
    message: ({ path, verb, reason }) => `\`${path}\` cannot be ${verb}: ${reason}`,
    help: () => 'edit the layers that use it, or, of several layers, those in it',
    why: 'What is disabled is replaced by its first input: that of a block or operation, what a pipeline passes on, or the only tensor that a result is made of.',
    wrong: ablation('"plain" { disable x }'),
    right: ablation('"plain" { disable local }'),
  }),
  'no-place-to-insert': entry<{ path: string; side: 'before' | 'after'; reason: string }>({
    severity: 'error',
    message: ({ path, side, reason }) => `nothing can be inserted ${side} \`${path}\`: ${reason}`,
    help: ({ side }) =>
      side === 'before' ? 'insert after it, or before one of its layers' : 'insert before what uses it',
    why: 'An inserted layer stands between a tensor and what it goes into, so that there has to be one tensor.',
    wrong: ablation('"normed" { insert batch_norm before x }'),
    right: ablation('"normed" { insert batch_norm before stem }'),
  }),
  'no-such-parameter': entry<{
    name: string;
    paths: readonly string[];
    near: string | undefined;
    known: readonly string[];
    /** Paths within those that have the parameter. */
    within: readonly string[];
  }>({
    severity: 'error',
    message: ({ name, paths }) =>
      paths.length === 1
        ? `\`${paths[0]}\` has no parameter \`${name}\``
        : `none of the ${paths.length} places that match has a parameter \`${name}\``,
    help: ({ name, near, known, within }) =>
      near !== undefined
        ? `did you mean \`${near}\`?`
        : within.length > 0
          ? `what is in it has one: ${quoted(within.map((path) => `${path}.${name}`))}`
          : known.length === 0
            ? 'a result of several layers has none; name the layer in it'
            : `there is ${quoted(known)}`,
    why: '`set` gives another value to a parameter of a layer or block where the model uses it.',
    wrong: ablation('"wide" { set local/conv2d.filter = 16 }'),
    right: ablation('"wide" { set local/conv2d.filters = 16 }'),
  }),
  'same-as-base': entry<{ name: string; cause: 'variant' | 'sweep' }>({
    severity: 'error',
    message: ({ name }) => `the variant \`${name}\` is the same network as its base`,
    help: ({ cause }) =>
      cause === 'sweep'
        ? 'leave out the values that the base has with `except { … }`'
        : 'change something, or remove it',
    why: 'Training it again would measure nothing but chance. Compared are the networks, not how they are written.',
    wrong: ablation('"same" { width = 8 }'),
    right: ablation('"wide" { width = 16 }'),
  }),
  'same-network': entry<{ name: string; other: string }>({
    severity: 'error',
    message: ({ name, other }) => `the variants \`${name}\` and \`${other}\` are the same network`,
    help: () => 'remove one of them',
    why: 'Two rows of a table that differ by chance alone tell nothing. Compared are the networks, not how they are written.',
    wrong: ablation('"plain" { disable local }', '"also plain" { disable local/conv2d, local/relu }'),
    right: ablation('"plain" { disable local }'),
  }),
  'too-many-variants': entry<{ count: number; limit: number }>({
    severity: 'error',
    message: ({ count, limit }) =>
      `this would make ${count.toLocaleString('en-US')} variants, and ${limit.toLocaleString('en-US')} are the most`,
    help: () => 'vary fewer parameters at once, or pair their values with `zip`',
    why: 'The variants of a grid multiply: ten values of each of four parameters are ten thousand trainings.',
    wrong: `model Net(a: float = 0.1, b: float = 0.1)(x: [8]) {\n  x |> dropout(a) |> dense(4) |> dropout(b)\n}\n\nablation Rates of Net {\n  grid { a: [i / 100 for i in range(50)], b: [i / 100 for i in range(50)] }\n}\n`,
    right: `model Net(a: float = 0.1, b: float = 0.1)(x: [8]) {\n  x |> dropout(a) |> dense(4) |> dropout(b)\n}\n\nablation Rates of Net {\n  grid { a: [0.2, 0.3], b: [0.2, 0.3] }\n}\n`,
  }),
  'uneven-lists': entry<{ first: string; wanted: number; name: string; actual: number }>({
    severity: 'error',
    message: ({ first, wanted, name, actual }) =>
      `\`${name}\` has ${actual === 1 ? 'one value' : `${actual} values`}, and \`${first}\` has ${wanted}`,
    help: () => 'write one value of each for every variant, or combine them all with `grid`',
    why: '`zip` pairs the first values, the second values and so on; each is a variant.',
    wrong: ablation('zip { width: [16, 32], width: [4] }')
      .replaceAll('width: [4]', 'size: [4]')
      .replace('(width: int = 8)(x: [8, 8, 3])', '(width: int = 8, size: int = 8)(x: [size, size, 3])'),
    right: ablation('zip { width: [16, 32] }'),
  }),
  'except-nothing': entry<{ kind: string }>({
    severity: 'error',
    message: ({ kind }) => `no variant of this \`${kind}\` has these values`,
    help: () =>
      'an exception names some of the parameters that vary, as they are written there, with values from their lists',
    why: 'An exception that leaves nothing out does not do what it was written for.',
    wrong: ablation('grid { width: [16, 32] } except { width: 8 }'),
    right: ablation('grid { width: [8, 16, 32] } except { width: 8 }'),
  }),
};
