/** Shapes as declarations write them: binds the names of sizes, and compares. */
import type { Expression, NameExpression, ShapeExpression } from '../../dsl/ast.ts';
import { type Span, textOf } from '../../dsl/source.ts';
import { axisSymbol, type Dim, format, isEqual, isLess } from '../../shared/dim.ts';
import { requireValue } from './expression.ts';
import type { Frame } from './frame.ts';
import type { Session } from './session.ts';
import { describe, int } from './value.ts';

/**
 * Binds new names in `pattern` to the sizes of `shape` and compares the rest. False where they certainly differ.
 * Axes that `...` stands for may be any.
 */
export function matchShape(session: Session, frame: Frame, pattern: ShapeExpression, shape: readonly Dim[]): boolean {
  const rest = pattern.axes.findIndex((axis) => axis.kind === 'rest');
  const fixedAxes = pattern.axes.filter((axis) => axis.kind === 'axis').length;
  if (rest < 0 ? shape.length !== fixedAxes : shape.length < fixedAxes) return false;
  let position = 0;
  let matches = true;
  for (const axis of pattern.axes) {
    if (axis.kind === 'rest') {
      const count = shape.length - fixedAxes;
      if (axis.name !== undefined) {
        const elements = shape.slice(position, position + count).map((each) => int(each));
        frame.define(axis.name.text, { kind: 'list', elements });
      }
      position += count;
      continue;
    }
    const actual = shape[position]!;
    position += 1;
    if (bindsNew(frame, axis.size)) {
      frame.define(axis.size.text, int(actual));
      continue;
    }
    const wanted = sizeOf(session, frame, axis.size);
    if (wanted !== undefined && isEqual(wanted, actual) === false) matches = false;
  }
  return matches;
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
          element: int(axisSymbol(`${axis.name.text}[i]`)),
        });
      known = false;
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
    const size = sizeOf(session, frame, axis.size);
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
        { notes: notesOn(frame, size.span) },
      );
    return undefined;
  }
  if (value.kind === 'unknown') return undefined;
  return session.report('wrong-type', size.span, { what: 'a size', expected: 'an int', actual: describe(value) });
}

/** What the names in the expression are here: "here H is 7". */
function notesOn(frame: Frame, span: Span): readonly string[] {
  const names = [...new Set(textOf(span).match(/[A-Za-z_]\w*/g) ?? [])];
  return names.flatMap((name) => {
    const value = frame.lookup(name);
    return value?.kind === 'int' ? [`here ${name} is ${format(value.value)}`] : [];
  });
}

/** "here C is 32": what the names in a shape are bound to, for notes. */
export function boundSizes(frame: Frame, pattern: ShapeExpression): readonly string[] {
  return notesOn(frame, pattern.span).slice(0, 4);
}
