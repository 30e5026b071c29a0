/** Finds and reads what a command is to work on: specifications (`*.spec`) and training configurations (`*.train.yaml`). */
import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, posix, relative } from 'node:path';
import type { PathKind } from '../config/check-data.ts';
import type { ConfigLoader } from '../config/link.ts';
import { Source } from '../dsl/source.ts';
import { suggest } from '../shared/suggest.ts';
import { WrongUse } from './failure.ts';

/** The folder that a command without paths works on; the working directory where there is none. */
export const SPECS_FOLDER = 'specs';
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'generated', 'runs']);

export type SourceKind = 'spec' | 'config';

export interface SourceFile {
  readonly kind: SourceKind;
  /** As reached from the working directory, with `/` between folders. */
  readonly path: string;
}

/** Reads what is imported; a file that is no text ends the command. */
export const fileLoader: ConfigLoader = { read: readSourceText, list: listFolder };

/** A loader that keeps what it read, for a run that is to be rebuilt from its own copies. */
export function recordingLoader(): { readonly loader: ConfigLoader; readonly texts: ReadonlyMap<string, string> } {
  const texts = new Map<string, string>();
  const read = (path: string): string | undefined => {
    const text = fileLoader.read(path);
    if (text !== undefined) texts.set(path, text);
    return text;
  };
  return { loader: { ...fileLoader, read }, texts };
}

/** The text of a file without a byte order mark, or undefined where there is no such file. */
export function readText(path: string): string | undefined {
  const bytes = readBytes(path);
  return bytes === undefined ? undefined : textOfBytes(bytes);
}

function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}

function textOfBytes(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function readSourceText(path: string): string | undefined {
  const bytes = readBytes(path);
  return bytes === undefined ? undefined : sourceText(bytes, path);
}

/**
 * The text of a specification or a configuration, without a byte order mark.
 *
 * @param shown what messages call it
 * @throws WrongUse where the bytes are no UTF-8: every character of a picture would be a mistake of its own
 */
export function sourceText(bytes: Buffer, shown: string): string {
  if (bytes.includes(0) || !isUtf8(bytes)) {
    throw new WrongUse(
      `'${shown}' is not a text file`,
      'specc reads text in UTF-8: save it as such, or name another file',
    );
  }
  return textOfBytes(bytes);
}

/** @throws WrongUse with the nearest name if there is no such file, and for a file that is no text */
export function readSource(path: string): Source {
  const text = readSourceText(path);
  if (text === undefined) throw missingPath(path);
  return new Source(path, text);
}

export function kindOfPath(path: string): PathKind {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return found.isDirectory() ? 'folder' : 'file';
}

/**
 * The files at `paths`, folders searched through, each once. Without paths: those of `specs/`.
 *
 * @throws WrongUse if a path is not there or is a file of another kind
 */
export function findSources(paths: readonly string[]): SourceFile[] {
  const start = paths.length > 0 ? paths : [kindOfPath(SPECS_FOLDER) === 'folder' ? SPECS_FOLDER : '.'];
  const found = new Map<string, SourceFile>();
  for (const given of start) {
    const path = slashed(given);
    const kind = kindOfPath(path);
    if (kind === undefined) throw missingPath(path);
    const files = kind === 'folder' ? sourcesBelow(path) : [sourceAt(path)];
    for (const file of files) found.set(file.path, file);
  }
  if (found.size === 0) {
    const where = start.map((each) => `'${each}'`).join(', ');
    throw new WrongUse(`there are no specifications in ${where}`, 'run `specc init` to start with one, or name a file');
  }
  return [...found.values()];
}

/** The files right in `specs/`, without its folders: those are libraries that others import from. */
export function projectSources(): SourceFile[] {
  const folder = kindOfPath(SPECS_FOLDER) === 'folder' ? SPECS_FOLDER : '.';
  const own = findSources([]).filter(({ path }) => posix.dirname(path) === folder);
  if (own.length > 0) return own;
  throw new WrongUse(`there are no specifications right in '${folder}'`, 'name the files or folders to build');
}

/** `ddrnet.spec#DDRNet` as a file and a model. */
export function splitModel(argument: string): { path: string; model: string | undefined } {
  const [, path = argument, model] = /^(.*?)(?:#([^#/\\]*))?$/.exec(argument) ?? [];
  return { path: slashed(path), model: model || undefined };
}

/** One way to write a path, however it was typed: messages and generated headers must not depend on that. */
function slashed(path: string): string {
  const below = isAbsolute(path) ? relative(process.cwd(), path) : path;
  const near = below.startsWith('..') || isAbsolute(below) ? path : below || '.';
  const normal = posix.normalize(near.replaceAll('\\', '/'));
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal;
}

function kindOfSource(path: string): SourceKind | undefined {
  if (path.endsWith('.spec')) return 'spec';
  return path.endsWith('.train.yaml') || path.endsWith('.train.yml') ? 'config' : undefined;
}

function sourceAt(path: string): SourceFile {
  const kind = kindOfSource(path) ?? (/\.ya?ml$/.test(path) ? 'config' : undefined);
  if (kind !== undefined) return { kind, path };
  throw new WrongUse(
    `'${path}' is neither a specification nor a training configuration`,
    'specc reads *.spec and *.train.yaml',
  );
}

function sourcesBelow(folder: string): SourceFile[] {
  const files: SourceFile[] = [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = posix.join(folder, entry.name);
    const kind = kindOfSource(entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name) && !entry.name.startsWith('.')) files.push(...sourcesBelow(path));
    } else if (kind !== undefined) files.push({ kind, path });
  }
  return files;
}

function missingPath(path: string): WrongUse {
  const folder = dirname(path);
  const name = posix.basename(path);
  const near = nearestName(name, listFolder(folder));
  const meant = near === undefined ? nearestBelow(name) : posix.join(folder, near);
  return new WrongUse(`there is no file or folder '${path}'`, meant && `did you mean \`${meant}\`?`);
}

/** A path that was meant from `specs/`: `specc check ddrnet.spec`. */
function nearestBelow(name: string): string | undefined {
  const paths = kindOfPath(SPECS_FOLDER) === 'folder' ? sourcesBelow(SPECS_FOLDER).map((each) => each.path) : [];
  const same = paths.find((path) => posix.basename(path) === name);
  if (same !== undefined) return same;
  const near = nearestName(
    name,
    paths.map((path) => posix.basename(path)),
  );
  return paths.find((path) => posix.basename(path) === near);
}

/** Of two names with one ending, what stands before it tells whether they are near. */
function nearestName(name: string, names: readonly string[]): string | undefined {
  const [ending = ''] = /(\.train)?\.\w+$/.exec(name) ?? [];
  const alike = names.filter((each) => each.endsWith(ending)).map((each) => each.slice(0, each.length - ending.length));
  const stem = suggest(name.slice(0, name.length - ending.length), alike);
  return stem === undefined
    ? suggest(
        name,
        names.filter((each) => !each.endsWith(ending)),
      )
    : stem + ending;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder === '' ? '.' : folder);
  } catch {
    return []; // no folder, no names to suggest
  }
}
