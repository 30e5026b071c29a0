/** Expands a use of a block or model: binds its parameters and inputs, runs its body, checks its outputs. */
import type { LayerItem, TensorOutput } from '../../dsl/ast.ts';
import { type Span, textOf } from '../../dsl/source.ts';
import { type Dim, formatShape, isEqual, isUnknown } from '../../shared/dim.ts';
import type { BlockInput, BlockUse, Constant } from '../graph.ts';
import type { ModuleScope } from '../project.ts';
import { bindInputs, type InputValue, shownInput } from './block-inputs.ts';
import { evaluateBody, reportNoValue } from './body.ts';
import type { Bound } from './call.ts';
import { editedUse } from './edited-use.ts';
import { Frame } from './frame.ts';
import { anyElement } from './merge.ts';
import type { OpArgument } from './op-call.ts';
import { bindParameters } from './parameters.ts';
import { reassigned } from './reassigned.ts';
import type { DraftScope } from './recorder.ts';
import type { Session } from './session.ts';
import { declaredShape, sizesIn } from './shape-pattern.ts';
import { describe, type ListValue, toConstant, UNKNOWN, type Value } from './value.ts';

interface Use {
  readonly item: LayerItem;
  readonly module: ModuleScope;
  readonly span: Span;
  /** How it is called, for messages. */
  readonly form: () => string;
}

export function expandBlock(session: Session, frame: Frame, use: Use, bound: Bound): Value {
  const { item, span } = use;
  const edits = session.editsOf(item.name.text);
  if (edits === undefined) return expandUse(session, frame, use, bound);
  const names = item.inputs.map((each) => each.name.text);
  const inputs = names.flatMap((name) => bound.get(name) ?? []);
  const make = (changed: readonly OpArgument[], settings: ReadonlyMap<string, OpArgument>): readonly Value[] => {
    const all: Bound = new Map(settings);
    for (const [at, input] of changed.entries()) all.set(names[at]!, input);
    return [expandUse(session, frame, use, all)];
  };
  // A use that lacks an input is told of as any other.
  if (inputs.length < names.length) return make(inputs, bound)[0]!;
  return editedUse(session, frame, edits, { name: item.name.text, span, inputs, given: bound, make })[0] ?? UNKNOWN;
}

function expandUse(session: Session, frame: Frame, use: Use, bound: Bound): Value {
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
  const inputs = bindInputs({ session, inner, item, form }, span, bound);
  if (!complete || inputs === undefined) return UNKNOWN;
  const label = `in this use of \`${name}\` on ${inputs.map(shownInput).join(' and ')}`;
  const run = (): Value => session.using(span, label, () => runBlock(session, inner, item, inputs));
  if (session.recorder === undefined) {
    // Its body is checked on its own; a use relies on what the head promises.
    const { outputs } = item;
    return outputs === undefined ? run() : session.using(span, label, () => promised(session, inner, outputs, span));
  }
  return session.recorder.inScope(name, false, span, (scope) => {
    const result = run();
    describeUse(scope, inner, item, inputs, result);
    return result;
  });
}

/** Runs the body with everything bound, and holds its result to the outputs that are declared. */
export function runBlock(session: Session, inner: Frame, item: LayerItem, inputs: readonly InputValue[]): Value {
  for (const [index, input] of item.inputs.entries()) inner.define(input.name.text, inputs[index]!);
  const parameters = item.parameters.map((each) => [each.name.text, inner.lookup(each.name.text)!] as const);
  const body = new Frame(inner.module, inner, undefined, reassigned(item.body));
  const result = evaluateBody(session, body, item.body);
  for (const [name, value] of parameters) inner.define(name, value);
  if (session.abandoned) return UNKNOWN;
  if (result.kind === 'nothing') {
    reportNoValue(session, `the body of \`${item.name.text}\``, item.body, item.name.span);
    return UNKNOWN;
  }
  if (!holdsTensors(session, item, result)) return UNKNOWN;
  return item.outputs === undefined ? result : holdTo(session, inner, item, item.outputs, result);
}

