/** What to write in place of an entry or edit that cannot be read, made of its own words where these are enough. */
import type { IToken } from 'chevrotain';
import { suggest } from '../shared/suggest.ts';
import { editWords, entryWords } from './ablation-words.ts';
import { onOneLine, type Source } from './source.ts';
import * as t from './tokens.ts';

/** An entry of an ablation or an edit of a variant, with the token that cannot stand where it does. */
interface Misread {
  readonly source: Source;
  readonly tokens: readonly IToken[];
  /** The index of that token; the number of tokens where more was expected. */
  readonly at: number;
}

/** Words for what an edit does, by the edit that does it. */
const FOREIGN_EDITS: Readonly<Record<string, string>> = {
  remove: 'disable',
  delete: 'disable',
  drop: 'disable',
  without: 'disable',
  omit: 'disable',
  skip: 'disable',
  exclude: 'disable',
  swap: 'replace',
  substitute: 'replace',
  exchange: 'replace',
  add: 'insert',
  append: 'insert',
  prepend: 'insert',
  put: 'insert',
  change: 'set',
  let: 'set',
  with: 'set',
};

const FOREIGN_ENTRIES: Readonly<Record<string, string>> = {
  sweep: 'grid',
  product: 'grid',
  combinations: 'grid',
  loo: 'leave_one_out',
  ablate: 'leave_one_out',
};

/** How each edit is written. */
const EDIT_FORMS: Readonly<Record<string, string>> = {
  disable: 'disable stem, local/conv2d',
  replace: 'replace local with conv2d(64, 3)',
  insert: 'insert batch_norm after stem',
  set: 'set local/conv2d.kernel = 5',
};

export function entryAdvice(misread: Misread): string | undefined {
  const { tokens, at } = misread;
  const [first, second] = tokens;
  if (first === undefined) return undefined;
  const found = tokens[at];
  if (at === 0) return firstWordAdvice(misread, first, second);
  switch (first.tokenType) {
    case t.StringToken:
      if (found?.tokenType === t.Comma || (at > 1 && found?.tokenType === t.StringToken)) {
        return 'each variant begins a line of its own, or stands after a `;`';
      }
      return variantAdvice(misread, first);
    case t.Base:
      if (found?.tokenType === t.Body || found?.tokenType === t.LeftBrace) {
        return 'the base is the model; its settings stand after its name, `ablation … of Net(width: 16)`';
      }
      return 'the base is given a name: `base "whole network"`';
    case t.LeaveOneOut:
    case t.AddOneIn:
      return `paths stand after it, separated by commas: \`${first.image} ${pathsIn(misread)}\``;
    default:
      return sweepAdvice(misread, first);
  }
}

function firstWordAdvice(misread: Misread, first: IToken, second: IToken | undefined): string | undefined {
  const { image, tokenType } = first;
  if (tokenType !== t.Name) return undefined;
  const edit = FOREIGN_EDITS[image] ?? (editWords.includes(image) ? image : undefined);
  if (edit !== undefined || second?.tokenType === t.Assign) {
    return `an edit belongs to a variant: \`"name" { ${textOf(misread, 0)} }\``;
  }
  if (second?.tokenType === t.StringToken) {
    const near = suggest(image, entryWords);
    return near === undefined
      ? `a variant begins with its name: \`${textOf(misread, 1)}\``
      : `did you mean \`${near}\`?`;
  }
  // `leave-one-out` is a difference of three names.
  const joined = second?.tokenType === t.Minus ? textOf(misread, 0).split(' ')[0]!.replaceAll('-', '_') : image;
  const near = entryWords.includes(joined)
    ? joined
    : (FOREIGN_ENTRIES[joined.toLowerCase()] ?? suggest(joined, entryWords));
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (second?.tokenType === t.Body || second?.tokenType === t.LeftBrace) {
    return `the name of a variant stands in double quotes: \`"${image}" { … }\``;
  }
  return undefined;
}

/** Of a variant whose name is not followed by its edits. */
function variantAdvice(misread: Misread, { image }: IToken): string {
  const rest = misread.tokens.slice(1);
  const apart = rest[0]?.tokenType === t.Colon || rest[0]?.tokenType === t.Assign;
  const edits = rest.slice(apart ? 1 : 0);
  const written =
    edits.length === 0 || edits[0]!.tokenType !== t.Name ? '…' : textOf(misread, misread.tokens.indexOf(edits[0]!));
  return `the edits of a variant follow its name in braces${apart ? ', with nothing between' : ''}: \`${image} { ${written} }\``;
}

