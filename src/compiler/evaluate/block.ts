/** Expands a use of a block or model: binds its parameters and inputs, runs its body, checks its outputs. */
import type { LayerItem, TensorOutput } from '../../dsl/ast.ts';
import { type Span, textOf } from '../../dsl/source.ts';
import { type Dim, formatShape, isEqual } from '../../shared/dim.ts';
import type { BlockUse, Constant } from '../graph.ts';
import type { ModuleScope } from '../project.ts';
import { evaluateBody } from './body.ts';
import type { Bound } from './call.ts';
import { Frame } from './frame.ts';
import { bindParameters } from './parameters.ts';
import type { DraftScope } from './recorder.ts';
import type { Session } from './session.ts';
import { boundSizes, declaredShape, matchShape } from './shape-pattern.ts';
import { describe, type TensorValue, toConstant, UNKNOWN, type Value } from './value.ts';

interface Use {
  readonly item: LayerItem;
  readonly module: ModuleScope;
  readonly span: Span;
  readonly form: string;
}

export function expandBlock(session: Session, frame: Frame, use: Use, bound: Bound): Value {
  const { item, module, span, form } = use;
  const name = item.name.text;
  if (frame.fn !== undefined) {
    session.report('tensor-in-function', span, { name: frame.fn });
    return UNKNOWN;
  }
  const inner = new Frame(module);
  const complete = bindParameters(
    session,
    inner,
    { callee: name, form, span, parameters: item.parameters, module },
    bound,
  );
  const inputs = bindInputs(session, inner, use, bound);
  if (!complete || inputs === undefined) return UNKNOWN;
  const run = (): Value => session.using(name, span, () => runBlock(session, inner, item, inputs));
  if (session.recorder === undefined) {
    // Its body is checked on its own; a use relies on what the head promises.
    return item.outputs === undefined ? run() : promised(session, inner, item, item.outputs, span);
  }
  return session.recorder.inScope(name, false, span, (scope) => {
    const result = run();
    describeUse(scope, inner, item, inputs, result);
    return result;
  });
}

/** Runs the body with everything bound, and holds its result to the outputs that are declared. */
export function runBlock(session: Session, inner: Frame, item: LayerItem, inputs: readonly TensorValue[]): Value {
  for (const [index, input] of item.inputs.entries()) inner.define(input.name.text, inputs[index]!);
  const parameters = item.parameters.map((each) => [each.name.text, inner.lookup(each.name.text)!] as const);
  const body = new Frame(inner.module, inner);
  const result = evaluateBody(session, body, item.body);
  for (const [name, value] of parameters) inner.define(name, value);
  if (result.kind === 'nothing') {
    session.report('no-value', item.name.span, { what: `the body of \`${item.name.text}\`` });
    return UNKNOWN;
  }
  return item.outputs === undefined ? result : holdTo(session, inner, item, item.outputs, result);
}

function bindInputs(
  session: Session,
  inner: Frame,
  { item, span, form }: Use,
  bound: Bound,
): readonly TensorValue[] | undefined {
  const inputs: TensorValue[] = [];
  let complete = true;
  for (const input of item.inputs) {
    const name = input.name.text;
    const argument = bound.get(name);
    if (argument === undefined) {
      session.report('missing-argument', span, { callee: item.name.text, name, form });
      complete = false;
      continue;
    }
    const { value } = argument;
    if (value.kind !== 'tensor') {
      if (value.kind !== 'unknown') {
        const what = `\`${name}\` of \`${item.name.text}\``;
        session.report('not-a-tensor', argument.span, { what, actual: describe(value) });
      }
      complete = false;
      continue;
    }
    inputs.push(value);
    if (value.shape === undefined) {
      defineUnknownSizes(inner, input.shape);
      continue;
    }
    const known = boundSizes(inner, input.shape);
    if (!matchShape(session, inner, input.shape, value.shape)) {
      const args = {
        callee: item.name.text,
        input: name,
        declared: textOf(input.shape.span),
        actual: value.shape,
        known: '',
      };
      const labels = [
        { span: value.span, text: `this is ${formatShape(value.shape)}` },
        { span: input.span, text: 'declared here' },
      ].filter((label) => label.span.start !== argument.span.start || label.span.source !== argument.span.source);
      session.report('input-shape', argument.span, args, { labels, notes: known });
      complete = false;
    }
  }
  return complete ? inputs : undefined;
}

