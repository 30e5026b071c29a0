/**
 * Turns the edits of a variant into what elaboration does at each place.
 *
 * In: the edits, the graph without them and its places. Out: a plan by place, which edit planned what, and what is wrong
 * with edits by themselves: matching nothing, contradicting each other, a parameter that is not there.
 */
import type { Expression } from '../../dsl/ast.ts';
import { type PathPattern, patternText } from '../../dsl/ast-ablation.ts';
import { suggest } from '../../shared/suggest.ts';
import type { EditPlan, LayerChain, PlannedEdits } from '../evaluate/edit-plan.ts';
import { requireValue } from '../evaluate/expression.ts';
import { Frame } from '../evaluate/frame.ts';
import { asLayer } from '../evaluate/parameters.ts';
import type { Place } from '../evaluate/recorder.ts';
import type { Session } from '../evaluate/session.ts';
import { describe, type Layer } from '../evaluate/value.ts';
import { type Graph, isOp, type Node, type Scope } from '../graph.ts';
import { isCallableOp, signatures } from '../ops/signature/index.ts';
import type { ModuleScope } from '../project.ts';
import type { Edit } from './ablation.ts';
import { calledOtherwise } from './called-otherwise.ts';
import { matchPlaces, nearPaths } from './match.ts';

export interface Planned {
  readonly plan: EditPlan;
  /** What each edit planned, in the order of the edits. */
  readonly places: readonly (readonly PlannedEdits[])[];
}

/** What an edit is planned on: the model with the settings of the variant. */
export interface Unedited {
  readonly graph: Graph;
  readonly places: readonly Place[];
}

export function planEdits(session: Session, module: ModuleScope, edits: readonly Edit[], base: Unedited): Planned {
  const plan = new Map<string, PlannedEdits>();
  const patterns = edits.map(({ pattern }) => pattern);
  const places = edits.map((edit): readonly PlannedEdits[] => {
    const matched = matchPlaces(edit.pattern, base.places);
    if (matched.length === 0) {
      reportNothing(session, edit.pattern, base);
      return [];
    }
    reportMissed(session, edit.pattern, patterns, base);
    const chain = 'layers' in edit ? chainOf(session, module, edit.layers) : undefined;
    if ('layers' in edit && chain === undefined) return [];
    const chosen = edit.kind === 'set' ? withParameter(session, edit, matched, base) : outermost(matched);
    return chosen.flatMap((place) => {
      const planned = entryOf(plan, place);
      return put(session, edit, place, planned, chain, base) ? [planned] : [];
    });
  });
  return { plan, places };
}

/** Says that a pattern matches nothing, and what may have been meant. */
export function reportNothing(session: Session, pattern: PathPattern, { graph, places }: Unedited): void {
  const path = patternText(pattern);
  const parameters = graph.scopes[0]!.block?.parameters ?? {};
  const otherwise = calledOtherwise(pattern, { graph, places });
  const near = otherwise.length > 0 ? otherwise.slice(0, MOST_LISTED) : nearPaths(pattern, places);
  session.report('edit-matches-nothing', pattern.span, { path, near, parameter: Object.hasOwn(parameters, path) });
}

/** Warns of what a pattern may have been meant for, too, unless one of `all` patterns is for that. */
export function reportMissed(
  session: Session,
  pattern: PathPattern,
  all: readonly PathPattern[],
  base: Unedited,
): void {
  const missed = calledOtherwise(pattern, base);
  if (missed.length === 0) return;
  const reached = new Set(all.flatMap((each) => matchPlaces(each, base.places).map(({ path }) => path)));
  const paths = missed.filter((path) => !reached.has(path));
  if (paths.length === 0) return;
  const { name } = pattern.segments.at(-1)!;
  const [listed, more] = [paths.slice(0, MOST_LISTED), Math.max(0, paths.length - MOST_LISTED)];
  session.report('edit-misses-uses', pattern.span, { pattern: patternText(pattern), name, paths: listed, more });
}

const MOST_LISTED = 4;

function entryOf(plan: Map<string, PlannedEdits>, { key, path }: Place): PlannedEdits {
  const known = plan.get(key);
  if (known !== undefined) return known;
  const made: PlannedEdits = {
    path,
    disable: undefined,
    replace: undefined,
    before: [],
    after: [],
    set: new Map(),
    reached: false,
  };
  plan.set(key, made);
  return made;
}

