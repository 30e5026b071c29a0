/** Calls: binds arguments to inputs and parameters, then makes an operation, expands a block, or runs a function. */
import type { Argument, Expression, FunctionItem, Parameter } from '../../dsl/ast.ts';
import { type Span, textOf } from '../../dsl/source.ts';
import { unknownDim } from '../../shared/dim.ts';
import { suggest } from '../../shared/suggest.ts';
import { foreignParameter } from '../foreign-layers.ts';
import { type CallableOp, signatures } from '../ops/signature/index.ts';
import type { ParameterSpec } from '../ops/signature/signature.ts';
import { expandBlock } from './block.ts';
import { evaluateBody, reportNoValue } from './body.ts';
import { isBuiltin, runBuiltin, worksOnNumbers } from './builtins.ts';
import { requireValue } from './expression.ts';
import { Frame } from './frame.ts';
import { anyElement } from './merge.ts';
import { type OpArgument, record } from './op-call.ts';
import { bindParameters, fit, typeName } from './parameters.ts';
import type { SharedWeights } from './recorder.ts';
import type { Session } from './session.ts';
import { describe, type FunctionValue, type Layer, layerName, list, UNKNOWN, type Value } from './value.ts';

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
  return callLayer(session, frame, layer, given, span);
}

/** A use of the layer; or, where no input is given yet, the layer with these parameters given. */
function callLayer(session: Session, frame: Frame, layer: Layer, given: Given, span: Span): Value {
  const target = targetOf(layer, given.piped);
  if (isWithoutInput(target, given)) {
    const names = target.parameters.filter((name) => !layer.given?.has(name));
    const bound = bind(session, target, names, [...target.inputs, ...target.parameters], given);
    return { kind: 'layer', layer: { ...layer, given: new Map([...(layer.given ?? []), ...bound]) } };
  }
  const open = [...target.inputs, ...target.parameters].filter((name) => !layer.given?.has(name));
  if (mayBeWithoutInput(target, given, open)) return UNKNOWN;
  const bound = bind(session, target, open, target.parameters, given);
  for (const [name, argument] of layer.given ?? []) if (!bound.has(name)) bound.set(name, argument);
  const use = (): Value => {
    if (layer.kind === 'op') return callOp(session, frame, layer.op, bound, target.form, span);
    const { item, module } = layer;
    return expandBlock(session, frame, { item, module, span, form: target.form }, bound);
  };
  return layer.shared === undefined ? use() : sharing(session, layer.shared, layer, span, use);
}

/** A use whose weights are those of the first use of the same layer. */
function sharing(session: Session, shared: SharedWeights, layer: Layer, span: Span, use: () => Value): Value {
  if (session.recorder === undefined) return use();
  let value: Value = UNKNOWN;
  const mismatch = session.recorder.share(shared, () => {
    value = use();
  });
  if (mismatch !== undefined && value.kind !== 'unknown') {
    session.report('shared-weights', span, { layer: layerName({ ...layer, shared: undefined }), ...mismatch });
  }
  return value;
}

interface LayerTarget {
  readonly callee: string;
  readonly inputs: readonly string[];
  readonly parameters: readonly string[];
  /** Parameters without a default. */
  readonly required: readonly string[];
  /** Whether its first input is a list of tensors. */
  readonly takesList: boolean;
  readonly form: () => string;
}

/** The same for every use of an operation. */
const opNames = new Map(
  Object.entries(signatures).map(([op, { inputs, parameters }]) => {
    const required = (parameters as readonly ParameterSpec[]).filter((each) => each.default === undefined);
    const names = {
      inputs: inputs.map((each) => each.name),
      parameters: parameters.map((each) => each.name),
      required: required.map((each) => each.name),
      takesList: inputs.some((each) => each.list),
    };
    return [op, names];
  }),
);

function targetOf(layer: Layer, piped: boolean): LayerTarget {
  if (layer.kind === 'op') {
    const { inputs, parameters, required, takesList } = opNames.get(layer.op)!;
    return { callee: layer.op, inputs, parameters, required, takesList, form: () => formOfOp(layer.op, piped) };
  }
  const { item } = layer;
  const inputs = item.inputs.map((each) => each.name.text);
  const shown = item.inputs.map(({ name, isList }) => (isList ? `[${name.text}, …]` : name.text));
  return {
    callee: item.name.text,
    inputs,
    parameters: item.parameters.map((each) => each.name.text),
    required: item.parameters.filter((each) => each.default === undefined).map((each) => each.name.text),
    takesList: item.inputs[0]?.isList ?? false,
    form: () => formOf(item.name.text, shown, item.parameters.map(formOfParameter), piped),
  };
}

/** Whether a call gives none of the tensors that the layer needs, as in `conv2d(64, 3)`. */
function isWithoutInput(target: LayerTarget, { positional, named, piped }: Given): boolean {
  const { inputs, parameters, takesList } = target;
  if (piped || inputs.length === 0 || named.some(({ name }) => name === inputs[0])) return false;
  if (positional.length > parameters.length) return false;
  const first = positional[0]?.value;
  return first === undefined || !mayBeInput(first, takesList);
}

