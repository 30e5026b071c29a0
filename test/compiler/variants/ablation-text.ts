/** Ablations that stand in a test, each with the graphs of its variants. */
import { compile, type Loader, type Settings } from '../../../src/compiler/compile.ts';
import type { Graph } from '../../../src/compiler/graph.ts';
import { ablationsOf } from '../../../src/compiler/variants/index.ts';
import { surveyAblation } from '../../../src/compiler/variants/survey.ts';
import { hasErrors } from '../../../src/dsl/diagnostic.ts';
import { messagesOf } from '../language/compile-text.ts';

const NOTHING: Loader = { read: () => undefined };

/** The graphs of the base and of all variants of the last ablation, by name; throws with what is wrong. */
export function variantsOf(
  text: string,
  { path = 'main.spec', loader = NOTHING, settings = {} as Settings } = {},
): ReadonlyMap<string, Graph> {
  const compilation = compile(path, text, loader);
  const { value, diagnostics } = ablationsOf(compilation);
  const survey = surveyAblation(compilation, value.at(-1)!, ({ name }, graph) => [name, graph] as const, settings);
  const all = [...diagnostics, ...survey.diagnostics];
  if (hasErrors(all)) throw new Error(messagesOf(all).join('\n'));
  return new Map(survey.value);
}
