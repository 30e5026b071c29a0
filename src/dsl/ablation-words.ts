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

const INNER_WORDS: ReadonlyMap<string, TokenType> = new Map([
  ['except', t.Except],
  ['with', t.With],
  ['before', t.Before],
  ['after', t.After],
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

/** The first word, and those between its parts, which stand apart and in no brackets. */
function withWords(tokens: readonly IToken[], first: ReadonlyMap<string, TokenType>): readonly IToken[] {
  let depth = 0;
  return tokens.map((each, at) => {
    if (OPENERS.has(each.tokenType)) depth += 1;
    else if (CLOSERS.has(each.tokenType)) depth -= 1;
    if (each.tokenType !== t.Name || depth > 0) return each;
    const before = tokens[at - 1];
    if (before === undefined) return retyped(each, first.get(each.image));
    return t.endOf(before) < each.startOffset ? retyped(each, INNER_WORDS.get(each.image)) : each;
  });
}

const OPENERS: ReadonlySet<TokenType> = new Set([t.LeftParenthesis, t.LeftBracket, t.LeftBrace]);
const CLOSERS: ReadonlySet<TokenType> = new Set([t.RightParenthesis, t.RightBracket, t.RightBrace]);

function retyped(token: IToken, type: TokenType | undefined): IToken {
  return type === undefined ? token : { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx as number };
}
