/** Uses and named results that a variant edits: left out, replaced, with other parameters, or with layers around them. */
import type { Expression, NameExpression } from '../../dsl/ast.ts';
import type { Span } from '../../dsl/source.ts';
import { signatures } from '../ops/signature/index.ts';
import { call } from './call.ts';
import type { LayerChain, PlannedEdits } from './edit-plan.ts';
import { requireValue } from './expression.ts';
import { Frame } from './frame.ts';
import type { OpArgument } from './op-call.ts';
import type { Session } from './session.ts';
import { type Layer, list, UNKNOWN, type Value } from './value.ts';

const BEGINS_WITH_LIST = 'its pipeline begins with a list of tensors';

/** A use of an operation or block, before anything is recorded. */
export interface EditableUse {
  /** Of what is used: the segment that it has in paths. */
  readonly name: string;
  readonly span: Span;
  readonly inputs: readonly OpArgument[];
  readonly given: ReadonlyMap<string, OpArgument>;
  readonly make: (inputs: readonly OpArgument[], given: ReadonlyMap<string, OpArgument>) => readonly Value[];
}

export function editedUse(
  session: Session,
  frame: Frame,
  edits: PlannedEdits,
  { name, span, inputs, given, make }: EditableUse,
): readonly Value[] {
  const recorder = session.recorder!;
  edits.reached = true;
  const [first, ...others] = inputs;
  const takesList = first?.value.kind === 'list';
  if (first === undefined || (first.value.kind !== 'tensor' && !takesList)) {
    return make(inputs, new Map([...given, ...edits.set]));
  }
  if (takesList && !canEditList(session, edits, span)) return [UNKNOWN];
  if (edits.disable !== undefined) {
    recorder.vacate(name);
    return [first.value];
  }
  let entering = first;
  for (const insertion of edits.before) {
    const value = recorder.inserting(insertion.name, insertion.span, () =>
      passThrough(session, frame, insertion, [entering]),
    );
    entering = { value, span: insertion.span };
  }
  const { replace } = edits;
  const made =
    replace === undefined
      ? make([entering, ...others], new Map([...given, ...edits.set]))
      : [recorder.replacing(name, span, () => passThrough(session, frame, replace, [entering, ...others]))];
  return edits.after.length === 0 ? made : [passAfter(session, frame, edits, made[0] ?? UNKNOWN)];
}

/** Whether the edits need no single tensor that goes in first, where it is a list; reports those that do. */
function canEditList(session: Session, { path, disable, before }: PlannedEdits, span: Span): boolean {
  const labels = [{ span, text: 'used here' }];
  const reason = 'its first input is a list of tensors';
  if (disable !== undefined) session.report('no-first-input', disable, { path, verb: 'left out', reason }, { labels });
  const [entering] = before;
  if (entering !== undefined) {
    session.report('no-place-to-insert', entering.span, { path, side: 'before', reason }, { labels });
  }
  return disable === undefined && entering === undefined;
}

/** The value of a named result that several operations make. */
export function editedResult(
  session: Session,
  frame: Frame,
  edits: PlannedEdits,
  { name, expression }: { readonly name: string; readonly expression: Expression },
): Value {
  const recorder = session.recorder!;
  const { disable, replace } = edits;
  edits.reached = true;
  let value: Value;
  if (disable === undefined && replace === undefined) {
    const inner = edits.before.length === 0 ? frame : passedBefore(session, frame, edits, expression);
    value = recorder.inScope(name, true, expression.span, () => requireValue(session, inner, expression));
  } else {
    const input = inputOf(session, frame, edits, expression);
    if (replace === undefined) {
      recorder.vacate(name);
      return input;
    }
    const entering = { value: input, span: expression.span };
    value = recorder.replacing(name, replace.span, () => passThrough(session, frame, replace, [entering]));
  }
  return passAfter(session, frame, edits, value);
}

function passAfter(session: Session, frame: Frame, edits: PlannedEdits, made: Value): Value {
  let value = made;
  for (const insertion of edits.after) {
    const leaving = { value, span: insertion.span };
    value = session.recorder!.inserting(insertion.name, insertion.span, () =>
      passThrough(session, frame, insertion, [leaving]),
    );
  }
  return value;
}

