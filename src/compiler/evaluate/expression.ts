/** Evaluates expressions: one function a construct. */
import type {
  Comprehension,
  ConstItem,
  Expression,
  IfExpression,
  IndexExpression,
  LoopVariables,
  MemberExpression,
  Name,
  NameExpression,
  SliceExpression,
} from '../../dsl/ast.ts';
import { cover, type Span, textOf } from '../../dsl/source.ts';
import { unknownInteger } from '../../shared/dim.ts';
import { suggest } from '../../shared/suggest.ts';
import { isCallableOp } from '../ops/signature/index.ts';
import type { Declaration, ModuleScope } from '../project.ts';
import { evaluateBody, reportNotAList } from './body.ts';
import { isBuiltin } from './builtins.ts';
import { call, elementSpans } from './call.ts';
import { checkExtent, partsOf, tickThrough } from './extent.ts';
import { Frame } from './frame.ts';
import { anyElement, elementOf, merge } from './merge.ts';
import type { OpArgument } from './op-call.ts';
import { binary, unary } from './operators.ts';
import type { Session } from './session.ts';
import {
  bool,
  describe,
  float,
  int,
  isFilled,
  isKnown,
  list,
  NOTHING,
  someOf,
  string,
  toText,
  UNKNOWN,
  type Value,
} from './value.ts';

export function evaluate(session: Session, frame: Frame, expression: Expression): Value {
  session.tick(expression.span);
  const value = evaluateKind(session, frame, expression);
  checkExtent(session, expression.span, value);
  return value;
}

function evaluateKind(session: Session, frame: Frame, expression: Expression): Value {
  switch (expression.kind) {
    case 'int':
      return int(expression.value);
    case 'float':
      return float(expression.value);
    case 'bool':
      return bool(expression.value);
    case 'string':
      return evaluateString(session, frame, expression.parts);
    case 'name':
      return evaluateName(session, frame, expression);
    case 'list':
      return list(expression.elements.map((each) => requireValue(session, frame, each)));
    case 'tuple':
      return { kind: 'tuple', elements: expression.elements.map((each) => requireValue(session, frame, each)) };
    case 'record':
      return {
        kind: 'record',
        fields: new Map(expression.fields.map((each) => [each.name.text, requireValue(session, frame, each.value)])),
      };
    case 'comprehension':
      return evaluateComprehension(session, frame, expression);
    case 'unary': {
      const operand = requireValue(session, frame, expression.operand);
      return unary({ session, frame, span: expression.span }, expression.operator, operand);
    }
    case 'binary':
      return evaluateBinary(session, frame, expression);
    case 'call': {
      const callee = requireValue(session, frame, expression.callee);
      return call(session, frame, {
        callee,
        span: expression.span,
        calleeSpan: expression.callee.span,
        piped: undefined,
        arguments: expression.arguments,
      });
    }
    case 'pipe':
      return evaluatePipeline(session, frame, expression);
    case 'member':
      return evaluateMember(session, frame, expression);
    case 'index':
      return evaluateIndex(session, frame, expression);
    case 'slice':
      return evaluateSlice(session, frame, expression);
    case 'if':
      return evaluateIf(session, frame, expression);
    case 'missing':
      return UNKNOWN;
  }
}

/** The value of an expression that must have one. */
export function requireValue(session: Session, frame: Frame, expression: Expression): Value {
  const value = evaluate(session, frame, expression);
  if (value.kind !== 'nothing') return value;
  session.report('no-value', expression.span, { what: expression.kind === 'if' ? 'this `if`' : 'this' });
  return UNKNOWN;
}

function evaluateString(session: Session, frame: Frame, parts: readonly (string | Expression)[]): Value {
  let known = true;
  const texts = parts.map((part) => {
    if (typeof part === 'string') return part;
    const value = requireValue(session, frame, part);
    tickThrough(session, part.span, value);
    known &&= isKnown(value);
    return toText(value);
  });
  return known ? string(texts.join('')) : { kind: 'string', value: undefined, shown: texts.join('') };
}

function evaluateName(session: Session, frame: Frame, { text, span }: NameExpression): Value {
  const local = frame.lookup(text);
  if (local !== undefined) return local;
  const declaration = frame.module.declarations.get(text);
  if (declaration !== undefined) return declared(session, declaration, span);
  if (isBuiltin(text)) return { kind: 'function', name: text, item: undefined, module: undefined };
  if (isCallableOp(text)) return { kind: 'layer', layer: { kind: 'op', op: text } };
  // The check of names has reported it.
  return UNKNOWN;
}

function declared(session: Session, declaration: Declaration, span: Span): Value {
  const { item, module } = declaration;
  if (item.kind === 'fn') return { kind: 'function', name: item.name.text, item, module };
  if (item.kind !== 'const') return { kind: 'layer', layer: { kind: 'block', item, module } };
  return session.using(span, undefined, () => constantValue(session, module, item));
}

