/** The combinations of values that `grid` and `zip` stand for, without their exceptions. */
import type { Expression, Name, RecordExpression } from '../../dsl/ast.ts';
import type { SweepEntry } from '../../dsl/ast-ablation.ts';
import type { Span } from '../../dsl/source.ts';
import type { Session } from '../evaluate/session.ts';
import { describe, toConstant, type Value } from '../evaluate/value.ts';

/** A parameter with one of its values. */
export interface Choice {
  readonly name: string;
  readonly value: Value;
  readonly span: Span;
}

interface Axis {
  readonly name: Name;
  readonly choices: readonly Choice[];
}

/**
 * The points of a sweep, the first parameter varying slowest; none after reporting what is wrong with it.
 *
 * @param fitted a value as a parameter takes it, or nothing after reporting why not
 */
export function sweepPoints(
  session: Session,
  entry: SweepEntry,
  most: number,
  evaluate: (expression: Expression) => Value,
  fitted: (name: Name, value: Value, span: Span) => Value | undefined,
): readonly (readonly Choice[])[] {
  const axes: Axis[] = [];
  for (const { name, value: expression } of entry.values.fields) {
    const choices = choicesOf(session, name, expression, evaluate, fitted);
    if (choices === undefined) return [];
    axes.push({ name, choices });
  }
  const points = entry.kind === 'grid' ? combined(session, entry, axes, most) : paired(session, axes);
  if (points === undefined) return [];
  return entry.except.reduce(
    (left, exception) => without(session, entry, left, exceptionOf(exception, evaluate, fitted), exception.span),
    points,
  );
}

function choicesOf(
  session: Session,
  name: Name,
  expression: Expression,
  evaluate: (expression: Expression) => Value,
  fitted: (name: Name, value: Value, span: Span) => Value | undefined,
): readonly Choice[] | undefined {
  const value = evaluate(expression);
  if (value.kind === 'unknown') return undefined;
  if (value.kind !== 'list' || value.elements === undefined || value.elements.length === 0) {
    const what = `what \`${name.text}\` goes through`;
    return session.report('wrong-type', expression.span, {
      what,
      expected: 'a list of values',
      actual: describe(value),
    });
  }
  const choices = value.elements.map((each, at) => {
    const written = expression.kind === 'list' ? expression.elements[at]!.span : expression.span;
    const one = fitted(name, each, written);
    return one === undefined ? undefined : { name: name.text, value: one, span: written };
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
    const { name, choices } = uneven;
    const args = { first: first.name.text, wanted, name: name.text, actual: choices.length };
    return session.report('uneven-lists', name.span, args);
  }
  return first.choices.map((_, at) => axes.map(({ choices }) => choices[at]!));
}

function exceptionOf(
  exception: RecordExpression,
  evaluate: (expression: Expression) => Value,
  fitted: (name: Name, value: Value, span: Span) => Value | undefined,
): readonly { readonly name: string; readonly value: Value | undefined }[] {
  return exception.fields.map(({ name, value }) => ({
    name: name.text,
    value: fitted(name, evaluate(value), value.span),
  }));
}

function without(
  session: Session,
  { kind }: SweepEntry,
  points: readonly (readonly Choice[])[],
  exception: readonly { readonly name: string; readonly value: Value | undefined }[],
  span: Span,
): readonly (readonly Choice[])[] {
  if (exception.some(({ value }) => value === undefined)) return points;
  const isExcepted = (point: readonly Choice[]): boolean =>
    exception.every(({ name, value }) =>
      point.some((each) => each.name === name && textOf(each.value) === textOf(value!)),
    );
  const left = points.filter((point) => !isExcepted(point));
  if (left.length === points.length) session.report('except-nothing', span, { kind });
  return left;
}

function textOf(value: Value): string {
  return JSON.stringify(toConstant(value));
}
