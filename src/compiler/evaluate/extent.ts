/**
 * How much a value holds. Values share their parts, so that a short program can make one that takes forever to compare
 * or to write out: what counts is what goes through all of it would see.
 */
import type { Span } from '../../dsl/source.ts';
import type { Session } from './session.ts';
import type { Value } from './value.ts';

interface Extent {
  /** All values in it, those in lists within lists included. */
  readonly elements: number;
  readonly depth: number;
}

const SCALAR: Extent = { elements: 1, depth: 0 };
const known = new WeakMap<Value, Extent>();

/** This many elements are gone through in the time of one step. */
const ELEMENTS_A_STEP = 64;

/** Ends the evaluation at a value that is too large, and counts the work of making it. */
export function checkExtent(session: Session, span: Span, value: Value): void {
  if (value.kind === 'string') {
    const length = value.value?.length ?? 0;
    session.checkTextLength(span, length);
    session.tick(span, length / ELEMENTS_A_STEP);
    return;
  }
  const parts = partsOf(value);
  if (parts === undefined || known.has(value)) return;
  check(session, span, extentOf(value, parts));
}

/** The same for a list that joins two others, without going through them again: a loop may append to it many times. */
export function checkJoined(session: Session, span: Span, joined: Value, first: Value, second: Value): void {
  const [a, b] = [partsOf(first), partsOf(second)];
  if (partsOf(joined) === undefined || a === undefined || b === undefined) return;
  const [before, after] = [extentOf(first, a), extentOf(second, b)];
  const extent = { elements: before.elements + after.elements - 1, depth: Math.max(before.depth, after.depth) };
  known.set(joined, extent);
  check(session, span, extent);
}

function check(session: Session, span: Span, { elements, depth }: Extent): void {
  session.checkLength(span, elements - 1);
  session.checkDepth(span, depth);
  session.tick(span, elements / ELEMENTS_A_STEP);
}

/** Counts the work of going through a value. */
export function tickThrough(session: Session, span: Span, value: Value): void {
  const parts = partsOf(value);
  if (parts !== undefined) session.tick(span, extentOf(value, parts).elements / ELEMENTS_A_STEP);
}

/** The parts were values before, so that theirs is known: this looks no deeper. */
function extentOf(value: Value, parts: readonly Value[]): Extent {
  const before = known.get(value);
  if (before !== undefined) return before;
  let elements = 1;
  let depth = 0;
  for (const part of parts) {
    const inside = partsOf(part);
    const extent = inside === undefined ? SCALAR : extentOf(part, inside);
    elements += extent.elements;
    depth = Math.max(depth, extent.depth);
  }
  const extent = { elements, depth: depth + 1 };
  known.set(value, extent);
  return extent;
}

/** What a list, a tuple or a record holds; of a list of unknown length, the one that stands for all. */
export function partsOf(value: Value): readonly Value[] | undefined {
  switch (value.kind) {
    case 'list':
      return value.elements ?? (value.element === undefined ? [] : [value.element]);
    case 'tuple':
      return value.elements;
    case 'record':
      return [...value.fields.values()];
    default:
      return undefined;
  }
}