function sweepAdvice(misread: Misread, { image, tokenType }: IToken): string | undefined {
  if (tokenType !== t.Grid && tokenType !== t.Zip) return undefined;
  const { tokens, at } = misread;
  const found = tokens[at];
  const form = `${image} { width: [8, 16], local/conv2d.kernel: [3, 5] }`;
  if (at === 1) return `what varies stands in braces: \`${form}\``;
  if (found?.tokenType === t.Name && ['without', 'but', 'except', 'not', 'exclude'].includes(found.image)) {
    return 'exceptions stand after the braces: `grid { … } except { width: 8, kernel: 5 }`';
  }
  if (found?.tokenType === t.Comma)
    return 'exceptions stand after the braces, without a comma: `grid { … } except { … }`';
  if (tokens[at - 1]?.tokenType === t.Except)
    return 'exceptions stand in braces: `except { width: 8 }, { width: 16, kernel: 5 }`';
  if (found?.tokenType === t.NumberToken) return `the values of a parameter are a list: \`${form}\``;
  if (found?.tokenType === t.StringToken) return `parameters are named without quotes: \`${form}\``;
  return `lists of values by name: \`${form}\``;
}

export function editAdvice(misread: Misread): string | undefined {
  const { tokens, at } = misread;
  const [first, second] = tokens;
  if (first === undefined) return undefined;
  const found = tokens[at];
  switch (first.tokenType) {
    case t.Disable:
      return disableAdvice(misread, found);
    case t.Replace:
      return replaceAdvice(misread);
    case t.Insert:
      return insertAdvice(misread);
    case t.SetParameter:
      return setAdvice(misread);
    default:
  }
  if (first.tokenType === t.StringToken) return 'a variant cannot stand in another; close the braces before it';
  if (first.tokenType !== t.Name) return undefined;
  const { image } = first;
  if (second?.tokenType === t.Name || second === undefined) {
    const meant = FOREIGN_EDITS[image] ?? suggest(image, editWords);
    if (meant === 'disable' && second !== undefined) return `did you mean \`disable ${textOf(misread, 1)}\`?`;
    if (meant !== undefined) return `did you mean \`${meant}\`, as in \`${EDIT_FORMS[meant]}\`?`;
    if (image === 'enable' || image === 'keep' || image === 'only') {
      return 'what is not disabled stays as it is; `add_one_in a, b` makes variants with one of the parts alone';
    }
  }
  if (second?.tokenType === t.Colon)
    return `an edit gives a parameter its value with \`=\`: \`${image} = ${textOf(misread, 2)}\``;
  if (second?.tokenType === t.Slash || second?.tokenType === t.Dot || second?.tokenType === t.LeftBracket) {
    return `a parameter within the model is given with \`set\`: \`set ${textOf(misread, 0)}\``;
  }
  if (second?.tokenType === t.Equal) return undefined;
  const value = tokens[at]?.tokenType === t.NumberToken ? textOf(misread, at) : '…';
  return `a parameter of the model is given with \`${image} = ${value}\`; other edits begin with ${listed(editWords)}`;
}

function disableAdvice(misread: Misread, found: IToken | undefined): string {
  const { tokens, at } = misread;
  if (found?.tokenType === t.Assign && at > 1) return 'edits stand on lines of their own, or are separated by `;`';
  if (found?.tokenType === t.StringToken) return 'paths stand without quotes: `disable local/conv2d`';
  if (found?.tokenType === t.Dot)
    return `segments of a path are separated by \`/\`: \`${textOf(misread, 0).replaceAll('.', '/')}\``;
  if (tokens.length === 1) return `what is left out follows: \`${EDIT_FORMS['disable']}\``;
  if (tokens.at(-1)?.tokenType === t.Slash)
    return 'a path ends with a name: `disable local/conv2d`, or `local/*` for all in it';
  return `paths are separated by commas: \`disable ${pathsIn(misread)}\``;
}

