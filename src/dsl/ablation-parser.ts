/** The grammar of ablations: the item, an entry in its braces, and an edit in those of a variant, each a chunk. */
import type { CstNode, ParserMethod } from 'chevrotain';
import { ChunkParser } from './parser.ts';
import * as t from './tokens.ts';

type Rule = ParserMethod<[], CstNode>;

export class AblationParser extends ChunkParser {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  /** `ablation Name of Model(settings) { … }` */
  readonly ablation: Rule = this.RULE('ablation', () => {
    this.CONSUME(t.Ablation);
    this.CONSUME(t.Name);
    this.CONSUME(t.Of);
    this.CONSUME2(t.Name, { LABEL: 'model' });
    this.OPTION(() => this.SUBRULE(this.callArguments));
    this.CONSUME(t.Body);
  });

  // ── entries ─────────────────────────────────────────────────────────────────────────────────────────────────────

  readonly variant: Rule = this.RULE('variant', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.StringToken);
          this.CONSUME(t.Body);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Base);
          this.CONSUME2(t.StringToken);
        },
      },
      {
        ALT: () => {
          this.OR2([{ ALT: () => this.CONSUME(t.LeaveOneOut) }, { ALT: () => this.CONSUME(t.AddOneIn) }]);
          this.SUBRULE(this.paths);
        },
      },
      {
        ALT: () => {
          this.OR3([{ ALT: () => this.CONSUME(t.Grid) }, { ALT: () => this.CONSUME(t.Zip) }]);
          this.SUBRULE(this.sweepValues);
          this.OPTION(() => {
            this.CONSUME(t.Except);
            this.SUBRULE2(this.sweepValues);
            this.MANY(() => {
              this.CONSUME(t.Comma);
              this.SUBRULE3(this.sweepValues);
            });
          });
        },
      },
    ]);
  });

  /** `{ width: [8, 16], local/relu.alpha: [0.1, 0.2] }` */
  readonly sweepValues: Rule = this.RULE('sweepValues', () => {
    this.CONSUME(t.LeftBrace);
    this.AT_LEAST_ONE(() => {
      this.SUBRULE(this.sweepField);
      if (this.LA(1).tokenType !== t.RightBrace) this.CONSUME(t.Comma);
    });
    this.CONSUME(t.RightBrace);
  });

  readonly sweepField: Rule = this.RULE('sweepField', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Name);
          this.CONSUME(t.Colon);
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.path);
          this.CONSUME(t.Dot);
          this.CONSUME2(t.Name);
          this.CONSUME2(t.Colon);
        },
      },
    ]);
    this.SUBRULE(this.expression);
  });

  // ── edits ───────────────────────────────────────────────────────────────────────────────────────────────────────

  readonly edit: Rule = this.RULE('edit', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Disable);
          this.SUBRULE(this.paths);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Replace);
          this.SUBRULE2(this.paths);
          this.CONSUME(t.With);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Insert);
          this.SUBRULE2(this.expression);
          this.OR2([{ ALT: () => this.CONSUME(t.Before) }, { ALT: () => this.CONSUME(t.After) }]);
          this.SUBRULE3(this.paths);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.SetParameter);
          this.SUBRULE(this.path);
          this.CONSUME(t.Dot);
          this.CONSUME(t.Name);
          this.CONSUME(t.Assign);
          this.SUBRULE3(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME2(t.Name);
          this.CONSUME2(t.Assign);
          this.SUBRULE4(this.expression);
        },
      },
    ]);
  });

  readonly paths: Rule = this.RULE('paths', () => {
    this.SUBRULE(this.path);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE2(this.path);
    });
  });

  /** `local/Residual[*]/conv2d`, `**` before `/relu` */
  readonly path: Rule = this.RULE('path', () => {
    this.SUBRULE(this.segment);
    this.MANY(() => {
      this.CONSUME(t.Slash);
      this.SUBRULE2(this.segment);
    });
  });

  /** `Residual[2]`, `conv*`: what stands together. */
  readonly segment: Rule = this.RULE('segment', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Name) },
      { ALT: () => this.CONSUME(t.Star) },
      { ALT: () => this.CONSUME(t.Power) },
    ]);
    this.MANY({
      GATE: () => t.endOf(this.LA(0)) === this.LA(1).startOffset,
      DEF: () =>
        this.OR2([
          { ALT: () => this.CONSUME2(t.Name) },
          { ALT: () => this.CONSUME2(t.Star) },
          { ALT: () => this.CONSUME2(t.Power) },
        ]),
    });
    this.OPTION(() => {
      this.CONSUME(t.LeftBracket);
      this.OR3([{ ALT: () => this.CONSUME(t.NumberToken) }, { ALT: () => this.CONSUME3(t.Star) }]);
      this.CONSUME(t.RightBracket);
    });
  });
}
