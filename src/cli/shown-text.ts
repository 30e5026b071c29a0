/** Text of the user's, such as names of files, as it is safe to print: nothing in it is obeyed by the terminal. */

/** `\x1b` as `␛`; what reorders a line or has no width as `·`. */
export function visible(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  const hidden =
    (code >= 0x80 && code < 0xa0) || /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/.test(character);
  return hidden ? '·' : character;
}

/** Lines that quote from sources, or name files. */
export function shownMessage(text: string): string {
  return text
    .split('\n')
    .map((line) => [...line].map(visible).join(''))
    .join('\n');
}

/** A name in one line. */
export function shownName(name: string): string {
  return name === '' ? "''" : [...name].map(visible).join('');
}
