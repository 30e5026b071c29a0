/** Tells which images could not be read, a line each. */
import { shownName } from './shown-text.ts';
import type { Terminal } from './terminal.ts';

export interface UnreadImage {
  readonly image: string;
  readonly error: string;
}

export function sayUnread(images: readonly UnreadImage[], terminal: Terminal): void {
  const { red } = terminal.noteColours;
  for (const { image, error } of images) terminal.problem(`${red('error')}: ${shownName(image)}: ${shownName(error)}`);
}
