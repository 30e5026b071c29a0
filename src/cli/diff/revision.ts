/** Specifications as they are in a revision of a git repository, read without a checkout. */
import { spawnSync } from 'node:child_process';
import { posix } from 'node:path';
import { CommandFailure, WrongUse } from '../failure.ts';
import { sourceText } from '../source-files.ts';

const MOST_BYTES = 1 << 30;

/** `HEAD~1:specs/net.spec` as a revision and a path; undefined where it is no such thing. */
export function splitRevision(argument: string): { revision: string; path: string } | undefined {
  const [, revision, path] = /^([^:]+):(.*)$/s.exec(argument) ?? [];
  if (revision === undefined || path === undefined) return undefined;
  // A drive of Windows.
  if (/^[A-Za-z]$/.test(revision) && /^[\\/]/.test(path)) return undefined;
  return { revision, path };
}

export class Revision {
  readonly #texts: ReadonlyMap<string, Buffer>;
  readonly #prefix: string;

  private constructor(
    /** As it was typed. */
    readonly name: string,
    prefix: string,
    texts: ReadonlyMap<string, Buffer>,
  ) {
    this.#texts = texts;
    this.#prefix = prefix;
  }

  /**
   * All specifications of a revision, by path from the working directory, in two runs of git. `main...` is where the
   * current branch left `main`.
   *
   * @throws WrongUse if there is no repository or no such revision
   */
  static read(name: string): Revision {
    const prefix = git(['rev-parse', '--show-prefix']).toString().trim();
    const found = /^(.+)\.\.\.$/.exec(name);
    const resolved = found === null ? name : git(['merge-base', found[1]!, 'HEAD']).toString().trim();
    const commit = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${resolved}^{tree}`], name)
      .toString()
      .trim();
    const listed = git(['ls-tree', '-r', '-z', '--full-tree', commit]).toString().split('\0');
    const blobs = listed.flatMap((line) => {
      const [, oid, path] = /^100\d+ blob ([0-9a-f]+)\t(.*\.spec)$/s.exec(line) ?? [];
      return oid === undefined || path === undefined ? [] : [{ oid, path }];
    });
    const texts = readBlobs(blobs.map(({ oid }) => oid));
    return new Revision(name, prefix, new Map(blobs.map(({ path }, at) => [fromHere(prefix, path), texts[at]!])));
  }

  /** A path as git takes it behind a revision, from the top of the repository or with `./` from here, as one from here. */
  locate(path: string): string {
    return /^\.\.?(\/|$)/.test(path) ? posix.normalize(path) : fromHere(this.#prefix, path === '' ? '.' : path) || '.';
  }

  /**
   * Of paths from the working directory.
   *
   * @throws WrongUse where it is no text
   */
  text(path: string): string | undefined {
    const bytes = this.#texts.get(posix.normalize(path));
    return bytes === undefined ? undefined : sourceText(bytes, `${this.name}:${path}`);
  }

  /** Paths, in order, of the specifications in a folder (or that are this file). */
  below(path: string): string[] {
    const folder = posix.normalize(path).replace(/\/$/, '');
    const paths = [...this.#texts.keys()].sort();
    if (folder === '.') return paths.filter((each) => !each.startsWith('../'));
    return paths.filter((each) => each === folder || each.startsWith(`${folder}/`));
  }

  /** What stands in a folder, for suggestions. */
  list(folder: string): string[] {
    const names = this.below(folder).map((path) => posix.relative(folder || '.', path).split('/')[0]!);
    return [...new Set(names)];
  }
}

/** The paths that git tracks or knows as new, below a folder of the working directory. */
export function trackedFiles(pattern: string): string[] {
  return git(['ls-files', '-z', '--', pattern])
    .toString()
    .split('\0')
    .filter((path) => path !== '');
}

/**
 * The latest commit that has the content of a file, and the path from the top of the repository that it has there;
 * undefined for content that was never committed.
 */
export function findContent(file: string): { readonly commit: string; readonly path: string } | undefined {
  const oid = git(['hash-object', '--no-filters', '--', file]).toString().trim();
  const log = ['log', '--all', '-m', '-n', '8', '--raw', '--no-abbrev', '--no-renames', '-z', '--format=commit %H'];
  const pieces = git([...log, `--find-object=${oid}`])
    .toString()
    .split('\0');
  let commit = '';
  for (const [at, piece] of pieces.entries()) {
    commit = /commit ([0-9a-f]+)$/.exec(piece.trim())?.[1] ?? commit;
    const [, before, after] = /:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) \w+$/.exec(piece) ?? [];
    const path = pieces[at + 1];
    if (path === undefined || (before !== oid && after !== oid)) continue;
    // What a commit takes away is in the one before it.
    return { commit: after === oid ? commit : `${commit}^`, path };
  }
  return undefined;
}

export function isInRepository(): boolean {
  return spawnSync('git', ['rev-parse', '--git-dir'], { stdio: 'ignore' }).status === 0;
}

/** `specs/a.spec` of the repository as it is reached from the working directory. */
function fromHere(prefix: string, path: string): string {
  return prefix === '' ? path : posix.relative(prefix, path);
}

function readBlobs(oids: readonly string[]): Buffer[] {
  if (oids.length === 0) return [];
  const out = git(['cat-file', '--batch'], undefined, `${oids.join('\n')}\n`);
  const texts: Buffer[] = [];
  let at = 0;
  for (const oid of oids) {
    const end = out.indexOf(10, at);
    const [, , size] = out.subarray(at, end).toString().split(' ');
    if (size === undefined)
      throw new CommandFailure(`git has no object ${oid}`, 'fetch the whole history of the revision');
    texts.push(out.subarray(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return texts;
}

/** @param revision what may be wrong, where it was typed */
function git(args: readonly string[], revision?: string, input?: string): Buffer {
  const { status, stdout, stderr, error } = spawnSync('git', args, { input, maxBuffer: MOST_BYTES });
  if (error !== undefined) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new CommandFailure('git is not installed', 'compare files or folders instead: specc diff OLD NEW');
    }
    throw error;
  }
  if (status === 0) return stdout;
  const said = stderr
    .toString()
    .trim()
    .replace(/^fatal: /, '');
  if (said.startsWith('not a git repository')) {
    throw new WrongUse('this folder is in no git repository', 'compare files or folders instead: specc diff OLD NEW');
  }
  const what = revision ?? args.find((each) => !each.startsWith('-') && each !== args[0]);
  if (said === '' || /not a valid|unknown revision|bad revision/i.test(said)) {
    throw new WrongUse(`git knows no revision '${what}'`, 'name a commit, a branch or a tag: main, HEAD~1, v1.0');
  }
  throw new CommandFailure(`git ${args[0]} failed: ${said}`);
}
