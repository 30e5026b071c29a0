/** Numbers as a picture words them. */
import { grouped } from '../../shared/grouped.ts';
import type { Shape } from '../graph.ts';

/** `112×112×32`; a tensor of one number has no axes. */
export function shapeText(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('×');
}

/** Three digits and a prefix: `1.54 G`; as it is below a million. */
export function rounded(count: number): string {
  if (count < 1e6) return grouped(count);
  const [size, prefix] = count < 1e9 ? [1e6, 'M'] : count < 1e12 ? [1e9, 'G'] : [1e12, 'T'];
  return `${Number((count / size).toPrecision(3))} ${prefix}`;
}

/** `124,096 params · 1.54 G MACs`; empty for what has neither. */
export function costText({ parameters, macs }: { readonly parameters: number; readonly macs: number }): string {
  const parts = [parameters > 0 ? `${rounded(parameters)} params` : '', macs > 0 ? `${rounded(macs)} MACs` : ''];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Several values of one thing in a few words: `64`, `1, 2, 4`, `64 … 224`. */
export function severalTexts(texts: readonly string[]): string {
  if (new Set(texts).size === 1) return texts[0]!;
  return texts.length <= 6 ? texts.join(', ') : `${texts[0]}, ${texts[1]} … ${texts.at(-1)}`;
}
