/** Words that other languages begin a declaration or a statement with, and what is written here. */
import type { IToken, TokenType } from 'chevrotain';
import { suggest } from '../shared/suggest.ts';
import * as t from './tokens.ts';

const ITEMS: Readonly<Record<string, TokenType>> = {
  import: t.Import,
  const: t.Const,
  fn: t.Fn,
  block: t.Block,
  model: t.Model,
  ablation: t.Ablation,
};

const FOREIGN_ITEMS: Readonly<Record<string, string>> = {
  def: 'fn',
  func: 'fn',
  fun: 'fn',
  function: 'fn',
  class: 'block',
  layer: 'block',
  module: 'block',
  network: 'model',
  let: 'const',
  var: 'const',
  val: 'const',
};

/** Whether two names in a row begin an item with a word that is not ours; `type` is ours, where it can be guessed. */
export function foreignItem(
  first: IToken,
  second: IToken | undefined,
): { help: string | undefined; type: TokenType | undefined } | undefined {
  if (first.tokenType !== t.Name || second?.tokenType !== t.Name) return undefined;
  const foreign = Object.hasOwn(FOREIGN_ITEMS, first.image) ? FOREIGN_ITEMS[first.image] : undefined;
  const word = foreign ?? suggest(first.image, Object.keys(ITEMS));
  if (word === undefined) return { help: undefined, type: undefined };
  return { help: `did you mean \`${word}\`?`, type: ITEMS[word] };
}

interface ForeignStatement {
  readonly help: string;
  /** What follows the word is a statement of ours. */
  readonly drop: boolean;
}

const DECLARATION: ForeignStatement = { help: 'a result needs no keyword: write `name = value`', drop: true };

const STATEMENTS: Readonly<Record<string, ForeignStatement>> = {
  return: { help: 'the last expression of a body is its value: write it without `return`', drop: true },
  yield: { help: 'collect values in a list: `values += x`', drop: false },
  let: DECLARATION,
  var: DECLARATION,
  val: DECLARATION,
  while: { help: 'the only loop is `for x in xs { … }`', drop: false },
  elif: { help: 'write `else if`, after the closing brace', drop: false },
  def: { help: 'functions are declared at the top of a file, with `fn`', drop: false },
};

/** A statement that begins with a word of another language and then something that could not follow a name. */
export function foreignStatement(first: IToken, second: IToken | undefined): ForeignStatement | undefined {
  if (first.tokenType !== t.Name || second === undefined || !Object.hasOwn(STATEMENTS, first.image)) return undefined;
  const starts = [t.Name, t.NumberToken, t.StringToken, t.True, t.False, t.If, t.Not];
  return starts.includes(second.tokenType) ? STATEMENTS[first.image] : undefined;
}
