/** What is wrong with a folder of images, told so that its owner can put it right. */

export type DataErrorCode =
  | 'folder-missing'
  | 'not-a-folder'
  | 'folder-unreadable'
  | 'no-class-folders'
  | 'flat-folder'
  | 'no-images'
  | 'nested-classes'
  | 'class-empty'
  | 'class-missing'
  | 'class-unexpected'
  | 'image-format-unsupported'
  | 'images-unreadable'
  | 'fraction-out-of-range'
  | 'too-few-images'
  | 'too-few-groups'
  | 'group-file-missing'
  | 'group-file-malformed'
  | 'group-column-missing'
  | 'group-rows-missing'
  | 'group-key-ambiguous'
  | 'group-pattern-invalid'
  | 'group-pattern-unmatched'
  | 'cache-unwritable'
  | 'folder-not-empty';

/**
 * A mistake in the data rather than in a source file, so it has no position. The command line shows `message` after
 * `error:` and `help` after `help:`.
 */
export class DataError extends Error {
  override readonly name = 'DataError';

  constructor(
    readonly code: DataErrorCode,
    message: string,
    readonly help: string,
  ) {
    super(message);
  }
}

/** `a, b and 3 more`, for messages about lists that may be long. */
export function someOf(names: readonly string[], limit = 5): string {
  if (names.length <= 1) return names.join('');
  if (names.length <= limit) return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
  return `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`;
}

/** `1 image`, `2 images`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
