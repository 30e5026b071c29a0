/** Takes blanks and comments out of the tokens, and keeps what they said: where lines begin, what is documented. */
import type { IToken } from 'chevrotain';
import { type Diagnostic, diagnostic } from './diagnostic.ts';
import type { Source, Span } from './source.ts';
import * as t from './tokens.ts';

export interface Code {
  readonly tokens: readonly IToken[];
  /** The tokens that are the first of their line. */
  readonly beginsLine: ReadonlySet<IToken>;
  /** The `///` lines on their own lines directly before a token. */
  readonly documentation: Map<IToken, readonly IToken[]>;
  readonly diagnostics: Diagnostic[];
}

export function separateComments(source: Source, all: readonly IToken[]): Code {
  const tokens: IToken[] = [];
  const beginsLine = new Set<IToken>();
  const documented = new Map<IToken, readonly IToken[]>();
  const diagnostics: Diagnostic[] = [];
  let lineStart = true;
  let documentation: IToken[] = [];
  for (const token of all) {
    switch (token.tokenType) {
      case t.Newline:
        lineStart = true;
        break;
      case t.Comment:
        if (!lineStart && seemsDivision(tokens, token.image)) {
          diagnostics.push(
            diagnostic('division-in-comment', t.spanOf(source, token), { comment: token.image.trimEnd() }),
          );
        }
        break;
      case t.DocComment:
        if (lineStart) documentation.push(token);
        else diagnostics.push(diagnostic('misplaced-documentation', t.spanOf(source, token), {}));
        break;
      case t.HashComment:
        diagnostics.push(diagnostic('hash-comment', openingOf(source, token, 1), {}));
        break;
      case t.BlockComment:
        diagnostics.push(diagnostic('block-comment', openingOf(source, token, 2), {}));
        lineStart ||= token.image.includes('\n');
        break;
      default:
        tokens.push(token);
        if (lineStart) beginsLine.add(token);
        lineStart = false;
        if (documentation.length > 0) documented.set(token, documentation);
        documentation = [];
    }
  }
  const [loose] = documentation;
  if (loose !== undefined) diagnostics.push(diagnostic('misplaced-documentation', t.spanOf(source, loose), {}));
  return { tokens, beginsLine, documentation: documented, diagnostics };
}

/** What begins a comment: `#` or the two signs of a block comment. */
function openingOf(source: Source, { startOffset }: IToken, length: number): Span {
  return source.span(startOffset, startOffset + length);
}

/** Whether a comment reads as Python's `a // 2` or `f(a // b, c)`: a number, or what goes on with the code before it. */
function seemsDivision(before: readonly IToken[], comment: string): boolean {
  const dividend = before.at(-1)?.tokenType;
  const isNamed = dividend === t.Name && before.at(-2)?.tokenType !== t.Pipe;
  if (dividend !== t.NumberToken && !isNamed) return false;
  if (/^\/\/\s*\d[\d_.]*\s*(?:$|[-+*/%,)\]}|])/.test(comment)) return true;
  return /^\/\/\s*\w+\s*[,)\]]/.test(comment) && comment.split(')').length > comment.split('(').length;
}
