/**
 * The comments of a file, given out in their order while it is printed.
 *
 * The printer asks for them wherever it begins a line. A comment in a place where no line can begin stays in the queue
 * and comes out with the next question, so that none is lost.
 */
import type { IToken } from 'chevrotain';
import type { Source } from '../source.ts';
import { Comment as CommentToken, DocComment, lex, Newline } from '../tokens.ts';

export interface Comment {
  readonly start: number;
  readonly end: number;
  /** With its slashes, without blanks at the end. */
  readonly text: string;
  /** Nothing but blanks stands before it in its line. */
  readonly ownLine: boolean;
  /** The offset of the token after it, or the length of the text. */
  readonly next: number;
}

export function commentsOf(source: Source): Comment[] {
  const comments: Comment[] = [];
  const tokens = lex(source);
  const lineStart = (at: number): boolean => at < 0 || tokens[at]?.tokenType === Newline;
  let next = source.text.length;
  for (let at = tokens.length - 1; at >= 0; at--) {
    const { tokenType, startOffset: start, image } = tokens[at] as IToken;
    if (tokenType === CommentToken || tokenType === DocComment) {
      const text = image.trimEnd();
      comments.push({ start, end: start + text.length, text, ownLine: lineStart(at - 1), next });
    } else if (tokenType !== Newline) next = start;
  }
  return comments.reverse();
}

export class CommentQueue {
  readonly #comments: readonly Comment[];
  #next = 0;

  constructor(comments: readonly Comment[]) {
    this.#comments = comments;
  }

  /** Whether one is waiting that stands before an offset. */
  waitsBefore(offset: number): boolean {
    const next = this.#comments[this.#next];
    return next !== undefined && next.start < offset;
  }

  /** Whether one stands in `[start, end)`, given out or not. */
  anyWithin(start: number, end: number): boolean {
    let low = 0;
    let high = this.#comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#comments[middle]!.start < start) low = middle + 1;
      else high = middle;
    }
    const first = this.#comments[low];
    return first !== undefined && first.start < end;
  }

  /**
   * The next ones before an offset, to be printed before the token at `target`. Where `///` described something else or
   * nothing, it must not come to describe this one; a target of `undefined` is nothing that can be described.
   */
  takeBefore(offset: number, target: number | undefined): Comment[] {
    const taken: Comment[] = [];
    for (let next = this.#comments[this.#next]; next !== undefined && next.start < offset; ) {
      const stays = target === undefined || (next.next === target && next.ownLine);
      taken.push(stays ? next : { ...next, text: next.text.replace(/^\/{3}(?!\/)/, '//') });
      next = this.#comments[++this.#next];
    }
    return taken;
  }

  /** The next one before an offset, if code stands before it in its line: it can end a line again. */
  takeLineEnd(offset: number): Comment | undefined {
    const next = this.#comments[this.#next];
    if (next === undefined || next.start >= offset || next.ownLine) return undefined;
    this.#next++;
    return next;
  }
}
