/** The option `--depth` of the commands that show a model block by block. */
import { WrongUse } from './failure.ts';

/** @throws WrongUse if it is no number of levels */
export function wholeDepth(text: string): number {
  const depth = Number(text);
  if (Number.isInteger(depth) && depth >= 1) return depth;
  throw new WrongUse(`--depth takes a whole number of levels, at least 1, not '${text}'`);
}
