/**
 * The grammar of one chunk, an item or a statement, as a chevrotain `CstParser`.
 *
 * It accepts a little more than the language, wherever the AST builder can then give a better message: any expression
 * as the target of an assignment, types and shapes read as expressions, operators in one flat list without precedence.
 * Brackets are balanced and bodies are single tokens by now (`layout.ts`), so only brackets make the parser recurse.
 * The alternatives of rules that run often are made once, beside the rule, as chevrotain advises.
 */
import { type CstNode, CstParser, type ParserMethod, type TokenType } from 'chevrotain';
import * as t from './tokens.ts';

type Rule = ParserMethod<[], CstNode>;

/** Only the first mistake of a chunk is told: after this many the parser no longer tries to mend each, which is slow. */
const MOST_MENDED = 64;

/** Everything but ablations (`ablation-parser.ts`), whose class completes the analysis of the grammar. */
export abstract class ChunkParser extends CstParser {
  constructor() {
    super([...t.tokenTypes], {
      recoveryEnabled: true,
      maxLookahead: 2,
      nodeLocationTracking: 'onlyOffset',
      skipValidations: true,
      errorMessageProvider: {
        // The texts are made in syntax-errors.ts; a message only carries the name of the token that was expected.
        buildMismatchTokenMessage: ({ expected }) => expected.name,
        buildNotAllInputParsedMessage: () => '',
        buildNoViableAltMessage: () => '',
        buildEarlyExitMessage: () => '',
      },
    });
  }

  // ── items ───────────────────────────────────────────────────────────────────────────────────────────────────────

