/** The variables of a body, with those of the bodies around it. */
import type { Assignment } from '../../dsl/ast.ts';
import type { ModuleScope } from '../project.ts';
import { alike, merge } from './merge.ts';
import type { Value } from './value.ts';

/** Values of variables, by the bodies that they are of. */
export type Changes = ReadonlyMap<Frame, ReadonlyMap<string, Value>>;

const NONE: ReadonlySet<Assignment> = new Set();

export class Frame {
  readonly #variables = new Map<string, Value>();
  /** What variables were before the attempt that runs. */
  #before: Map<string, Value> | undefined;

  constructor(
    readonly module: ModuleScope,
    readonly parent?: Frame,
    /** The function that this body belongs to, which must not make layers. */
    readonly fn: string | undefined = parent?.fn,
    /** Assignments whose name is assigned again: they name no result. */
    readonly reassigned: ReadonlySet<Assignment> = parent?.reassigned ?? NONE,
  ) {}

  lookup(name: string): Value | undefined {
    return this.#variables.get(name) ?? this.parent?.lookup(name);
  }

  /** A new variable of this body. */
  define(name: string, value: Value): void {
    this.#variables.set(name, value);
  }

  /** Assigns where the name was first bound, or here when it is new. */
  assign(name: string, value: Value): void {
    for (let frame: Frame | undefined = this; frame !== undefined; frame = frame.parent) {
      const old = frame.#variables.get(name);
      if (old === undefined) continue;
      if (frame.#before?.has(name) === false) frame.#before.set(name, old);
      frame.#variables.set(name, value);
      return;
    }
    this.#variables.set(name, value);
  }

  /** What `within` makes of the variables that this body can change, which are as they were afterwards. */
  attempt<T>(within: () => T): { readonly value: T; readonly changes: Changes } {
    const outer = this.#chain().map((frame) => [frame, frame.#before] as const);
    for (const [frame] of outer) frame.#before = new Map();
    const changes = new Map<Frame, Map<string, Value>>();
    try {
      return { value: within(), changes };
    } finally {
      for (const [frame, before] of outer) {
        const changed = new Map<string, Value>();
        for (const [name, old] of frame.#before!) {
          changed.set(name, frame.#variables.get(name)!);
          frame.#variables.set(name, old);
        }
        if (changed.size > 0) changes.set(frame, changed);
        frame.#before = before;
      }
    }
  }

  /** What is known when either of two attempts from here may be the case. Returns whether that is less than is known here. */
  takeEither(one: Changes, other: Changes): boolean {
    let less = false;
    for (const frame of this.#chain()) {
      const [left, right] = [one.get(frame), other.get(frame)];
      for (const name of new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])) {
        const here = frame.#variables.get(name)!;
        const merged = merge(left?.get(name) ?? here, right?.get(name) ?? here);
        frame.assign(name, merged);
        if (!alike(merged, here)) less = true;
      }
    }
    return less;
  }

  /** This body and those around it. */
  #chain(): readonly Frame[] {
    const frames: Frame[] = [];
    for (let frame: Frame | undefined = this; frame !== undefined; frame = frame.parent) frames.push(frame);
    return frames;
  }
}
