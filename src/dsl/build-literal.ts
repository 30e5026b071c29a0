/** Numbers and strings of the syntax tree, and what every part of the builder needs: places, names, reports. */
import type { CstNode, IToken } from 'chevrotain';
import type { Expression, Name, StringLiteral } from './ast.ts';
import { token, tokens } from './cst.ts';
import { type Diagnostic, diagnostic } from './diagnostic.ts';
import { type Chunk, layout } from './layout.ts';
import { parseChunk } from './parse-chunk.ts';
import type { Source, Span } from './source.ts';
import { stringEnd, stringPieces } from './string-literal.ts';
import { syntaxError } from './syntax-errors.ts';
import * as t from './tokens.ts';

/** How deep an expression's tree may go, chains of operators included. */
export const MAX_DEPTH = 1000;

export abstract class LiteralBuilder {
  readonly diagnostics: Diagnostic[] = [];
  /** How deep the tree is above what is being built. */
  protected depth = 0;

  constructor(protected readonly source: Source) {}

  /** `after`: what stands before the expression, where a missing one is said to be. */
  protected abstract expression(tree: CstNode | undefined, after: Span): Expression;

  protected report(each: Diagnostic): void {
    this.diagnostics.push(each);
  }

  // ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────

  protected tokenSpan(each: IToken): Span {
    return t.spanOf(this.source, each);
  }

  /** The text of a node, parentheses included; an empty span at `otherwise` for a node with nothing in it. */
  protected nodeSpan(each: CstNode | undefined, otherwise: Span): Span {
    const location = each?.location;
    if (
      location === undefined ||
      Number.isNaN(location.startOffset) ||
      Number.isNaN(location.endOffset ?? Number.NaN)
    ) {
      return this.source.span(otherwise.end);
    }
    return this.source.span(location.startOffset, (location.endOffset ?? location.startOffset - 1) + 1);
  }

  protected name(each: IToken): Name {
    return { text: each.image, span: this.tokenSpan(each) };
  }

  protected missing(span: Span): Expression {
    return { kind: 'missing', span: this.source.span(span.end) };
  }

  // ── literals ────────────────────────────────────────────────────────────────────────────────────────────────────

  protected number(number: IToken): Expression {
    const span = this.tokenSpan(number);
    const text = number.image;
    if (!/^\d+(_\d+)*(\.\d+(_\d+)*)?([eE][+-]?\d+)?$/.test(text)) {
      this.report(diagnostic('malformed-number', span, { text }));
      return { kind: 'missing', span };
    }
    const value = Number(text.replaceAll('_', ''));
    const kind = /[.eE]/.test(text) ? 'float' : 'int';
    if (kind === 'int' ? !Number.isSafeInteger(value) : !Number.isFinite(value)) {
      this.report(diagnostic('number-too-large', span, { text }));
      return { kind: 'missing', span };
    }
    return { kind, span, value };
  }

  protected strings(strings: CstNode, span: Span): Expression {
    const all = tokens(strings, 'String');
    const bar = token(strings, 'Bar');
    if (bar !== undefined) this.report(diagnostic('misplaced-choice', this.tokenSpan(bar), {}));
    return all[0] === undefined ? this.missing(span) : this.string(all[0]);
  }

  protected string(literal: IToken): StringLiteral {
    const span = this.tokenSpan(literal);
    const single = literal.image.startsWith("'");
    const closed = single || stringEnd(literal.image, 0).closed;
    if (!closed) this.report(diagnostic('unterminated-string', span, {}));
    const parts: (string | Expression)[] = [];
    for (const piece of stringPieces(literal.image, closed)) {
      if (piece.kind === 'text') {
        parts.push(piece.text);
        continue;
      }
      const place = this.source.span(span.start + piece.start, span.start + piece.end);
      if (piece.kind === 'interpolation') parts.push(this.#interpolation(place));
      else if (!closed) break;
      else if (piece.kind === 'bad-escape') {
        this.report(diagnostic('unknown-escape', place, { text: literal.image.slice(piece.start, piece.end) }));
      } else {
        this.report(diagnostic('unclosed-interpolation', place, {}));
        break;
      }
    }
    return { kind: 'string', span, parts };
  }

  /** The expression of `"{…}"`, read from its own stretch of the source. */
  #interpolation(place: Span): Expression {
    const after = this.source.span(place.start);
    this.depth++;
    try {
      if (this.depth > MAX_DEPTH) return this.missing(after);
      const { chunks, diagnostics } = layout(this.source, t.lex(this.source, place.start, place.end));
      this.diagnostics.push(...diagnostics);
      const all = chunks.flatMap((each) => each.tokens);
      const end = { ...t.lex(this.source, place.end, place.end + 1)[0] } as IToken;
      const chunk: Chunk = { tokens: all, mended: chunks.some((each) => each.mended), end };
      const { tree, errors } = parseChunk('expression', all);
      if (errors[0] !== undefined && !chunk.mended)
        this.report(syntaxError(this.source, chunk, 'expression', errors[0]));
      return this.expression(tree, after);
    } finally {
      this.depth--;
    }
  }
}
