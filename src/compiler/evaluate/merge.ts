/** One value for two that are possible: what is the same in both stays, the rest becomes unknown. */
import { type Dim, isEqual, unknownDim } from '../../shared/dim.ts';
import { list, NOTHING, UNKNOWN, type Value } from './value.ts';

export function merge(a: Value, b: Value): Value {
  if (a === b) return a;
  if (a.kind !== b.kind) return a.kind === 'nothing' || b.kind === 'nothing' ? NOTHING : UNKNOWN;
  switch (a.kind) {
    case 'int':
      return { kind: 'int', value: mergeDim(a.value, (b as typeof a).value) };
    case 'float':
    case 'bool':
    case 'string':
      return a.value === (b as typeof a).value ? a : ({ kind: a.kind, value: undefined } as Value);
    case 'list': {
      const other = b as typeof a;
      if (a.elements !== undefined && other.elements?.length === a.elements.length) {
        return list(a.elements.map((each, index) => merge(each, other.elements![index]!)));
      }
      const all = [elementOf(a), elementOf(other)].filter((each) => each !== undefined);
      return list(undefined, all.length === 0 ? UNKNOWN : all.reduce(merge));
    }
    case 'record': {
      const other = (b as typeof a).fields;
      const fields = [...a.fields].flatMap(([name, each]) => {
        const theirs = other.get(name);
        return theirs === undefined ? [] : [[name, merge(each, theirs)] as const];
      });
      return { kind: 'record', fields: new Map(fields) };
    }
    case 'tuple': {
      const other = (b as typeof a).elements;
      if (other.length !== a.elements.length) return UNKNOWN;
      return { kind: 'tuple', elements: a.elements.map((each, index) => merge(each, other[index]!)) };
    }
    case 'tensor': {
      const other = (b as typeof a).shape;
      const known = a.shape !== undefined && other?.length === a.shape.length;
      const shape = known ? a.shape!.map((each, axis) => mergeDim(each, other![axis]!)) : undefined;
      return { kind: 'tensor', shape, id: undefined, span: a.span };
    }
    default:
      return a.kind === 'layer' ? { kind: 'layer', layer: undefined } : a;
  }
}

/** What every element of a list looks like; undefined for an empty one. */
export function elementOf(value: Value & { kind: 'list' }): Value | undefined {
  if (value.elements === undefined) return value.element ?? UNKNOWN;
  return value.elements.length === 0 ? undefined : value.elements.reduce(merge);
}

function mergeDim(a: Dim, b: Dim): Dim {
  return isEqual(a, b) === true ? a : unknownDim();
}
