/** Shapes as declarations write them: binds the names of sizes, and compares. */
import type { Expression, NameExpression, ShapeExpression } from '../../dsl/ast.ts';
import { type Span, textOf } from '../../dsl/source.ts';
import { axisSymbol, type Dim, format, isEqual, isLess, unknownDim } from '../../shared/dim.ts';
import { requireValue } from './expression.ts';
import type { Frame } from './frame.ts';
import type { Session } from './session.ts';
import { describe, int, toText, type Value } from './value.ts';

/** How a shape certainly differs from a pattern: in its number of axes, or in the size of one. */
export type Misfit = 'rank' | { readonly axis: number; readonly wanted: Dim };

/**
 * Binds new names in `pattern` to the sizes of `shape` and compares the rest. Returns the first certain difference.
 * Axes that `...` stands for may be any, but are the same in all tensors of a list.
 *
 * @param again whether another tensor of the same list has bound the names
 */
export function matchShape(
  session: Session,
  frame: Frame,
  pattern: ShapeExpression,
  shape: readonly Dim[],
  again = false,
): Misfit | undefined {
  const rest = pattern.axes.findIndex((axis) => axis.kind === 'rest');
  const fixedAxes = pattern.axes.filter((axis) => axis.kind === 'axis').length;
  if (rest < 0 ? shape.length !== fixedAxes : shape.length < fixedAxes) return 'rank';
  let position = 0;
  let misfit: Misfit | undefined;
  for (const axis of pattern.axes) {
    if (axis.kind === 'rest') {
      const count = shape.length - fixedAxes;
      if (axis.name !== undefined) {
        const elements = shape.slice(position, position + count).map((each) => int(each));
        const before = again ? frame.lookup(axis.name.text) : undefined;
        if (before?.kind === 'list' && before.elements !== undefined) {
          if (before.elements.length !== count) return 'rank';
          misfit ??= differenceIn(before.elements, elements, position);
        } else frame.define(axis.name.text, { kind: 'list', elements });
      }
      position += count;
      continue;
    }
    const actual = shape[position]!;
    position += 1;
    if (isOpen(axis.size)) continue;
    if (bindsNew(frame, axis.size)) {
      frame.define(axis.size.text, int(actual));
      continue;
    }
    const wanted = sizeOf(session, frame, axis.size);
    if (wanted !== undefined && isEqual(wanted, actual) === false) misfit ??= { axis: position - 1, wanted };
  }
  return misfit;
}

/** The first size that certainly differs, of axes that begin at `from`. */
function differenceIn(wanted: readonly Value[], actual: readonly Value[], from: number): Misfit | undefined {
  for (const [at, size] of wanted.entries()) {
    const other = actual[at]!;
    if (size.kind !== 'int' || other.kind !== 'int' || isEqual(size.value, other.value) !== false) continue;
    return { axis: from + at, wanted: size.value };
  }
  return undefined;
}

/**
 * Binds the names that formulas in some pattern use to the axes that they name, in whichever input, so that
 * `(wide: [8 * S, C], narrow: [S, C])` may be written in either order.
 *
 * @param sizeAt the size of an axis of an input, by their positions; nothing where it is not known
 */
export function bindAhead(
  frame: Frame,
  patterns: readonly ShapeExpression[],
  sizeAt: (input: number, axis: number, name: string) => Dim | undefined,
): void {
  const used = new Set(patterns.flatMap(formulaNames));
  if (used.size === 0) return;
  for (const [input, { axes }] of patterns.entries()) {
    for (const [at, axis] of axes.entries()) {
      if (axis.kind === 'rest' || !bindsNew(frame, axis.size) || !used.has(axis.size.text)) continue;
      const size = sizeAt(input, at, axis.size.text);
      if (size !== undefined) frame.define(axis.size.text, int(size));
    }
  }
}

/** The size that a shape has for an axis of a pattern that is not `...`; nothing where their ranks differ. */
export function sizeFor({ axes }: ShapeExpression, at: number, shape: readonly Dim[]): Dim | undefined {
  const rest = axes.findIndex(({ kind }) => kind === 'rest');
  if (rest < 0 ? shape.length !== axes.length : shape.length < axes.length - 1) return undefined;
  return rest >= 0 && at > rest ? shape.at(at - axes.length) : shape[at];
}

