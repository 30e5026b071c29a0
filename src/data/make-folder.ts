/** Folders for what is written. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those that it lies in, where they are absent.
 *
 * Node's own `recursive` never returns where the file system of an existing folder refuses new ones with ENOENT, as
 * `/proc` does, so the folders are made one by one.
 *
 * @throws the error of the system, with the folder that could not be made as its path
 */
export function makeFolder(path: string): void {
  const absent: string[] = [];
  let at = resolve(path);
  while (statSync(at, { throwIfNoEntry: false }) === undefined && dirname(at) !== at) {
    absent.push(at);
    at = dirname(at);
  }
  for (const folder of absent.reverse()) makeOne(folder);
  // `mkdir` tells that it is a file that is in the way.
  if (!statSync(path).isDirectory()) mkdirSync(path);
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have made it in between.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
