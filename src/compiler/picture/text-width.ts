/**
 * How wide a text is, without a browser: by the widths of Helvetica, which Arial and Liberation Sans share, with some
 * room for fonts that run wider.
 */

/** Of the characters from space to `~`, in thousandths of the font's size. */
const WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
];
const OTHERS: { readonly [character: string]: number } = { '×': 584, '·': 333, '…': 1000, '−': 584, '÷': 584 };
const LETTER = 722;
/** Characters of East Asian scripts, symbols and pictures are as wide as they are high. */
const SQUARE = 1100;
const FIRST_SQUARE = 0x2100;

const ROOM = 1.05;
const BOLD = 1.08;

export interface Font {
  /** In pixels. */
  readonly size: number;
  readonly bold?: boolean;
}

/** In pixels. */
export function textWidth(text: string, { size, bold = false }: Font): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    width += OTHERS[character] ?? WIDTHS[code - 32] ?? (code < FIRST_SQUARE ? LETTER : SQUARE);
  }
  return ((width * size) / 1000) * ROOM * (bold ? BOLD : 1);
}

/** The text, or as much of its start as fits, with an ellipsis. */
export function clippedText(text: string, font: Font, most: number): string {
  if (textWidth(text, font) <= most) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, font) > most) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}
