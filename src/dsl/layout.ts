/**
 * Between lexer and parser: line ends, brackets and comments.
 *
 * In: the tokens of a stretch of source. Out: a tree of chunks. A chunk is what the grammar reads at a time, an item or
 * a statement; braces around statements become one `Body` token that carries the chunks inside. Brackets are balanced
 * in what comes out, whatever the source had, so that a mistake in one statement never spreads to another.
 *
 * Where a line end matters:
 * - Inside `( )`, `[ ]` and the braces of a record it does not.
 * - Elsewhere it ends the statement, and `;` does so too, unless the line ends in, or the next one begins with,
 *   something that needs more: an operator, `|>`, `,`, `=`, `->`, `:`, `.`, `else`.
 * - A line that begins with `(`, `[` or `{` begins a new statement. So does one that begins with a minus that touches
 *   what it negates (`-x`); `- x` goes on with the line before.
 * - `name =`, `for` and `assert` at the beginning of a line always begin a statement.
 * - Between the items of a file, where no statements stand, `(` and `{` go on with the line before.
 */
import { createTokenInstance, type IToken, type TokenType } from 'chevrotain';
import { valuesAfter } from './ablation-words.ts';
import { BracketErrors } from './bracket-errors.ts';
import { type Diagnostic, diagnostic } from './diagnostic.ts';
import { separateComments } from './separate-comments.ts';
import type { Source } from './source.ts';
import * as t from './tokens.ts';

/** How deep brackets may nest: far more than anyone reads, far less than chevrotain's error recovery has stack for. */
export const MAX_NESTING = 64;

export interface Chunk {
  readonly tokens: readonly IToken[];
  /** Something in it was reported and mended here: what the parser thinks of it says nothing new. */
  readonly mended: boolean;
  /** What ended it, if not a line end: `;`, `}` or nothing at the end of the source. */
  readonly end: IToken | undefined;
}

/** What a `Body` token carries as its payload. */
export interface BodyGroup {
  readonly open: IToken;
  readonly close: IToken;
  readonly chunks: readonly Chunk[];
}

export interface Layout {
  readonly chunks: readonly Chunk[];
  /** The `///` lines on their own lines directly before a token. */
  readonly documentation: ReadonlyMap<IToken, readonly IToken[]>;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Frame {
  readonly kind: 'module' | 'body' | 'record' | 'round' | 'square';
  readonly open: IToken | undefined;
}

interface OpenChunk {
  tokens: IToken[];
  mended: boolean;
}

/** The chunks of a module or of one body while they are collected. */
interface Container {
  readonly chunks: Chunk[];
  current: OpenChunk;
  /** In the braces of an ablation, where a line may end in a path with a star. */
  readonly inAblation: boolean;
}

const CLOSERS: Readonly<Record<Frame['kind'], TokenType>> = {
  module: t.Hole,
  body: t.RightBrace,
  record: t.RightBrace,
  round: t.RightParenthesis,
  square: t.RightBracket,
};

const needsMoreAfter: ReadonlySet<TokenType> = new Set([
  ...[t.Comma, t.Assign, t.PlusAssign, t.Arrow, t.Colon, t.Dot, t.Bar, t.Not, t.If, t.Else, t.For, t.Assert],
  ...[t.Import, t.Const, t.Fn, t.Block, t.Model, t.Ablation],
]);

const needsMoreBefore: ReadonlySet<TokenType> = new Set([
  ...[t.Comma, t.Assign, t.PlusAssign, t.Arrow, t.Colon, t.Dot, t.Bar, t.Else],
  ...[t.RightParenthesis, t.RightBracket],
]);

/** The items whose braces end them. */
const hasBody: ReadonlySet<TokenType> = new Set([t.Fn, t.Block, t.Model, t.Ablation]);

/** After one of these a value is complete, so that a `{` opens statements and no record. */
const completesValue: ReadonlySet<TokenType> = new Set([
  ...[t.Name, t.From, t.NumberToken, t.StringToken, t.True, t.False, t.Else, t.Body, t.Hole],
  ...[t.RightParenthesis, t.RightBracket, t.RightBrace],
]);

function isOperator(token: IToken): boolean {
  return token.tokenType.CATEGORIES?.includes(t.Operator) ?? false;
}

export function layout(source: Source, tokens: readonly IToken[]): Layout {
  return new LayoutPass(source, tokens).run();
}

class LayoutPass {
  readonly #source: Source;
  readonly #diagnostics: Diagnostic[];
  readonly #documentation: Map<IToken, readonly IToken[]>;
  readonly #errors: BracketErrors;
  readonly #tokens: readonly IToken[];
  readonly #beginsLine: ReadonlySet<IToken>;

