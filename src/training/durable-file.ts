/** Files that survive a crash: a reader sees the old contents or the new, never a part. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { TrainingError } from './training-error.ts';

/** The suffix of files that are being written; one that is left behind is the trace of a crash. */
export const UNFINISHED = '.unfinished';

/**
 * Replaces `path` with `contents`, which are on the disk when this returns.
 *
 * @throws TrainingError if something other than an ordinary file is there, such as a folder or a device
 */
export function writeDurably(path: string, contents: Uint8Array | string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  // A renaming would put a file in the place of a device.
  if (found !== undefined && !found.isFile()) {
    const what = found.isDirectory() ? 'a folder' : 'a device or a pipe';
    throw new TrainingError(`'${path}' is ${what}, not a file`, 'name a file to write');
  }
  const unfinished = `${path}.${process.pid}${UNFINISHED}`;
  const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
  try {
    const file = openSync(unfinished, 'w');
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Makes the renaming itself durable; Windows has no such call and does it on its own. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
