/**
 * Indexes a folder of labelled images: one sub-folder a class, the images directly in it.
 *
 * In: a path. Out: the classes and the images, in an order that depends on nothing but their names. The images are not
 * opened here; the cache does that and reports the ones that cannot be decoded.
 */
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { counted, DataError, someOf } from './data-error.ts';

/** One labelled image. */
export interface Example {
  /** Relative to the index's root, with `/` between folders on every system. */
  readonly file: string;
  /** Position in `ImageIndex.classes`. */
  readonly label: number;
}

export interface ImageIndex {
  readonly root: string;
  readonly classes: readonly string[];
  /** Sorted by class, then by file name. */
  readonly examples: readonly Example[];
  /** Folders within those of the classes that hold images, which are none of the examples; relative to the root. */
  readonly leftOut: readonly string[];
}

export interface IndexOptions {
  /** The classes in label order; without it, the sub-folders sorted by name. */
  readonly classes?: readonly string[];
  /** Accept classes of `classes` that have no folder or no images here, as a small test set may. */
  readonly allowEmptyClasses?: boolean;
  /** List images in formats that cannot be decoded with the others, for the decoder to say so of each. */
  readonly listUndecodable?: boolean;
}

/** What sharp's prebuilt libvips decodes. */
const DECODABLE = new Set(['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);
/** Images that people do have and that it does not decode: leaving them out in silence would lose data. */
const UNDECODABLE = new Set(['.bmp', '.heic', '.heif', '.jp2', '.jxl', '.ico', '.tga', '.psd', '.dcm', '.svs']);

/**
 * Lists the images below `root`.
 *
 * @throws DataError if the folder is missing or is not laid out as one sub-folder a class
 */
export function indexImageFolder(root: string, options: IndexOptions = {}): ImageIndex {
  const folders = readFolder(root);
  if (folders.folders.length === 0) throw withoutClassFolders(root, folders);
  const classes = options.classes ?? folders.folders;
  if (options.classes !== undefined) checkClasses(root, options.classes, folders.folders, options);

  const examples: Example[] = [];
  const unsupported: string[] = [];
  const empty: string[] = [];
  const leftOut: string[] = [];
  for (const [label, name] of classes.entries()) {
    const contents = folders.folders.includes(name) ? readFolder(join(root, name)) : EMPTY_FOLDER;
    const images = options.listUndecodable ? allImages(contents) : contents.images;
    if (!options.listUndecodable) unsupported.push(...contents.unsupported.map((file) => `${name}/${file}`));
    const inside = foldersWithImages(join(root, name), contents);
    if (images.length === 0 && inside.length > 0) throw withNestedImages(join(root, name), inside);
    if (images.length === 0) empty.push(name);
    leftOut.push(...inside.map((folder) => `${name}/${folder}`));
    for (const file of images) examples.push({ file: `${name}/${file}`, label });
  }

  if (unsupported.length > 0) {
    throw new DataError(
      'image-format-unsupported',
      `${counted(unsupported.length, 'image')} in '${root}' cannot be decoded in this format: ${someOf(unsupported)}`,
      `convert them to PNG or JPEG, or move them out of the folder; readable are ${[...DECODABLE].join(' ')}`,
    );
  }
  if (empty.length > 0 && !options.allowEmptyClasses) throw withEmptyClasses(root, empty);
  return { root, classes: [...classes], examples, leftOut };
}

/** Folders within a class's folder that hold images of their own. */
function foldersWithImages(path: string, { folders }: Contents): string[] {
  return folders.filter((name) => {
    const folder = join(path, name);
    // a link back to where it lies holds the same images
    const isAround = `${realpathSync(path)}${sep}`.startsWith(`${realpathSync(folder)}${sep}`);
    return !isAround && canList(folder) && allImages(readFolder(folder)).length > 0;
  });
}

/**
 * Images by path: files as they are named, and in place of a folder all images in it and below, sorted. Those in formats
 * that cannot be decoded are among them, for the decoder to say so. A folder that symbolic links lead to again is gone
 * through once.
 *
 * @throws DataError for a folder without any
 */
export function imagesOf(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!isFolder(path)) return [path];
    const images = imagesBelow(path, new Set());
    if (images.length > 0) return images;
    throw new DataError('no-images', `'${path}' has no images`, `readable are ${[...DECODABLE].join(' ')}`);
  });
}

function imagesBelow(folder: string, seen: Set<string>): string[] {
  const contents = readFolder(folder);
  const place = realpathSync(folder);
  if (seen.has(place)) return [];
  seen.add(place);
  return [
    ...allImages(contents).map((name) => join(folder, name)),
    ...contents.folders.flatMap((name) => {
      const below = join(folder, name);
      // one that cannot be listed is left to the decoder, too
      return canList(below) ? imagesBelow(below, seen) : [below];
    }),
  ];
}

