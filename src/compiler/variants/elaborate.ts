/**
 * The graph of a variant.
 *
 * The model is elaborated with the settings of the variant first. Its paths, which are settled only then, tell where the
 * edits apply; elaborated again with those, everything after an edit is rewired, inferred and checked anew. What is wrong
 * then is told at the edit that caused it.
 */

import type { PathPattern } from '../../dsl/ast-ablation.ts';
import { type Details, type Diagnostic, diagnostic, hasErrors, type Outcome } from '../../dsl/diagnostic.ts';
import { onOneLine, type Span } from '../../dsl/source.ts';
import { elaborateModel, type Settings } from '../elaborate.ts';
import type { PlannedEdits } from '../evaluate/edit-plan.ts';
import { type Place, Recorder } from '../evaluate/recorder.ts';
import { Session } from '../evaluate/session.ts';
import type { Graph } from '../graph.ts';
import type { Declaration, ModuleScope } from '../project.ts';
import type { Ablation, Edit, Variant } from './ablation.ts';
import { isGlob, matchPlaces, segmentsOf } from './match.ts';
import { otherUses } from './other-uses.ts';
import { type Planned, planEdits, reportMissed, reportNothing, type Unedited } from './plan.ts';
import { shapesAround } from './shapes-around.ts';

/** The model of an ablation, with the file that it stands in, and the file of the ablation. */
export interface Subject {
  readonly declaration: Declaration & { readonly kind: 'layer' };
  readonly module: ModuleScope;
  /** Models with settings and without edits, by the settings: those that were asked for last. */
  readonly unedited: Map<string, Unedited>;
}

/** The graph, or why there is none. Diagnostics of the model itself are left out where an edit or setting is to blame. */
export function elaborateOn(
  subject: Subject,
  ablation: Ablation,
  variant: Variant,
  settings: Settings,
): Outcome<Graph | undefined> {
  const all = { ...settings, ...variant.settings };
  const base = uneditedModel(subject, variant, all);
  if (base.value === undefined) {
    return { value: undefined, diagnostics: ofSettings(subject, ablation, variant, settings, base.diagnostics) };
  }
  if (variant.edits.length === 0) return { value: base.value.graph, diagnostics: [] };
  const session = new Session(new Recorder(variant.span));
  const planned = planEdits(session, subject.module, variant.edits, base.value);
  if (hasErrors(session.diagnostics)) return { value: undefined, diagnostics: session.diagnostics };
  const edited = run(subject, variant, all, planned);
  if (hasErrors(edited.diagnostics)) {
    const blamed = findCulprit(subject, variant, all, base.value);
    const { notes, help } = adviceOn(blamed, base.value, edited.diagnostics);
    return { value: undefined, diagnostics: told(edited.diagnostics, blamed.span, blamed.text, { notes, help }) };
  }
  const idle = withoutEffect(variant.edits, planned);
  return { value: hasErrors(idle) ? undefined : edited.value, diagnostics: [...session.diagnostics, ...idle] };
}

/** What helps with an edit after which the model has these errors. */
function adviceOn(edit: Edit, base: Unedited, found: readonly Diagnostic[]): ReturnType<typeof shapesAround> {
  const others = found[0]?.code === 'shared-weights' ? otherUses(edit, base) : [];
  if (others.length === 0) return shapesAround(edit, base);
  const paths = others.map((path) => `\`${path}\``).join(', ');
  return { notes: [], help: `the layer is shared: do the same in each of its uses, here with ${paths} as well` };
}

/** Models kept without edits: a sweep of a thousand settings must not keep a thousand graphs. */
const MOST_KEPT = 8;

function uneditedModel(subject: Subject, variant: Variant, settings: Settings): Outcome<Unedited | undefined> {
  const key = JSON.stringify(settings);
  const known = subject.unedited.get(key);
  if (known !== undefined) {
    subject.unedited.delete(key);
    subject.unedited.set(key, known);
    return { value: known, diagnostics: [] };
  }
  let places: readonly Place[] = [];
  const { item, module } = subject.declaration;
  const { value: graph, diagnostics } = elaborateModel(module, item, settings, new Map(), {
    layers: variant.layers,
    settingSpans: variant.settingSpans,
    onPlaces: (found) => {
      places = found;
    },
  });
  if (graph === undefined) return { value: undefined, diagnostics };
  const unedited = { graph, places };
  subject.unedited.set(key, unedited);
  if (subject.unedited.size > MOST_KEPT) subject.unedited.delete(subject.unedited.keys().next().value!);
  return { value: unedited, diagnostics: [] };
}

