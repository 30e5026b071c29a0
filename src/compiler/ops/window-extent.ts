import type { Window } from './kind.ts';

/** How far a window reaches along each axis. */
export function extentOf({ kernel, dilation }: Pick<Window, 'kernel' | 'dilation'>): [number, number] {
  return [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1];
}