interface Contents {
  readonly folders: readonly string[];
  readonly images: readonly string[];
  readonly unsupported: readonly string[];
}

/** Also those that cannot be decoded, in the order of their names. */
function allImages({ images, unsupported }: Contents): string[] {
  return [...images, ...unsupported].sort();
}

const EMPTY_FOLDER: Contents = { folders: [], images: [], unsupported: [] };

/** A folder's visible entries by kind, each sorted by code unit so that the order is the same under every locale. */
function readFolder(path: string): Contents {
  const folders: string[] = [];
  const images: string[] = [];
  const unsupported: string[] = [];
  for (const name of listed(path)) {
    if (name.startsWith('.') || name === '__MACOSX') continue;
    const extension = extname(name).toLowerCase();
    if (DECODABLE.has(extension)) images.push(name);
    else if (UNDECODABLE.has(extension)) unsupported.push(name);
    else if (isFolder(join(path, name))) folders.push(name);
  }
  return { folders, images, unsupported };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    // a link that leads to itself leads to no folder
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return false;
    throw error;
  }
}

function canList(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function listed(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw missingFolder(path);
    if (code === 'ENOTDIR') {
      throw new DataError(
        'not-a-folder',
        `'${path}' is a file, not a folder of images`,
        'name the folder that holds one sub-folder for each class',
      );
    }
    throw new DataError(
      'folder-unreadable',
      `cannot read the folder '${path}' (${code})`,
      code === 'EACCES' ? 'check its permissions' : (error as Error).message,
    );
  }
}

function missingFolder(path: string): DataError {
  let parent = dirname(resolve(path));
  while (!isFolder(parent) && parent !== dirname(parent)) parent = dirname(parent);
  let names: string[] = [];
  try {
    names = readdirSync(parent).filter((name) => !name.startsWith('.') && isFolder(join(parent, name)));
  } catch {
    // The help then names the parent alone.
  }
  // The first component that is missing below the parent is the one that was mistyped.
  const wanted = resolve(path).slice(parent.length).split(/[\\/]/).filter(Boolean)[0] ?? basename(path);
  const contents = names.length === 0 ? 'has no sub-folders' : `has the sub-folders ${someOf(names.sort())}`;
  const near = names.length > 0 ? closest(wanted, names) : undefined;
  const guess = near?.toLowerCase().slice(0, 2) === wanted.toLowerCase().slice(0, 2) ? `; did you mean '${near}'?` : '';
  return new DataError('folder-missing', `there is no folder '${path}'`, `'${parent}' exists and ${contents}${guess}`);
}

function withoutClassFolders(root: string, contents: Contents): DataError {
  const images = [...contents.images, ...contents.unsupported];
  if (images.length > 0) {
    return new DataError(
      'flat-folder',
      `the ${counted(images.length, 'image')} in '${root}' are not sorted into classes: ${someOf(images, 3)}`,
      `move them into one sub-folder for each class, such as '${join(root, 'CLASS', images[0] ?? '')}'`,
    );
  }
  return new DataError(
    'no-class-folders',
    `'${root}' holds neither class folders nor images`,
    'it should hold one sub-folder for each class, with the images directly in it',
  );
}

function withNestedImages(folder: string, inside: readonly string[]): DataError {
  return new DataError(
    'nested-classes',
    `'${folder}' should hold one class's images, but holds the folders ${someOf(inside)}`,
    `if those are the classes, use '${folder}' as the folder`,
  );
}

function withEmptyClasses(root: string, empty: readonly string[]): DataError {
  return new DataError(
    'class-empty',
    `${empty.length === 1 ? 'the class folder' : 'the class folders'} ${someOf(empty)} in '${root}' ${empty.length === 1 ? 'has' : 'have'} no images`,
    'add images, or remove the empty folder if it is not a class',
  );
}

function checkClasses(root: string, wanted: readonly string[], found: readonly string[], options: IndexOptions): void {
  const missing = wanted.filter((name) => !found.includes(name));
  const unexpected = found.filter((name) => !wanted.includes(name));
  if (missing.length > 0 && !options.allowEmptyClasses) {
    const near = unexpected.length > 0 ? `; not used is ${someOf(unexpected)}` : '';
    throw new DataError(
      'class-missing',
      `'${root}' has no folder for ${missing.length === 1 ? 'the class' : 'the classes'} ${someOf(missing)}`,
      `its folders are ${someOf(found)}${near}; names must match exactly, including capitals`,
    );
  }
  if (unexpected.length > 0) {
    throw new DataError(
      'class-unexpected',
      `'${root}' has a folder ${someOf(unexpected)} that is not among the classes ${someOf(wanted)}`,
      'add it to the classes, or move it out of the folder: its images would be left out in silence',
    );
  }
}
