/**
 * What one evaluation shares: where diagnostics go, where nodes go, the chain of uses that led here, and the limits that
 * make everything end.
 */
import type { ConstItem } from '../../dsl/ast.ts';
import type { Arguments, Code } from '../../dsl/catalogue/index.ts';
import { type Details, type Diagnostic, diagnostic, type Label } from '../../dsl/diagnostic.ts';
import type { Span } from '../../dsl/source.ts';
import type { Recorder } from './recorder.ts';
import type { Value } from './value.ts';

export const LIMITS = { nodes: 200_000, steps: 20_000_000, elements: 1_000_000, depth: 100 } as const;

/** Thrown when a limit was passed, after it was reported; caught where the evaluation began. */
export class Halt extends Error {}

interface Use {
  readonly callee: string;
  readonly span: Span;
}

export class Session {
  readonly constants = new Map<ConstItem, Value>();
  readonly #reported: Map<string, Diagnostic>;
  readonly #uses: Use[] = [];
  #muted = 0;
  #steps = 0;

  /**
   * @param recorder undefined while definitions are checked: nothing is recorded, and sizes may be symbols
   * @param reported what was reported before, by code and place; each is said once
   */
  constructor(
    readonly recorder: Recorder | undefined,
    reported: Map<string, Diagnostic> = new Map(),
  ) {
    this.#reported = reported;
  }

  get symbolic(): boolean {
    return this.recorder === undefined;
  }

  get diagnostics(): readonly Diagnostic[] {
    return [...this.#reported.values()];
  }

  /** How many uses of blocks lead here. */
  get depth(): number {
    return this.#uses.length;
  }

  report<C extends Code>(code: C, span: Span, args: Arguments<C>, details: Details = {}): undefined {
    if (this.#muted > 0) return undefined;
    const key = `${code} ${span.source.path} ${span.start} ${span.end}`;
    if (this.#reported.has(key)) return undefined;
    const chain: Label[] = this.#uses
      .slice(-6)
      .reverse()
      .map((use) => ({ span: use.span, text: `in this use of \`${use.callee}\`` }));
    this.#reported.set(
      key,
      diagnostic(code, span, args, { ...details, labels: [...(details.labels ?? []), ...chain] }),
    );
    return undefined;
  }

  /** Runs without reporting anything: for a first look at what a loop changes. */
  muted<T>(within: () => T): T {
    this.#muted += 1;
    try {
      return within();
    } finally {
      this.#muted -= 1;
    }
  }

  /** Runs the body of `callee`, used at `span`. */
  using<T>(callee: string, span: Span, within: () => T): T {
    if (this.#uses.length >= LIMITS.depth) this.halt('too-deep', span, {});
    this.#uses.push({ callee, span });
    try {
      return within();
    } finally {
      this.#uses.pop();
    }
  }

  /** Counts one step of work. */
  tick(span: Span): void {
    this.#steps += 1;
    if (this.#steps > LIMITS.steps) this.halt('too-large', span, { what: 'steps of evaluation', limit: LIMITS.steps });
    if ((this.recorder?.nodeCount ?? 0) > LIMITS.nodes) {
      this.halt('too-large', span, { what: 'operations', limit: LIMITS.nodes });
    }
  }

  /** Ends the evaluation before a list that is too long is made. */
  checkLength(span: Span, length: number): void {
    if (length > LIMITS.elements) this.halt('too-large', span, { what: 'list elements', limit: LIMITS.elements });
  }

  halt<C extends Code>(code: C, span: Span, args: Arguments<C>): never {
    this.report(code, span, args);
    throw new Halt();
  }
}
