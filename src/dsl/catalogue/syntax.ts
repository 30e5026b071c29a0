import { entry } from './entry.ts';

/** Mistakes of form, found by the lexer, the parser and the AST builder. */
export const syntax = {
  'unexpected-character': entry<{ character: string }>({
    severity: 'error',
    message: ({ character }) => `the character \`${character}\` means nothing here`,
    why: 'A source file is made of names, numbers, strings and the operators of the language.',
    wrong: 'const A = 1 ~ 2\n',
    right: 'const A = 1 - 2\n',
  }),
};
