/**
 * The ablations of a file, with their settings evaluated and generated variants written out.
 *
 * In: an ablation of a compilation without errors. Out: its variants; what is wrong with names, values and sweeps, entry
 * by entry, so that a mistake in one takes nothing from the others. Whether edits match anything and give a network is
 * found where variants are elaborated.
 */
import type { Expression, Name } from '../../dsl/ast.ts';
import {
  type AblationEntry,
  type AblationItem,
  type EditStatement,
  type PathPattern,
  patternText,
  type SweepEntry,
} from '../../dsl/ast-ablation.ts';
import { type Diagnostic, diagnostic, hasErrors, type Outcome } from '../../dsl/diagnostic.ts';
import { onOneLine, type Span } from '../../dsl/source.ts';
import { suggest } from '../../shared/suggest.ts';
import { requireValue } from '../evaluate/expression.ts';
import { Frame } from '../evaluate/frame.ts';
import { fit, typeName } from '../evaluate/parameters.ts';
import { Recorder } from '../evaluate/recorder.ts';
import { Halt, Session } from '../evaluate/session.ts';
import { describe, toConstant, type Value } from '../evaluate/value.ts';
import type { Constant } from '../graph.ts';
import type { Declaration, ModuleScope } from '../project.ts';
import type { Ablation, BrokenEntry, Edit, Variant } from './ablation.ts';
import { slugsOf } from './slug.ts';
import { type Choice, sweepPoints, type Varied } from './sweep.ts';

/** A variant before it has its slug, and all that is in common with the base. */
type Draft = Omit<Variant, 'slug'>;

/** Most variants that one ablation may have. */
export const MOST_VARIANTS = 1024;

/**
 * Gives the paths of the model that a pattern matches, outermost only; for entries that make a variant of each. `all` are
 * the patterns of the entry.
 */
export type PathsOf = (
  session: Session,
  pattern: PathPattern,
  all: readonly PathPattern[],
  base: Variant,
) => readonly PathPattern[];

/** What an ablation is read from. */
export interface AblationSource {
  readonly module: ModuleScope;
  readonly item: AblationItem;
  readonly model: Declaration & { readonly kind: 'layer' };
  readonly matches: PathsOf;
  /** What is wrong with the form and the names of its entries. */
  readonly misread: readonly Diagnostic[];
}

/** @returns nothing where the settings that all variants have in common are wrong */
export function readAblation(source: AblationSource): Outcome<Ablation | undefined> {
  const { item } = source;
  const given = item.body.entries.find((each) => each.kind === 'base')?.name;
  const { value: common, diagnostics } = within(source, item.span, (reader) => reader.baseSettings());
  if (common === undefined) return { value: undefined, diagnostics };
  const base: Draft = {
    name: given?.text ?? 'base',
    doc: undefined,
    swept: false,
    ...common,
    edits: [],
    changes: [],
    span: given?.span ?? item.model.span,
  };
  const drafts: Draft[] = [];
  const broken: BrokenEntry[] = [];
  const warnings: Diagnostic[] = [];
  const seen = new Map([[base.name, base.span]]);
  const bases = item.body.entries.filter((each) => each.kind === 'base');
  for (const { span } of bases.slice(1)) {
    broken.push({ names: [], diagnostics: [namedTwice({ name: 'base', span, swept: false }, bases[0]!.span)] });
  }
  const without = source.misread.filter(({ span }) => !item.body.entries.some((each) => isWithin(span, each.span)));
  if (without.length > 0) broken.push({ names: [], diagnostics: without });
  for (const entry of item.body.entries) {
    const names = entry.kind === 'variant' ? [entry.name.text] : [];
    const misread = source.misread.filter(({ span }) => isWithin(span, entry.span));
    if (misread.length > 0) {
      broken.push({ names, diagnostics: misread });
      continue;
    }
    const { parts, unmatched, missed } = partsOf(source, entry, { ...base, slug: '' });
    warnings.push(...missed);
    const { value: made = [], diagnostics: wrong } = within(source, entry.span, (reader) => {
      const made = reader.entry(entry, parts, { ...base, slug: '' });
      const count = drafts.length + made.length;
      if (count > MOST_VARIANTS)
        reader.session.report('too-many-variants', entry.span, { count, limit: MOST_VARIANTS });
      return made;
    });
    if (wrong.length > 0) broken.push({ names, diagnostics: wrong });
    // A part is the only one among all: while some are not known, what its variant does without is not, either.
    const known = entry.kind === 'add-one-in' && unmatched.length > 0 ? made.slice(0, 1) : made;
    const unmade = made.slice(known.length).map(({ name }) => name);
    if (unmatched.length > 0) broken.push({ names: unmade, diagnostics: unmatched });
    for (const draft of known) {
      const first = seen.get(draft.name);
      if (first === undefined) {
        seen.set(draft.name, draft.span);
        drafts.push(draft);
      } else broken.push({ names, diagnostics: [namedTwice(draft, first)] });
    }
  }
  const slugs = slugsOf([base, ...drafts].map((each) => each.name));
  const [first, ...variants] = [base, ...drafts].map((each, at): Variant => ({ ...each, slug: slugs[at]! }));
  const value = {
    name: item.name.text,
    model: item.model.text,
    doc: item.doc,
    base: first!,
    variants,
    broken,
    span: item.span,
  };
  return { value, diagnostics: [...broken.flatMap((each) => each.diagnostics), ...warnings] };
}

