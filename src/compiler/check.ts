/**
 * Checks every definition of a project on its own, with symbols for what a use decides.
 *
 * In: a loaded project. Out: everything that is certainly wrong, whatever the uses. What depends on them is left to
 * elaboration, which checks the same rules with numbers.
 */
import type { ConstItem, LayerItem } from '../dsl/ast.ts';
import type { Diagnostic } from '../dsl/diagnostic.ts';
import { axisSymbol } from '../shared/dim.ts';
import { runBlock } from './evaluate/block.ts';
import type { InputValue } from './evaluate/block-inputs.ts';
import { runFunction } from './evaluate/call.ts';
import { constantValue, requireValue } from './evaluate/expression.ts';
import { fit, symbolicFrame, typeName } from './evaluate/parameters.ts';
import { Halt, LIMITS, Session } from './evaluate/session.ts';
import { bindAhead, symbolicShape } from './evaluate/shape-pattern.ts';
import { describe, someOf, type TensorValue, type Value } from './evaluate/value.ts';
import type { ModuleScope, Project } from './project.ts';

/** Reports into `reported`, keyed by code and place, so that elaboration does not say the same again. */
export function checkDefinitions(project: Project, reported: Map<string, Diagnostic>): void {
  const budget = { steps: 0 };
  const constants = new Map<ConstItem, Value>();
  for (const module of project.modules) {
    for (const item of module.module.items) {
      const session = new Session(undefined, reported, budget, constants);
      try {
        if (item.kind === 'const') constantValue(session, module, item);
        if (item.kind === 'fn') {
          checkDefaults(session, module, item.parameters);
          runFunction(session, symbolicFrame(module, item.parameters, item.name.text), item);
        }
        if (item.kind === 'block' || item.kind === 'model') checkLayer(session, module, item);
      } catch (error) {
        if (!(error instanceof Halt)) throw error;
        if (budget.steps > LIMITS.steps) return;
      }
    }
  }
}

function checkLayer(session: Session, module: ModuleScope, item: LayerItem): void {
  checkDefaults(session, module, item.parameters);
  const frame = symbolicFrame(module, item.parameters);
  const patterns = item.inputs.map(({ shape }) => shape);
  bindAhead(frame, patterns, (_, __, name) => axisSymbol(name));
  const inputs = item.inputs.map((input): InputValue => {
    const shape = symbolicShape(session, frame, input.shape);
    const tensor: TensorValue = { kind: 'tensor', shape, id: undefined, span: input.span };
    return input.isList ? someOf(tensor) : tensor;
  });
  runBlock(session, frame, item, inputs);
}

/** Defaults have the types of their parameters. */
function checkDefaults(session: Session, module: ModuleScope, parameters: LayerItem['parameters']): void {
  const frame = symbolicFrame(module, parameters);
  for (const parameter of parameters) {
    if (parameter.default === undefined) continue;
    const value = requireValue(session, frame, parameter.default);
    if (fit(value, parameter.type) !== undefined) continue;
    const what = `the default of \`${parameter.name.text}\``;
    session.report('wrong-type', parameter.default.span, {
      what,
      expected: typeName(parameter.type),
      actual: describe(value),
    });
  }
}