  readonly #frames: Frame[] = [{ kind: 'module', open: undefined }];
  readonly #containers: Container[] = [{ chunks: [], current: { tokens: [], mended: false }, inAblation: false }];

  constructor(source: Source, tokens: readonly IToken[]) {
    const code = separateComments(source, tokens);
    this.#source = source;
    this.#tokens = code.tokens;
    this.#beginsLine = code.beginsLine;
    this.#documentation = code.documentation;
    this.#diagnostics = code.diagnostics;
    this.#errors = new BracketErrors(source, this.#diagnostics);
  }

  run(): Layout {
    for (let at = 0; at < this.#tokens.length; at++) {
      const token = this.#tokens[at] as IToken;
      if (this.#beginsLine.has(token)) this.#lineEnd(at);
      if (isOpener(token.tokenType)) {
        if (this.#frames.length > MAX_NESTING) at = this.#skipGroup(at);
        else this.#open(token, at);
      } else if (isCloser(token.tokenType)) this.#close(token);
      else if (token.tokenType === t.Semicolon && this.#inStatements()) this.#endChunk(token);
      else this.#push(token);
    }
    this.#closeEverything();
    return {
      chunks: (this.#containers[0] as Container).chunks,
      documentation: this.#documentation,
      diagnostics: this.#diagnostics,
    };
  }

  // ── tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #report(each: Diagnostic): void {
    this.#diagnostics.push(each);
  }

  /** Adds a token to the current chunk, unless it means nothing; foreign operators become ours. */
  #push(token: IToken): void {
    const { current } = this.#container;
    if (token.tokenType === t.ForeignOperator) {
      const foreign = t.foreignOperators[token.image];
      const span = t.spanOf(this.#source, token);
      this.#report(diagnostic('foreign-operator', span, { found: token.image, instead: foreign?.instead ?? '' }));
      current.mended = true;
      if (foreign !== undefined)
        token = { ...token, tokenType: foreign.type, tokenTypeIdx: foreign.type.tokenTypeIdx! };
    } else if (token.tokenType === t.SingleQuoted) {
      this.#report(diagnostic('single-quotes', t.spanOf(this.#source, token), {}));
      token = { ...token, tokenType: t.StringToken, tokenTypeIdx: t.StringToken.tokenTypeIdx! };
    } else if (token.tokenType === t.Unknown) {
      if (!current.mended) this.#errors.unknownCharacter(token);
      current.mended = true;
      return;
    }
    current.tokens.push(token);
  }

  // ── line ends ───────────────────────────────────────────────────────────────────────────────────────────────────

  get #frame(): Frame {
    return this.#frames.at(-1) as Frame;
  }

  get #container(): Container {
    return this.#containers.at(-1) as Container;
  }

  #inStatements(): boolean {
    return this.#frame.kind === 'module' || this.#frame.kind === 'body';
  }

