/**
 * The files of an image cache, and what makes them safe to kill and to share.
 *
 *   STEM-DIGEST.u8         every image's bytes, [count, H, W, C]; complete from the moment it has this name
 *   STEM.json              which files the rows came from; names the data file
 *   STEM-PROCESS.part      rows of a build under way, at their final places
 *   STEM-PROCESS.journal   the rows of it that are surely on disk, a JSON object a line
 *
 * Each build writes files of its own and renames them when complete, so two builds at once only repeat work. What a
 * killed build leaves is a source of rows for the next one.
 */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A file's identity: when neither size nor time changed, its bytes are taken to be the same. */
export interface CachedImage {
  readonly file: string;
  readonly size: number;
  /** Modification time in milliseconds. */
  readonly mtime: number;
  /** Why it could not be decoded; its row is then zero. */
  readonly error?: string;
}

export interface CacheIndex {
  /** The data file's name, beside the index. */
  readonly data: string;
  readonly images: readonly CachedImage[];
}

/** A place where a decoded row can be had without decoding. */
export interface RowSource {
  readonly path: string;
  readonly row: number;
}

export function imageKey({ file, size, mtime }: CachedImage): string {
  return `${size}:${mtime}:${file}`;
}

/** A digest of what the data file should hold. */
export function digestOf(images: readonly CachedImage[]): string {
  const hash = createHash('sha256');
  for (const image of images) hash.update(`${imageKey(image)}\n`);
  return hash.digest('hex').slice(0, 16);
}

export function indexPath(directory: string, stem: string): string {
  return join(directory, `${stem}.json`);
}

/** The index, if there is one whose data file is whole. */
export function readCacheIndex(directory: string, stem: string, rowSize: number): CacheIndex | undefined {
  try {
    const index = JSON.parse(readFileSync(indexPath(directory, stem), 'utf8')) as CacheIndex;
    const { size } = statSync(join(directory, index.data));
    return size === index.images.length * rowSize ? index : undefined;
  } catch {
    // Missing, cut short by an older crash, or replaced meanwhile: all mean that there is nothing to use.
    return undefined;
  }
}

/** Every row that can be copied: from the last complete cache and from builds that were killed or are still running. */
export function reusableRows(directory: string, stem: string, rowSize: number): Map<string, RowSource> {
  const sources = new Map<string, RowSource>();
  const index = readCacheIndex(directory, stem, rowSize);
  for (const [row, image] of (index?.images ?? []).entries()) {
    if (image.error === undefined) sources.set(imageKey(image), { path: join(directory, index!.data), row });
  }
  for (const name of partialNames(directory, stem)) {
    const path = join(directory, `${name}.part`);
    for (const { row, ...image } of readJournal(join(directory, `${name}.journal`))) {
      sources.set(imageKey(image), { path, row });
    }
  }
  return sources;
}

