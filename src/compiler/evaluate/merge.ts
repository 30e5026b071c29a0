/** One value for two that are possible: what is the same in both stays, the rest becomes unknown. */
import { type Dim, isEqual, isUnknown, unknownDim, unknownInteger } from '../../shared/dim.ts';
import { isFilled, list, NOTHING, someOf, UNKNOWN, type Value } from './value.ts';

export function merge(a: Value, b: Value): Value {
  if (a === b) return a;
  if (a.kind !== b.kind) return a.kind === 'nothing' || b.kind === 'nothing' ? NOTHING : UNKNOWN;
  switch (a.kind) {
    case 'int':
      return { kind: 'int', value: mergeDim(a.value, (b as typeof a).value, unknownInteger) };
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
      const element = all.length === 0 ? UNKNOWN : all.reduce(merge);
      return isFilled(a) && isFilled(other) ? someOf(element) : list(undefined, element);
    }
    case 'record': {
      const other = [...(b as typeof a).fields];
      // Either may be the case: a field that only one has is not certainly missing.
      const same = other.length === a.fields.size && [...a.fields.keys()].every((name, at) => name === other[at]![0]);
      if (!same) return UNKNOWN;
      const fields = [...a.fields].map(([name, each], at) => [name, merge(each, other[at]![1])] as const);
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
      const shape = known ? a.shape!.map((each, axis) => mergeDim(each, other![axis]!, unknownDim)) : undefined;
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

/** Whether both say the same, as far as anything is known. */
export function alike(a: Value, b: Value): boolean {
  const all = (left: readonly Value[], right: readonly Value[]): boolean =>
    left.length === right.length && left.every((each, index) => alike(each, right[index]!));
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'int':
      return sameDim(a.value, (b as typeof a).value);
    case 'float':
    case 'bool':
    case 'string':
      return a.value === (b as typeof a).value;
    case 'list': {
      const other = b as typeof a;
      if (a.elements !== undefined && other.elements !== undefined) return all(a.elements, other.elements);
      if (isFilled(a) !== isFilled(other)) return false;
      return a.elements === other.elements && alike(a.element ?? UNKNOWN, other.element ?? UNKNOWN);
    }
    case 'tuple':
      return all(a.elements, (b as typeof a).elements);
    case 'record':
      return all([...a.fields.values()], [...(b as typeof a).fields.values()]);
    case 'tensor': {
      const other = (b as typeof a).shape;
      if (a.shape === undefined || other === undefined) return a.shape === other;
      return a.shape.length === other.length && a.shape.every((each, axis) => sameDim(each, other[axis]!));
    }
    case 'layer':
      return a.layer === (b as typeof a).layer;
    default:
      return true;
  }
}

function sameDim(a: Dim, b: Dim): boolean {
  return (isUnknown(a) && isUnknown(b)) || isEqual(a, b) === true;
}

/** One element of a list whose elements are not known: what differs from one to the next is new in each. */
export function anyElement(value: Value & { kind: 'list' }): Value | undefined {
  const element = elementOf(value);
  return element && renew(element);
}

function renew(value: Value): Value {
  switch (value.kind) {
    case 'int':
      return isUnknown(value.value) ? { kind: 'int', value: unknownInteger() } : value;
    case 'list':
      return value.elements === undefined ? value : list(value.elements.map(renew));
    case 'tuple':
      return { kind: 'tuple', elements: value.elements.map(renew) };
    case 'record':
      return { kind: 'record', fields: new Map([...value.fields].map(([name, field]) => [name, renew(field)])) };
    case 'tensor':
      return { ...value, shape: value.shape?.map((size) => (isUnknown(size) ? unknownDim() : size)) };
    default:
      return value;
  }
}

function mergeDim(a: Dim, b: Dim, unknown: () => Dim): Dim {
  return isEqual(a, b) === true ? a : unknown();
}
