/** What differs between two models: the values that every report is made from. */
import type { Constant, Shape } from '../graph.ts';

export interface Change<T> {
  readonly old: T;
  readonly new: T;
}

/** Sums over layers; memory is what all activations of one example take as float32, in bytes. */
export interface Totals {
  readonly layers: number;
  readonly parameters: number;
  readonly macs: number;
  readonly memory: number;
}

/** One layer in one of the models. */
export interface Layer {
  readonly path: string;
  readonly op: string;
  readonly attributes: { readonly [name: string]: unknown };
  /** Of the first output. */
  readonly shape: Shape;
}

export interface AttributeChange {
  readonly name: string;
  readonly old: unknown;
  readonly new: unknown;
  /** It is what `"same"` padding makes of the new kernel, dilation or stride. */
  readonly follows: boolean;
}

/** What a layer reads, by the paths of what makes it, in the order of its inputs. */
export interface WiringChange {
  readonly old: readonly string[];
  readonly new: readonly string[];
  /** Of `new`, what it did not read. */
  readonly added: readonly string[];
  /** Of `old`, what it reads no longer, with its path in the new model where that has it. */
  readonly removed: readonly { readonly old: string; readonly new: string | undefined }[];
  /** Whether what it still reads comes in another order, which means something to it. */
  readonly reordered: boolean;
}

/** The path of the layer whose weights this one uses too; undefined for weights of its own. */
export type SharingChange = Change<string | undefined>;

/** Where shapes begin to differ. `followers` counts the layers behind that differ for no other reason. */
export interface ShapeChange {
  readonly old: Shape;
  readonly new: Shape;
  readonly followers: number;
}

export type ParameterChange =
  | { readonly kind: 'changed'; readonly name: string; readonly old: Constant; readonly new: Constant }
  | { readonly kind: 'added'; readonly name: string; readonly new: Constant }
  | { readonly kind: 'removed'; readonly name: string; readonly old: Constant }
  | { readonly kind: 'renamed'; readonly name: string; readonly was: string };

/** What became of a layer's or a block's place in the model. */
export type PlaceChange =
  /** Another name in the same place. */
  | { readonly kind: 'renamed' }
  /** Another place in its block, where it stood and where it stands; or another block, and then undefined. */
  | { readonly kind: 'moved'; readonly siblings: Change<Sibling> | undefined }
  /** A block, or a named group, around layers that were there before without it; and the way back. */
  | { readonly kind: 'extracted' }
  | { readonly kind: 'inlined' };

/** What a part stands after in its block, or before where it is the first: the last segment of the path. */
export interface Sibling {
  readonly side: 'after' | 'before';
  readonly name: string;
}

/**
 * A block, group or layer of the old model, the new one, or both, with all that is in it. Parts without a difference are
 * left out, here and in `parts`.
 */
export interface DiffPart {
  readonly kind: 'block' | 'group' | 'layer';
  /** `changed` as well where only something in it is. */
  readonly status: 'added' | 'removed' | 'changed';
  /** Path, last segment and operation or block in each model; undefined where the part is not in it. */
  readonly old: PlacedPart | undefined;
  readonly new: PlacedPart | undefined;
  readonly place: PlaceChange | undefined;
  readonly totals: Change<Totals>;
  /** Of a block: the values of its parameters here. */
  readonly parameters: readonly ParameterChange[];
  /** Of a layer. */
  readonly attributes: readonly AttributeChange[];
  readonly wiring: WiringChange | undefined;
  readonly shape: ShapeChange | undefined;
  readonly sharing: SharingChange | undefined;
  readonly parts: readonly DiffPart[];
}

export interface PlacedPart {
  readonly path: string;
  readonly name: string;
  /** The operation of a layer, the block of a use; undefined for a named group. */
  readonly of: string | undefined;
  /** Of a layer: of its first output. */
  readonly shape: Shape | undefined;
  /** Of a layer. */
  readonly attributes: { readonly [name: string]: unknown };
}

export interface PortChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly old: { readonly name: string; readonly shape: Shape } | undefined;
  readonly new: { readonly name: string; readonly shape: Shape } | undefined;
  /** Of an output that another layer makes now: their paths. */
  readonly source: Change<string> | undefined;
  /** Of an input: how many layers have other shapes because of it. */
  readonly followers: number;
}

/** A block by another name, with the number of its uses. */
export interface BlockRename {
  readonly old: string;
  readonly new: string;
  readonly uses: number;
}

export interface WeightFate {
  /** In the new model. */
  readonly path: string;
  readonly shape: Shape;
  /**
   * `kept`: loads by its path. `renamed`: is there under another path, and needs a weight map. `reshaped`: its layer is
   * there, with another shape. `new`: its layer is new.
   */
  readonly fate: 'kept' | 'renamed' | 'reshaped' | 'new';
  /** Where the old model has it; undefined for a new one. */
  readonly old: { readonly path: string; readonly shape: Shape } | undefined;
  /** The old checkpoint has a weight of this path and shape, but of another layer: it would be loaded here without a map. */
  readonly mistaken: boolean;
}

export interface WeightReport {
  /** Every weight of the new model, in its order. */
  readonly weights: readonly WeightFate[];
  /** What the old model has and the new one has not. */
  readonly gone: readonly { readonly path: string; readonly shape: Shape }[];
}

export interface ModelDiff {
  readonly model: Change<string>;
  readonly totals: Change<Totals>;
  /** Whether both compute the same function of the same weights, whatever their names. */
  readonly sameNetwork: boolean;
  /** Of the model itself: the values of its parameters. */
  readonly parameters: readonly ParameterChange[];
  readonly inputs: readonly PortChange[];
  readonly outputs: readonly PortChange[];
  readonly blocks: readonly BlockRename[];
  /** The top of the model. */
  readonly parts: readonly DiffPart[];
  /** How many layers have other shapes than before. */
  readonly reshaped: number;
  readonly weights: WeightReport;
}

/** Whether there is anything at all to tell. */
export function isEmptyDiff(diff: ModelDiff): boolean {
  const { parameters, inputs, outputs, blocks, parts, weights } = diff;
  return (
    diff.model.old === diff.model.new &&
    [parameters, inputs, outputs, blocks, parts, weights.gone].every((list) => list.length === 0) &&
    weights.weights.every(({ fate }) => fate === 'kept')
  );
}