/** The frame in which what the result's pipeline begins with has passed the layers that are inserted before it. */
function passedBefore(session: Session, frame: Frame, edits: PlannedEdits, expression: Expression): Frame {
  const head = headOf(expression);
  const first = edits.before[0]!;
  const refuse = (reason: string): Frame => {
    session.report('no-place-to-insert', first.span, { path: edits.path, side: 'before', reason });
    return frame;
  };
  if (head === undefined) return refuse('it is made of more than what one pipeline passes on');
  let value: Value = requireValue(session, frame, head);
  if (value.kind === 'list') return refuse(BEGINS_WITH_LIST);
  for (const insertion of edits.before) {
    const entering: OpArgument = { value, span: insertion.span };
    value = session.recorder!.inserting(insertion.name, insertion.span, () =>
      passThrough(session, frame, insertion, [entering]),
    );
  }
  const inner = new Frame(frame.module, frame);
  inner.define(head.text, value);
  return inner;
}

/** The name that a pipeline begins with. */
function headOf(expression: Expression): NameExpression | undefined {
  let head = expression;
  while (head.kind === 'pipe') head = head.input;
  return head.kind === 'name' && head !== expression ? head : undefined;
}

/** What a pipeline passes on, or else the one tensor from outside that the result is made of. */
function inputOf(session: Session, frame: Frame, edits: PlannedEdits, expression: Expression): Value {
  const head = headOf(expression);
  if (head !== undefined) {
    const value = requireValue(session, frame, head);
    if (value.kind !== 'list' || edits.disable === undefined) return value;
    const labels = [{ span: expression.span, text: 'made here' }];
    session.report(
      'no-first-input',
      edits.disable,
      { path: edits.path, verb: 'left out', reason: BEGINS_WITH_LIST },
      { labels },
    );
    return UNKNOWN;
  }
  const recorder = session.recorder!;
  const { value: taken } = frame.attempt(() =>
    session.muted(() => recorder.aside(() => requireValue(session, frame, expression))),
  );
  const [only, other] = taken;
  if (only !== undefined && other === undefined) {
    return { kind: 'tensor', shape: recorder.shapeOf(only), id: only, span: expression.span };
  }
  const reason =
    only === undefined
      ? 'it is made of no other tensor'
      : `it is made of ${taken.length} tensors, and none of them is what a pipeline passes on`;
  const span = edits.disable ?? edits.replace!.span;
  const labels = [{ span: expression.span, text: 'made here' }];
  const verb = edits.disable === undefined ? 'replaced' : 'left out';
  session.report('no-first-input', span, { path: edits.path, verb, reason }, { labels });
  return UNKNOWN;
}

/** The tensors go into the first layer, as many as it takes; what it makes goes into the next. */
function passThrough(
  session: Session,
  frame: Frame,
  { layers, span }: LayerChain,
  inputs: readonly OpArgument[],
): Value {
  let entering = inputs;
  let value: Value = inputs[0]?.value ?? UNKNOWN;
  for (const layer of layers) {
    value = useLayer(session, frame, layer, entering, span);
    entering = [{ value, span }];
  }
  return value;
}

function useLayer(session: Session, frame: Frame, layer: Layer, inputs: readonly OpArgument[], span: Span): Value {
  const [first, ...others] = inputs;
  const takesList =
    layer.kind === 'op'
      ? signatures[layer.op].inputs.some((each) => each.list)
      : (layer.item.inputs[0]?.isList ?? false);
  const names =
    layer.kind === 'op'
      ? signatures[layer.op].inputs.map((each) => each.name)
      : layer.item.inputs.map((each) => each.name.text);
  const joins = takesList && first?.value.kind !== 'list';
  const piped = joins ? { value: list(inputs.map((each) => each.value)), span } : first;
  const given = new Map(layer.given);
  if (!joins) {
    for (const [at, name] of names.slice(1).entries()) {
      const input = others[at];
      if (input !== undefined && !given.has(name)) given.set(name, input);
    }
  }
  const callee: Value = { kind: 'layer', layer: { ...layer, given } };
  return call(session, frame, { callee, span, calleeSpan: span, piped, arguments: [] });
}