function readJournal(path: string): (CachedImage & { row: number })[] {
  try {
    const text = readFileSync(path, 'utf8');
    // The last line may be cut short; complete ones end in a line feed.
    const lines = text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .slice(0, -1);
    return lines.map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

/** Names, without their endings, of the builds under way or left behind. */
function partialNames(directory: string, stem: string): string[] {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  const names = readdirSync(directory).filter((name) => name.startsWith(`${stem}-`) && name.endsWith('.journal'));
  return names.map((name) => name.slice(0, -'.journal'.length));
}

const DAY = 86_400_000;

/** Whether the process that writes these files is gone: known on its own machine, guessed by age on another. */
function isAbandoned(directory: string, name: string, stem: string): boolean {
  const match = /^(\d+)-[0-9a-f]+-(.*)$/.exec(name.slice(stem.length + 1));
  if (match?.[2] === machineName()) {
    try {
      process.kill(Number(match[1]), 0);
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH';
    }
  }
  const modified = statSync(join(directory, `${name}.journal`), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - modified > DAY;
}

function machineName(): string {
  return hostname().replaceAll(/[^A-Za-z0-9]/g, '_');
}

/** Rows that are decoded between two flushes; at most these are lost when the build is killed. */
const FLUSH_EVERY = 64;

/** A cache being built. Rows are written in any order. */
export class CacheBuild {
  readonly #name: string;
  readonly #directory: string;
  readonly #stem: string;
  readonly #rowSize: number;
  readonly #data: FileHandle;
  readonly #journal: FileHandle;
  #unflushed: string[] = [];
  #flushing: Promise<void> = Promise.resolve();

  private constructor(directory: string, stem: string, name: string, rowSize: number, files: [FileHandle, FileHandle]) {
    this.#directory = directory;
    this.#stem = stem;
    this.#name = name;
    this.#rowSize = rowSize;
    [this.#data, this.#journal] = files;
  }

  static async start(directory: string, stem: string, rowSize: number): Promise<CacheBuild> {
    const name = `${stem}-${process.pid}-${randomBytes(4).toString('hex')}-${machineName()}`;
    const data = await open(join(directory, `${name}.part`), 'w');
    const journal = await open(join(directory, `${name}.journal`), 'a');
    return new CacheBuild(directory, stem, name, rowSize, [data, journal]);
  }

  async write(row: number, image: CachedImage, pixels: Uint8Array): Promise<void> {
    for (let done = 0; done < pixels.length; ) {
      const position = row * this.#rowSize + done;
      done += (await this.#data.write(pixels, done, pixels.length - done, position)).bytesWritten;
    }
    this.#unflushed.push(`${JSON.stringify({ row, ...image })}\n`);
    if (this.#unflushed.length >= FLUSH_EVERY) await this.flush();
  }

  /** Makes the rows so far safe; the journal never names a row that is not on disk. */
  flush(): Promise<void> {
    const lines = this.#unflushed;
    this.#unflushed = [];
    this.#flushing = this.#flushing.then(async () => {
      if (lines.length === 0) return;
      await this.#data.datasync();
      await this.#journal.appendFile(lines.join(''));
    });
    return this.#flushing;
  }

  /** Puts the cache in place of the last one and removes what it supersedes. Returns the data file's path. */
  async finish(images: readonly CachedImage[]): Promise<string> {
    await this.flush();
    await this.#data.truncate(images.length * this.#rowSize); // zero rows of undecodable images at the end
    await this.#data.datasync();
    await this.close();
    const data = `${this.#stem}-${digestOf(images)}.u8`;
    renameSync(join(this.#directory, `${this.#name}.part`), join(this.#directory, data));
    const temporary = join(this.#directory, `${this.#name}.json`);
    writeFileSync(temporary, JSON.stringify({ data, images } satisfies CacheIndex));
    renameSync(temporary, indexPath(this.#directory, this.#stem));
    rmSync(join(this.#directory, `${this.#name}.journal`), { force: true });
    this.#removeSuperseded(data);
    return join(this.#directory, data);
  }

  async close(): Promise<void> {
    await this.#data.close();
    await this.#journal.close();
  }

  /** Ends it early: the rows that are safe stay for the next build, and files that hold none are removed. */
  async abandon(): Promise<void> {
    await this.flush().catch(() => {});
    await this.close().catch(() => {});
    const journal = join(this.#directory, `${this.#name}.journal`);
    if (readJournal(journal).length > 0) return;
    for (const path of [join(this.#directory, `${this.#name}.part`), journal]) rmSync(path, { force: true });
  }

  #removeSuperseded(current: string): void {
    for (const name of readdirSync(this.#directory)) {
      if (!name.startsWith(`${this.#stem}-`)) continue;
      if (name.endsWith('.u8') && name !== current) rmSync(join(this.#directory, name), { force: true });
    }
    for (const name of partialNames(this.#directory, this.#stem)) {
      if (!isAbandoned(this.#directory, name, this.#stem)) continue;
      for (const ending of ['.part', '.journal']) rmSync(join(this.#directory, name + ending), { force: true });
    }
  }
}

/** Reads rows by source, keeping the files open between rows. */
export class SourceReader {
  readonly #files = new Map<string, Promise<FileHandle>>();

  /** Whether the row could be read whole into `pixels`. */
  async read({ path, row }: RowSource, pixels: Uint8Array): Promise<boolean> {
    try {
      let file = this.#files.get(path);
      if (file === undefined) {
        file = open(path, 'r');
        this.#files.set(path, file);
      }
      const { bytesRead } = await (await file).read(pixels, 0, pixels.length, row * pixels.length);
      return bytesRead === pixels.length;
    } catch {
      return false; // the other build finished meanwhile and took its files away
    }
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.then((each) => each.close()).catch(() => {});
  }
}

/** Fails where files cannot be created, before any work is done. */
export function checkWritable(directory: string): void {
  const probe = join(directory, `.probe-${randomBytes(4).toString('hex')}`);
  closeSync(openSync(probe, 'w'));
  rmSync(probe);
}
