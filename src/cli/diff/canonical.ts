/**
 * The architecture of a specification as lines, one a layer and one an attribute, for `git diff` to compare: git's `textconv`. What stands in
 * the text is what counts for a network; how the specification is written does not show.
 */
import { posix } from 'node:path';
import { compile, elaborate, type Loader } from '../../compiler/compile.ts';
import { type Graph, modelOf, type Node, shapeOf } from '../../compiler/graph.ts';
import { languageName } from '../../compiler/ops/attribute-name.ts';
import { hasErrors } from '../../dsl/diagnostic.ts';
import { format } from '../../dsl/format.ts';
import { Source } from '../../dsl/source.ts';
import { WrongUse } from '../failure.ts';
import { fileLoader, readSource, readText } from '../source-files.ts';
import { attributeValueText, constantText, shapeText } from './phrases.ts';
import { findContent, isInRepository, Revision, trackedFiles } from './revision.ts';

/**
 * @param copy the file to read; git writes old versions to temporary files
 * @param path where it stands in the project; without it, where git knows this content, or the tracked file of this name
 */
export function canonicalText(copy: string, path: string | undefined): string {
  const text = textOf(copy);
  if (text === undefined) return `// this is no text in UTF-8\n${readText(copy) ?? ''}`;
  const { home, loader } = standingAt(copy, text, path);
  const compilation = compile(home, text, loader);
  if (hasErrors(compilation.diagnostics)) return unreadable(text, home);
  const models = [...compilation.models.values()].map((item) => {
    const name = item.name.text;
    const { value } = elaborate(compilation, name);
    return value === undefined ? [`model ${name} needs parameters`] : linesOf(value);
  });
  // A file of blocks alone has no network: its own text says most.
  return models.length === 0
    ? format(new Source(home, text)).value
    : `${models.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Undefined for a file that is no text: git gives up on all files where a textconv fails. */
function textOf(copy: string): string | undefined {
  try {
    return readSource(copy).text;
  } catch (error) {
    if (error instanceof WrongUse && readText(copy) !== undefined) return undefined;
    throw error;
  }
}

/** Where a copy stands, and what it imports from there: of the commit that has it, or of the working tree. */
function standingAt(copy: string, text: string, path: string | undefined): { home: string; loader: Loader } {
  const here = (home: string): { home: string; loader: Loader } => ({
    home,
    loader: { ...fileLoader, read: (each) => (each === home ? text : fileLoader.read(each)) },
  });
  if (path !== undefined) return here(path);
  if (!isInRepository()) return here(copy);
  const tracked = trackedFiles(`:(glob)**/${posix.basename(copy.replaceAll('\\', '/'))}`);
  const current = tracked.find((each) => readText(each) === text);
  if (current !== undefined) return here(current);
  const found = findContent(copy);
  if (found === undefined) return here(tracked.length === 1 ? tracked[0]! : copy);
  const revision = Revision.read(found.commit);
  const home = revision.locate(found.path);
  return {
    home,
    loader: {
      read: (each) => (each === home ? text : revision.text(each)),
      list: (folder) => revision.list(folder),
    },
  };
}

/** A file with mistakes is compared as it is written. */
function unreadable(text: string, path: string): string {
  return `// this has errors, and is shown as it is written\n${format(new Source(path, text)).value}`;
}

function linesOf(graph: Graph): string[] {
  const parameters = Object.entries(modelOf(graph).parameters).map(
    ([name, value]) => `${name}: ${constantText(value)}`,
  );
  return [
    `model ${graph.name}(${parameters.join(', ')})`,
    ...graph.nodes.flatMap((node) => layerLines(graph, node)),
    ...graph.outputs.map(({ name, value }) => `output ${name} = ${sourceOf(graph, value)}`),
  ];
}

/**
 * `stem/conv2d = conv2d(image) -> [16, 16, 16]` and each attribute on a line of its own below, so that another value of
 * one is one line for git; git shows the line of the layer at the head of the change.
 */
function layerLines(graph: Graph, node: Node): string[] {
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => `    ${languageName(name)}: ${attributeValueText(name, value)}`,
  );
  const inputs = node.inputs.map((value) => sourceOf(graph, value)).join(', ');
  const shared = node.sharedWith === undefined ? '' : ` with the weights of ${graph.nodes[node.sharedWith]!.path}`;
  const shapes = node.outputs.map((value) => shapeText(shapeOf(graph, value))).join(', ');
  return [`${node.path} = ${node.op}(${inputs})${shared} -> ${shapes}`, ...attributes];
}

function sourceOf(graph: Graph, value: number): string {
  const { node, output } = graph.values[value]!;
  const { path, outputs } = graph.nodes[node]!;
  return outputs.length === 1 ? path : `${path}.${output}`;
}
