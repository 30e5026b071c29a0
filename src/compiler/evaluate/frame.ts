/** The variables of a body, with those of the bodies around it. */
import type { Assignment } from '../../dsl/ast.ts';
import type { ModuleScope } from '../project.ts';
import { alike, merge } from './merge.ts';
import type { Value } from './value.ts';

export type Snapshot = ReadonlyMap<Frame, ReadonlyMap<string, Value>>;

const NONE: ReadonlySet<Assignment> = new Set();

export class Frame {
  #variables = new Map<string, Value>();

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
      if (frame.#variables.has(name)) {
        frame.#variables.set(name, value);
        return;
      }
    }
    this.#variables.set(name, value);
  }

  /** All variables that this body can change. */
  snapshot(): Snapshot {
    const all = new Map<Frame, ReadonlyMap<string, Value>>();
    for (let frame: Frame | undefined = this; frame !== undefined; frame = frame.parent) {
      all.set(frame, new Map(frame.#variables));
    }
    return all;
  }

  restore(snapshot: Snapshot): void {
    for (const [frame, variables] of snapshot) frame.#variables = new Map(variables);
  }

  /** What is known when either this state or `other` may be the case. Returns whether that is less than `other` knew. */
  mergeWith(other: Snapshot): boolean {
    let less = false;
    for (const [frame, variables] of other) {
      for (const [name, value] of variables) {
        const mine = frame.#variables.get(name);
        if (mine === undefined || mine === value) continue;
        const merged = merge(mine, value);
        frame.#variables.set(name, merged);
        if (!alike(merged, value)) less = true;
      }
    }
    return less;
  }
}
