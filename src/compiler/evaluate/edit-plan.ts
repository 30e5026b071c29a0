/**
 * What a variant changes in a model, by the keys of places (`Recorder.keyOf`). Elaboration looks here before each use of an
 * operation or block and each named result.
 */
import type { Span } from '../../dsl/source.ts';
import type { OpArgument } from './op-call.ts';
import type { Layer } from './value.ts';

export type EditPlan = ReadonlyMap<string, PlannedEdits>;

/** Layers that tensors pass one after the other, and where the edit that wants it stands. */
export interface LayerChain {
  readonly layers: readonly Layer[];
  readonly span: Span;
}

/** A chain that is added, with the name that it gets in the path. */
export interface Insertion extends LayerChain {
  readonly name: string;
}

/** What to do at one place. */
export interface PlannedEdits {
  /** The path as it is without the edits, for messages. */
  readonly path: string;
  /** The first input takes the place of the result. */
  disable: Span | undefined;
  replace: LayerChain | undefined;
  readonly before: Insertion[];
  readonly after: Insertion[];
  /** Values of parameters. */
  readonly set: Map<string, OpArgument>;
  /** Whether elaboration came to the place. */
  reached: boolean;
}