/** Notes an edit down at a place; false where it cannot be, which is said. */
function put(
  session: Session,
  edit: Edit,
  place: Place,
  planned: PlannedEdits,
  chain: LayerChain | undefined,
  base: Unedited,
): boolean {
  const { path } = place;
  switch (edit.kind) {
    case 'disable':
    case 'replace': {
      const earlier = planned.disable ?? planned.replace?.span;
      if (earlier !== undefined) {
        const labels = [{ span: earlier, text: 'edited here before' }];
        session.report('conflicting-edits', edit.pattern.span, { path }, { labels });
        return false;
      }
      const reason = whyFixed(place, base, edit.kind);
      if (reason !== undefined) {
        const verb = edit.kind === 'disable' ? 'left out' : 'replaced';
        session.report('no-first-input', edit.pattern.span, { path, verb, reason });
        return false;
      }
      if (edit.kind === 'disable') planned.disable = edit.pattern.span;
      else planned.replace = chain;
      return true;
    }
    case 'insert': {
      const reason = edit.side === 'before' ? whyNothingEnters(place, base) : whySeveral(place, base);
      if (reason !== undefined) {
        session.report('no-place-to-insert', edit.pattern.span, { path, side: edit.side, reason });
        return false;
      }
      const list = edit.side === 'before' ? planned.before : planned.after;
      const name = `${edit.side}_${path.split('/').at(-1)}`;
      list.push({ ...chain!, name: list.length === 0 ? name : `${name}[${list.length}]` });
      return true;
    }
    case 'set': {
      const name = edit.parameter.text;
      const earlier = planned.set.get(name);
      if (earlier !== undefined) {
        const labels = [{ span: earlier.span, text: 'set here before' }];
        session.report('conflicting-edits', edit.parameter.span, { path: `${path}.${name}` }, { labels });
        return false;
      }
      planned.set.set(name, { value: edit.value, span: edit.valueSpan });
      return true;
    }
  }
}

/** Without places that are the same part of the model, seen from within: a block that consists of another. */
function outermost(places: readonly Place[]): readonly Place[] {
  const seen = new Set<string>();
  return places.filter(({ path }) => !seen.has(path) && seen.add(path));
}

/** The places, of those matched, that have the parameter; says so if there is none. */
function withParameter(
  session: Session,
  edit: Edit & { kind: 'set' },
  matched: readonly Place[],
  base: Unedited,
): readonly Place[] {
  const name = edit.parameter.text;
  const having = outermost(matched.filter((place) => parametersAt(place, base).includes(name)));
  if (having.length > 0) return having;
  const known = [...new Set(matched.flatMap((place) => parametersAt(place, base)))];
  const paths = matched.map(({ path }) => path);
  const parts = base.places.filter((place) => paths.some((path) => place.path.startsWith(`${path}/`)));
  const within = outermost(parts.filter((place) => parametersAt(place, base).includes(name)));
  session.report('no-such-parameter', edit.parameter.span, {
    name,
    paths,
    near: suggest(name, known),
    known,
    within: within.slice(0, MOST_WITHIN).map(({ path }) => path),
  });
  return [];
}

const MOST_WITHIN = 3;

function parametersAt({ at }: Place, { graph }: Unedited): readonly string[] {
  if (at.kind === 'scope') return Object.keys(graph.scopes[at.scope]!.block?.parameters ?? {});
  const { op } = graph.nodes[at.node]!;
  return isCallableOp(op) ? signatures[op].parameters.map((each) => each.name) : [];
}

// ── what a place lacks ────────────────────────────────────────────────────────────────────────────────────────────

/** Why the first input of a place cannot stand for its result. */
function whyFixed(place: Place, base: Unedited, kind: 'disable' | 'replace'): string | undefined {
  return whyNothingEnters(place, base) ?? (kind === 'disable' ? whySeveral(place, base) : undefined);
}

function whyNothingEnters({ at }: Place, { graph }: Unedited): string | undefined {
  if (at.kind === 'scope') return undefined;
  const node = graph.nodes[at.node]!;
  if (isOp(node, 'input')) return 'it is an input of the model';
  return node.inputs.length === 0 ? 'no tensor goes into it' : undefined;
}

function whySeveral({ at }: Place, { graph }: Unedited): string | undefined {
  const part: Node | Scope['block'] = at.kind === 'node' ? graph.nodes[at.node]! : graph.scopes[at.scope]!.block;
  const count = part?.outputs.length ?? 1;
  return count === 1 ? undefined : `it makes ${count} tensors`;
}

// ── layers ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The layers of an edit; nothing after reporting what is no layer. */
function chainOf(session: Session, module: ModuleScope, expressions: readonly Expression[]): LayerChain | undefined {
  const layers: Layer[] = [];
  for (const each of expressions) {
    const value = requireValue(session, new Frame(module), each);
    const layer = asLayer(value)?.layer;
    if (layer === undefined) {
      if (value.kind === 'unknown') return undefined;
      const args = { what: 'what an edit puts in', expected: 'a layer', actual: describe(value) };
      return session.report('wrong-type', each.span, args);
    }
    layers.push(layer);
  }
  return { layers, span: expressions.at(-1)!.span };
}
