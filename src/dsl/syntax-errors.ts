/** From what chevrotain reports to what a person wants to read: what was expected, what stands there, and why. */
import { EOF, type IRecognitionException, type IToken, type TokenType } from 'chevrotain';
import { editAdvice, entryAdvice } from './ablation-advice.ts';
import { editWords, entryWords } from './ablation-words.ts';
import { type Details, type Diagnostic, diagnostic, type Label } from './diagnostic.ts';
import type { Chunk } from './layout.ts';
import type { ChunkRule } from './parse-chunk.ts';
import type { Source, Span } from './source.ts';
import * as t from './tokens.ts';

/** The first mistake in a chunk; what follows in it may be its consequence. */
export function syntaxError(source: Source, chunk: Chunk, entry: ChunkRule, error: IRecognitionException): Diagnostic {
  const found = error.token;
  const at = found.tokenType === EOF ? chunk.tokens.length : chunk.tokens.indexOf(found);
  const previous = chunk.tokens[at - 1];
  const rules = error.context.ruleStack;
  const rule = rules.at(-1) ?? '';
  const wanted = error.name === 'MismatchedTokenException' ? error.message : '';
  const span = spanOfFound(source, chunk, found);

  const next = chunk.tokens[at + 1]?.tokenType;
  const named = wanted === 'Name' || next === t.Colon || next === t.Assign;
  if (named && t.keywords.has(found.tokenType) && found.tokenType !== t.Else) {
    return diagnostic('keyword-as-name', span, { word: found.image });
  }
  const itemInBody = t.itemKeywords.has(found.tokenType) && entry === 'statement' && at === 0;
  if (itemInBody) return diagnostic('item-in-body', span, { word: found.image });

  const labels: Label[] = [];
  const closing = CLOSED[rule];
  if (closing !== undefined && (wanted === 'Comma' || wanted.startsWith('Right'))) {
    const opener = openerBefore(chunk.tokens, at);
    if (opener !== undefined) {
      labels.push({ span: t.spanOf(source, opener), text: `${closing.what} open${closing.plural ? '' : 's'} here` });
    }
  }
  const inAblation = entry === 'variant' ? entryAdvice : entry === 'edit' ? editAdvice : undefined;
  const help =
    inAblation?.({ source, tokens: chunk.tokens, at }) ??
    advice(rules, entry, wanted, found, previous, chunk.tokens[at + 1]);
  const details: Details = { labels, help };
  const expected = expectation(error.name, rules, entry, wanted, previous);
  return diagnostic('expected', span, { expected, found: describe(found, chunk) }, details);
}

function spanOfFound(source: Source, chunk: Chunk, found: IToken): Span {
  if (found.tokenType !== EOF) {
    return source.span(found.startOffset, found.startOffset + found.image.length);
  }
  if (chunk.end !== undefined && chunk.end.image !== '') return t.spanOf(source, chunk.end);
  const last = chunk.tokens.at(-1);
  return source.span(last === undefined ? source.text.length : t.endOf(last));
}

function describe(found: IToken, chunk: Chunk): string {
  if (found.tokenType === EOF) {
    return chunk.end === undefined || chunk.end.image === '' ? 'the end of the line' : `\`${chunk.end.image}\``;
  }
  if (t.keywords.has(found.tokenType)) return `the keyword \`${found.image}\``;
  if (found.tokenType === t.StringToken) return found.image.length > 24 ? 'a string' : `the string ${found.image}`;
  return `\`${found.image}\``;
}

/** The bracketed rules: what the brackets hold, and what stands between them. */
const CLOSED: Readonly<Record<string, { what: string; plural?: true; element: string; close: string }>> = {
  importItem: { what: 'the names to import', plural: true, element: 'a name', close: '}' },
  group: { what: 'the group', element: 'a name', close: ')' },
  callArguments: { what: 'the arguments', plural: true, element: 'an argument', close: ')' },
  parenthesis: { what: 'the parenthesis', element: 'an expression', close: ')' },
  list: { what: 'the list', element: 'an element', close: ']' },
  parts: { what: 'the names', plural: true, element: 'a name', close: ']' },
  record: { what: 'the record', element: 'a field', close: '}' },
  sweepValues: { what: 'what varies', element: 'a parameter and its values', close: '}' },
  postfix: { what: 'the index', element: 'an index', close: ']' },
};

const NAMES: Readonly<Record<string, string>> = {
  constItem: 'the name of the constant',
  fnItem: 'the name of the function',
  layerItem: 'its name',
  ablation: 'the name of the ablation and `of` the name of a model',
  edit: 'the name of a parameter',
  loop: 'the name of a variable',
  postfix: 'a name after `.`',
  field: 'the name of a field',
  sweepField: 'the name of a parameter',
};

const TOKENS: Readonly<Record<string, string>> = {
  From: '`from` and the file to import from',
  String: 'the path of a file, in double quotes',
  Assign: '`=` and a value',
  In: '`in` and what to go through',
  LeftBrace: '`{` and the names to import',
  LeftParenthesis: '`(`',
  Body: '`{`',
  Of: '`of` and the name of a model',
  With: '`with` and a layer',
  Dot: '`.` and the name of a parameter',
};

