/**
 * The words of ablations. They are no keywords of the language, so that a result may be called `base` or a layer `insert`;
 * a chunk of an ablation gets their tokens here, where each can only be the word.
 */
import type { IToken, TokenType } from 'chevrotain';
import * as t from './tokens.ts';

/** What an entry of an ablation begins with, unless it is a variant and begins with its name. */
const ENTRY_WORDS: ReadonlyMap<string, TokenType> = new Map([
  ['base', t.Base],
  ['leave_one_out', t.LeaveOneOut],
  ['add_one_in', t.AddOneIn],
  ['grid', t.Grid],
  ['zip', t.Zip],
]);

/** What an edit of a variant begins with, unless it gives a parameter of the model a value. */
const EDIT_WORDS: ReadonlyMap<string, TokenType> = new Map([
  ['disable', t.Disable],
  ['replace', t.Replace],
  ['insert', t.Insert],
  ['set', t.SetParameter],
]);

/** The word between the parts of an entry or edit, by what it begins with. */
const INNER_WORDS: ReadonlyMap<TokenType, ReadonlyMap<string, TokenType>> = new Map([
  [t.Grid, new Map([['except', t.Except]])],
  [t.Zip, new Map([['except', t.Except]])],
  [t.Replace, new Map([['with', t.With]])],
  [
    t.Insert,
    new Map([
      ['before', t.Before],
      ['after', t.After],
    ]),
  ],
]);

export const entryWords: readonly string[] = [...ENTRY_WORDS.keys()];
export const editWords: readonly string[] = [...EDIT_WORDS.keys()];

/** `ablation Name of Model`: its third word. */
export function withItemWords(tokens: readonly IToken[]): readonly IToken[] {
  return tokens.map((each, at) => (at === 2 && each.image === 'of' ? retyped(each, t.Of) : each));
}

export function withEntryWords(tokens: readonly IToken[]): readonly IToken[] {
  return withWords(tokens, ENTRY_WORDS);
}

export function withEditWords(tokens: readonly IToken[]): readonly IToken[] {
  // `set = 3` gives a parameter of that name a value.
  return tokens[1]?.tokenType === t.Assign ? tokens : withWords(tokens, EDIT_WORDS);
}

/**
 * The first word, and the one between the parts, which stands apart, in no brackets and after a part: `replace with with relu`
 * replaces what is called `with`.
 */
function withWords(tokens: readonly IToken[], words: ReadonlyMap<string, TokenType>): readonly IToken[] {
  const [first] = tokens;
  const word = first?.tokenType === t.Name ? words.get(first.image) : undefined;
  if (first === undefined || word === undefined) return tokens;
  const found = [retyped(first, word), ...tokens.slice(1)];
  const at = innerWordAt(tokens, INNER_WORDS.get(word));
  if (at !== undefined) found[at] = retyped(tokens[at]!, INNER_WORDS.get(word)!.get(tokens[at]!.image)!);
  return found;
}

function innerWordAt(tokens: readonly IToken[], words: ReadonlyMap<string, TokenType> | undefined): number | undefined {
  if (words === undefined) return undefined;
  let depth = 0;
  for (const [at, each] of tokens.entries()) {
    if (OPENERS.has(each.tokenType)) depth += 1;
    else if (CLOSERS.has(each.tokenType)) depth -= 1;
    const before = tokens[at - 1];
    if (at < 2 || depth > 0 || each.tokenType !== t.Name || !words.has(each.image) || before === undefined) continue;
    if (t.endOf(before) < each.startOffset && endsPart(before)) return at;
  }
  return undefined;
}

function endsPart({ tokenType }: IToken): boolean {
  if (tokenType === t.Star || tokenType === t.Power) return true;
  return tokenType !== t.Comma && tokenType !== t.Slash && tokenType.CATEGORIES?.includes(t.Operator) !== true;
}

const OPENERS: ReadonlySet<TokenType> = new Set([t.LeftParenthesis, t.LeftBracket, t.LeftBrace]);
const CLOSERS: ReadonlySet<TokenType> = new Set([t.RightParenthesis, t.RightBracket, t.RightBrace]);

/** What the braces after a word of an ablation hold by name: what a sweep varies, the fields of a record, or no values. */
export function valuesAfter(chunk: readonly IToken[], { image, tokenType }: IToken): 'varied' | 'record' | 'none' {
  // `grid { … } except { … }, { … }`
  if (tokenType === t.Comma && ['grid', 'zip'].includes(chunk[0]!.image)) return 'varied';
  if (tokenType !== t.Name) return 'none';
  if (chunk.length === 1) return ['grid', 'zip'].includes(image) ? 'varied' : image === 'insert' ? 'record' : 'none';
  return image === 'except' ? 'varied' : image === 'with' ? 'record' : 'none';
}

function retyped(token: IToken, type: TokenType): IToken {
  return { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx as number };
}
