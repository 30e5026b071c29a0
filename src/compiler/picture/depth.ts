/** How deep a picture is opened when nobody says, and how deep it can be opened at most. */
import type { Picture } from './picture.ts';
import { type ViewOptions, viewOf } from './view.ts';

/** Boxes that one still takes in on a page. */
const COMFORTABLE = 60;
/** Boxes that are laid out in a few seconds. */
export const MOST_BOXES = 4_000;

export interface Depth {
  readonly depth: number;
  readonly boxes: number;
  /** Whether there is more to open below. */
  readonly complete: boolean;
  /** Whether less is open than was wanted. */
  readonly limited: boolean;
}

/** The wanted depth, or the deepest of a comfortable size; less where that would be too many boxes. */
export function depthFor(
  picture: Picture,
  wanted: number | undefined,
  options: Omit<ViewOptions, 'depth'> = {},
): Depth {
  const most = wanted === undefined ? COMFORTABLE : MOST_BOXES;
  let depth = 1;
  let { boxes } = viewOf(picture, { ...options, depth });
  while (wanted === undefined || depth < wanted) {
    const deeper = viewOf(picture, { ...options, depth: depth + 1 }).boxes;
    if (deeper === boxes) return { depth: wanted ?? depth, boxes, complete: true, limited: false };
    if (deeper > most) return { depth, boxes, complete: false, limited: wanted !== undefined };
    depth += 1;
    boxes = deeper;
  }
  const complete = viewOf(picture, { ...options, depth: depth + 1 }).boxes === boxes;
  return { depth, boxes, complete, limited: false };
}