  /** The line before the token at `index` has ended: does the chunk end with it? */
  #lineEnd(index: number): void {
    const next = this.#tokens[index] as IToken;
    if (this.#beginsItem(index)) {
      if (this.#frames.length > 1) this.#closeBefore(next);
      this.#endChunk(undefined);
      return;
    }
    const assigns = this.#beginsAssignment(index);
    const begins = next.tokenType === t.For || next.tokenType === t.Assert;
    if (!this.#inStatements()) {
      const previous = this.#container.current.tokens.at(-1);
      const mayEnd = previous !== undefined && !this.#needsMore(previous) && previous !== this.#frame.open;
      if (assigns && mayEnd && this.#containers.length > 1) {
        this.#closeOpenGroups(next);
        this.#endChunk(undefined);
      }
      return;
    }
    const previous = this.#container.current.tokens.at(-1);
    if (previous === undefined) return;
    const splits = begins || (assigns && previous.tokenType !== t.Comma);
    if (splits && this.#frame.kind === 'body') this.#endChunk(undefined);
    else if (!this.#needsMore(previous) && !this.#goesOn(index)) this.#endChunk(undefined);
  }

  #needsMore(token: IToken): boolean {
    const endsPath = token.tokenType === t.Star || token.tokenType === t.Power;
    if (endsPath && this.#container.inAblation) return false;
    return needsMoreAfter.has(token.tokenType) || isOperator(token);
  }

  #goesOn(index: number): boolean {
    const token = this.#tokens[index] as IToken;
    if (token.tokenType === t.Minus) return t.endOf(token) !== this.#tokens[index + 1]?.startOffset;
    if (needsMoreBefore.has(token.tokenType) || isOperator(token)) return true;
    return this.#frame.kind === 'module' && (token.tokenType === t.LeftParenthesis || token.tokenType === t.LeftBrace);
  }

  /** `name =` or `name +=`, which begins a statement and cannot stand in an expression. */
  #beginsAssignment(index: number): boolean {
    const [name, operator] = [this.#tokens[index], this.#tokens[index + 1]];
    if (name?.tokenType !== t.Name) return false;
    return operator?.tokenType === t.Assign || operator?.tokenType === t.PlusAssign;
  }

  /** An item's keyword at the margin, or one where no statement could be: what was open before it stayed open. */
  #beginsItem(index: number): boolean {
    const token = this.#tokens[index] as IToken;
    if (!t.itemKeywords.has(token.tokenType)) return false;
    const following = this.#tokens[index + 1]?.tokenType;
    if (following !== t.Name && following !== t.LeftBrace) return false;
    return this.#frames.length === 1 || this.#source.position(token.startOffset).column === 1;
  }

  #endChunk(end: IToken | undefined): void {
    const container = this.#container;
    if (container.current.tokens.length > 0) container.chunks.push({ ...container.current, end });
    container.current = { tokens: [], mended: false };
  }

  // ── brackets ────────────────────────────────────────────────────────────────────────────────────────────────────