/** What a constant is, evaluated where it is first needed. */
export function constantValue(session: Session, module: ModuleScope, item: ConstItem): Value {
  const known = session.constants.get(item);
  if (known !== undefined) return known;
  // A constant that needs itself finds this; the check of names has reported the circle.
  session.constants.set(item, UNKNOWN);
  const value = requireValue(session, new Frame(module, undefined, item.name.text), item.value);
  session.constants.set(item, value);
  return value;
}

function evaluateBinary(session: Session, frame: Frame, expression: Expression & { kind: 'binary' }): Value {
  const left = requireValue(session, frame, expression.left);
  // `and` and `or` look at the right side only when they need it, so that `n > 0 and 12 % n == 0` is safe.
  if (left.kind === 'bool' && expression.operator === 'and' && left.value === false) return left;
  if (left.kind === 'bool' && expression.operator === 'or' && left.value === true) return left;
  const right = requireValue(session, frame, expression.right);
  if (expression.operator === '==' || expression.operator === '!=' || expression.operator === 'in') {
    tickThrough(session, expression.span, right);
  }
  const spans = { left: expression.left.span, right: expression.right.span };
  return binary({ session, frame, span: expression.span }, expression.operator, left, right, spans);
}

/** A pipeline is a list of stages, however long, and not a nest of calls. */
function evaluatePipeline(session: Session, frame: Frame, expression: Expression & { kind: 'pipe' }): Value {
  const stages = [];
  let first: Expression = expression;
  while (first.kind === 'pipe') {
    stages.push(first);
    first = first.input;
  }
  let value = requireValue(session, frame, first);
  let piped: OpArgument = { value, span: first.span, elements: elementSpans(first) };
  for (const stage of stages.reverse()) {
    session.tick(stage.span);
    const callee = requireValue(session, frame, stage.callee);
    value = call(session, frame, {
      callee,
      span: stage.stageSpan,
      calleeSpan: stage.callee.span,
      piped,
      arguments: stage.arguments,
    });
    piped = { value, span: stage.stageSpan, elements: undefined };
  }
  return value;
}

function evaluateComprehension(session: Session, frame: Frame, expression: Comprehension): Value {
  const over = requireValue(session, frame, expression.over);
  if (over.kind !== 'list') {
    if (over.kind !== 'unknown') reportNotAList(session, expression.over.span, over);
    return UNKNOWN;
  }
  const one = (element: Value, index: Value): Value | undefined => {
    const inner = new Frame(frame.module, frame);
    bindLoop(session, inner, expression.variables, element, index);
    if (expression.condition !== undefined) {
      const condition = requireValue(session, inner, expression.condition);
      if (condition.kind === 'bool' && condition.value === false) return undefined;
    }
    return requireValue(session, inner, expression.element);
  };
  const run = (): Value => {
    if (over.elements === undefined) {
      const element = one(anyElement(over) ?? UNKNOWN, int(unknownInteger())) ?? UNKNOWN;
      const filled = isFilled(over) && expression.condition === undefined;
      if (!expression.joined) return filled ? someOf(element) : list(undefined, element);
      return element.kind === 'list' ? list(undefined, anyElement(element) ?? UNKNOWN) : UNKNOWN;
    }
    const elements = over.elements.map((element, index) => one(element, int(index)));
    const made = elements.filter((each) => each !== undefined);
    return expression.joined ? joinLists(made) : list(made);
  };
  return session.recorder === undefined ? run() : session.recorder.inLoop(run);
}

/** The elements of all; nothing is known where one of them is no list, which was reported. */
function joinLists(parts: readonly Value[]): Value {
  const lists = parts.filter((each) => each.kind === 'list');
  if (lists.length < parts.length) return UNKNOWN;
  const known = lists.flatMap((each) => (each.elements === undefined ? [] : [each.elements]));
  if (known.length === lists.length) return list(known.flat());
  return list(undefined, lists.flatMap((each) => elementOf(each) ?? []).reduce(merge));
}

/** Defines the names of a loop for one round. */
export function bindLoop(session: Session, frame: Frame, variables: LoopVariables, element: Value, index: Value): void {
  if (variables.index !== undefined) frame.define(variables.index.text, index);
  const { element: name } = variables;
  if (!isSeveral(name)) {
    frame.define(name.text, element);
    return;
  }
  const span = cover(name[0]?.span ?? variables.index!.span, name.at(-1)?.span ?? variables.index!.span);
  const parts = takeApart(session, span, element, name.length);
  for (const [at, each] of name.entries()) frame.define(each.text, parts[at]!);
}

function isSeveral(name: Name | readonly Name[]): name is readonly Name[] {
  return Array.isArray(name);
}

/** As many values as are wanted; unknown ones after reporting that there are more or fewer. */
export function takeApart(session: Session, span: Span, value: Value, wanted: number): readonly Value[] {
  // A list of unknown length holds as many as are wanted.
  const uncounted = value.kind === 'list' && value.elements === undefined ? value : undefined;
  const parts = uncounted === undefined ? partsOf(value) : undefined;
  const unknown = value.kind === 'unknown' || (value.kind === 'tensor' && value.shape === undefined);
  if (uncounted === undefined && parts?.length !== wanted && !unknown) {
    session.report('wrong-number-of-values', span, { wanted, actual: describe(value) });
  }
  return Array.from(
    { length: wanted },
    (_, at) => (uncounted === undefined ? parts?.[at] : anyElement(uncounted)) ?? UNKNOWN,
  );
}

