/** Reads one chunk with the grammar. */
import type { CstNode, IRecognitionException, IToken } from 'chevrotain';
import { AblationParser } from './ablation-parser.ts';

/** What a chunk is read as. */
export type ChunkRule = 'item' | 'statement' | 'expression' | 'ablation' | 'variant' | 'edit';

export interface ChunkTree {
  readonly tree: CstNode;
  readonly errors: readonly IRecognitionException[];
}

let parser: AblationParser | undefined;

/** The tree is there in any case, with gaps where the text could not be understood. */
export function parseChunk(rule: ChunkRule, tokens: readonly IToken[]): ChunkTree {
  parser ??= new AblationParser();
  parser.input = [...tokens];
  // Nobody reads the stack of a syntax error, and collecting it takes most of the time that one costs.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const tree = parser[rule]();
    return { tree: tree ?? { name: rule, children: {} }, errors: parser.errors };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
