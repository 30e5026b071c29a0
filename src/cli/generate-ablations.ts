/**
 * Generated code of ablations: `ablations/NAME/SLUG.ts` for each variant, and `ablations/NAME/index.ts`, the table of them.
 * What is generated already, as the model itself or as a variant of another ablation, is referred to there.
 */
import { createHash } from 'node:crypto';
import type { Compilation } from '../compiler/compile.ts';
import { emitTfjs } from '../compiler/emit/tfjs/index.ts';
import { emitVariantsIndex, type IndexedVariant } from '../compiler/emit/tfjs/variants-index.ts';
import type { Graph } from '../compiler/graph.ts';
import { summarize } from '../compiler/summary.ts';
import { ablationsOf } from '../compiler/variants/index.ts';
import { isComplete, surveyAblation } from '../compiler/variants/survey.ts';
import type { Diagnostic } from '../dsl/diagnostic.ts';

/** Adds a file below the output folder. `origin` tells what it is generated from. */
export type AddFile = (file: string, text: string, origin: string) => void;

/** @param models the graphs of the models that are generated as `NAME.ts` */
export function generateAblations(
  compilation: Compilation,
  path: string,
  models: ReadonlyMap<string, Graph>,
  add: AddFile,
): { readonly diagnostics: readonly Diagnostic[]; readonly notes: readonly string[] } {
  const { value: ablations, diagnostics } = ablationsOf(compilation);
  const found = [...diagnostics];
  const notes: string[] = [];
  /** Modules without their endings, by what is in them. */
  const modules = new Map([...models].map(([name, graph]) => [contentOf(graph), name]));
  for (const ablation of ablations) {
    if (!isComplete(compilation, ablation)) continue;
    const folder = `ablations/${ablation.name}`;
    const shared: string[] = [];
    const survey = surveyAblation(compilation, ablation, (variant, graph): IndexedVariant => {
      const content = contentOf(graph);
      const own = `${folder}/${variant.slug === 'index' ? 'index-variant' : variant.slug}`;
      if (!modules.has(content)) {
        modules.set(content, own);
        const place = { layers: '../../layers/index.js', variant: `${ablation.name}/${variant.name}`, path };
        add(`${own}.ts`, emitTfjs(graph, place), `the variant ${variant.name} of ${ablation.name} in ${path}`);
      }
      const module = modules.get(content)!;
      if (module !== own && variant !== ablation.base) shared.push(`${variant.name} (${module}.ts)`);
      const { parameters, macs } = summarize(graph);
      const { name, doc, changes, settings } = variant;
      return { name, doc, changes, settings, parameters, macs, module: specifier(folder, module) };
    });
    found.push(...survey.diagnostics);
    if (shared.length > 0)
      notes.push(`${folder}: the same network as elsewhere, which is not written twice: ${shared.join(', ')}`);
    const text = emitVariantsIndex({ ...ablation, source: path }, survey.value);
    add(`${folder}/index.ts`, text, `the ablation ${ablation.name} of ${path}`);
  }
  return { diagnostics: found, notes };
}

/** `./conv.js`, `../Table6/conv.js` or `../../DDRNet.js`, from a folder two levels deep. */
function specifier(folder: string, module: string): string {
  if (module.startsWith(`${folder}/`)) return `.${module.slice(folder.length)}.js`;
  return module.startsWith('ablations/') ? `..${module.slice('ablations'.length)}.js` : `../../${module}.js`;
}

/** What generated code is made of: two graphs that have this in common are written with the same words. */
function contentOf({ name, nodes, values, scopes, outputs }: Graph): string {
  const text = JSON.stringify([
    name,
    nodes.map((node) => [node.path, node.op, node.attributes, node.inputs, node.scope, node.sharedWith]),
    values.map((value) => value.shape),
    scopes.map((scope) => [scope.path, scope.block?.name, scope.block?.doc]),
    outputs,
  ]);
  return createHash('sha256').update(text).digest('hex');
}