  #open(token: IToken, index: number): void {
    if (token.tokenType !== t.LeftBrace) {
      this.#frames.push({ kind: token.tokenType === t.LeftParenthesis ? 'round' : 'square', open: token });
      this.#push(token);
    } else if (this.#opensRecord(index)) {
      this.#frames.push({ kind: 'record', open: token });
      this.#push(token);
    } else {
      this.#frames.push({ kind: 'body', open: token });
      const inAblation = this.#container.inAblation || this.#container.current.tokens[0]?.tokenType === t.Ablation;
      this.#containers.push({ chunks: [], current: { tokens: [], mended: false }, inAblation });
    }
  }

  #opensRecord(index: number): boolean {
    const last = this.#container.current.tokens.at(-1);
    const previous = last?.tokenType;
    const { current, inAblation } = this.#container;
    const values = last !== undefined && inAblation ? valuesAfter(current.tokens, last) : 'none';
    if (values === 'varied') return true;
    if (previous !== undefined && completesValue.has(previous) && values === 'none') return false;
    if (previous === t.Import) return true;
    const [first, second] = [this.#tokens[index + 1]?.tokenType, this.#tokens[index + 2]?.tokenType];
    return first === t.RightBrace || second === t.Colon;
  }

  #close(token: IToken): void {
    const match = this.#matchingFrame(token);
    if (match === undefined) {
      const { kind, open } = this.#frame;
      const { current } = this.#container;
      if (open === undefined || kind === 'body') {
        const previous = this.#containers.length === 1 ? this.#container.chunks.at(-1) : undefined;
        if (!current.mended) this.#errors.unmatched(token, previous?.tokens[0]);
        current.mended = true;
        return;
      }
      if (!current.mended) this.#errors.mismatched(open, CLOSERS[kind], token);
      current.mended = true;
      this.#pop(this.#virtual(CLOSERS[kind], token.startOffset));
      return;
    }
    while (this.#frame !== match) this.#closeUnclosed(token);
    if (match.kind === 'body' && match.open !== undefined) this.#errors.noteIndentation(match.open, token);
    this.#pop(token);
  }

  /** The innermost open bracket that a closer belongs to; `)` and `]` do not reach out of a body. */
  #matchingFrame(token: IToken): Frame | undefined {
    for (let at = this.#frames.length - 1; at > 0; at--) {
      const frame = this.#frames[at] as Frame;
      if (CLOSERS[frame.kind] === token.tokenType) return frame;
      if (frame.kind === 'body') return undefined;
    }
    return undefined;
  }

  /** Leaves the innermost bracket with the closer given, found or made up. */
  #pop(closer: IToken): void {
    const { kind, open } = this.#frame;
    if (kind !== 'body') {
      this.#frames.pop();
      this.#container.current.tokens.push(closer);
      return;
    }
    this.#endChunk(closer);
    this.#frames.pop();
    const { chunks } = this.#containers.pop() as Container;
    const group: BodyGroup = { open: open as IToken, close: closer, chunks };
    const body = createTokenInstance(t.Body, '{', group.open.startOffset, t.endOf(closer) - 1, 0, 0, 0, 0);
    body.payload = group;
    const { current } = this.#container;
    current.tokens.push(body);
    const docs = this.#documentation.get(group.open);
    if (docs !== undefined) this.#documentation.set(body, docs);
    const opener = current.tokens[0]?.tokenType;
    const endsItem = opener !== undefined && hasBody.has(opener);
    if (this.#frames.length === 1 && endsItem && !current.tokens.some((each) => each.tokenType === t.If)) {
      this.#endChunk(undefined);
    }
  }

  #closeUnclosed(before: IToken | undefined): void {
    const { kind, open } = this.#frame;
    const { current } = this.#container;
    if (!current.mended && open !== undefined) this.#errors.unclosed(open, CLOSERS[kind], before);
    current.mended = true;
    this.#pop(this.#virtual(CLOSERS[kind], this.#lastEnd()));
  }

  /** Closes what is open inside the current statement, at its end. */
  #closeOpenGroups(before: IToken): void {
    while (!this.#inStatements()) this.#closeUnclosed(before);
  }

  /** Closes everything before an item. One error: what stayed open inside of the outermost is its consequence. */
  #closeBefore(before: IToken | undefined): void {
    const already = this.#container.current.mended;
    const frame = this.#frame;
    if (!already && frame.open !== undefined) this.#errors.unclosed(frame.open, CLOSERS[frame.kind], before);
    while (this.#frames.length > 1) {
      this.#container.current.mended = true;
      this.#pop(this.#virtual(CLOSERS[this.#frame.kind], this.#lastEnd()));
    }
  }

  #closeEverything(): void {
    if (this.#frames.length > 1) this.#closeBefore(undefined);
    this.#endChunk(undefined);
  }

  #lastEnd(): number {
    for (let at = this.#containers.length - 1; at >= 0; at--) {
      const last = this.#containers[at]?.current.tokens.at(-1) ?? this.#containers[at]?.chunks.at(-1)?.tokens.at(-1);
      if (last !== undefined) return Math.max(t.endOf(last), t.endOf(this.#frame.open ?? last));
    }
    return this.#frame.open === undefined ? 0 : t.endOf(this.#frame.open);
  }

  #virtual(type: TokenType, offset: number): IToken {
    return createTokenInstance(type, '', offset, offset - 1, 0, 0, 0, 0);
  }

  /** Passes over a group that nests too deeply, leaving a hole; returns the index of its last token. */
  #skipGroup(index: number): number {
    const open = this.#tokens[index] as IToken;
    const { current } = this.#container;
    if (!current.mended) {
      const limit = `brackets may nest ${MAX_NESTING} deep`;
      this.#report(diagnostic('nested-too-deeply', t.spanOf(this.#source, open), { limit }));
    }
    current.mended = true;
    current.tokens.push(this.#virtual(t.Hole, open.startOffset));
    let depth = 0;
    for (let at = index; at < this.#tokens.length; at++) {
      const { tokenType } = this.#tokens[at] as IToken;
      if (isOpener(tokenType)) depth++;
      else if (isCloser(tokenType)) depth--;
      if (depth === 0) return at;
    }
    return this.#tokens.length;
  }
}

function isOpener(type: TokenType): boolean {
  return type === t.LeftParenthesis || type === t.LeftBracket || type === t.LeftBrace;
}

function isCloser(type: TokenType): boolean {
  return type === t.RightParenthesis || type === t.RightBracket || type === t.RightBrace;
}
