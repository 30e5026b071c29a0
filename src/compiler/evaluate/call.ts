/** Calls: binds arguments to inputs and parameters, then makes an operation, expands a block, or runs a function. */
import type { Argument, Expression, FunctionItem, Parameter } from '../../dsl/ast.ts';
import { type Span, textOf } from '../../dsl/source.ts';
import { suggest } from '../../shared/suggest.ts';
import { type CallableOp, signatures } from '../ops/signature/index.ts';
import type { ParameterSpec } from '../ops/signature/signature.ts';
import { expandBlock } from './block.ts';
import { evaluateBody, reportNoValue } from './body.ts';
import { isBuiltin, runBuiltin, worksOnNumbers } from './builtins.ts';
import { requireValue } from './expression.ts';
import { Frame } from './frame.ts';
import { type OpArgument, record } from './op-call.ts';
import { bindParameters, fit, typeName } from './parameters.ts';
import type { Session } from './session.ts';
import { describe, type FunctionValue, list, UNKNOWN, type Value } from './value.ts';

export interface Call {
  readonly callee: Value;
  /** The whole call, or the stage of a pipeline. */
  readonly span: Span;
  readonly calleeSpan: Span;
  /** What `|>` passes on: the first argument. */
  readonly piped: OpArgument | undefined;
  readonly arguments: readonly Argument[];
}

/** Arguments by the names of what they fill. */
export type Bound = Map<string, OpArgument>;

export function call(session: Session, frame: Frame, site: Call): Value {
  const { callee, span } = site;
  const given = readCall(session, frame, site);
  if (callee.kind === 'unknown' || given === undefined) return UNKNOWN;
  if (callee.kind === 'function') return callFunction(session, frame, callee, given, span);
  if (callee.kind !== 'layer') {
    session.report('not-callable', site.calleeSpan, { what: describe(callee) });
    return UNKNOWN;
  }
  const { layer } = callee;
  // A parameter: it may make one tensor or several.
  if (layer === undefined) return UNKNOWN;
  if (layer.kind === 'op') return callOp(session, frame, layer.op, given, span);
  const { item, module } = layer;
  const name = item.name.text;
  const inputs = item.inputs.map((each) => each.name.text);
  const form = (): string => formOf(name, inputs, item.parameters.map(formOfParameter), given.piped);
  const names = [...inputs, ...item.parameters.map((each) => each.name.text)];
  return expandBlock(session, frame, { item, module, span, form }, bind(session, { callee: name, form, names }, given));
}

/** What a call gives, in the order and with the names that it writes. */
interface Given {
  readonly positional: readonly OpArgument[];
  readonly named: readonly { readonly name: string; readonly nameSpan: Span; readonly argument: OpArgument }[];
  /** Whether `|>` gives the first. */
  readonly piped: boolean;
}

/** Evaluates the arguments; nothing after reporting that their order makes no sense. */
function readCall(session: Session, frame: Frame, site: Call): Given | undefined {
  const positional: OpArgument[] = site.piped === undefined ? [] : [site.piped];
  const named: Given['named'][number][] = [];
  let ordered = true;
  for (const { name, span, value: expression } of site.arguments) {
    const value = requireValue(session, frame, expression);
    const argument = { value, span: expression.span, elements: elementSpans(expression) };
    if (name !== undefined) named.push({ name: name.text, nameSpan: name.span, argument });
    else {
      if (named.length > 0) {
        session.report('positional-after-named', span, {});
        ordered = false;
      }
      positional.push(argument);
    }
  }
  return ordered ? { positional, named, piped: site.piped !== undefined } : undefined;
}

/** Where the elements of a list stand, if the call writes them out. */
export function elementSpans(expression: Expression): readonly Span[] | undefined {
  return expression.kind === 'list' ? expression.elements.map((each) => each.span) : undefined;
}

function callFunction(session: Session, frame: Frame, callee: FunctionValue, given: Given, span: Span): Value {
  const { name, item, module } = callee;
  if (item === undefined || module === undefined) {
    if (!isBuiltin(name)) return UNKNOWN;
    if (name in signatures && !worksOnNumbers(name, given.positional[0]?.value)) {
      return callOp(session, frame, name as CallableOp, given, span);
    }
    return runBuiltin(session, frame, name, given.positional, given.named, span);
  }
  const form = (): string => formOf(name, [], item.parameters.map(formOfParameter), given.piped);
  const names = item.parameters.map((each) => each.name.text);
  const bound = bind(session, { callee: name, form, names }, given);
  const inner = new Frame(module, undefined, name);
  const target = { callee: name, form, span, parameters: item.parameters, module };
  if (!bindParameters(session, inner, target, bound)) return UNKNOWN;
  return session.using(span, `in this use of \`${name}\``, () => runFunction(session, inner, item));
}

/** Runs the body with its parameters bound, and holds the result to the type that is declared. */
export function runFunction(session: Session, inner: Frame, item: FunctionItem): Value {
  const value = evaluateBody(session, inner, item.body);
  if (session.abandoned) return UNKNOWN;
  if (value.kind === 'nothing') {
    reportNoValue(session, `the function \`${item.name.text}\``, item.body, item.name.span);
    return UNKNOWN;
  }
  if (item.result === undefined) return value;
  const fitted = fit(value, item.result);
  if (fitted === undefined) {
    const last = item.body.statements.at(-1)?.span ?? item.name.span;
    const args = {
      what: `the result of \`${item.name.text}\``,
      expected: typeName(item.result),
      actual: describe(value),
    };
    session.report('wrong-type', last, args, { labels: [{ span: item.result.span, text: 'declared here' }] });
  }
  return fitted ?? UNKNOWN;
}

