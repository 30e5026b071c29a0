/** Which places of a graph a path pattern means. */
import { type PathPattern, type PathSegment, patternText } from '../../dsl/ast-ablation.ts';
import { suggest } from '../../shared/suggest.ts';

type Pattern = Pick<PathPattern, 'segments'>;

/**
 * The places that a pattern matches, a block before what is in it. A path without stars means that very place; in one
 * with stars, a name without an index means all of that name. Of places with one path (a block that consists of another),
 * all are given.
 */
export function matchPlaces<P extends { readonly path: string }>(pattern: Pattern, places: readonly P[]): readonly P[] {
  const expression = new RegExp(`^${expressionOf(pattern)}$`);
  return places.filter(({ path }) => expression.test(path));
}

export function isGlob({ segments }: Pattern): boolean {
  return segments.some(({ name, index }) => name.includes('*') || index === '*');
}

function expressionOf(pattern: Pattern): string {
  const anyIndex = isGlob(pattern);
  return pattern.segments
    .map((segment, at) => {
      const last = at === pattern.segments.length - 1;
      if (segment.name === '**' && segment.index === undefined) return last ? '.+' : '(?:[^/]+/)*';
      return segmentExpression(segment, anyIndex) + (last ? '' : '/');
    })
    .join('');
}

function segmentExpression({ name, index }: PathSegment, anyIndex: boolean): string {
  const letters = name.replace(/\*+/g, '[^/[\\]]*');
  if (index === '*' || (index === undefined && anyIndex)) return `${letters}(?:\\[\\d+\\])*`;
  if (index === undefined || index === 0) return `${letters}(?:\\[0\\])?`;
  return `${letters}\\[${index}\\]`;
}

const SEGMENT = String.raw`(\*\*|[A-Za-z_*][A-Za-z0-9_*]*(\[([0-9]+|\*)\])?)`;

/** Whether a text is a path or a pattern of paths; the schema of configurations has the same expression. */
export const PATH_PATTERN = new RegExp(`^${SEGMENT}(/${SEGMENT})*$`);

/** What a path, or a pattern that is well-formed, consists of. */
export function segmentsOf(path: string): readonly PathSegment[] {
  return path.split('/').map((segment) => {
    const [, name, index] = /^(.*?)(?:\[(\d+|\*)\])?$/.exec(segment)!;
    return { name: name!, index: index === undefined || index === '*' ? index : Number(index) };
  });
}

const MOST_SUGGESTED = 4;

/** Paths that may have been meant by a pattern that matches nothing. */
export function nearPaths(pattern: Pattern, places: readonly { readonly path: string }[]): readonly string[] {
  const paths = [...new Set(places.map(({ path }) => path))];
  const text = patternText(pattern);
  const last = pattern.segments.map(({ name }) => name.replaceAll('*', '')).findLast((name) => name !== '') ?? '';
  // The name is right, and where it stands is not.
  const elsewhere = paths.filter((path) => withoutIndex(path.split('/').at(-1)!) === last);
  if (elsewhere.length > 0) return elsewhere.slice(0, MOST_SUGGESTED);
  const whole = suggest(text, paths);
  if (whole !== undefined) return [whole];
  const name = suggest(
    last,
    paths.map((path) => withoutIndex(path.split('/').at(-1)!)),
  );
  const named = paths.filter((path) => withoutIndex(path.split('/').at(-1)!) === name);
  return (named.length > 0 ? named : paths.filter((path) => !path.includes('/'))).slice(0, MOST_SUGGESTED);
}

export function withoutIndex(segment: string): string {
  return segment.replace(/(?:\[\d+\])+$/, '');
}
