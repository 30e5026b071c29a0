/** What a variant is beside its base: its cost, what comes out of it, and where shapes and layers differ. */
import { type Graph, type Shape, shapeOf } from '../graph.ts';
import { type Summary, summarize } from '../summary.ts';

export interface ChangedShape {
  readonly path: string;
  readonly before: Shape;
  readonly after: Shape;
}

export interface Comparison {
  readonly summary: Summary;
  /** Against the base, in numbers. */
  readonly parameters: number;
  readonly macs: number;
  /** Operations that both have, by path, with another shape of their first output. */
  readonly shapes: readonly ChangedShape[];
  /** Paths of operations that only one of both has. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function compareWithBase(base: Graph, variant: Graph): Comparison {
  const summary = summarize(variant);
  const before = summarize(base);
  const old = new Map(base.nodes.map((node) => [node.path, shapeOf(base, node.outputs[0]!)]));
  const paths = new Set(variant.nodes.map((node) => node.path));
  const shapes = variant.nodes.flatMap(({ path, outputs }) => {
    const [was, is] = [old.get(path), shapeOf(variant, outputs[0]!)];
    return was === undefined || was.join() === is.join() ? [] : [{ path, before: was, after: is }];
  });
  return {
    summary,
    parameters: summary.parameters - before.parameters,
    macs: summary.macs - before.macs,
    shapes,
    added: variant.nodes.map((node) => node.path).filter((path) => !old.has(path)),
    removed: [...old.keys()].filter((path) => !paths.has(path)),
  };
}
