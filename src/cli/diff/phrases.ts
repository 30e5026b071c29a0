/** How a report says a single difference. */
import type { DefinedParameter, DefinedParameterChange, DefinitionChange } from '../../compiler/diff/definitions.ts';
import type {
  AttributeChange,
  DiffPart,
  ParameterChange,
  PortChange,
  ShapeChange,
  SharingChange,
  WiringChange,
} from '../../compiler/diff/model-diff.ts';
import type { Constant, Shape } from '../../compiler/graph.ts';
import { languageName } from '../../compiler/ops/attribute-name.ts';
import { type Initializer, initializers, printInitializer } from '../../compiler/ops/initializer.ts';
import { counted } from '../quantities.ts';

/** So many inputs are listed without `--all`. */
const MOST_LISTED = 6;

/** So many different changes of shape are listed for parts that changed alike. */
const MOST_SHAPES = 3;

export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** `kernel: 3 → 5`, in the words of the language. */
export function attributeText({ name, old, new: next }: AttributeChange): string {
  return `${languageName(name)}: ${attributeValueText(name, old)} → ${attributeValueText(name, next)}`;
}

export function attributeValueText(name: string, value: unknown): string {
  if (value === undefined) return 'none';
  if (isInitializer(value)) return printInitializer(value);
  if (name === 'values' && Array.isArray(value) && value.length > 8) return `${value.length} numbers`;
  if (name === 'padding' && Array.isArray(value)) return padsText(value as number[][]);
  const pair = ['kernel', 'stride', 'dilation', 'output', 'scale', 'outputPadding', 'ceiling'].includes(name);
  if (pair && Array.isArray(value) && value[0] === value[1]) return String(value[0]);
  return jsonText(value);
}

/** `1` for the same everywhere, `[0, 3]` for height and width, `[[0, 1], [0, 1]]` otherwise. */
function padsText(pads: readonly (readonly number[])[]): string {
  const [height, width] = pads;
  if (height === undefined || width === undefined || pads.some(([a, b]) => a !== b)) return jsonText(pads);
  return height[0] === width[0] ? String(height[0]) : jsonText([height[0], width[0]]);
}

function isInitializer(value: unknown): value is Initializer {
  return typeof value === 'object' && value !== null && 'kind' in value && String(value.kind) in initializers;
}

export function constantText(value: Constant): string {
  return jsonText(value);
}

function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${jsonText(each)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value);
}

export function parameterText(change: ParameterChange): string {
  switch (change.kind) {
    case 'changed':
      return `${change.name}: ${constantText(change.old)} → ${constantText(change.new)}`;
    case 'added':
      return `${change.name}: ${constantText(change.new)}, a new parameter`;
    case 'removed':
      return `${change.name}: ${constantText(change.old)}, a parameter that is gone`;
    case 'renamed':
      return `${change.name}: a new name of the parameter ${change.was}`;
  }
}

export function placeText(part: DiffPart): string {
  const { old, new: next, place, totals } = part;
  const kind = part.kind === 'block' ? `a block` : 'a name';
  switch (place!.kind) {
    case 'renamed':
      return `was ${depthOf(old!.path) === depthOf(next!.path) ? old!.name : old!.path}`;
    case 'moved':
      return movedText(part);
    case 'extracted': {
      const news = totals.new.layers - totals.old.layers;
      const before = `${kind} around ${counted(totals.old.layers, 'layer')} that ${totals.old.layers === 1 ? 'was' : 'were'} there before`;
      return news > 0 ? `${before}, and ${news} more` : before;
    }
    case 'inlined': {
      const gone = totals.old.layers - totals.new.layers;
      const stay = `no longer ${kind}; ${gone > 0 ? `${totals.new.layers} of its ${totals.old.layers}` : `its ${totals.new.layers}`} layers stay without it`;
      return stay;
    }
  }
}

/** Within its block by what it stands beside, and by its path from another one. */
export function movedText({ old, place }: DiffPart): string {
  const siblings = place?.kind === 'moved' ? place.siblings : undefined;
  if (siblings === undefined) return `moved from ${old!.path}`;
  const [from, to] = [siblings.old, siblings.new].map(({ side, name }) => `${side} ${name}`);
  return `moved from ${from} to ${to}`;
}

function depthOf(path: string): number {
  return path.split('/').length;
}

export function sharingText({ old, new: next }: SharingChange): string {
  if (next === undefined) return `has weights of its own, no longer those of ${old}`;
  return old === undefined
    ? `has the weights of ${next}, no longer its own`
    : `has the weights of ${next}, no longer those of ${old}`;
}