/** Whether a value is a tensor or holds tensors, as no parameter does, or may turn out to. */
function mayBeInput(value: Value, takesList: boolean): boolean {
  switch (value.kind) {
    case 'tensor':
    case 'tuple':
    case 'unknown':
      return true;
    case 'list': {
      const elements = value.elements ?? [value.element ?? UNKNOWN];
      if (elements.some(({ kind }) => kind === 'tensor')) return true;
      return takesList && (elements.length === 0 || elements.some(({ kind }) => kind === 'unknown'));
    }
    case 'record':
      return [...value.fields.values()].some(({ kind }) => kind === 'tensor');
    default:
      return false;
  }
}

/**
 * Whether a call whose first argument is not known, such as `dense(2 ** n)`, lacks something as a use, but not as a
 * layer with parameters given.
 */
function mayBeWithoutInput(
  target: LayerTarget,
  { positional, named, piped }: Given,
  names: readonly string[],
): boolean {
  if (piped || positional[0]?.value.kind !== 'unknown' || positional.length > target.parameters.length) return false;
  if (named.some(({ name }) => target.inputs.includes(name))) return false;
  const filled = [...names.slice(0, positional.length), ...named.map(({ name }) => name)];
  return names.some(
    (name) => !filled.includes(name) && (target.inputs.includes(name) || target.required.includes(name)),
  );
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
      return callLayer(session, frame, { kind: 'op', op: name as CallableOp }, given, span);
    }
    return runBuiltin(session, frame, name, given.positional, given.named, span);
  }
  const form = (): string => formOf(name, [], item.parameters.map(formOfParameter), given.piped);
  const names = item.parameters.map((each) => each.name.text);
  const bound = bind(session, { callee: name, form }, names, [], given);
  const key = keyOf(item, bound);
  const results = session.results.get(item) ?? new Map<string, Value>();
  session.results.set(item, results);
  const known = key === undefined ? undefined : results.get(key);
  if (known !== undefined) return known;
  const inner = new Frame(module, undefined, name);
  const target = { callee: name, form, span, parameters: item.parameters, module };
  if (!bindParameters(session, inner, target, bound)) return UNKNOWN;
  const value = session.using(span, `in this use of \`${name}\``, () => runFunction(session, inner, item));
  if (key !== undefined && value.kind !== 'unknown') results.set(key, value);
  return value;
}

/** The arguments as text, where all of them are known numbers, words and the like: a function is worked out once for each. */
function keyOf({ parameters }: FunctionItem, bound: Bound): string | undefined {
  const texts: string[] = [];
  for (const { name } of parameters) {
    const value = bound.get(name.text)?.value;
    if (value === undefined) texts.push('');
    else if (value.kind !== 'int' && value.kind !== 'float' && value.kind !== 'bool' && value.kind !== 'string') return;
    else if (value.value === undefined || typeof value.value === 'object') return;
    else texts.push(`${value.kind} ${JSON.stringify(value.value)}`);
  }
  return texts.join(', ');
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
}

/** Arguments without a name fill `names`, in this order; `others` can be given by name only. */
function bind(
  session: Session,
  { callee, form }: Target,
  names: readonly string[],
  others: readonly string[],
  { positional, named }: Given,
): Bound {
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
    if (!names.includes(name) && !others.includes(name)) {
      const near = foreignParameter(name, names) ?? suggest(name, names);
      const help = name === 'activation' && near === undefined ? activationHelp(argument.value) : undefined;
      session.report('unknown-argument', nameSpan, { callee, name, near, form: form() }, { help });
      // Taken for what was meant, so that it is not missing as well.
      if (near !== undefined && !bound.has(near)) bound.set(near, { ...argument, value: UNKNOWN });
    } else if (bound.has(name)) {
      const labels = [{ span: bound.get(name)!.span, text: 'given here' }];
      session.report('duplicate-argument', nameSpan, { callee, name }, { labels });
    } else bound.set(name, argument);
  }
  return bound;
}

/** Where an activation goes that is given as a parameter, as Keras takes it. */
function activationHelp(value: Value): string {
  const given =
    value.kind === 'string'
      ? value.value
      : value.kind === 'layer' && value.layer?.kind === 'op'
        ? value.layer.op
        : undefined;
  const name = given !== undefined && given in signatures ? given : 'relu';
  return `an activation is a layer of its own: write \`|> ${name}\` behind the call`;
}

function callOp(session: Session, frame: Frame, op: CallableOp, bound: Bound, form: () => string, span: Span): Value {
  const signature = signatures[op];
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
      return joinOfUnknown(session, frame, op, value, argument, bound, span);
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

/** What a list of unknown length joins to: one more size is not known, that of the axis along which it is joined. */
function joinOfUnknown(
  session: Session,
  frame: Frame,
  op: CallableOp,
  tensors: Value & { kind: 'list' },
  { span: at }: OpArgument,
  bound: Bound,
  span: Span,
): Value {
  const each = anyElement(tensors) ?? UNKNOWN;
  const [one] = record(session, frame, op, [{ value: each, span: at }], bound, span);
  if (one?.kind !== 'tensor' || one.shape === undefined)
    return { kind: 'tensor', shape: undefined, id: undefined, span };
  const given = bound.get('axis')?.value;
  const axis =
    given === undefined ? -1 : given.kind === 'int' && typeof given.value === 'number' ? given.value : undefined;
  const { length } = one.shape;
  const joined = (place: number): boolean => axis === undefined || place === axis || place === axis + length;
  return { ...one, shape: one.shape.map((size, place) => (joined(place) ? unknownDim() : size)) };
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