/** Names that a shape would have bound, had it been known. */
function defineUnknownSizes(inner: Frame, pattern: LayerItem['inputs'][number]['shape']): void {
  for (const axis of pattern.axes) {
    const name = axis.kind === 'rest' ? axis.name?.text : axis.size.kind === 'name' ? axis.size.text : undefined;
    if (name !== undefined && inner.lookup(name) === undefined && !inner.module.declarations.has(name)) {
      inner.define(name, UNKNOWN);
    }
  }
}

/** What the head promises, as the value of a use. */
function promised(
  session: Session,
  inner: Frame,
  item: LayerItem,
  outputs: readonly TensorOutput[],
  span: Span,
): Value {
  const tensors = outputs.map((output): Value => {
    const shape = session.using(item.name.text, span, () => declaredShape(session, inner, output.shape));
    return { kind: 'tensor', shape, id: undefined, span };
  });
  return asResult(outputs, tensors);
}

/** One output is a tensor; named ones are a record, others a tuple. */
function asResult(outputs: readonly TensorOutput[], tensors: readonly Value[]): Value {
  if (outputs.length === 1) return tensors[0]!;
  if (outputs.every((output) => output.name !== undefined)) {
    return { kind: 'record', fields: new Map(outputs.map((output, index) => [output.name!.text, tensors[index]!])) };
  }
  return { kind: 'tuple', elements: tensors };
}

function holdTo(
  session: Session,
  inner: Frame,
  item: LayerItem,
  outputs: readonly TensorOutput[],
  result: Value,
): Value {
  if (result.kind === 'unknown') return UNKNOWN;
  const owner = item.name.text;
  const parts = tensorsOf(result);
  const last = item.body.statements.at(-1)?.span ?? item.name.span;
  if (parts?.length !== outputs.length) {
    session.report('wrong-outputs', last, { owner, declared: outputs.length, actual: describe(result) });
    return UNKNOWN;
  }
  for (const [index, output] of outputs.entries()) {
    const part = parts[index]!;
    if (part.kind === 'unknown') continue;
    if (part.kind !== 'tensor') {
      session.report('not-a-tensor', last, { what: `the result of \`${owner}\``, actual: describe(part) });
      return UNKNOWN;
    }
    const declared = declaredShape(session, inner, output.shape);
    if (declared === undefined || part.shape === undefined || fits(declared, part.shape)) continue;
    const args = { owner, declared: textOf(output.shape.span), value: formatShape(declared), actual: part.shape };
    const labels = [{ span: output.span, text: 'promised here' }];
    session.report('output-shape', last, args, { labels, notes: boundSizes(inner, output.shape) });
    return UNKNOWN;
  }
  return asResult(outputs, parts);
}

function fits(declared: readonly Dim[], actual: readonly Dim[]): boolean {
  return declared.length === actual.length && declared.every((size, axis) => isEqual(size, actual[axis]!) !== false);
}

/** The tensors that a result consists of. */
export function tensorsOf(result: Value): readonly Value[] | undefined {
  if (result.kind === 'tensor') return [result];
  if (result.kind === 'tuple') return result.elements;
  if (result.kind === 'list') return result.elements;
  if (result.kind === 'record') return [...result.fields.values()];
  return undefined;
}

/** Writes down in the graph which block this scope is a use of. */
function describeUse(
  scope: DraftScope,
  inner: Frame,
  item: LayerItem,
  inputs: readonly TensorValue[],
  result: Value,
): void {
  scope.block = blockUse(inner, item, inputs, result);
}

export function blockUse(inner: Frame, item: LayerItem, inputs: readonly TensorValue[], result: Value): BlockUse {
  const parameters: Record<string, Constant> = {};
  for (const { name } of item.parameters) parameters[name.text] = toConstant(inner.lookup(name.text)!);
  const names = result.kind === 'record' ? [...result.fields.keys()] : [];
  const outputs = (tensorsOf(result) ?? []).flatMap((value, index) =>
    value.kind === 'tensor' && value.id !== undefined
      ? [{ name: item.outputs?.[index]?.name?.text ?? names[index], value: value.id }]
      : [],
  );
  return {
    name: item.name.text,
    doc: item.doc,
    definition: item.span,
    parameters,
    inputs: inputs.map((input, index) => ({ name: item.inputs[index]!.name.text, value: input.id! })),
    outputs,
  };
}
