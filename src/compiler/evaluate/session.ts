/**
 * What one evaluation shares: where diagnostics go, where nodes go, the chain of uses that led here, and the limits that
 * make everything end.
 */
import type { ConstItem, FunctionItem } from '../../dsl/ast.ts';
import type { Arguments, Code } from '../../dsl/catalogue/index.ts';
import { type Details, type Diagnostic, diagnostic, type Label } from '../../dsl/diagnostic.ts';
import type { Span } from '../../dsl/source.ts';
import type { EditPlan, PlannedEdits } from './edit-plan.ts';
import type { Recorder } from './recorder.ts';
import type { Value } from './value.ts';

export const LIMITS = {
  nodes: 50_000,
  steps: 1_000_000,
  elements: 100_000,
  characters: 100_000,
  levels: 64,
  depth: 100,
} as const;

/** Work done so far; evaluations that share one share their limit. */
export interface Budget {
  steps: number;
}

/** Thrown when a limit was passed, after it was reported; caught where the evaluation began. */
export class Halt extends Error {}

interface Use {
  /** "in this use of `DRDB`"; undefined for what is the same in every use, such as a constant. */
  readonly label: Label | undefined;
  /** An assertion of it does not hold: whatever follows in it only follows from that. */
  abandoned: boolean;
}

export class Session {
  readonly #reported: Map<string, Diagnostic>;
  /** The first stands for what is evaluated itself. */
  readonly #uses: Use[] = [{ label: undefined, abandoned: false }];
  #muted = 0;
  /** What functions were found to be for plain arguments, which `keyOf` writes out. */
  readonly results = new Map<FunctionItem, Map<string, Value>>();

  /**
   * @param recorder undefined while definitions are checked: nothing is recorded, and sizes may be symbols
   * @param reported what was reported before, by code and place; each is said once
   */
  constructor(
    readonly recorder: Recorder | undefined,
    reported: Map<string, Diagnostic> = new Map(),
    readonly budget: Budget = { steps: 0 },
    /** What constants were found to be; each is evaluated once. */
    readonly constants: Map<ConstItem, Value> = new Map(),
    /** What a variant changes, by place. */
    readonly edits: EditPlan | undefined = undefined,
  ) {
    this.#reported = reported;
  }

  get symbolic(): boolean {
    return this.recorder === undefined;
  }

  /** What a variant changes at the next use of this name here. */
  editsOf(name: string): PlannedEdits | undefined {
    return this.edits && this.recorder && this.edits.get(this.recorder.keyOf(name));
  }

  get diagnostics(): readonly Diagnostic[] {
    return [...this.#reported.values()];
  }

  /** Whether an assertion of the block or function that is being evaluated did not hold. */
  get abandoned(): boolean {
    return this.#uses.at(-1)!.abandoned;
  }

  /** Says nothing more of the block or function that is being evaluated, after one of its assertions failed. */
  abandon(): void {
    this.#uses.at(-1)!.abandoned = true;
  }

  report<C extends Code>(code: C, span: Span, args: Arguments<C>, details: Details = {}): undefined {
    if (this.#muted === 0 && !this.#uses.some((use) => use.abandoned)) this.#add(code, span, args, details);
    return undefined;
  }

  #add<C extends Code>(code: C, span: Span, args: Arguments<C>, details: Details): void {
    // all that leads into a chain of uses that is too deep meets the same end
    const key = code === 'too-deep' ? code : `${code} ${span.source.path} ${span.start} ${span.end}`;
    if (this.#reported.has(key)) return;
    const labels = [...(details.labels ?? []), ...this.#chain()];
    this.#reported.set(key, diagnostic(code, span, args, { ...details, labels }));
  }

  /** The uses that lead here, the nearest first; a place is shown once. */
  #chain(): readonly Label[] {
    const labels = this.#uses.flatMap((use) => (use.label === undefined ? [] : [use.label])).reverse();
    const places = new Map(labels.map((label) => [`${label.span.source.path} ${label.span.start}`, label]));
    return [...places.values()].slice(0, 8);
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

  /** Runs the body of something that is used at `span`; `text` tells of this use wherever it leads to a mistake. */
  using<T>(span: Span, text: string | undefined, within: () => T): T {
    if (this.#uses.length > LIMITS.depth) this.halt('too-deep', span, {});
    this.#uses.push({ label: text === undefined ? undefined : { span, text }, abandoned: false });
    try {
      return within();
    } finally {
      this.#uses.pop();
    }
  }

  /** Counts steps of work. */
  tick(span: Span, steps = 1): void {
    this.budget.steps += steps;
    if (this.budget.steps > LIMITS.steps) this.halt('too-large', span, { what: 'steps', limit: LIMITS.steps });
    if ((this.recorder?.nodeCount ?? 0) > LIMITS.nodes) {
      this.halt('too-large', span, { what: 'operations', limit: LIMITS.nodes });
    }
  }

  /** Ends the evaluation before a list that is too long is made. */
  checkLength(span: Span, length: number): void {
    if (length > LIMITS.elements) this.halt('too-large', span, { what: 'elements', limit: LIMITS.elements });
  }

  /** Ends the evaluation at a text that is too long. */
  checkTextLength(span: Span, length: number): void {
    if (length > LIMITS.characters) this.halt('too-large', span, { what: 'characters', limit: LIMITS.characters });
  }

  /** Ends the evaluation at lists in lists that nest too deeply. */
  checkDepth(span: Span, depth: number): void {
    if (depth > LIMITS.levels) this.halt('too-large', span, { what: 'levels', limit: LIMITS.levels });
  }

  /** Ends the evaluation; why is said in any case. */
  halt<C extends Code>(code: C, span: Span, args: Arguments<C>): never {
    this.#add(code, span, args, {});
    throw new Halt();
  }
}
