/**
 * The words of the language: every token type, and the lexer.
 *
 * Lexing never fails. What has no meaning becomes an `Unknown` token, and spellings from other languages (`&&`, `:=`,
 * `# comment`, `'text'`) have tokens of their own, so that the next pass (`layout.ts`) can say what to write instead.
 */
import { createToken, type IToken, type ITokenConfig, Lexer, type TokenType } from 'chevrotain';
import type { Source, Span } from './source.ts';
import { stringEnd } from './string-literal.ts';

const types: TokenType[] = [];

function token(name: string, pattern: ITokenConfig['pattern'], more: Partial<ITokenConfig> = {}): TokenType {
  const type = createToken({ name, ...(pattern === undefined ? {} : { pattern }), ...more });
  types.push(type);
  return type;
}

/**
 * Whether the `/*` at `start` goes on with a path of an ablation, as in `local/*` or `local/**` before `/conv2d`: it touches
 * what stands before it, and no comment closes in its line.
 */
function isWithinPath(text: string, start: number): boolean {
  if (!/[\w\]*]/.test(text.charAt(start - 1))) return false;
  const rest = /^\/\*{1,2}([^\n]*)/.exec(text.slice(start, start + 200))?.[1] ?? '';
  // Nor do the stars of another path: `local/*, **` before `/relu`.
  return !rest.replace(/\*+\/(?=[\w*])/g, '').includes('*/');
}

/** A pattern that is found by a function: returns the end of the token that starts at `start`, or undefined. */
function scanned(first: string, end: (text: string, start: number) => number | undefined, lineBreaks: boolean) {
  return {
    pattern: (text: string, start: number): RegExpExecArray | null => {
      const found = text.startsWith(first, start) ? end(text, start) : undefined;
      return found === undefined ? null : ([text.slice(start, found)] as unknown as RegExpExecArray);
    },
    more: { line_breaks: lineBreaks, start_chars_hint: [first.charAt(0)] },
  };
}

// ── categories ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Everything that stands between two operands, `|>` included. */
export const Operator = token('Operator', Lexer.NA);
export const PrefixOperator = token('PrefixOperator', Lexer.NA);

// ── blanks and comments ───────────────────────────────────────────────────────────────────────────────────────────

export const Newline = token('Newline', /\n/, { line_breaks: true });
token('Blank', /[ \t\r\f\v\u00a0\ufeff]+/, { group: Lexer.SKIPPED });
export const DocComment = token('DocComment', /\/\/\/(?!\/)[^\n]*/);
export const Comment = token('Comment', /\/\/[^\n]*/);
const blockComment = scanned(
  '/*',
  (text, start) => {
    if (isWithinPath(text, start)) return undefined;
    const close = text.indexOf('*/', start + 2);
    return close < 0 ? text.length : close + 2;
  },
  true,
);
export const BlockComment = token('BlockComment', blockComment.pattern, blockComment.more);
export const HashComment = token('HashComment', /#[^\n]*/);

// ── spellings from other languages ────────────────────────────────────────────────────────────────────────────────

export const ForeignOperator = token('ForeignOperator', /===|!==|&&|\|\||:=|=>|<>|\^|[-*/%]=(?!=)|!(?!=)/);
export const SingleQuoted = token('SingleQuoted', /'(?:[^'\\\n]|\\[^\n])*'/);

// ── names and keywords ────────────────────────────────────────────────────────────────────────────────────────────

export const Name = createToken({ name: 'Name', pattern: /[A-Za-z_][A-Za-z0-9_]*/ });

function keyword(word: string, categories: TokenType[] = []): TokenType {
  const name = word.charAt(0).toUpperCase() + word.slice(1);
  return token(name, new RegExp(word), { longer_alt: Name, categories });
}

export const Import = keyword('import');
/** A keyword only after the names of an import; anywhere else a name like any other. */
export const From = keyword('from', [Name]);
export const Const = keyword('const');
export const Fn = keyword('fn');
export const Block = keyword('block');
export const Model = keyword('model');
export const Ablation = keyword('ablation');
export const Assert = keyword('assert');
export const For = keyword('for');
export const In = keyword('in', [Operator]);
export const If = keyword('if');
export const Else = keyword('else');
export const And = keyword('and', [Operator]);
export const Or = keyword('or', [Operator]);
export const Not = keyword('not', [PrefixOperator]);
export const True = keyword('true');
export const False = keyword('false');
types.push(Name);

/** The words that open an item at the top of a file. */
export const itemKeywords: ReadonlySet<TokenType> = new Set([Import, Const, Fn, Block, Model, Ablation]);

export const keywords: ReadonlySet<TokenType> = new Set([
  ...itemKeywords,
  ...[Assert, For, In, If, Else, And, Or, Not, True, False],
]);

// ── literals ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Takes in more than a number may be (`.5`, `3px`), so that the AST builder can say what is wrong with it. */
export const NumberToken = token(
  'Number',
  /\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?[A-Za-z_\d]*|\.\d[\d_]*(?:[eE][+-]?\d+)?/,
);
const string = scanned('"', (text, start) => stringEnd(text, start).end, false);
/** With its quotes, from the opening one to the end of the line if there is no closing one. */
export const StringToken = token('String', string.pattern, string.more);

