/** The two sides of a comparison, as they are named on the command line. */
import { posix } from 'node:path';
import type { Loader } from '../../compiler/compile.ts';
import { COMMAND_LINE } from '../../config/override.ts';
import type { Diagnostic } from '../../dsl/diagnostic.ts';
import { Source, type Span } from '../../dsl/source.ts';
import { didYouMean } from '../../shared/suggest.ts';
import { WrongUse } from '../failure.ts';
import { fileLoader, findSources, kindOfPath, SPECS_FOLDER, splitModel } from '../source-files.ts';
import { Revision, splitRevision } from './revision.ts';

/** The label of what is on the disk, where the other side is a revision. */
export const WORKING_TREE = 'working tree';

/** One side: specifications of the working tree or of a revision. */
export interface DiffSide {
  /** As reports call it. */
  readonly label: string;
  /** What `#` names. */
  readonly model: string | undefined;
  /** What `--variant` names: the variant itself, or the base that it is a variant of. */
  readonly variant?: { readonly name: string; readonly takes: 'itself' | 'base' };
  /** The one file or the folder that was named; what files are called on both sides starts here. */
  readonly root: string;
  readonly files: readonly string[];
  readonly loader: Loader;
  /** A path as messages show it: `HEAD:specs/net.spec`. */
  readonly shown: (path: string) => string;
}

export interface SideOptions {
  readonly base?: string;
  /** Where the files stand in the project, when they are copies: what they import is looked for from there. */
  readonly path?: string;
  /** Two are those of the old and the new side; one is that of both, or is compared with its base where one file is named. */
  readonly variant?: readonly string[];
}

interface Sides {
  readonly old: DiffSide;
  readonly new: DiffSide;
}

/** @throws WrongUse if a side is missing, or is not there */
export function openSides(args: readonly string[], options: SideOptions): Sides {
  const [first, second = first, ...others] = options.variant ?? [];
  if (first === undefined || second === undefined) return openNamed(args, options);
  if (others.length > 0) throw new WrongUse('a comparison has two sides', 'name at most two variants');
  const [file] = args;
  const inOne = options.base === undefined && args.length === 1 && revisionOf(file!) === undefined;
  const { old, new: next } = inOne ? openTwice(file!, options.path) : openNamed(args, options);
  if ([old, next].some(({ files, root }) => files.some((path) => path !== root)))
    throw new WrongUse('a variant is of one specification', 'name the file that has its ablation');
  const takes = inOne && options.variant?.length === 1 ? 'base' : 'itself';
  return {
    old: { ...old, variant: { name: first, takes } },
    new: { ...next, variant: { name: second, takes: 'itself' } },
  };
}

function openTwice(argument: string, path: string | undefined): Sides {
  const side = openSide(argument, path);
  return { old: side, new: side };
}

function openNamed(args: readonly string[], { base, path }: SideOptions): Sides {
  if (base !== undefined) return againstBase(base, args);
  const [first, second] = args;
  if (first === undefined) {
    throw new WrongUse(
      'there is nothing to compare',
      'name two sides (specc diff OLD NEW), or what to compare with: --base main',
    );
  }
  if (args.length > 2)
    throw new WrongUse('a comparison has two sides', 'with --base REV, any number of files may be named');
  if (second !== undefined) return { old: openSide(first, path), new: openSide(second, path) };
  const revision = revisionOf(first);
  if (revision === undefined) {
    throw new WrongUse(
      'the other side is missing',
      `specc diff HEAD:${first} compares with the last commit, specc diff ${first} --variant NAME with a variant`,
    );
  }
  const old = openSide(first, path);
  return { old, new: openSide(old.model === undefined ? old.root : `${old.root}#${old.model}`, path) };
}

function againstBase(base: string, args: readonly string[]): Sides {
  const revision = Revision.read(base);
  const roots = args.length > 0 ? args : [kindOfPath(SPECS_FOLDER) === 'folder' ? SPECS_FOLDER : '.'];
  const models = roots.map((each) => splitModel(each));
  const [only] = models;
  if (models.length > 1 && models.some(({ model }) => model !== undefined)) {
    throw new WrongUse('one model can be compared at a time', 'name files without `#`, or one model alone');
  }
  const root = models.length === 1 ? only!.path : '.';
  const before = models.flatMap(({ path }) => revision.below(path));
  const here = models.filter(({ path }) => kindOfPath(path) !== undefined || revision.below(path).length === 0);
  const after = here.length === 0 ? [] : specificationsAt(here.map(({ path }) => path));
  const model = only?.model;
  return {
    old: { ...revisionSide(revision, root, before, model), label: base },
    new: { label: WORKING_TREE, model, root, files: after, loader: fileLoader, shown: String },
  };
}

function openSide(argument: string, standsAt: string | undefined): DiffSide {
  const named = revisionOf(argument);
  const { path, model } = splitModel(named?.path ?? argument);
  if (named !== undefined) {
    const revision = Revision.read(named.revision);
    // `./` says where the path begins.
    const root = revision.locate(named.path.replace(/#[^#/\\]*$/, ''));
    const files = revision.below(root);
    if (files.length === 0) {
      const near = didYouMean(posix.basename(root), revision.list(posix.dirname(root)));
      throw new WrongUse(`'${named.revision}' has no specification '${path}'`, near);
    }
    return revisionSide(revision, root, files, model);
  }
  const copy = standsAt !== undefined && kindOfPath(path) === 'file';
  if (copy) return copySide(path, standsAt, model);
  const files = kindOfPath(path) === 'file' && !path.endsWith('.spec') ? [] : specificationsAt([path]);
  if (files.length === 0)
    throw new WrongUse(`'${path}' is not a specification`, 'name a file that ends in .spec, or a folder of them');
  return { label: argument, model, root: path, files, loader: fileLoader, shown: String };
}

/** A copy of a file, such as git makes: an empty one stands for a file that is not there. */
export function copySide(copy: string, standsAt: string, model?: string): DiffSide {
  const text = fileLoader.read(copy);
  const path = splitModel(standsAt).path;
  const loader: Loader = { ...fileLoader, read: (each) => (each === path ? text : fileLoader.read(each)) };
  const files = text === undefined || text.trim() === '' ? [] : [path];
  return { label: copy, model, root: path, files, loader, shown: String };
}

function revisionSide(revision: Revision, root: string, files: readonly string[], model: string | undefined): DiffSide {
  const loader: Loader = { read: (path) => revision.text(path), list: (folder) => revision.list(folder) };
  const shown = (path: string): string => `${revision.name}:${path}`;
  return { label: shown(root) + (model === undefined ? '' : `#${model}`), model, root, files, loader, shown };
}

/** Diagnostics with their files as the side shows them. */
export function shownIn(side: DiffSide, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const sources = new Map<Source, Source>();
  const shown = (span: Span): Span => {
    const { source } = span;
    if (source.path === COMMAND_LINE || source.path.startsWith('std/')) return span;
    const known = sources.get(source) ?? new Source(side.shown(source.path), source.text);
    sources.set(source, known);
    return { ...span, source: known };
  };
  return diagnostics.map((each) => ({
    ...each,
    span: shown(each.span),
    labels: each.labels.map((label) => ({ ...label, span: shown(label.span) })),
  }));
}

/** A file that is there is no revision, whatever its name. */
function revisionOf(argument: string): { revision: string; path: string } | undefined {
  return kindOfPath(splitModel(argument).path) === undefined ? splitRevision(argument) : undefined;
}

function specificationsAt(paths: readonly string[]): string[] {
  return findSources(paths)
    .filter(({ kind }) => kind === 'spec')
    .map(({ path }) => path);
}
