/** Compiles specifications that stand in a test, with other files beside them. */
import { check, compile, elaborate, type Loader, type Settings } from '../../../src/compiler/compile.ts';
import type { Graph } from '../../../src/compiler/graph.ts';
import { type Diagnostic, hasErrors } from '../../../src/dsl/diagnostic.ts';

export type Files = Readonly<Record<string, string>>;

export function loaderOf(files: Files): Loader {
  return { read: (path) => (Object.hasOwn(files, path) ? files[path] : undefined) };
}

/** Everything that `specc check` says of a file. */
export function diagnosticsOf(text: string, files: Files = {}): readonly Diagnostic[] {
  return check('main.spec', text, loaderOf(files));
}

export function codesOf(text: string, files: Files = {}): string[] {
  return diagnosticsOf(text, files).map((each) => each.code);
}

/** The graph of a model, the first one unless named; throws with the messages when there are errors. */
export function graphOf(text: string, settings: Settings = {}, { files = {}, model = '' } = {}): Graph {
  const compilation = compile('main.spec', text, loaderOf(files));
  const { value, diagnostics } = elaborate(compilation, model || [...compilation.models.keys()].at(-1)!, settings);
  if (value === undefined || hasErrors(diagnostics)) throw new Error(messagesOf(diagnostics).join('\n'));
  return value;
}

/** What elaborating a model with these settings reports, beyond the check of its definitions. */
export function problemsOf(text: string, settings: Settings = {}): readonly Diagnostic[] {
  const compilation = compile('main.spec', text, loaderOf({}));
  return elaborate(compilation, [...compilation.models.keys()].at(-1)!, settings).diagnostics;
}

export function messagesOf(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map((each) => {
    const { line, column } = each.span.source.position(each.span.start);
    return `${line}:${column} ${each.code}: ${each.message}`;
  });
}

/** The paths of all nodes but the model's inputs. */
export function pathsOf(graph: Graph): string[] {
  return graph.nodes.filter((node) => node.op !== 'input').map((node) => node.path);
}