/** What a layer reads now and did not, and the other way round. */
export function wiringText(change: WiringChange | undefined, all: boolean): string[] {
  if (change === undefined) return [];
  const { added, removed, reordered, new: next } = change;
  const gone = removed.map((each) => each.new ?? each.old);
  const order = reordered ? [`reads its inputs in another order: ${listed(next, all)}`] : [];
  if (added.length === gone.length) return [...added.map((path, at) => insteadText(path, gone[at]!)), ...order];
  return [
    ...(added.length > 0 ? [`reads also ${listed(added, all)}`] : []),
    ...(gone.length > 0 ? [`no longer reads ${listed(gone, all)}`] : []),
    ...order,
  ];
}

function insteadText(path: string, gone: string): string {
  return path === gone ? `reads a ${path} that is another layer than before` : `reads ${path} instead of ${gone}`;
}

function listed(paths: readonly string[], all: boolean): string {
  return paths.length > MOST_LISTED && !all
    ? `${paths.slice(0, MOST_LISTED - 1).join(', ')} and ${paths.length - MOST_LISTED + 1} more`
    : paths.join(', ');
}

/** A change of shape once for all that have it, with what follows where as much follows each; of many, the first ones. */
export function shapeChangesText(changes: readonly ShapeChange[]): string[] {
  const texts = new Set(changes.map(({ old, new: next }) => `${shapeText(old)} → ${shapeText(next)}`));
  if (texts.size === 0) return [];
  const followers = new Set(changes.map((change) => change.followers));
  const follow = texts.size === 1 && followers.size === 1 ? followersText(changes[0]!.followers) : '';
  const some = [...texts].slice(0, MOST_SHAPES);
  const more = texts.size > some.length ? `; and ${texts.size - some.length} more` : '';
  return [`${some.join('; ')}${more}${follow}`];
}

function followersText(followers: number): string {
  return followers === 0 ? '' : `, and ${counted(followers, 'layer')} that ${followers === 1 ? 'follows' : 'follow'}`;
}

/** `output classes: [4] → [5]` */
export function portText(kind: 'input' | 'output', change: PortChange): string {
  const { old, new: next, source, followers } = change;
  if (old === undefined) return `${kind} ${next!.name} ${shapeText(next!.shape)} is new`;
  if (next === undefined) return `${kind} ${old.name} ${shapeText(old.shape)} is gone`;
  const name = old.name === next.name ? next.name : `${next.name}, which was ${old.name}`;
  const same = shapeText(old.shape) === shapeText(next.shape);
  const said = [
    ...(same ? [] : [`${shapeText(old.shape)} → ${shapeText(next.shape)}${followersText(followers)}`]),
    ...(source === undefined ? [] : [`made by ${source.new} instead of ${source.old}`]),
  ];
  return said.length === 0 ? `${kind} ${name}` : `${kind} ${name}: ${said.join('; ')}`;
}

export function definitionTexts(change: DefinitionChange): string[] {
  const { kind, status, old, new: next, moved, parameters, body } = change;
  if (status === 'added') return [`${kind} ${next!.name} is new in ${next!.file}`];
  if (status === 'removed') return [`${kind} ${old!.name} of ${old!.file} is gone`];
  const name = `${kind} ${next!.name}`;
  return [
    ...(old!.name === next!.name ? [] : [`${name} was called ${old!.name}`]),
    ...(moved ? [`${name} is in ${next!.file} now, not in ${old!.file}`] : []),
    ...parameters.map((each) => `${name}: ${definedParameterText(each)}`),
    ...(body === undefined ? [] : [`${name}${bodyText(kind, body)}`]),
  ];
}

function bodyText(kind: DefinitionChange['kind'], { old, new: next }: NonNullable<DefinitionChange['body']>): string {
  if (kind === 'const') return `: ${old} → ${next}`;
  if (kind === 'block') return ' does something else; no model that is compared uses it';
  return ' gives something else';
}

function definedParameterText(change: DefinedParameterChange): string {
  if (change.kind !== 'changed') {
    return `parameter ${definedText(change.parameter)} is ${change.kind === 'added' ? 'new' : 'gone'}`;
  }
  const { old, new: next } = change;
  const said = [
    ...(old.name === next.name ? [] : [`was called ${old.name}`]),
    ...(old.type === next.type ? [] : [`type ${old.type} → ${next.type}`]),
    ...(old.default === next.default ? [] : [`default ${old.default ?? 'none'} → ${next.default ?? 'none'}`]),
  ];
  return `parameter ${next.name}: ${said.join(', ')}`;
}

function definedText({ name, type, default: value }: DefinedParameter): string {
  return `${name}: ${type}${value === undefined ? '' : ` = ${value}`}`;
}
