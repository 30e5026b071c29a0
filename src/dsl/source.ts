/** Source text and positions in it. Offsets are UTF-16 code units from the start of the file. */

/** A stretch of one source: `[start, end)`. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A position as people and editors count it: both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One file's text with the name that messages show for it. */
export class Source {
  readonly #lineStarts: number[] = [0];

  constructor(
    /** The path as the user gave it, with `/` between folders; the identity of the file in messages and imports. */
    readonly path: string,
    readonly text: string,
  ) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  get lineCount(): number {
    return this.#lineStarts.length;
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  /** The text of a line (counted from 1), without its line ending. */
  line(line: number): string {
    const start = this.#lineStarts[line - 1];
    if (start === undefined) return '';
    const end = this.#lineStarts[line] ?? this.text.length + 1;
    return this.text.slice(start, end - 1).replace(/\r$/, '');
  }

  span(start: number, end: number = start): Span {
    return { source: this, start, end };
  }
}

/** The text that a span covers. */
export function textOf(span: Span): string {
  return span.source.text.slice(span.start, span.end);
}

/** The text that a span covers, with single spaces for line breaks and what stands around them. */
export function onOneLine(span: Span): string {
  return textOf(span).replace(/\s+/g, ' ');
}

/** The smallest span that covers both, which must lie in one source. */
export function cover(a: Span, b: Span): Span {
  return { source: a.source, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}
