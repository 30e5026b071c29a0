/** String literals: where one ends, and what its text means. A string lies on one line. */

/**
 * The end of the string whose opening quote is at `start`. A `{` opens an interpolation, in which further strings may
 * stand; if the string finds no end that way, its first plain quote ends it, so that a forgotten `}` is reported alone.
 */
export function stringEnd(text: string, start: number): { end: number; closed: boolean } {
  const end = nestedEnd(text, start);
  if (end !== undefined) return { end, closed: true };
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\n') return { end: text[at - 1] === '\r' ? at - 1 : at, closed: false };
    if (character === '\\' && text[at + 1] !== '\n') at++;
    else if (character === '"') return { end: at + 1, closed: true };
  }
  return { end: text.length, closed: false };
}

/** How deep strings and interpolations may nest in each other; also what keeps the search below short. */
const MAX_NESTING = 40;

/** The offset past the `"` or `}` that closes the quote or brace at `start`, strings and braces within it paired. */
function nestedEnd(text: string, start: number): number | undefined {
  const open: string[] = [];
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    const inString = open.at(-1) === '"';
    if (character === '\n') return undefined;
    if (inString && character === '\\') at++;
    else if (character === '"') {
      if (inString) open.pop();
      else open.push('"');
    } else if (character === '{') open.push('{');
    else if (character === '}' && !inString) open.pop();
    if (open.length === 0) return at + 1;
    if (open.length > MAX_NESTING) return undefined;
  }
  return undefined;
}

/** A piece of a literal; offsets count from its opening quote. */
export type StringPiece =
  | { readonly kind: 'text'; readonly text: string }
  /** `{…}`; the offsets are those of the expression inside the braces. */
  | { readonly kind: 'interpolation'; readonly start: number; readonly end: number }
  | { readonly kind: 'bad-escape'; readonly start: number; readonly end: number }
  | { readonly kind: 'open-brace'; readonly start: number; readonly end: number };

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\', '{': '{', '}': '}' };

/** The meaning of a literal, quotes included, in order. */
export function stringPieces(literal: string, closed: boolean): StringPiece[] {
  const pieces: StringPiece[] = [];
  const end = closed ? literal.length - 1 : literal.length;
  let text = '';
  const flush = (): void => {
    if (text !== '') pieces.push({ kind: 'text', text });
    text = '';
  };
  for (let at = 1; at < end; at++) {
    const character = literal[at] as string;
    if (character === '\\') {
      const meaning = ESCAPES[literal[at + 1] ?? ''];
      if (meaning === undefined || at + 1 >= end) {
        pieces.push({ kind: 'bad-escape', start: at, end: Math.min(at + 2, end) });
      } else text += meaning;
      at++;
    } else if (character === '{') {
      const close = nestedEnd(literal, at);
      if (close === undefined) {
        pieces.push({ kind: 'open-brace', start: at, end: at + 1 });
      } else {
        flush();
        pieces.push({ kind: 'interpolation', start: at + 1, end: close - 1 });
        at = close - 1;
      }
    } else text += character;
  }
  flush();
  return pieces;
}
