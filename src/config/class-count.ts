/** Whether a number of classes is that of the model's output. */
import { type Graph, modelOf, shapeOf } from '../compiler/graph.ts';
import { type Diagnostic, diagnostic } from '../dsl/diagnostic.ts';
import type { Span } from '../dsl/source.ts';

interface ClassCountPlace {
  /** Who has the classes: "`data.classes` lists 3 classes". */
  readonly subject: string;
  readonly span: Span;
  readonly notes?: readonly string[];
  /** Whether `data.classes` could list others. */
  readonly listed?: boolean;
}

/** Compares a number of classes with the model's output. */
export function checkClassCount(
  graph: Graph,
  count: number,
  { subject, span, notes = [], listed = true }: ClassCountPlace,
): Diagnostic[] {
  const outputs = shapeOf(graph, graph.outputs[0]!.value)[0]!;
  if (count === outputs) return [];
  const parameters = Object.entries(modelOf(graph).parameters);
  const [parameter] = parameters.find(([name, value]) => value === outputs && /class/i.test(name)) ?? [];
  const remedy =
    parameter === undefined ? `change the model to tell ${count} apart` : `write \`set: { ${parameter}: ${count} }\``;
  const help = listed ? `list ${outputs} classes, or ${remedy}` : remedy;
  return [diagnostic('config-class-count', span, { found: subject, model: graph.name, outputs }, { notes, help })];
}