  readonly item: Rule = this.RULE('item', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.importItem) },
      { ALT: () => this.SUBRULE(this.constItem) },
      { ALT: () => this.SUBRULE(this.fnItem) },
      { ALT: () => this.SUBRULE(this.layerItem) },
    ]);
  });

  readonly importItem: Rule = this.RULE('importItem', () => {
    this.CONSUME(t.Import);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.CONSUME(t.Name);
      if (!this.at(t.RightBrace)) this.CONSUME(t.Comma);
    });
    this.CONSUME(t.RightBrace);
    this.CONSUME(t.From);
    this.CONSUME(t.StringToken);
  });

  readonly constItem: Rule = this.RULE('constItem', () => {
    this.CONSUME(t.Const);
    this.CONSUME(t.Name);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
  });

  readonly fnItem: Rule = this.RULE('fnItem', () => {
    this.CONSUME(t.Fn);
    this.CONSUME(t.Name);
    this.SUBRULE(this.group);
    this.OPTION(() => {
      this.CONSUME(t.Arrow);
      this.SUBRULE(this.annotation);
    });
    this.OR([
      { ALT: () => this.CONSUME(t.Body) },
      {
        ALT: () => {
          this.CONSUME(t.Assign);
          this.SUBRULE(this.expression);
        },
      },
    ]);
  });

  readonly layerItem: Rule = this.RULE('layerItem', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Block) }, { ALT: () => this.CONSUME(t.Model) }]);
    this.CONSUME(t.Name);
    this.MANY(() => this.SUBRULE(this.group));
    this.OPTION(() => {
      this.CONSUME(t.Arrow);
      this.OR1([{ ALT: () => this.SUBRULE1(this.group) }, { ALT: () => this.SUBRULE(this.annotation) }]);
    });
    this.CONSUME(t.Body);
  });

  /** `(name: annotation = default, …)`: parameters, tensor inputs or tensor outputs. */
  readonly group: Rule = this.RULE('group', () => {
    this.CONSUME(t.LeftParenthesis);
    this.MANY(() => {
      this.SUBRULE(this.entry);
      if (!this.at(t.RightParenthesis)) this.CONSUME(t.Comma);
    });
    this.CONSUME(t.RightParenthesis);
  });

  readonly entry: Rule = this.RULE('entry', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.annotation);
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expression);
    });
  });

  /** A type or a shape. */
  readonly annotation: Rule = this.RULE('annotation', () => {
    this.SUBRULE(this.expression);
  });

  // ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────

  readonly statement: Rule = this.RULE('statement', () => {
    this.OR(this.#statementAlternatives);
  });

  readonly #statementAlternatives = [
    { ALT: () => this.SUBRULE(this.forStatement) },
    { ALT: () => this.SUBRULE(this.assertStatement) },
    { ALT: () => this.SUBRULE(this.assignment) },
  ];

  readonly forStatement: Rule = this.RULE('forStatement', () => {
    this.CONSUME(t.For);
    this.SUBRULE(this.loop);
    this.CONSUME(t.Body);
  });

  /** `x in xs`, `i, x in xs`, `[a, b] in xs` or `i, [a, b] in xs` */
  readonly loop: Rule = this.RULE('loop', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.parts) },
      {
        ALT: () => {
          this.CONSUME(t.Name);
          this.OPTION(() => {
            this.CONSUME(t.Comma);
            this.OR1([{ ALT: () => this.CONSUME2(t.Name) }, { ALT: () => this.SUBRULE2(this.parts) }]);
          });
        },
      },
    ]);
    this.CONSUME(t.In);
    this.SUBRULE(this.expression);
  });

  /** `[a, b]`: what an element is taken apart into. */
  readonly parts: Rule = this.RULE('parts', () => {
    this.CONSUME(t.LeftBracket);
    this.MANY(() => {
      this.CONSUME(t.Name);
      if (!this.at(t.RightBracket)) this.CONSUME(t.Comma);
    });
    this.CONSUME(t.RightBracket);
  });

  readonly assertStatement: Rule = this.RULE('assertStatement', () => {
    this.CONSUME(t.Assert);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE2(this.expression);
    });
  });

  /** An assignment, an append, or an expression alone. */
  readonly assignment: Rule = this.RULE('assignment', () => {
    this.SUBRULE(this.expression, { LABEL: 'target' });
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE2(this.expression, { LABEL: 'target' });
    });
    this.OPTION(() => {
      this.OR([{ ALT: () => this.CONSUME(t.Assign) }, { ALT: () => this.CONSUME(t.PlusAssign) }]);
      this.SUBRULE3(this.expression, { LABEL: 'value' });
    });
  });

  // ── expressions ─────────────────────────────────────────────────────────────────────────────────────────────────

  readonly expression: Rule = this.RULE('expression', () => {
    // A table is mostly plain numbers, and takes half the time where they need no rules of their own.
    if (this.isPlainNumber()) {
      this.CONSUME(t.NumberToken);
      return;
    }
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.Operator);
      this.SUBRULE2(this.operand);
    });
  });

  readonly operand: Rule = this.RULE('operand', () => {
    this.MANY(() => this.CONSUME(t.PrefixOperator));
    this.SUBRULE(this.primary);
    this.MANY2(() => this.SUBRULE(this.postfix));
  });

  readonly postfix: Rule = this.RULE('postfix', () => {
    this.OR(this.#postfixAlternatives);
  });

  readonly #postfixAlternatives = [
    { ALT: () => this.SUBRULE(this.callArguments) },
    {
      ALT: () => {
        this.CONSUME(t.Dot);
        this.CONSUME(t.Name);
      },
    },
    {
      ALT: () => {
        this.CONSUME(t.LeftBracket);
        if (!this.at(t.Colon)) this.SUBRULE(this.expression, { LABEL: 'start' });
        this.OPTION(() => {
          this.CONSUME(t.Colon);
          this.OPTION2(() => this.SUBRULE2(this.expression, { LABEL: 'end' }));
        });
        this.CONSUME(t.RightBracket);
      },
    },
  ];

  readonly callArguments: Rule = this.RULE('callArguments', () => {
    this.CONSUME(t.LeftParenthesis);
    this.MANY(() => {
      this.SUBRULE(this.argument);
      if (!this.at(t.RightParenthesis)) this.CONSUME(t.Comma);
    });
    this.CONSUME(t.RightParenthesis);
  });

  readonly argument: Rule = this.RULE('argument', () => {
    this.OPTION(() => {
      this.CONSUME(t.Name);
      this.CONSUME(t.Colon);
    });
    this.SUBRULE(this.expression);
  });

  readonly primary: Rule = this.RULE('primary', () => {
    this.OR(this.#primaryAlternatives);
  });

  readonly #primaryAlternatives = [
    { ALT: () => this.CONSUME(t.NumberToken) },
    { ALT: () => this.SUBRULE(this.strings) },
    { ALT: () => this.CONSUME(t.True) },
    { ALT: () => this.CONSUME(t.False) },
    { ALT: () => this.CONSUME(t.Name) },
    { ALT: () => this.CONSUME(t.Hole) },
    { ALT: () => this.SUBRULE(this.parenthesis) },
    { ALT: () => this.SUBRULE(this.list) },
    { ALT: () => this.SUBRULE(this.record) },
    { ALT: () => this.SUBRULE(this.ifExpression) },
  ];

  /** One string, or the choices of a type: `"same" | "valid"`. */
  readonly strings: Rule = this.RULE('strings', () => {
    this.CONSUME(t.StringToken);
    this.MANY(() => {
      this.CONSUME(t.Bar);
      this.CONSUME2(t.StringToken);
    });
  });

  /** `(a)` or the tuple `(a, b)`. */
  readonly parenthesis: Rule = this.RULE('parenthesis', () => {
    this.CONSUME(t.LeftParenthesis);
    this.SUBRULE(this.expression);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.OPTION(() => this.SUBRULE2(this.expression));
    });
    this.CONSUME(t.RightParenthesis);
  });

  /** A list, a comprehension or a shape. */
  readonly list: Rule = this.RULE('list', () => {
    this.CONSUME(t.LeftBracket);
    this.MANY(() => {
      this.SUBRULE(this.element);
      if (!this.at(t.RightBracket) && !this.at(t.For)) this.CONSUME(t.Comma);
    });
    this.MANY2(() => this.SUBRULE(this.generator));
    this.CONSUME(t.RightBracket);
  });

  readonly generator: Rule = this.RULE('generator', () => {
    this.CONSUME(t.For);
    this.SUBRULE(this.loop);
    this.OPTION(() => {
      this.CONSUME(t.If);
      this.SUBRULE(this.expression);
    });
  });

  readonly element: Rule = this.RULE('element', () => {
    this.OR(this.#elementAlternatives);
  });

  readonly #elementAlternatives = [
    {
      ALT: () => {
        this.CONSUME(t.Ellipsis);
        this.OPTION(() => this.CONSUME(t.Name));
      },
    },
    { ALT: () => this.SUBRULE(this.expression) },
  ];

  readonly record: Rule = this.RULE('record', () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.SUBRULE(this.field);
      if (!this.at(t.RightBrace)) this.CONSUME(t.Comma);
    });
    this.CONSUME(t.RightBrace);
  });

  readonly field: Rule = this.RULE('field', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.expression);
  });

  readonly ifExpression: Rule = this.RULE('ifExpression', () => {
    this.CONSUME(t.If);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Body);
    this.MANY(() => {
      this.CONSUME(t.Else);
      this.CONSUME2(t.If);
      this.SUBRULE2(this.expression);
      this.CONSUME2(t.Body);
    });
    this.OPTION(() => {
      this.CONSUME2(t.Else);
      this.CONSUME3(t.Body, { LABEL: 'otherwise' });
    });
  });

  protected override canTokenTypeBeInsertedInRecovery(): boolean {
    return this.errors.length < MOST_MENDED;
  }

  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    return this.errors.length < MOST_MENDED;
  }

  /** Whether a number stands here that nothing follows but the next element, or the end of all of them. */
  private isPlainNumber(): boolean {
    if (!this.at(t.NumberToken)) return false;
    const next = this.LA(2).tokenType;
    return next === t.Comma || next === t.RightBracket || next === t.RightParenthesis;
  }

  /** Whether a bracket closes here; a chunk that ends inside a bracket does not exist. */
  private at(type: TokenType): boolean {
    return this.LA(1).tokenType === type;
  }
}
