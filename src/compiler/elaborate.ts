/**
 * Makes the graph of one model: every parameter known, every block expanded, every shape a number.
 *
 * In: a loaded project, a model of it, and settings for its parameters. Out: the graph, or what is wrong. Nodes that no
 * output needs are left out.
 */
import type { LayerItem, TypeExpression } from '../dsl/ast.ts';
import type { Diagnostic, Outcome } from '../dsl/diagnostic.ts';
import { hasErrors } from '../dsl/diagnostic.ts';
import type { Span } from '../dsl/source.ts';
import { suggest } from '../shared/suggest.ts';
import { blockUse, runBlock, tensorsOf } from './evaluate/block.ts';
import type { Bound } from './evaluate/call.ts';
import type { EditPlan } from './evaluate/edit-plan.ts';
import { Frame } from './evaluate/frame.ts';
import { isHoldable } from './evaluate/op-call.ts';
import { bindParameters } from './evaluate/parameters.ts';
import { type Place, Recorder } from './evaluate/recorder.ts';
import { Halt, Session } from './evaluate/session.ts';
import { declaredShape } from './evaluate/shape-pattern.ts';
import { fromConstant, list, type TensorValue, type Value } from './evaluate/value.ts';
import type { Constant, Graph } from './graph.ts';
import { isCallableOp } from './ops/signature/index.ts';
import type { ModuleScope } from './project.ts';

export type Settings = { readonly [parameter: string]: Constant };

/** What a variant needs beyond a model by itself. */
export interface Editing {
  /** What to change, by place. */
  readonly plan?: EditPlan;
  /** Settings that are layers, with the parameters that are given to them. */
  readonly layers?: ReadonlyMap<string, Value>;
  /** Where settings are written. */
  readonly settingSpans?: ReadonlyMap<string, Span>;
  /** Is told what edits can name. */
  readonly onPlaces?: (places: readonly Place[]) => void;
}

export function elaborateModel(
  module: ModuleScope,
  item: LayerItem,
  settings: Settings,
  reported: Map<string, Diagnostic>,
  editing: Editing = {},
): Outcome<Graph | undefined> {
  const recorder = new Recorder(item.name.span);
  const session = new Session(recorder, reported, undefined, undefined, editing.plan);
  const finish = (value: Graph | undefined): Outcome<Graph | undefined> => {
    const { diagnostics } = session;
    return { value: hasErrors(diagnostics) ? undefined : value, diagnostics };
  };
  try {
    const frame = new Frame(module);
    if (!bindSettings(session, frame, module, item, settings, editing)) return finish(undefined);
    const inputs = makeInputs(session, recorder, frame, item);
    if (inputs === undefined) return finish(undefined);
    const result = runBlock(session, frame, item, inputs);
    if (hasErrors(session.diagnostics)) return finish(undefined);
    const outputs = namedOutputs(item, result);
    if (outputs === undefined) {
      if (result.kind !== 'unknown') {
        session.report('wrong-outputs', item.name.span, { owner: item.name.text, declared: 1, actual: 'no tensor' });
      }
      return finish(undefined);
    }
    const graph = recorder.finish(item.name.text, blockUse(frame, item, inputs, result), outputs);
    editing.onPlaces?.(recorder.places);
    return finish(graph);
  } catch (error) {
    if (error instanceof Halt) return finish(undefined);
    throw error;
  }
}

function bindSettings(
  session: Session,
  frame: Frame,
  module: ModuleScope,
  item: LayerItem,
  settings: Settings,
  { layers, settingSpans }: Editing,
): boolean {
  const model = item.name.text;
  const known = item.parameters.map((each) => each.name.text);
  const bound: Bound = new Map();
  let complete = true;
  for (const [name, constant] of Object.entries(settings)) {
    if (!known.includes(name)) {
      session.report('unknown-setting', item.name.span, { model, name, near: suggest(name, known), known });
      complete = false;
    } else {
      const { type } = item.parameters[known.indexOf(name)]!;
      const value = layers?.get(name) ?? settingValue(constant, type, module);
      bound.set(name, { value, span: settingSpans?.get(name) ?? item.name.span });
    }
  }
  for (const { name, default: value } of item.parameters) {
    if (value === undefined && !bound.has(name.text)) {
      session.report('setting-needed', name.span, { model, name: name.text });
      complete = false;
    }
  }
  const form = (): string => `${model}(${known.join(', ')})`;
  return (
    complete &&
    bindParameters(
      session,
      frame,
      { callee: model, form, span: item.name.span, parameters: item.parameters, module },
      bound,
    )
  );
}

/** A setting as a value; where a layer is wanted, a text is the name of one. */
function settingValue(constant: Constant, type: TypeExpression, module: ModuleScope): Value {
  if (type.kind === 'list-type' && Array.isArray(constant)) {
    return list(constant.map((each: Constant) => settingValue(each, type.element, module)));
  }
  if (type.kind === 'named-type' && type.name === 'layer' && typeof constant === 'string') {
    const declaration = module.declarations.get(constant);
    if (declaration?.kind === 'layer') {
      return { kind: 'layer', layer: { kind: 'block', item: declaration.item, module: declaration.module } };
    }
    if (declaration === undefined && isCallableOp(constant))
      return { kind: 'layer', layer: { kind: 'op', op: constant } };
  }
  return fromConstant(constant);
}

function makeInputs(
  session: Session,
  recorder: Recorder,
  frame: Frame,
  item: LayerItem,
): readonly TensorValue[] | undefined {
  const inputs: TensorValue[] = [];
  for (const input of item.inputs) {
    for (const axis of input.shape.axes) {
      const name = axis.kind === 'rest' ? '...' : axis.size.kind === 'name' ? axis.size.text : undefined;
      if (name === undefined || frame.lookup(name) !== undefined || frame.module.declarations.has(name)) continue;
      session.report('model-input-size', axis.span, { name });
      return undefined;
    }
    const shape = declaredShape(session, frame, input.shape);
    if (shape === undefined) return undefined;
    if (!isHoldable(shape as readonly number[])) {
      session.report('tensor-too-large', input.span, { what: `the input \`${input.name.text}\``, shape });
      return undefined;
    }
    const [id] = recorder.add('input', {}, [], [shape as readonly number[]], input.span, input.name.text);
    inputs.push({ kind: 'tensor', shape, id, span: input.span });
  }
  return inputs;
}

function namedOutputs(item: LayerItem, result: Value) {
  const parts = tensorsOf(result);
  if (parts === undefined || parts.length === 0) return undefined;
  const names = result.kind === 'record' ? [...result.fields.keys()] : [];
  const outputs = parts.flatMap((part, index) => {
    if (part.kind !== 'tensor' || part.id === undefined) return [];
    const fallback = parts.length === 1 ? 'output' : `output${index}`;
    return [{ name: item.outputs?.[index]?.name?.text ?? names[index] ?? fallback, value: part.id }];
  });
  return outputs.length === parts.length ? outputs : undefined;
}
