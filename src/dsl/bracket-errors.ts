/** What the layout pass says about brackets that do not pair, and about characters that mean nothing. */
import { type IToken, type TokenType, tokenLabel } from 'chevrotain';
import { type Diagnostic, diagnostic, type Label } from './diagnostic.ts';
import type { Source } from './source.ts';
import * as t from './tokens.ts';

const CLOSER_TEXT = new Map<TokenType, string>([
  [t.RightParenthesis, ')'],
  [t.RightBracket, ']'],
  [t.RightBrace, '}'],
]);

/** Characters that keyboards and word processors put in the place of others. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '‘': '"',
  '’': '"',
  '–': '-',
  '—': '-',
  '−': '-',
  '×': '*',
  '·': '*',
  '÷': '/',
  '→': '->',
  '≤': '<=',
  '≥': '>=',
  '≠': '!=',
  '…': '...',
  '，': ',',
  '；': ';',
  '?': 'if a { b } else { c }',
};

export class BracketErrors {
  readonly #source: Source;
  readonly #diagnostics: Diagnostic[];
  /** The first body whose closing brace is not indented as its line is: if a brace is missing, it is probably there. */
  #suspect: { open: IToken; close: IToken } | undefined;

  constructor(source: Source, diagnostics: Diagnostic[]) {
    this.#source = source;
    this.#diagnostics = diagnostics;
  }

  unclosed(open: IToken, closer: TokenType, before: IToken | undefined): void {
    const close = CLOSER_TEXT.get(closer) ?? '';
    const suspect = closer === t.RightBrace ? this.#suspect : undefined;
    const labels: Label[] = [];
    if (suspect !== undefined) {
      const text = 'this one closes it, but is indented as if it closed something further out';
      labels.push({ span: this.#span(suspect.close), text });
    } else if (before !== undefined) {
      labels.push({ span: this.#span(before), text: `expected \`${close}\` before this` });
    }
    const at = suspect?.open ?? open;
    const args = { open: at.image, close };
    this.#diagnostics.push(diagnostic('unclosed-bracket', this.#span(at), args, { labels }));
    this.#suspect = undefined;
  }

  /** A closer that nothing before it opened; `ended` is the first token of the item that ended before it, if one did. */
  unmatched(close: IToken, ended: IToken | undefined): void {
    const labels: Label[] = [];
    if (close.tokenType === t.RightBrace && this.#suspect !== undefined) {
      labels.push({ span: this.#span(this.#suspect.close), text: 'indented differently from what it closes' });
    } else if (ended !== undefined && t.itemKeywords.has(ended.tokenType)) {
      labels.push({ span: this.#span(ended), text: `this \`${ended.image}\` is closed already` });
    }
    this.#diagnostics.push(diagnostic('unmatched-bracket', this.#span(close), { close: close.image }, { labels }));
    this.#suspect = undefined;
  }

  mismatched(open: IToken, closer: TokenType, found: IToken): void {
    const expected = CLOSER_TEXT.get(closer) ?? tokenLabel(closer);
    const labels = [{ span: this.#span(open), text: `\`${open.image}\` was opened here` }];
    const args = { open: open.image, expected, found: found.image };
    this.#diagnostics.push(diagnostic('mismatched-bracket', this.#span(found), args, { labels }));
  }

  unknownCharacter(token: IToken): void {
    const character = String.fromCodePoint(token.image.codePointAt(0) ?? 0);
    const span = this.#source.span(token.startOffset, token.startOffset + character.length);
    const instead = LOOKALIKES[character];
    const help = instead === undefined ? undefined : `write \`${instead}\` instead`;
    this.#diagnostics.push(diagnostic('unexpected-character', span, { character }, { help }));
  }

  noteIndentation(open: IToken, close: IToken): void {
    const closeIndent = this.#indentation(close);
    const beginsLine = this.#source.position(close.startOffset).column === closeIndent + 1;
    if (beginsLine && closeIndent < this.#indentation(open)) this.#suspect ??= { open, close };
  }

  /** The number of blanks at the beginning of a token's line. */
  #indentation(token: IToken): number {
    const line = this.#source.line(this.#source.position(token.startOffset).line);
    return line.length - line.trimStart().length;
  }

  #span(token: IToken) {
    return t.spanOf(this.#source, token);
  }
}