/** Whether the result consists of tensors only; reports what does not. */
function holdsTensors(session: Session, item: LayerItem, result: Value): boolean {
  const parts = isUncounted(result) ? [anyElement(result) ?? UNKNOWN] : (tensorsOf(result) ?? [result]);
  const wrong = parts.find((part) => part.kind !== 'tensor' && part.kind !== 'unknown');
  if (wrong === undefined) return true;
  const last = item.body.statements.at(-1)?.span ?? item.name.span;
  const help = wrong.kind === 'layer' ? 'give the layer its input: `x |> layer`' : undefined;
  session.report(
    'not-a-tensor',
    last,
    { what: `the result of \`${item.name.text}\``, actual: describe(wrong) },
    { help },
  );
  return false;
}

/** What the head promises, as the value of a use. */
function promised(session: Session, inner: Frame, outputs: readonly TensorOutput[], span: Span): Value {
  const tensors = outputs.map((output): Value => {
    const shape = declaredShape(session, inner, output.shape);
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
  const parts = isUncounted(result) ? outputs.map(() => anyElement(result) ?? UNKNOWN) : tensorsOf(result);
  const last = item.body.statements.at(-1)?.span ?? item.name.span;
  if (parts?.length !== outputs.length) {
    session.report('wrong-outputs', last, { owner, declared: outputs.length, actual: describe(result) });
    return UNKNOWN;
  }
  for (const [index, output] of outputs.entries()) {
    const part = parts[index]!;
    if (part.kind !== 'tensor') continue;
    const declared = declaredShape(session, inner, output.shape);
    if (declared === undefined || part.shape === undefined || fits(declared, part.shape)) continue;
    const args = { owner, declared: textOf(output.shape.span), value: formatShape(declared), actual: part.shape };
    const labels = [
      { span: part.span, text: `this is ${formatShape(part.shape)}` },
      { span: output.span, text: 'promised here' },
    ];
    const sizes = sizesIn(inner, output.shape.span);
    const notes = sizes.length === 0 ? [] : [`here ${sizes.join(', ')}`];
    session.report('output-shape', last, args, { labels, notes, help: reconcile(session, declared, part.shape) });
    return UNKNOWN;
  }
  return asResult(outputs, parts);
}

/** What to do about a result that is not what the head promises. */
function reconcile(session: Session, declared: readonly Dim[], actual: readonly Dim[]): string | undefined {
  const pooled = actual.length === 3 && declared.length === 1;
  if (pooled) return 'take the height and width away with `global_avg_pool` before the last layer';
  // The names of a use are numbers here, so only the definition's own check can say what to write.
  const own = session.symbolic && !actual.some(isUnknown);
  return own ? `change the body, or promise \`${formatShape(actual)}\`` : undefined;
}

function fits(declared: readonly Dim[], actual: readonly Dim[]): boolean {
  return declared.length === actual.length && declared.every((size, axis) => isEqual(size, actual[axis]!) !== false);
}

/** Whether this is a list whose length depends on the use. */
function isUncounted(result: Value): result is ListValue {
  return result.kind === 'list' && result.elements === undefined;
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
  inputs: readonly InputValue[],
  result: Value,
): void {
  scope.block = blockUse(inner, item, inputs, result);
}

export function blockUse(inner: Frame, item: LayerItem, inputs: readonly InputValue[], result: Value): BlockUse {
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
    inputs: inputs.flatMap((input, index) => inputPorts(item.inputs[index]!.name.text, input)),
    outputs,
  };
}

function inputPorts(name: string, input: InputValue): readonly BlockInput[] {
  if (input.kind === 'tensor') return [{ name, value: input.id! }];
  return (input.elements ?? []).flatMap((each, at) =>
    each.kind === 'tensor' ? [{ name: `${name}[${at}]`, value: each.id!, list: name }] : [],
  );
}
