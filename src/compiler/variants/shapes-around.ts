/** What went into the part of an edit and came out of it, for whoever has to make the edit fit. */
import { type Shape, shapeOf, type ValueId } from '../graph.ts';
import type { Edit } from './ablation.ts';
import { matchPlaces } from './match.ts';
import type { Unedited } from './plan.ts';

/** Of the first place of the edit; nothing of an edit that gives a parameter another value. */
export function shapesAround(
  edit: Edit,
  base: Unedited,
): { readonly notes: readonly string[]; readonly help?: string } {
  if (edit.kind === 'set') return { notes: [] };
  const place = matchPlaces(edit.pattern, base.places)[0];
  const [input, output] = place === undefined ? [] : tensorsOf(place, base);
  if (place === undefined || input === undefined || output === undefined) return { notes: [] };
  const [before, after] = [shapeOf(base.graph, input), shapeOf(base.graph, output)];
  if (edit.kind === 'insert') {
    const shape = edit.side === 'before' ? before : after;
    return { notes: [`without it, what follows gets ${text(shape)}`] };
  }
  const makes = `\`${place.path}\` makes ${text(after)} of ${text(before)}`;
  if (edit.kind === 'replace' || before.join() === after.join()) return { notes: [makes] };
  if (base.graph.outputs.some(({ value }) => value === output)) {
    return { notes: [makes], help: `the model makes ${text(after)} with it; what is in its place has to as well` };
  }
  const op = place.at.kind === 'node' ? base.graph.nodes[place.at.node]!.op : undefined;
  const layer = op === 'global_avg_pool' ? undefined : layerBetween(before, after);
  const instead = `\`replace ${place.path} with ${layer ?? 'LAYER'}\``;
  return { notes: [makes], help: `put a layer in its place that makes ${text(after)} as well: ${instead}` };
}

function tensorsOf(
  { at }: Unedited['places'][number],
  { graph }: Unedited,
): readonly [ValueId | undefined, ValueId | undefined] {
  const { inputs, outputs } =
    at.kind === 'node'
      ? graph.nodes[at.node]!
      : {
          inputs: graph.scopes[at.scope]!.block?.inputs.map(({ value }) => value) ?? [],
          outputs: graph.scopes[at.scope]!.block?.outputs.map(({ value }) => value) ?? [],
        };
  return [inputs[0], outputs[0]];
}

/** The least layer that makes one shape of the other, where there is a plain one. */
function layerBetween(before: Shape, after: Shape): string | undefined {
  if (before.length === 3 && after.length === 3) {
    const [rows, columns] = [before[0]! / after[0]!, before[1]! / after[1]!];
    if (rows !== columns || !Number.isInteger(rows)) return undefined;
    return rows === 1 ? `conv2d(${after[2]}, 1)` : `conv2d(${after[2]}, ${rows}, stride: ${rows})`;
  }
  if (before.length === 1 && after.length === 1) return `dense(${after[0]})`;
  return before.length === 3 && after.length === 1 ? `global_avg_pool |> dense(${after[0]})` : undefined;
}

function text(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
