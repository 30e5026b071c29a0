/**
 * The architecture of a specification as lines, one a layer, for `git diff` to compare: git's `textconv`. What stands in
 * the text is what counts for a network; how the specification is written does not show.
 */
import { posix } from 'node:path';
import { compile, elaborate, type Loader } from '../../compiler/compile.ts';
import { type Graph, modelOf, type Node, shapeOf } from '../../compiler/graph.ts';
import { languageName } from '../../compiler/ops/attribute-name.ts';
import { hasErrors } from '../../dsl/diagnostic.ts';
import { format } from '../../dsl/format.ts';
import { Source } from '../../dsl/source.ts';
import { fileLoader, readSource } from '../source-files.ts';
import { attributeValueText, constantText, shapeText } from './phrases.ts';
import { isInRepository, trackedFiles } from './revision.ts';

/**
 * @param copy the file to read; git writes old versions to temporary files
 * @param path where it stands in the project; without it, the tracked file of this name, if there is only one
 */
export function canonicalText(copy: string, path: string | undefined): string {
  const { text } = readSource(copy);
  const home = path ?? homeOf(copy);
  const loader: Loader = { ...fileLoader, read: (each) => (each === home ? text : fileLoader.read(each)) };
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

/** A file with mistakes is compared as it is written. */
function unreadable(text: string, path: string): string {
  return `// this has errors, and is shown as it is written\n${format(new Source(path, text)).value}`;
}

function homeOf(copy: string): string {
  const name = posix.basename(copy.replaceAll('\\', '/'));
  const known = isInRepository() ? trackedFiles(`:(glob)**/${name}`) : [];
  return known.length === 1 ? known[0]! : copy;
}

function linesOf(graph: Graph): string[] {
  const parameters = Object.entries(modelOf(graph).parameters).map(
    ([name, value]) => `${name}: ${constantText(value)}`,
  );
  return [
    `model ${graph.name}(${parameters.join(', ')})`,
    ...graph.nodes.map((node) => lineOf(graph, node)),
    ...graph.outputs.map(({ name, value }) => `output ${name} = ${sourceOf(graph, value)}`),
  ];
}

/** `stem/conv2d = conv2d(image; filters: 16, kernel: 3) -> [16, 16, 16]` */
function lineOf(graph: Graph, node: Node): string {
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => `${languageName(name)}: ${attributeValueText(name, value)}`,
  );
  const inputs = node.inputs.map((value) => sourceOf(graph, value)).join(', ');
  const given = [inputs, attributes.join(', ')].filter((part) => part !== '').join('; ');
  const shared = node.sharedWith === undefined ? '' : ` with the weights of ${graph.nodes[node.sharedWith]!.path}`;
  return `${node.path} = ${node.op}(${given})${shared} -> ${node.outputs.map((value) => shapeText(shapeOf(graph, value))).join(', ')}`;
}

function sourceOf(graph: Graph, value: number): string {
  const { node, output } = graph.values[value]!;
  const { path, outputs } = graph.nodes[node]!;
  return outputs.length === 1 ? path : `${path}.${output}`;
}