interface Parts {
  readonly parts: readonly PathPattern[];
  /** The mistakes: patterns that match nothing. */
  readonly unmatched: readonly Diagnostic[];
  /** Warnings of what patterns may have been meant for, too. */
  readonly missed: readonly Diagnostic[];
}

/** What the patterns of `leave_one_out` and `add_one_in` match. */
function partsOf(source: AblationSource, entry: AblationEntry, base: Variant): Parts {
  if (entry.kind !== 'leave-one-out' && entry.kind !== 'add-one-in') return { parts: [], unmatched: [], missed: [] };
  const { span, paths } = entry;
  const found = paths.map((path) => within(source, span, ({ session }) => source.matches(session, path, paths, base)));
  const diagnostics = found.flatMap((each) => each.diagnostics);
  return {
    parts: found.flatMap(({ value }) => value ?? []),
    unmatched: diagnostics.filter(({ severity }) => severity === 'error'),
    missed: diagnostics.filter(({ severity }) => severity !== 'error'),
  };
}

/** One at the end of the line that an entry stands on is of that entry, too. */
function isWithin(span: Span, entry: Span): boolean {
  return span.start >= entry.start && span.start <= entry.end;
}

function namedTwice({ name, span, swept }: Pick<Draft, 'name' | 'span' | 'swept'>, first: Span): Diagnostic {
  const labels = [{ span: first, text: 'first defined here' }];
  const help = swept ? 'take the value out of one of the lists that has it twice' : undefined;
  return diagnostic('duplicate-name', span, { name }, { labels, help });
}

/** What is read by itself: nothing of it where something is wrong with it, whatever else the ablation has. */
function within<T>(source: AblationSource, span: Span, read: (reader: EntryReader) => T): Outcome<T | undefined> {
  const session = new Session(new Recorder(span));
  let value: T | undefined;
  try {
    value = read(new EntryReader(session, source));
  } catch (error) {
    if (!(error instanceof Halt)) throw error;
  }
  const { diagnostics } = session;
  return { value: hasErrors(diagnostics) ? undefined : value, diagnostics };
}

class EntryReader {
  readonly #frame: Frame;

  constructor(
    readonly session: Session,
    readonly source: AblationSource,
  ) {
    this.#frame = new Frame(source.module);
  }

  /** @param parts those of `leave_one_out` and `add_one_in`, by path */
  entry(entry: AblationEntry, parts: readonly PathPattern[], base: Variant): readonly Draft[] {
    switch (entry.kind) {
      case 'base':
        return [];
      case 'variant':
        return [this.#variant(entry, base)];
      case 'leave-one-out':
        return parts.map((part) => withoutParts(`without ${patternText(part)}`, [part], base));
      case 'add-one-in': {
        if (parts.length === 0) return [];
        this.#checkApart(parts);
        const named = parts.length > MOST_NAMED ? entry.paths : parts;
        const none = withoutParts(`without ${listed(named.map(patternText))}`, parts, base, entry.span);
        // Of one part, the variant with it alone is the base.
        const ones = (parts.length === 1 ? [] : parts).map((part) => {
          const others = parts.filter((each) => each !== part);
          return withoutParts(`only ${patternText(part)}`, others, base, part.span);
        });
        return [none, ...ones];
      }
      case 'grid':
      case 'zip':
        return this.#sweep(entry, base);
    }
  }

  /** Says so where a part is within another: with the latter gone, it is gone, too. */
  #checkApart(parts: readonly PathPattern[]): void {
    for (const part of parts) {
      const path = patternText(part);
      const around = parts.map(patternText).find((other) => path.startsWith(`${other}/`));
      if (around === undefined) continue;
      const help = `name parts that are apart: without \`${around}\`, or without \`${path}\``;
      this.session.report('edit-without-effect', part.span, { path }, { help });
    }
  }

