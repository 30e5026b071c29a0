import { entry } from './entry.ts';

const didYouMean = (near: string | undefined): string | undefined => near && `did you mean \`${near}\`?`;

/** Names that are missing, doubled, hidden, unused, or that lead back to themselves. */
export const names = {
  /** `path` is the file of the standard library that has `near`. */
  'unknown-name': entry<{ name: string; near: string | undefined; path: string | undefined; what: string }>({
    severity: 'error',
    message: ({ name, what }) =>
      what === 'name' ? `nothing here is called \`${name}\`` : `there is no ${what} called \`${name}\``,
    help: ({ name, near, path, what }) =>
      (path !== undefined && near !== undefined
        ? `${near === name ? '' : `did you mean \`${near}\`? `}the standard library has it: import { ${near} } from "${path}"`
        : didYouMean(near)) ??
      (what === 'name'
        ? 'give it a value above, make it a parameter, or import it'
        : `define the ${what} in this file or import it; docs/ops.md lists the layers of the language`),
    why: 'A name has to be a parameter, an input, a result named above, a declaration of this file, something imported, or a layer of the language.',
    wrong: 'model M(x: [8, 8, 3]) {\n  x |> conv3d(8, 3)\n}\n',
    right: 'model M(x: [8, 8, 3]) {\n  x |> conv2d(8, 3)\n}\n',
  }),
  'unknown-type': entry<{ name: string; near: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `there is no type called \`${name}\``,
    help: ({ near }) =>
      didYouMean(near) ??
      'types are int, float, bool, string, layer, pair, padding, lists such as [int], records such as { width: int }, and choices such as "a" | "b"',
    why: 'Parameters have one of a few types.',
    wrong: 'block B(n: integer)(x: [H, W, C]) {\n  x |> conv2d(n, 1)\n}\n',
    right: 'block B(n: int)(x: [H, W, C]) {\n  x |> conv2d(n, 1)\n}\n',
  }),
  'duplicate-name': entry<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `\`${name}\` is defined twice`,
    help: () => 'rename one of them, or remove it',
    why: 'Two declarations of one file, or two parameters of one declaration, cannot share a name.',
    wrong: 'const A = 1\nconst A = 2\n',
    right: 'const A = 1\nconst B = 2\n',
  }),
  'shadowed-name': entry<{ name: string; what: string }>({
    severity: 'error',
    message: ({ name, what }) => `\`${name}\` already names ${what}, which it would hide`,
    help: ({ name, what }) =>
      what === 'a loop variable'
        ? `it stays what it is in each round: begin with another name, such as \`${name}_ = ${name}\``
        : `choose another name, such as \`${name}_\` or one that says what it holds`,
    why: 'Reusing the name of a parameter, a loop variable, a declaration or a layer makes the text say one thing and mean another. Results and inputs may be assigned again, as in `x = x |> relu`.',
    wrong: 'block B(n: int)(x: [H, W, C]) {\n  n = 3\n  x |> conv2d(n, 1)\n}\n',
    right: 'block B(n: int)(x: [H, W, C]) {\n  wide = 3 * n\n  x |> conv2d(wide, 1)\n}\n',
  }),
  'unused-name': entry<{ name: string; what: string }>({
    severity: 'warning',
    message: ({ name, what }) => `${what} \`${name}\` is never used`,
    help: ({ name, what }) =>
      what === 'the import'
        ? 'remove it from the import'
        : `use it, remove it, or call it \`_${name}\` if that is meant`,
    why: 'A result that nothing uses does not reach the output, so its layers are left out of the model. That is rarely what was meant.',
    wrong: 'model M(x: [8, 8, 3]) {\n  edges = x |> conv2d(8, 3)\n  x |> conv2d(8, 1)\n}\n',
    right: 'model M(x: [8, 8, 3]) {\n  edges = x |> conv2d(8, 3)\n  edges |> conv2d(8, 1)\n}\n',
  }),
  'unused-result': entry<Record<string, never>>({
    severity: 'error',
    message: () => 'this result is thrown away',
    help: () =>
      'give it a name (`y = …`) and use it, or continue the pipeline with `|>`; only the last line of a body is its result',
    why: 'A line that only computes something has no effect unless it is the last one, which is the result of the body.',
    wrong: 'model M(x: [8, 8, 3]) {\n  x |> conv2d(8, 3)\n  x |> relu\n}\n',
    right: 'model M(x: [8, 8, 3]) {\n  x = x |> conv2d(8, 3)\n  x |> relu\n}\n',
  }),
  recursion: entry<{ name: string; cycle: readonly string[] }>({
    severity: 'error',
    message: ({ name, cycle }) =>
      cycle.length === 1 ? `\`${name}\` uses itself` : `\`${name}\` uses itself: ${[...cycle, cycle[0]].join(' → ')}`,
    help: () => 'repeat layers with `for`; a specification always ends, so nothing may use itself',
    why: 'A model is finite. Blocks, functions and constants may use each other, but never in a circle.',
    wrong: 'block B(x: [H, W, C]) {\n  x |> relu |> B\n}\n',
    right: 'block B(n: int = 3)(x: [H, W, C]) {\n  for _i in range(n) {\n    x = x |> relu\n  }\n  x\n}\n',
  }),
  'missing-import-file': entry<{ path: string; near: string | undefined }>({
    severity: 'error',
    message: ({ path }) => `there is no file \`${path}\` to import from`,
    help: ({ near }) => didYouMean(near) ?? 'the path is relative to this file and ends in .spec',
    why: 'Imports name a file by its path from the importing file.',
    wrong: 'import { A } from "./nowhere.spec"\nconst B = A\n',
    right: 'import { Residual } from "./blocks.spec"\nblock B(x: [H, W, C]) {\n  x |> Residual |> relu\n}\n',
  }),
  'missing-import': entry<{ name: string; path: string; near: string | undefined }>({
    severity: 'error',
    message: ({ name, path }) => `\`${path}\` defines nothing called \`${name}\``,
    help: ({ near }) => didYouMean(near) ?? 'only declarations of that file itself can be imported from it',
    why: 'An import takes blocks, models, functions and constants that the other file declares.',
    wrong: 'import { Residal } from "./blocks.spec"\nmodel M(x: [8, 8, 3]) {\n  x |> Residal\n}\n',
    right: 'import { Residual } from "./blocks.spec"\nmodel M(x: [8, 8, 3]) {\n  x |> Residual\n}\n',
  }),
  'import-cycle': entry<{ cycle: readonly string[] }>({
    severity: 'error',
    message: ({ cycle }) => `these files import each other in a circle: ${cycle.join(' → ')}`,
    help: () => 'move what both need into a third file',
    why: 'A file is read after those that it imports, which a circle makes impossible.',
    wrong: 'import { A } from "./main.spec"\nconst A = 1\n',
    right: 'const A = 1\n',
  }),
};