function expectation(
  kind: string,
  rules: readonly string[],
  entry: ChunkRule,
  wanted: string,
  previous: IToken | undefined,
): string {
  const rule = rules.at(-1) ?? '';
  const afterSeparator = previous !== undefined && (isOpener(previous) || previous.tokenType === t.Comma);
  const closed = CLOSED[rule];
  const ofAblation = expectedInAblation(rule, entry, wanted, previous);
  if (ofAblation !== undefined && kind !== 'NotAllInputParsedException') return ofAblation;
  if (kind === 'MismatchedTokenException') {
    if (wanted === 'Name') return NAMES[rule] ?? 'a name';
    if (wanted === 'Colon') return rule === 'entry' ? '`:` and a type or shape' : '`:` and a value';
    if (closed !== undefined && (wanted === 'Comma' || wanted.startsWith('Right'))) {
      if (afterSeparator) return `${closed.element} or \`${closed.close}\``;
      return rule === 'postfix' ? '`]`' : `\`,\` or \`${closed.close}\``;
    }
    return TOKENS[wanted] ?? 'something else';
  }
  if (kind === 'NotAllInputParsedException') {
    if (entry === 'variant') return 'the end of the entry';
    if (entry === 'edit') return 'the end of the edit';
    if (entry === 'expression') return '`}`, the end of the interpolated expression';
    return entry === 'item' ? 'the end of the line' : 'the end of the statement';
  }
  if (rule === 'layerItem') return 'a shape';
  if (rule === 'fnItem') return '`{` and the body, or `=` and an expression';
  if (previous?.tokenType === t.Pipe) return 'a layer, block or function after `|>`';
  const inAnnotation = rules.at(-4) === 'annotation' && (previous === undefined || !isOperator(previous));
  return inAnnotation ? 'a type or a shape' : 'an expression';
}

/** What an entry or an edit could begin with, or what a path could go on with. */
function expectedInAblation(
  rule: string,
  entry: ChunkRule,
  wanted: string,
  previous: IToken | undefined,
): string | undefined {
  if (rule === 'segment' || rule === 'path' || rule === 'paths') return 'a path, such as `local/conv2d`';
  if (entry === 'variant' && wanted === 'String') return 'its name in double quotes';
  if (rule === 'sweepField' && wanted === '') return 'a parameter and its values';
  if (rule === 'sweepValues' && wanted === '') return 'a parameter and its values';
  if (entry === 'variant' && wanted === 'LeftBrace') return '`{` and lists of values by name';
  if (wanted !== '') return undefined;
  if (previous !== undefined) return rule === 'edit' && entry === 'edit' ? '`before` or `after` and a path' : undefined;
  const listed = (words: readonly string[]): string => words.map((each) => `\`${each}\``).join(', ');
  if (entry === 'variant') return `the name of a variant in quotes, or one of ${listed(entryWords)}`;
  if (entry === 'edit') return `one of ${listed(editWords)}, or a parameter of the model and its value`;
  return undefined;
}

function advice(
  rules: readonly string[],
  entry: ChunkRule,
  wanted: string,
  found: IToken,
  previous: IToken | undefined,
  next: IToken | undefined,
): string | undefined {
  const rule = rules.at(-1);
  if (rule === 'importItem' && wanted === 'LeftBrace')
    return 'an import names what it takes: `import { Block } from "./file.spec"`';
  switch (found.tokenType) {
    case t.Assign:
      if (rule === 'callArguments') return 'an argument is named with a colon: `name: value`';
      if (rule === 'sweepValues' || rule === 'sweepField')
        return 'what varies is written with a colon: `name: [1, 2]`, or `path.name: [1, 2]` for a parameter within the model';
      if (rule === 'record') return 'a field is written with a colon: `name: value`';
      if (wanted === 'Body' && rule === 'layerItem') return 'the body of a block stands in braces: `{ … }`';
      if (wanted === 'Body') return '`==` compares; `=` gives a value to a name';
      return undefined;
    case t.Equal:
      return wanted === 'Assign' ? '`=` gives a value to a name; `==` compares' : undefined;
    case t.Colon:
      if (wanted === 'Body') return 'a body stands in braces, without a colon: `{ … }`';
      if (rule === 'parenthesis' || entry !== 'statement') return undefined;
      return 'a result carries no type: write `name = value`';
    case t.Body:
      if (previous?.tokenType === t.If) return 'say when: `if condition { … }`';
      if (rule === 'primary')
        return 'a record is written `{ name: value }`; statements in braces follow `if`, `else` or `for`';
      return undefined;
    case t.Else:
      return '`else` follows the closing brace of an `if`';
    case t.Bar:
      return '`|>` pipes a value into a layer; `|` only stands between the choices of a type';
    case t.Semicolon:
      return 'inside of brackets, elements are separated by commas';
    case t.Plus:
      return rule === 'primary' && previous?.tokenType === t.Plus ? 'write `x += 1`; there is no `++`' : undefined;
    case t.Not:
      return next?.tokenType === t.In ? 'write `not (a in b)`' : undefined;
    case t.RightBrace:
      return entry === 'expression' ? 'a plain brace in a string is written `\\{`' : undefined;
    case t.Dot:
      return next?.tokenType === t.NumberToken ? 'a number begins with a digit: `0.5`' : undefined;
    default:
      return undefined;
  }
}

function isOperator(token: IToken): boolean {
  return token.tokenType.CATEGORIES?.includes(t.Operator) ?? false;
}

function isOpener(token: IToken): boolean {
  return token.tokenType === t.LeftParenthesis || token.tokenType === t.LeftBracket || token.tokenType === t.LeftBrace;
}

const CLOSERS: ReadonlySet<TokenType> = new Set([t.RightParenthesis, t.RightBracket, t.RightBrace]);

/** The bracket that is open at an index of a chunk. */
function openerBefore(tokens: readonly IToken[], index: number): IToken | undefined {
  let depth = 0;
  for (let at = index - 1; at >= 0; at--) {
    const token = tokens[at] as IToken;
    if (CLOSERS.has(token.tokenType)) depth++;
    else if (isOpener(token) && depth-- === 0) return token;
  }
  return undefined;
}
