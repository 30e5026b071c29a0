/** Parameters of blocks and functions: their types, defaults, and stand-ins while a definition is checked. */
import type { Parameter, TypeExpression } from '../../dsl/ast.ts';
import type { Span } from '../../dsl/source.ts';
import { integerSymbol } from '../../shared/dim.ts';
import { type CallableOp, isCallableOp } from '../ops/signature/index.ts';
import type { ModuleScope } from '../project.ts';
import type { Bound } from './call.ts';
import { requireValue } from './expression.ts';
import { Frame } from './frame.ts';
import type { OpArgument } from './op-call.ts';
import type { Session } from './session.ts';
import { bool, describe, float, int, type LayerValue, list, string, UNKNOWN, type Value } from './value.ts';

interface Target {
  readonly callee: string;
  readonly form: () => string;
  readonly span: Span;
  readonly parameters: readonly Parameter[];
  readonly module: ModuleScope;
}

/** Defines every parameter in the frame of the callee. False after reporting one that is missing or of a wrong type. */
export function bindParameters(session: Session, inner: Frame, target: Target, bound: Bound): boolean {
  let complete = true;
  for (const parameter of target.parameters) {
    const name = parameter.name.text;
    const argument = bound.get(name);
    if (argument === undefined && parameter.default === undefined) {
      session.report('missing-argument', target.span, { callee: target.callee, name, form: target.form() });
      inner.define(name, UNKNOWN);
      complete = false;
      continue;
    }
    const { value, span }: OpArgument = argument ?? {
      value: requireValue(session, inner, parameter.default!),
      span: parameter.default!.span,
    };
    const fitted = fit(value, parameter.type);
    if (fitted === undefined) {
      const what = argument === undefined ? `the default of \`${name}\`` : `\`${name}\` of \`${target.callee}\``;
      const labels = argument === undefined ? [] : [{ span: parameter.span, text: 'declared here' }];
      session.report(
        'wrong-type',
        span,
        { what, expected: typeName(parameter.type), actual: describe(value) },
        { labels },
      );
      complete = false;
    }
    inner.define(name, fitted ?? UNKNOWN);
  }
  return complete;
}

/** The value as this type has it (an int serves as a float); nothing where it does not fit. */
export function fit(value: Value, type: TypeExpression): Value | undefined {
  if (value.kind === 'unknown') return value;
  switch (type.kind) {
    case 'named-type':
      if (type.name === 'float' && value.kind === 'int') {
        return float(typeof value.value === 'number' ? value.value : undefined);
      }
      if (type.name === 'layer') return asLayer(value);
      if (type.name === 'pair') return pairOf(value);
      if (type.name === 'padding') return isPadding(value) ? value : undefined;
      return value.kind === type.name ? value : undefined;
    case 'choice-type':
      if (value.kind !== 'string') return undefined;
      return value.value === undefined || type.choices.includes(value.value) ? value : undefined;
    case 'list-type': {
      if (value.kind !== 'list') return undefined;
      if (value.elements === undefined) return value;
      const elements = value.elements.map((each) => fit(each, type.element));
      return elements.some((each) => each === undefined) ? undefined : list(elements as Value[]);
    }
    case 'record-type': {
      if (value.kind !== 'record' || value.fields.size !== type.fields.length) return undefined;
      const fields = new Map<string, Value>();
      for (const field of type.fields) {
        const given = value.fields.get(field.name.text);
        const fitted = given && fit(given, field.type);
        if (fitted === undefined) return undefined;
        fields.set(field.name.text, fitted);
      }
      return { kind: 'record', fields };
    }
  }
}

/** `3` stands for `[3, 3]`. */
function pairOf(value: Value): Value | undefined {
  if (value.kind === 'int') return list([value, value]);
  if (value.kind !== 'list' || value.elements === undefined) return value.kind === 'list' ? value : undefined;
  const isPair = value.elements.length === 2 && value.elements.every(isInt);
  return isPair ? value : undefined;
}

function isPadding(value: Value): boolean {
  if (value.kind === 'string') return value.value === undefined || value.value === 'same' || value.value === 'valid';
  if (value.kind !== 'list' || value.elements === undefined) return value.kind === 'list' || isInt(value);
  return value.elements.length === 2 && value.elements.every((each) => isInt(each) || pairOf(each) !== undefined);
}

function isInt({ kind }: Value): boolean {
  return kind === 'int' || kind === 'unknown';
}

/** The value as a layer: `abs` and others are both a function of numbers and a layer. */
export function asLayer(value: Value): LayerValue | undefined {
  if (value.kind === 'layer') return value;
  const both = value.kind === 'function' && value.item === undefined && isCallableOp(value.name);
  return both ? { kind: 'layer', layer: { kind: 'op', op: value.name as CallableOp } } : undefined;
}

/** What a parameter of this type may be: all that is known while its definition is checked. */
export function standIn(name: string, type: TypeExpression): Value {
  switch (type.kind) {
    case 'named-type':
      switch (type.name) {
        case 'int':
          return int(integerSymbol(name));
        case 'float':
          return float(undefined);
        case 'bool':
          return bool(undefined);
        case 'string':
          return string(undefined);
        case 'layer':
          return { kind: 'layer', layer: undefined };
        case 'pair':
          return list([int(integerSymbol(`${name}[0]`)), int(integerSymbol(`${name}[1]`))]);
        default:
          return UNKNOWN;
      }
    case 'choice-type':
      return string(undefined);
    case 'list-type':
      // Unlike a parameter, each element may be another.
      return list(undefined, standIn('?', type.element));
    case 'record-type':
      return {
        kind: 'record',
        fields: new Map(type.fields.map((each) => [each.name.text, standIn(`${name}.${each.name.text}`, each.type)])),
      };
  }
}

/** As messages name a type: "an int", "a list of ints", `"a" or "b"`. */
export function typeName(type: TypeExpression): string {
  switch (type.kind) {
    case 'named-type': {
      const names: Record<string, string> = {
        int: 'an int',
        float: 'a number',
        bool: 'true or false',
        string: 'a string',
        layer: 'a layer',
        pair: 'an int or two of them',
        padding: '"same", "valid", an int, [vertical, horizontal] or [[top, bottom], [left, right]]',
      };
      return names[type.name] ?? type.name;
    }
    case 'choice-type':
      return type.choices.map((each) => JSON.stringify(each)).join(' or ');
    case 'list-type':
      return `a list, each element ${typeName(type.element)}`;
    case 'record-type':
      return `a record { ${type.fields.map((each) => `${each.name.text}: ${typeName(each.type)}`).join(', ')} }`;
  }
}

/** A frame with every parameter standing in for itself. */
export function symbolicFrame(module: ModuleScope, parameters: readonly Parameter[], fn?: string): Frame {
  const frame = new Frame(module, undefined, fn);
  for (const parameter of parameters) frame.define(parameter.name.text, standIn(parameter.name.text, parameter.type));
  return frame;
}