function evaluateMember(session: Session, frame: Frame, { object, name }: MemberExpression): Value {
  const value = requireValue(session, frame, object);
  if (value.kind === 'unknown') return UNKNOWN;
  if (value.kind === 'tensor' && name.text === 'shape') {
    return value.shape === undefined ? UNKNOWN : list(value.shape.map((size) => int(size)));
  }
  const fields: ReadonlyMap<string, Value> = value.kind === 'record' ? value.fields : new Map();
  const field = fields.get(name.text);
  if (field !== undefined) return field;
  const help =
    value.kind === 'tensor'
      ? 'the sizes of a tensor are the list `x.shape`, or the names that an input gives them: `x: [H, W, C]`'
      : undefined;
  const near = suggest(name.text, fields.keys());
  session.report('no-such-field', name.span, { name: name.text, near, actual: describe(value) }, { help });
  return UNKNOWN;
}

function evaluateIndex(session: Session, frame: Frame, { object, index, span }: IndexExpression): Value {
  const value = requireValue(session, frame, object);
  const at = requireValue(session, frame, index);
  if (value.kind === 'unknown' || at.kind === 'unknown') return UNKNOWN;
  if (value.kind !== 'list' && value.kind !== 'tuple') {
    const help =
      value.kind === 'tensor'
        ? 'to cut a tensor, use `slice` or `split`; one row of it, without its axis, is `gather(0, axis: 0)`'
        : undefined;
    session.report('not-indexable', span, { actual: describe(value) }, { help });
    return UNKNOWN;
  }
  if (at.kind !== 'int') {
    session.report('wrong-type', index.span, { what: 'an index', expected: 'an int', actual: describe(at) });
    return UNKNOWN;
  }
  if (value.kind === 'list' && (value.elements === undefined || typeof at.value !== 'number')) {
    return anyElement(value) ?? UNKNOWN;
  }
  if (value.elements === undefined || typeof at.value !== 'number') return UNKNOWN;
  const element = value.elements.at(at.value);
  if (element !== undefined && at.value >= -value.elements.length) return element;
  session.report('index-out-of-range', index.span, { index: String(at.value), length: value.elements.length });
  return UNKNOWN;
}

/** Bounds count from the end where they are negative, and stop at the ends of the list. */
function evaluateSlice(session: Session, frame: Frame, { object, start, end, span }: SliceExpression): Value {
  const value = requireValue(session, frame, object);
  const bounds = [start, end].map((each) => each && requireValue(session, frame, each));
  for (const [index, bound] of bounds.entries()) {
    if (bound === undefined || bound.kind === 'int' || bound.kind === 'unknown') continue;
    const at = (index === 0 ? start : end)!.span;
    session.report('wrong-type', at, { what: 'an index', expected: 'an int', actual: describe(bound) });
    return UNKNOWN;
  }
  if (value.kind === 'unknown') return UNKNOWN;
  if (value.kind !== 'list') {
    const help = value.kind === 'tensor' ? 'to cut a tensor, use the layer `slice`' : undefined;
    session.report('not-indexable', span, { actual: describe(value) }, { help });
    return UNKNOWN;
  }
  const isFixed = (each: Value | undefined): boolean => each === undefined || typeof numberOf(each) === 'number';
  if (value.elements === undefined || !bounds.every(isFixed)) return list(undefined, anyElement(value) ?? UNKNOWN);
  const [from, to] = bounds.map((each) => each && numberOf(each));
  return list(value.elements.slice(from, to));
}

function numberOf(value: Value): number | undefined {
  return value.kind === 'int' && typeof value.value === 'number' ? value.value : undefined;
}

function evaluateIf(session: Session, frame: Frame, expression: IfExpression): Value {
  const condition = requireValue(session, frame, expression.condition);
  const inner = (body: IfExpression['then'] | undefined): Value =>
    body === undefined ? NOTHING : evaluateBody(session, new Frame(frame.module, frame), body);
  if (condition.kind === 'bool' && condition.value !== undefined) {
    return inner(condition.value ? expression.then : expression.else);
  }
  if (condition.kind === 'tensor') session.report('condition-not-known', expression.condition.span, {});
  else if (condition.kind !== 'bool' && condition.kind !== 'unknown') {
    const args = { what: 'a condition', expected: 'true or false', actual: describe(condition) };
    const help = condition.kind === 'int' ? `compare it: \`${textOf(expression.condition.span)} > 0\`` : undefined;
    session.report('wrong-type', expression.condition.span, args, { help });
  }
  // Either side is possible.
  const then = frame.attempt(() => inner(expression.then));
  const otherwise = frame.attempt(() => inner(expression.else));
  frame.takeEither(otherwise.changes, then.changes);
  return merge(then.value, otherwise.value);
}