function run(subject: Subject, variant: Variant, settings: Settings, { plan }: Planned): Outcome<Graph | undefined> {
  const { item, module } = subject.declaration;
  return elaborateModel(module, item, settings, new Map(), {
    plan,
    layers: variant.layers,
    settingSpans: variant.settingSpans,
  });
}

/** Errors of a model with the settings of a variant, at the first setting without which the model has none. */
function ofSettings(
  subject: Subject,
  ablation: Ablation,
  variant: Variant,
  settings: Settings,
  found: readonly Diagnostic[],
): readonly Diagnostic[] {
  const own = [...variant.settingSpans];
  if (own.length === 0) return found;
  const { item, module } = subject.declaration;
  const withOnly = (names: readonly string[]): boolean => {
    const some = Object.fromEntries(names.map((name) => [name, variant.settings[name]!]));
    const common = variant === ablation.base ? {} : ablation.base.settings;
    const tried = { ...settings, ...common, ...some };
    const layers = new Map([...variant.layers].filter(([name]) => name in tried));
    return hasErrors(elaborateModel(module, item, tried, new Map(), { layers }).diagnostics);
  };
  if (withOnly([])) return found;
  const culprit = own.find(([name]) => withOnly([name])) ?? own.at(-1)!;
  const text = variant.changes.find((each) => each.startsWith(`${culprit[0]} = `)) ?? onOneLine(culprit[1]);
  return told(found, culprit[1], text);
}

/** The first edit that fails alone, or else the first with which those before it fail. */
function findCulprit(subject: Subject, variant: Variant, settings: Settings, base: Unedited): Edit {
  const fails = (edits: readonly Edit[]): boolean => {
    const session = new Session(new Recorder(variant.span));
    const planned = planEdits(session, subject.module, edits, base);
    return hasErrors(run(subject, variant, settings, planned).diagnostics);
  };
  const { edits } = variant;
  const alone = edits.length === 1 ? edits[0] : edits.find((edit) => fails([edit]));
  const together = alone ?? edits.find((_, at) => fails(edits.slice(0, at + 1)));
  return together ?? edits[0]!;
}

/** Mistakes that stand in the edit itself as they are; others at the edit, with the place in the model beside it. */
function told(
  found: readonly Diagnostic[],
  at: Span,
  edit: string,
  { notes = [], help }: Pick<Details, 'notes' | 'help'> = {},
): readonly Diagnostic[] {
  const [first] = found.filter((each) => each.severity === 'error');
  if (first === undefined) return found;
  const within = first.span.source === at.source && first.span.start >= at.start && first.span.end <= at.end;
  if (within) return [first];
  const labels = [{ span: first.span, text: first.message }, ...first.labels];
  return [
    diagnostic(
      'edit-breaks-model',
      at,
      { edit, what: first.message },
      { labels, notes: [...notes, ...first.notes], help: help ?? first.help },
    ),
  ];
}

/** Edits none of whose places was come to, because they are within a part that another edit took out. */
function withoutEffect(edits: readonly Edit[], { places }: Planned): readonly Diagnostic[] {
  return edits.flatMap((edit, at) => {
    const planned: readonly PlannedEdits[] = places[at]!;
    if (planned.length === 0 || planned.some((each) => each.reached)) return [];
    return [diagnostic('edit-without-effect', edit.pattern.span, { path: planned[0]!.path })];
  });
}

/**
 * A pattern of several places as a path for each, in the order of the model and without places within others; anything
 * else as it is.
 */
export function expandPattern(
  session: Session,
  subject: Subject,
  pattern: PathPattern,
  all: readonly PathPattern[],
  base: Variant,
): readonly PathPattern[] {
  if (!isGlob(pattern)) return [pattern];
  const { value: model } = uneditedModel(subject, base, base.settings);
  // What is wrong with the model is told where it is elaborated.
  if (model === undefined) return [];
  // The inputs of a model are no parts that it could do without.
  const places = matchPlaces(pattern, model.places).filter(
    ({ at }) => at.kind === 'scope' || model.graph.nodes[at.node]!.op !== 'input',
  );
  if (places.length === 0) reportNothing(session, pattern, model);
  else reportMissed(session, pattern, all, model);
  const paths = [...new Set(places.map(({ path }) => path))];
  return paths
    .filter((path) => !paths.some((other) => path.startsWith(`${other}/`)))
    .map((path) => ({ span: pattern.span, segments: segmentsOf(path) }));
}
