/** The combinations of values that `grid` and `zip` stand for, without their exceptions. */
import type { Expression } from '../../dsl/ast.ts';
import { type SweepEntry, type SweepField, type SweepValues, sweptText } from '../../dsl/ast-ablation.ts';
import { onOneLine, type Span } from '../../dsl/source.ts';
import type { Session } from '../evaluate/session.ts';
import { describe, toConstant, type Value } from '../evaluate/value.ts';

/** A parameter that a sweep goes through, of the model or of places in it. */
export type Varied = Pick<SweepField, 'path' | 'parameter'>;

/** A parameter with one of its values. */
export interface Choice {
  readonly varied: Varied;
  readonly value: Value;
  readonly span: Span;
  /** `width = 16`, `local/conv2d.kernel = 3` */
  readonly text: string;
}

/** A value as a parameter takes it, or nothing after reporting why not. */
type Fit = (varied: Varied, value: Value, span: Span) => Value | undefined;
type Evaluate = (expression: Expression) => Value;

interface Axis {
  readonly field: SweepField;
  readonly choices: readonly Choice[];
}

/** The points of a sweep, the first parameter varying slowest; none after reporting what is wrong with it. */
export function sweepPoints(
  session: Session,
  entry: SweepEntry,
  most: number,
  evaluate: Evaluate,
  fitted: Fit,
): readonly (readonly Choice[])[] {
  if (variesTwice(session, entry.values)) return [];
  const axes: Axis[] = [];
  for (const field of entry.values.fields) {
    const choices = choicesOf(session, field, evaluate, fitted);
    if (choices === undefined) return [];
    axes.push({ field, choices });
  }
  const points = entry.kind === 'grid' ? combined(session, entry, axes, most) : paired(session, axes);
  if (points === undefined) return [];
  return entry.except.reduce(
    (left, exception) => without(session, entry, left, exceptionOf(exception, evaluate, fitted), exception.span),
    points,
  );
}

function variesTwice(session: Session, { fields }: SweepValues): boolean {
  const seen = new Map<string, SweepField>();
  for (const field of fields) {
    const path = sweptText(field);
    const first = seen.get(path);
    if (first !== undefined) {
      const labels = [{ span: first.parameter.span, text: 'varied here before' }];
      session.report('conflicting-edits', field.parameter.span, { path }, { labels });
      return true;
    }
    seen.set(path, field);
  }
  return false;
}

function choicesOf(
  session: Session,
  field: SweepField,
  evaluate: Evaluate,
  fitted: Fit,
): readonly Choice[] | undefined {
  const { value: expression } = field;
  const value = evaluate(expression);
  if (value.kind === 'unknown') return undefined;
  if (value.kind !== 'list' || value.elements === undefined || value.elements.length === 0) {
    const what = `what \`${sweptText(field)}\` goes through`;
    return session.report('wrong-type', expression.span, {
      what,
      expected: 'a list of values',
      actual: describe(value),
    });
  }
  const choices = value.elements.map((each, at): Choice | undefined => {
    const written = expression.kind === 'list' ? expression.elements[at] : undefined;
    const span = written?.span ?? expression.span;
    const one = fitted(field, each, span);
    if (one === undefined || one.kind === 'unknown') return undefined;
    return { varied: field, value: one, span, text: `${sweptText(field)} = ${valueText(one, written)}` };
  });
  return choices.every((each) => each !== undefined) ? choices : undefined;
}

function combined(
  session: Session,
  entry: SweepEntry,
  axes: readonly Axis[],
  limit: number,
): readonly (readonly Choice[])[] | undefined {
  const count = axes.reduce((product, { choices }) => product * choices.length, 1);
  if (count > limit) return session.report('too-many-variants', entry.span, { count, limit });
  return axes.reduce<readonly (readonly Choice[])[]>(
    (points, { choices }) => points.flatMap((point) => choices.map((choice) => [...point, choice])),
    [[]],
  );
}

function paired(session: Session, axes: readonly Axis[]): readonly (readonly Choice[])[] | undefined {
  const [first, ...others] = axes;
  if (first === undefined) return [];
  const wanted = first.choices.length;
  const uneven = others.find(({ choices }) => choices.length !== wanted);
  if (uneven !== undefined) {
    const { field, choices } = uneven;
    const args = { first: sweptText(first.field), wanted, name: sweptText(field), actual: choices.length };
    return session.report('uneven-lists', field.parameter.span, args);
  }
  return first.choices.map((_, at) => axes.map(({ choices }) => choices[at]!));
}

/** What points without it have, as their choices say it; nothing where a value was reported. */
function exceptionOf({ fields }: SweepValues, evaluate: Evaluate, fitted: Fit): readonly string[] | undefined {
  const texts = fields.map((field) => {
    const value = fitted(field, evaluate(field.value), field.value.span);
    return value === undefined || value.kind === 'unknown'
      ? undefined
      : `${sweptText(field)} = ${valueText(value, field.value)}`;
  });
  return texts.every((each) => each !== undefined) ? texts : undefined;
}

function without(
  session: Session,
  { kind }: SweepEntry,
  points: readonly (readonly Choice[])[],
  exception: readonly string[] | undefined,
  span: Span,
): readonly (readonly Choice[])[] {
  if (exception === undefined) return points;
  const isExcepted = (point: readonly Choice[]): boolean =>
    exception.every((text) => point.some((each) => each.text === text));
  const left = points.filter((point) => !isExcepted(point));
  if (left.length === points.length) session.report('except-nothing', span, { kind });
  return left;
}

/** A value on one line; a layer, whose constant is but its name, as it is written. */
function valueText(value: Value, written: Expression | undefined): string {
  if (value.kind !== 'layer') return JSON.stringify(toConstant(value)).replaceAll(',', ', ');
  return written === undefined ? String(toConstant(value)) : onOneLine(written.span);
}
