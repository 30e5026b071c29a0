/**
 * Loads a file with everything that it imports, parses each file once, and finds what every name at the top of a file
 * stands for. Reading is the caller's: the compiler itself touches no files.
 */

import type { ConstItem, FunctionItem, ImportItem, Item, LayerItem, Module } from '../dsl/ast.ts';
import type { AblationItem } from '../dsl/ast-ablation.ts';
import { type Diagnostic, diagnostic, type Outcome } from '../dsl/diagnostic.ts';
import { parse } from '../dsl/parse.ts';
import { Source } from '../dsl/source.ts';
import { suggest } from '../shared/suggest.ts';
import { standardLibrary } from './standard-library.ts';

/** Gives the text of a file by its path with `/` between folders, or undefined where there is none. */
export interface Loader {
  read(path: string): string | undefined;
  /** The names in a folder, for suggestions. */
  list?(folder: string): readonly string[];
}

export type Declaration =
  | { readonly kind: 'const'; readonly item: ConstItem; readonly module: ModuleScope }
  | { readonly kind: 'fn'; readonly item: FunctionItem; readonly module: ModuleScope }
  | { readonly kind: 'layer'; readonly item: LayerItem; readonly module: ModuleScope };

/** A parsed file and its top-level names, imported ones included. */
export interface ModuleScope {
  readonly path: string;
  readonly module: Module;
  readonly declarations: ReadonlyMap<string, Declaration>;
}

export interface Project {
  /** The file that was asked for. */
  readonly main: ModuleScope;
  /** Every file, each after those that it imports. */
  readonly modules: readonly ModuleScope[];
}

/** What is wrong between files that could be read: what each of them says by itself can be checked all the same. */
const BETWEEN_FILES = ['import-cycle', 'missing-import-file', 'missing-import', 'duplicate-name'] as const;

/** Whether the text could be read, and a name at the top of a file or an import is what is wrong. */
export function isBetweenFiles({ code }: Diagnostic): boolean {
  return BETWEEN_FILES.some((each) => each === code);
}

/** Parses `path` and its imports. Diagnostics: syntax, imports, and names declared twice. */
export function loadProject(path: string, text: string, loader: Loader): Outcome<Project> {
  const diagnostics: Diagnostic[] = [];
  const loaded = new Map<string, ModuleScope>();
  const loading: string[] = [];

  const load = (file: string, source: Source): ModuleScope => {
    const parsed = parse(source);
    diagnostics.push(...parsed.diagnostics);
    const declarations = new Map<string, Declaration>();
    const scope: ModuleScope = { path: file, module: parsed.value, declarations };
    loading.push(file);
    for (const item of parsed.value.items) {
      if (item.kind === 'import') {
        // A path that was not understood is not looked for.
        const broken = parsed.diagnostics.some(
          ({ span }) => span.start >= item.pathSpan.start && span.end <= item.pathSpan.end,
        );
        if (!broken) resolveImport(item, file, declarations);
      } else if (item.kind !== 'ablation') declare(declarations, item, scope);
    }
    loading.pop();
    loaded.set(file, scope);
    return scope;
  };

  const resolveImport = (item: ImportItem, from: string, declarations: Map<string, Declaration>): void => {
    const target = isStandard(item.path) ? item.path : resolvePath(from, item.path);
    if (loading.includes(target)) {
      const cycle = [...loading.slice(loading.indexOf(target)), target];
      diagnostics.push(diagnostic('import-cycle', item.pathSpan, { cycle }));
      return;
    }
    let module: ModuleScope | undefined = loaded.get(target);
    if (module === undefined) {
      const found = isStandard(item.path) ? standardLibrary[target] : loader.read(target);
      if (found === undefined) {
        const near = nearestFile(item.path, target);
        diagnostics.push(diagnostic('missing-import-file', item.pathSpan, { path: item.path, near }));
        return;
      }
      module = load(target, new Source(target, found));
    }
    for (const name of item.names) {
      const declaration: Declaration | undefined = module.declarations.get(name.text);
      if (declaration === undefined || declaration.module !== module) {
        const own = [...module.declarations].filter(([, each]) => each.module === module).map(([each]) => each);
        diagnostics.push(
          diagnostic('missing-import', name.span, { name: name.text, path: item.path, near: suggest(name.text, own) }),
        );
      } else if (declarations.has(name.text)) {
        diagnostics.push(diagnostic('duplicate-name', name.span, { name: name.text }));
      } else declarations.set(name.text, declaration);
    }
  };

  /** The path as it was written, with the name of a file that is there. */
  const nearestFile = (written: string, target: string): string | undefined => {
    if (isStandard(written)) return suggest(written, Object.keys(standardLibrary)) ?? Object.keys(standardLibrary)[0];
    const name = target.split('/').at(-1)!;
    const names = loader.list?.(target.split('/').slice(0, -1).join('/')) ?? [];
    const near = names.includes(`${name}.spec`)
      ? `${name}.spec`
      : suggest(
          name,
          names.filter((each) => each.endsWith('.spec')),
        );
    return near && written.slice(0, written.length - name.length) + near;
  };

  const declare = (
    declarations: Map<string, Declaration>,
    item: Exclude<Item, ImportItem | AblationItem>,
    module: ModuleScope,
  ): void => {
    const earlier = declarations.get(item.name.text);
    if (earlier !== undefined) {
      const labels = [{ span: earlier.item.name.span, text: 'first defined here' }];
      diagnostics.push(diagnostic('duplicate-name', item.name.span, { name: item.name.text }, { labels }));
      return;
    }
    if (item.kind === 'const') declarations.set(item.name.text, { kind: 'const', item, module });
    else if (item.kind === 'fn') declarations.set(item.name.text, { kind: 'fn', item, module });
    else declarations.set(item.name.text, { kind: 'layer', item, module });
  };

  const main = load(path, new Source(path, text));
  return { value: { main, modules: [...loaded.values()] }, diagnostics };
}

/** Whether an import is of the library that comes with the compiler: `std/attention.spec`. */
function isStandard(path: string): boolean {
  return path.startsWith('std/');
}

/** `./blocks.spec` as written in `specs/ddrnet.spec` is `specs/blocks.spec`. */
export function resolvePath(from: string, relative: string): string {
  if (relative.startsWith('/')) return relative;
  const parts = from.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '.' || part === '') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** The models of the file, in its order. */
export function modelsOf(project: Project): readonly LayerItem[] {
  return project.main.module.items.filter((item): item is LayerItem => item.kind === 'model');
}