  // ── variants that are written out ───────────────────────────────────────────────────────────────────────────────

  #variant(entry: AblationEntry & { kind: 'variant' }, base: Variant): Draft {
    const settings: { [name: string]: Constant } = { ...base.settings };
    const spans = new Map<string, Span>();
    const layers = new Map(base.layers);
    for (const edit of entry.body.edits) {
      if (edit.kind !== 'parameter') continue;
      const name = edit.parameter.text;
      const earlier = spans.get(name);
      if (earlier !== undefined) {
        const labels = [{ span: earlier, text: 'set here before' }];
        this.session.report('conflicting-edits', edit.span, { path: name }, { labels });
        continue;
      }
      const value = this.#setting(edit.parameter, edit.value);
      if (value === undefined) continue;
      settings[name] = toConstant(value);
      layers.delete(name);
      if (holdsLayer(value)) layers.set(name, value);
      spans.set(name, edit.span);
    }
    return {
      name: entry.name.text,
      doc: entry.doc,
      swept: false,
      settings,
      layers,
      settingSpans: spans,
      edits: entry.body.edits.flatMap((edit) => this.#edits(edit)),
      changes: entry.body.edits.map((edit) => onOneLine(edit.span)),
      span: entry.name.span,
    };
  }

  #edits(edit: EditStatement): readonly Edit[] {
    const { span } = edit;
    const text = onOneLine(span);
    switch (edit.kind) {
      case 'parameter':
        return [];
      case 'disable':
        return edit.paths.map((pattern) => {
          const at = pathSpan(edit, pattern);
          return { kind: 'disable', span: at, text: onOneLine(at), pattern };
        });
      case 'replace': {
        const layers = stagesOf(edit.layer);
        return edit.paths.map((pattern) => ({ kind: 'replace', span, text, pattern, layers }));
      }
      case 'insert': {
        const layers = stagesOf(edit.layer);
        return edit.paths.map((pattern) => ({ kind: 'insert', span, text, pattern, side: edit.side, layers }));
      }
      case 'set': {
        const value = requireValue(this.session, this.#frame, edit.value);
        if (value.kind === 'unknown') return [];
        const { path: pattern, parameter } = edit;
        return [{ kind: 'set', span, text, pattern, parameter, value, valueSpan: edit.value.span }];
      }
    }
  }

  // ── settings ────────────────────────────────────────────────────────────────────────────────────────────────────

  baseSettings(): Pick<Variant, 'settings' | 'settingSpans' | 'layers'> {
    const settings: { [name: string]: Constant } = {};
    const layers = new Map<string, Value>();
    const settingSpans = new Map<string, Span>();
    const known = this.#parameterNames();
    for (const [at, { name, span, value: expression }] of this.source.item.arguments.entries()) {
      const target = name ?? (known[at] === undefined ? undefined : { text: known[at], span });
      if (target === undefined) {
        const callee = this.source.item.model.text;
        const form = `${callee}(${known.join(', ')})`;
        this.session.report('too-many-arguments', span, { callee, most: known.length, form });
        continue;
      }
      const value = this.#setting(target, expression);
      if (value === undefined) continue;
      settings[target.text] = toConstant(value);
      if (holdsLayer(value)) layers.set(target.text, value);
      settingSpans.set(target.text, span);
    }
    return { settings, settingSpans, layers };
  }