/** `replace stem by conv2d(8, 3)`: the path, and the layer after whatever stands in place of `with`. */
function replaceAdvice(misread: Misread): string {
  const { tokens, at } = misread;
  const end = pathEnd(tokens, 1);
  const joint = tokens[end];
  if (joint?.tokenType === t.With && at > end) return `a layer follows \`with\`: \`${EDIT_FORMS['replace']}\``;
  const skipped = isJoint(joint) ? 1 : 0;
  const layer = tokens[end + skipped];
  // A call in place of a path: it is the layer that is meant to go in, or a layer of the model that has no path of this form.
  if (end === 1 || layer === undefined || joint?.tokenType === t.LeftParenthesis) {
    return `a path, \`with\`, and the layer in its place: \`${EDIT_FORMS['replace']}\``;
  }
  return `write \`replace ${textOf(misread, 1, end)} with ${textOf(misread, end + skipped)}\``;
}

/** `insert after stem: batch_norm`: the layer stands first. */
function insertAdvice(misread: Misread): string {
  const { tokens } = misread;
  const [, side] = tokens;
  const general = `the layer, \`before\` or \`after\`, and a path: \`${EDIT_FORMS['insert']}\``;
  if (side?.image !== 'before' && side?.image !== 'after') {
    const commas = tokens[misread.at]?.tokenType === t.Comma;
    return commas ? 'several layers are a pipeline: `insert batch_norm |> relu after stem`' : general;
  }
  const end = pathEnd(tokens, 2);
  const layer = end + (isJoint(tokens[end]) ? 1 : 0);
  if (end === 2 || tokens[layer] === undefined) return general;
  return `the layer stands first: \`insert ${textOf(misread, layer)} ${side.image} ${textOf(misread, 2, end)}\``;
}

/** `set width = 16`, which needs no `set`, or a path and parameter that do not stand together. */
function setAdvice(misread: Misread): string {
  const { tokens, at } = misread;
  const general = `a path, \`.\`, the parameter and its value: \`${EDIT_FORMS['set']}\``;
  const end = pathEnd(tokens, 1);
  const joint = tokens[end];
  if (at === end && end === 2 && (joint?.tokenType === t.Assign || joint?.tokenType === t.Colon) && tokens[end + 1]) {
    const value = textOf(misread, end + 1);
    return `a parameter of the model is given without \`set\`: \`${tokens[1]!.image} = ${value}\``;
  }
  const named = joint?.tokenType === t.Dot && tokens[end + 1]?.tokenType === t.Name ? end + 2 : end;
  const value = named + (isJoint(tokens[named]) ? 1 : 0);
  if (named === end || tokens[value] === undefined) return general;
  return `write \`set ${textOf(misread, 1, named)} = ${textOf(misread, value)}\``;
}

/** What stands between the parts of an edit in other languages. */
function isJoint(token: IToken | undefined): boolean {
  if (token === undefined) return false;
  const types = [t.Colon, t.Assign, t.Comma, t.Arrow, t.Pipe, t.With, t.Equal];
  return (
    types.includes(token.tokenType) ||
    (token.tokenType === t.Name && ['by', 'to', 'with', 'as', 'for'].includes(token.image))
  );
}

/** The index after a path that begins at an index: its tokens stand together. */
function pathEnd(tokens: readonly IToken[], from: number): number {
  const parts = [t.Name, t.Star, t.Power, t.Slash, t.LeftBracket, t.RightBracket, t.NumberToken];
  let end = from;
  for (let at = from; at < tokens.length; at += 1) {
    const [before, each] = [tokens[at - 1]!, tokens[at]!];
    if (!parts.includes(each.tokenType) || (at > from && t.endOf(before) < each.startOffset)) break;
    end = at + 1;
  }
  return end;
}

/** The paths after the first word, each a run of tokens that stand together, whatever is between them. */
function pathsIn({ source, tokens }: Misread): string {
  const found: string[] = [];
  for (let at = 1; at < tokens.length; ) {
    const end = pathEnd(tokens, at);
    const text =
      end > at ? source.text.slice(tokens[at]!.startOffset, t.endOf(tokens[end - 1]!)).replace(/^\[|\]$/g, '') : '';
    if (text !== '' && text !== 'and') found.push(text);
    at = Math.max(end, at + 1);
  }
  return found.length === 0 ? 'stem, local/conv2d' : found.join(', ');
}

function textOf({ source, tokens }: Misread, from: number, to: number = tokens.length): string {
  const [first, last] = [tokens[from], tokens[to - 1]];
  if (first === undefined || last === undefined) return '…';
  return onOneLine(source.span(first.startOffset, t.endOf(last)));
}

function listed(words: readonly string[]): string {
  return words.map((each) => `\`${each}\``).join(', ');
}