function formulaNames({ axes }: ShapeExpression): readonly string[] {
  return axes.flatMap((axis) => (axis.kind === 'rest' || axis.size.kind === 'name' ? [] : namesIn(axis.size.span)));
}

function namesIn(span: Span): readonly string[] {
  return textOf(span).match(/[A-Za-z_]\w*/g) ?? [];
}

/** Whether this axis is `_`, which may have any size. */
export function isOpen(size: Expression): boolean {
  return size.kind === 'name' && size.text === '_';
}

/** Whether this axis is a name that nothing has defined yet, which it then defines. */
function bindsNew(frame: Frame, size: Expression): size is NameExpression {
  return size.kind === 'name' && frame.lookup(size.text) === undefined && !frame.module.declarations.has(size.text);
}

/** The shape of an input while its definition is checked: new names become symbols. Undefined behind `...`. */
export function symbolicShape(session: Session, frame: Frame, pattern: ShapeExpression): readonly Dim[] | undefined {
  const dims: Dim[] = [];
  let known = true;
  for (const axis of pattern.axes) {
    if (axis.kind === 'rest') {
      if (axis.name !== undefined)
        frame.define(axis.name.text, {
          kind: 'list',
          elements: undefined,
          element: int(unknownDim()),
        });
      known = false;
      continue;
    }
    if (isOpen(axis.size)) {
      dims.push(unknownDim());
      continue;
    }
    if (bindsNew(frame, axis.size)) frame.define(axis.size.text, int(axisSymbol(axis.size.text)));
    const size = sizeOf(session, frame, axis.size);
    if (size === undefined) known = false;
    else dims.push(size);
  }
  return known ? dims : undefined;
}

/** The shape that a declaration states, where every name in it is known. */
export function declaredShape(session: Session, frame: Frame, pattern: ShapeExpression): readonly Dim[] | undefined {
  const dims: Dim[] = [];
  for (const axis of pattern.axes) {
    if (axis.kind === 'rest') {
      const bound = axis.name && frame.lookup(axis.name.text);
      if (bound?.kind !== 'list' || bound.elements === undefined) return undefined;
      for (const each of bound.elements) if (each.kind === 'int') dims.push(each.value);
      continue;
    }
    const size = isOpen(axis.size) ? unknownDim() : sizeOf(session, frame, axis.size);
    if (size === undefined) return undefined;
    dims.push(size);
  }
  return dims;
}

/** The size that an expression in a shape gives; nothing after reporting that it is none, or where it is not known. */
function sizeOf(session: Session, frame: Frame, size: Expression): Dim | undefined {
  const value = requireValue(session, frame, size);
  const expression = textOf(size.span);
  if (value.kind === 'int') {
    if (isLess(value.value, 1) === true) {
      return session.report('size-out-of-range', size.span, { expression, value: format(value.value) });
    }
    return value.value;
  }
  if (value.kind === 'float') {
    if (value.value !== undefined)
      session.report(
        'fractional-size',
        size.span,
        { expression, value: String(value.value) },
        { notes: noteOn(frame, size.span) },
      );
    return undefined;
  }
  if (value.kind === 'unknown') return undefined;
  return session.report('wrong-type', size.span, { what: 'a size', expected: 'an int', actual: describe(value) });
}

/** "H = 7": what the names in a stretch of source are here, unless they only stand for themselves. */
export function sizesIn(frame: Frame, span: Span): readonly string[] {
  const names = [...new Set(namesIn(span))];
  const sizes = names.flatMap((name) => {
    const value = frame.lookup(name);
    return value?.kind === 'int' || value?.kind === 'float' ? [[name, toText(value)] as const] : [];
  });
  return sizes.every(([name, size]) => name === size)
    ? []
    : sizes.slice(0, 6).map(([name, size]) => `${name} = ${size}`);
}

/** The same as a note; none where there is nothing to tell. */
export function noteOn(frame: Frame, span: Span): readonly string[] {
  const sizes = sizesIn(frame, span);
  return sizes.length === 0 ? [] : [`here ${sizes.join(', ')}`];
}