interface Target {
  readonly callee: string;
  readonly form: () => string;
  /** What arguments without a name fill, in this order. */
  readonly names: readonly string[];
}

function bind(session: Session, { callee, form, names }: Target, { positional, named }: Given): Bound {
  const bound: Bound = new Map();
  for (const [index, argument] of positional.entries()) {
    const name = names[index];
    if (name === undefined) {
      session.report('too-many-arguments', argument.span, { callee, most: names.length, form: form() });
      break;
    }
    bound.set(name, argument);
  }
  for (const { name, nameSpan, argument } of named) {
    if (!names.includes(name)) {
      const near = suggest(name, names);
      session.report('unknown-argument', nameSpan, { callee, name, near, form: form() });
      // Taken for what was meant, so that it is not missing as well.
      if (near !== undefined && !bound.has(near)) bound.set(near, { ...argument, value: UNKNOWN });
    } else if (bound.has(name)) {
      const labels = [{ span: bound.get(name)!.span, text: 'given here' }];
      session.report('duplicate-argument', nameSpan, { callee, name }, { labels });
    } else bound.set(name, argument);
  }
  return bound;
}

function callOp(session: Session, frame: Frame, op: CallableOp, given: Given, span: Span): Value {
  const signature = signatures[op];
  const inputs = signature.inputs.map((each) => each.name);
  const form = (): string => formOfOp(op, given.piped);
  const names = [...inputs, ...signature.parameters.map((each) => each.name)];
  const bound = bind(session, { callee: op, form, names }, given);
  const tensors: OpArgument[] = [];
  for (const input of signature.inputs) {
    const argument = bound.get(input.name);
    if (argument === undefined) {
      session.report('missing-argument', span, { callee: op, name: input.name, form: form() });
      return UNKNOWN;
    }
    bound.delete(input.name);
    const { value } = argument;
    if (!input.list) tensors.push(argument);
    else if (value.kind === 'list' && value.elements !== undefined) {
      for (const [index, each] of value.elements.entries()) {
        tensors.push({ value: each, span: elementSpan(argument, index, each) });
      }
    } else if (value.kind === 'list') {
      // A list of unknown length: what joins it cannot be told in full.
      return { kind: 'tensor', shape: undefined, id: undefined, span };
    } else if (value.kind === 'unknown') return UNKNOWN;
    else {
      const what = `\`${input.name}\` of \`${op}\``;
      const help = value.kind === 'tensor' ? `write a list: \`${op}([a, b])\`` : undefined;
      const args = { what, expected: 'a list of tensors', actual: describe(value) };
      session.report('wrong-type', argument.span, args, { help });
      return UNKNOWN;
    }
  }
  const clipped = clipOf(op, tensors);
  if (clipped !== undefined) {
    return record(session, frame, 'clip', [clipped.tensor], clipped.given, span, op)[0] ?? UNKNOWN;
  }
  const outputs = record(session, frame, op, tensors, bound, span);
  if (op === 'split') return outputs.length > 0 ? list(outputs) : UNKNOWN;
  return outputs[0] ?? UNKNOWN;
}

/** What to clip by which bound where a `maximum` or `minimum` is that of a tensor and a number. */
function clipOf(op: CallableOp, sides: readonly OpArgument[]): { tensor: OpArgument; given: Bound } | undefined {
  if (op !== 'maximum' && op !== 'minimum') return undefined;
  const tensor = sides.find(({ value }) => value.kind === 'tensor');
  const bound = sides.find(({ value }) => value.kind === 'int' || value.kind === 'float');
  return tensor && bound && { tensor, given: new Map([[op === 'maximum' ? 'low' : 'high', bound]]) };
}

/** Where an element of a list is written in the call, or else where its tensor was made. */
function elementSpan(argument: OpArgument, index: number, element: Value): Span {
  return argument.elements?.[index] ?? (element.kind === 'tensor' ? element.span : argument.span);
}

/** `conv2d(x, filters, kernel, stride: 1, …)`, or `x |> conv2d(filters, …)` where the call is the stage of a pipeline. */
export function formOfOp(op: CallableOp, piped = false): string {
  const { inputs, parameters } = signatures[op];
  const shown = (parameters as readonly ParameterSpec[]).map((each) =>
    each.default === undefined || each.default === null ? each.name : `${each.name}: ${JSON.stringify(each.default)}`,
  );
  return formOf(
    op,
    inputs.map((each) => (each.list ? `[${each.name}, …]` : each.name)),
    shown,
    piped,
  );
}

/** `conv2d(x, filters, kernel, …)`: what every call has to give. */
export function shortestForm(op: CallableOp): string {
  const { inputs, parameters } = signatures[op];
  const needed = (parameters as readonly ParameterSpec[]).filter((each) => each.default === undefined);
  const names = [...inputs, ...needed].map((each) => each.name);
  return `${op}(${[...names, ...(needed.length < parameters.length ? ['…'] : [])].join(', ')})`;
}

function formOfParameter({ name, default: value }: Parameter): string {
  return value === undefined ? name.text : `${name.text}: ${textOf(value.span)}`;
}

function formOf(callee: string, inputs: readonly string[], parameters: readonly string[], piped: boolean): string {
  const [first, ...rest] = [...inputs, ...parameters];
  if (!piped || first === undefined) return `${callee}(${[...inputs, ...parameters].join(', ')})`;
  return `${first} |> ${callee}${rest.length === 0 ? '' : `(${rest.join(', ')})`}`;
}
