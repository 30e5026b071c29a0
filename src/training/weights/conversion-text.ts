/** Tells what of a foreign file does not fit a model, and what to do about it. */
import type { Shape } from '../../compiler/graph.ts';
import { suggest } from '../../shared/suggest.ts';
import type { Conversion, LeftTensor } from './convert-weights.ts';
import type { WeightPlace } from './weight-places.ts';

/** Lines of one kind that are told; the others are counted. */
const TOLD = 8;

/** A line for everything that does not fit, of which the first few of each kind are told; empty where all does. */
export function misfits(conversion: Conversion): string[] {
  const { left, missing } = conversion;
  const ofKind = (...kinds: readonly LeftTensor['reason']['kind'][]): LeftTensor[] =>
    left.filter(({ reason }) => kinds.includes(reason.kind));
  const unnamed = ofKind('unnamed');
  return [
    ...told(ofKind('shape', 'number', 'twice', 'superfluous').map((each) => leftText(each, conversion))),
    ...told(astrayByRule(ofKind('astray')).map((each) => astrayText(each, conversion))),
    ...told(unnamed.map((each) => leftText(each, conversion))),
    ...told(missing.map((place) => missingText(place, unnamed))),
  ];
}

function told(lines: readonly string[]): string[] {
  if (lines.length <= TOLD) return [...lines];
  return [...lines.slice(0, TOLD), `… and ${lines.length - TOLD} more like the last of these`];
}

function leftText({ name, tensor, reason }: LeftTensor, { places }: Conversion): string {
  switch (reason.kind) {
    case 'unnamed':
      return `${name} ${text(tensor.shape)} is not the name of any weight${nearText(name, places.paths)}`;
    case 'astray':
      return astrayText([{ name, tensor, reason }], { places });
    case 'superfluous':
      return `${name} ${text(tensor.shape)} is too much: ${reason.layer} has only ${reason.known.join(', ')}`;
    case 'twice':
      return `${name} and ${reason.first} both become ${reason.place.spec.path}`;
    case 'number': {
      const what = Number.isNaN(reason.value) ? 'NaN' : 'infinity, or a number beyond float32,';
      return `${name} holds ${what} at ${text(reason.index)}, so it cannot become ${reason.place.spec.path}`;
    }
    case 'shape': {
      const { spec, layout } = reason.place;
      const here = layout.foreign.join() === spec.shape.join() ? '' : `, which is ${text(spec.shape)} in specc's order`;
      return `${name} is ${text(tensor.shape)}, but ${spec.path} takes ${text(layout.foreign)}${here}`;
    }
  }
}

function astrayByRule(left: readonly LeftTensor[]): LeftTensor[][] {
  const groups = new Map<unknown, LeftTensor[]>();
  for (const each of left) {
    if (each.reason.kind !== 'astray') continue;
    const { rule } = each.reason;
    groups.set(rule, [...(groups.get(rule) ?? []), each]);
  }
  return [...groups.values()];
}

/** One rule's tensors, told by the first. */
function astrayText([first, ...others]: readonly LeftTensor[], { places }: Pick<Conversion, 'places'>): string {
  if (first?.reason.kind !== 'astray') return '';
  const { path, rule } = first.reason;
  const more = others.length === 0 ? '' : ` (and ${others.length} more by this rule)`;
  return `\`${rule.written}\` makes ${first.name} ${path}, which the model does not have${more}${nearText(path, places.paths)}`;
}

/** The tensors that nothing was done with and that would fit are most probably what was meant. */
function missingText({ spec, layout }: WeightPlace, unnamed: readonly LeftTensor[]): string {
  const fitting = unnamed.filter(({ tensor }) => tensor.shape.join() === layout.foreign.join()).map(({ name }) => name);
  const near = suggest(spec.path, fitting) ?? (fitting.length <= 3 ? fitting.join(' or ') : '');
  const meant = near === '' ? '' : `; ${near} would fit`;
  return `${spec.path} ${text(spec.shape)} is missing${meant}`;
}

function nearText(word: string, known: readonly string[]): string {
  const near = suggest(word, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function text(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