// ── operators and punctuation ─────────────────────────────────────────────────────────────────────────────────────

export const Ellipsis = token('Ellipsis', /\.\.\./);
export const Arrow = token('Arrow', /->/);
export const Pipe = token('Pipe', /\|>/, { categories: [Operator] });
export const PlusAssign = token('PlusAssign', /\+=/);
export const Power = token('Power', /\*\*/, { categories: [Operator] });
export const Equal = token('Equal', /==/, { categories: [Operator] });
export const NotEqual = token('NotEqual', /!=/, { categories: [Operator] });
export const LessEqual = token('LessEqual', /<=/, { categories: [Operator] });
export const GreaterEqual = token('GreaterEqual', />=/, { categories: [Operator] });
export const Less = token('Less', /</, { categories: [Operator] });
export const Greater = token('Greater', />/, { categories: [Operator] });
export const Plus = token('Plus', /\+/, { categories: [Operator] });
export const Minus = token('Minus', /-/, { categories: [Operator, PrefixOperator] });
export const Star = token('Star', /\*/, { categories: [Operator] });
export const Slash = token('Slash', /\//, { categories: [Operator] });
export const Percent = token('Percent', /%/, { categories: [Operator] });
export const Assign = token('Assign', /=/);
export const Bar = token('Bar', /\|/);
export const Comma = token('Comma', /,/);
export const Colon = token('Colon', /:/);
export const Dot = token('Dot', /\./);
export const Semicolon = token('Semicolon', /;/);
export const LeftParenthesis = token('LeftParenthesis', /\(/);
export const RightParenthesis = token('RightParenthesis', /\)/);
export const LeftBracket = token('LeftBracket', /\[/);
export const RightBracket = token('RightBracket', /\]/);
export const LeftBrace = token('LeftBrace', /\{/);
export const RightBrace = token('RightBrace', /\}/);
/** Runs of characters beyond ASCII, or one ASCII character, that begin no other token. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among what it finds
export const Unknown = token('Unknown', /[\x80-\uffff]+|[\0-\x1f!-~\x7f]/, { line_breaks: false });

// ── made by the layout pass ───────────────────────────────────────────────────────────────────────────────────────

/** `{ … }` around statements, as one token that carries them (`BodyGroup` in layout.ts). */
export const Body = token('Body', Lexer.NA);
/** Stands for source that was given up on and reported. */
export const Hole = token('Hole', Lexer.NA);

// ── words of ablations, which are names anywhere else (ablation-words.ts) ─────────────────────────────────────────

export const Of = token('Of', Lexer.NA);
export const Base = token('Base', Lexer.NA);
export const LeaveOneOut = token('LeaveOneOut', Lexer.NA);
export const AddOneIn = token('AddOneIn', Lexer.NA);
export const Grid = token('Grid', Lexer.NA);
export const Zip = token('Zip', Lexer.NA);
export const Except = token('Except', Lexer.NA);
export const Disable = token('Disable', Lexer.NA);
export const Replace = token('Replace', Lexer.NA);
export const With = token('With', Lexer.NA);
export const Insert = token('Insert', Lexer.NA);
export const Before = token('Before', Lexer.NA);
export const After = token('After', Lexer.NA);
export const SetParameter = token('SetParameter', Lexer.NA);

export const tokenTypes: readonly TokenType[] = types;

/** What to write for an operator of another language, and which token to go on with. */
export const foreignOperators: Readonly<Record<string, { instead: string; type: TokenType }>> = {
  '===': { instead: '==', type: Equal },
  '!==': { instead: '!=', type: NotEqual },
  '<>': { instead: '!=', type: NotEqual },
  '&&': { instead: 'and', type: And },
  '||': { instead: 'or', type: Or },
  '!': { instead: 'not', type: Not },
  ':=': { instead: '=', type: Assign },
  '=>': { instead: '->', type: Arrow },
  '^': { instead: '**', type: Power },
  '-=': { instead: 'x = x - …', type: Assign },
  '*=': { instead: 'x = x * …', type: Assign },
  '/=': { instead: 'x = x / …', type: Assign },
  '%=': { instead: 'x = x % …', type: Assign },
};

let lexer: Lexer | undefined;

/** All tokens of a stretch of the source (the whole of it by default), comments and line ends included. */
export function lex(source: Source, start = 0, end: number = source.text.length): IToken[] {
  lexer ??= new Lexer([...tokenTypes], { positionTracking: 'onlyOffset', skipValidations: true });
  const { tokens } = lexer.tokenize(source.text.slice(start, end));
  for (const each of tokens) {
    each.startOffset += start;
    each.endOffset = each.startOffset + each.image.length - 1;
  }
  return tokens;
}

/** The offset just past a token. */
export function endOf(token: IToken): number {
  return (token.endOffset ?? token.startOffset - 1) + 1;
}

export function spanOf(source: Source, token: IToken): Span {
  return source.span(token.startOffset, endOf(token));
}