  #parameterNames(): readonly string[] {
    return this.source.model.item.parameters.map((each) => each.name.text);
  }

  /** The value of a parameter of the model; nothing after reporting that there is no such parameter or it is of another type. */
  #setting(name: Name, expression: Expression): Value | undefined {
    const value = requireValue(this.session, this.#frame, expression);
    return this.#fitted(name, value, expression.span);
  }

  #fitted(name: Name, value: Value, span: Span): Value | undefined {
    const model = this.source.item.model.text;
    const parameter = this.source.model.item.parameters.find((each) => each.name.text === name.text);
    if (parameter === undefined) {
      const known = this.#parameterNames();
      const near = suggest(name.text, known);
      return this.session.report('unknown-setting', name.span, { model, name: name.text, near, known });
    }
    if (value.kind === 'unknown') return undefined;
    const fitted = fit(value, parameter.type);
    if (fitted !== undefined) return fitted;
    const what = `\`${name.text}\` of \`${model}\``;
    const labels = [{ span: parameter.span, text: 'declared here' }];
    const args = { what, expected: typeName(parameter.type), actual: describe(value) };
    return this.session.report('wrong-type', span, args, { labels });
  }

  // ── sweeps ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #sweep(entry: SweepEntry, base: Variant): readonly Draft[] {
    const evaluate = (expression: Expression): Value => requireValue(this.session, this.#frame, expression);
    // Which parameter a path means, and its type, is known where the variants are elaborated.
    const fitted = ({ path, parameter }: Varied, value: Value, span: Span): Value | undefined =>
      path === undefined ? this.#fitted(parameter, value, span) : value;
    const points = sweepPoints(this.session, entry, MOST_VARIANTS, evaluate, fitted);
    return points.map((point) => this.#point(entry, point, base));
  }

  #point(entry: SweepEntry, point: readonly Choice[], base: Variant): Draft {
    const ofModel = point.filter(({ varied }) => varied.path === undefined);
    const named = ofModel.map(({ varied, value }) => [varied.parameter.text, value] as const);
    const settings = Object.fromEntries(named.map(([name, value]) => [name, toConstant(value)]));
    const edits = point.flatMap(({ varied, value, span, text }): readonly Edit[] => {
      const { path: pattern, parameter } = varied;
      if (pattern === undefined) return [];
      return [{ kind: 'set', span, text: `set ${text}`, pattern, parameter, value, valueSpan: span }];
    });
    return {
      name: point.map(({ text }) => text).join(', '),
      doc: undefined,
      swept: true,
      settings: { ...base.settings, ...settings },
      layers: new Map([...base.layers, ...named.filter(([, value]) => holdsLayer(value))]),
      settingSpans: new Map(ofModel.map(({ varied, span }) => [varied.parameter.text, span])),
      edits,
      changes: point.map(({ varied, text }) => (varied.path === undefined ? text : `set ${text}`)),
      span: entry.span,
    };
  }
}

function withoutParts(name: string, parts: readonly PathPattern[], base: Variant, span?: Span): Draft {
  return {
    name,
    doc: undefined,
    swept: false,
    settings: base.settings,
    layers: base.layers,
    settingSpans: new Map(),
    edits: parts.map((pattern) => {
      const text = `disable ${patternText(pattern)}`;
      return { kind: 'disable', span: pattern.span, text, pattern };
    }),
    changes: parts.map((part) => `disable ${patternText(part)}`),
    span: span ?? parts[0]!.span,
  };
}

/** The stages of `conv2d(64, 3) |> relu`, each a layer; what begins the pipeline is the first of them. */
function stagesOf(layer: Expression): readonly Expression[] {
  const stages: Expression[] = [];
  let first = layer;
  for (; first.kind === 'pipe'; first = first.input) {
    const { callee, arguments: given, stageSpan: span } = first;
    stages.unshift(given.length === 0 ? callee : { kind: 'call', span, callee, arguments: given });
  }
  return [first, ...stages];
}

/** The place that a mistake of one of several paths is told at. */
function pathSpan(edit: EditStatement & { kind: 'disable' }, pattern: PathPattern): Span {
  return edit.paths.length === 1 ? edit.span : pattern.span;
}

/** Whether a constant does not say all of the value. */
function holdsLayer(value: Value): boolean {
  return value.kind === 'layer' || (value.kind === 'list' && value.elements?.some(holdsLayer) === true);
}

/** More parts than so many are named as they are written: by their pattern. */
const MOST_NAMED = 3;

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
