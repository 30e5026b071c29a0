/** Ablations of the syntax tree: their entries and edits, each of which is a chunk. */
import type { CstNode, IToken } from 'chevrotain';
import { withEditWords, withEntryWords } from './ablation-words.ts';
import type { Expression, Name } from './ast.ts';
import type { AblationEntry, AblationItem, EditStatement, PathPattern, SweepValues } from './ast-ablation.ts';
import { AnnotationBuilder } from './build-annotation.ts';
import { node, nodes, token, tokens } from './cst.ts';
import { diagnostic } from './diagnostic.ts';
import type { BodyGroup, Chunk } from './layout.ts';
import type { ChunkRule } from './parse-chunk.ts';
import type { Span } from './source.ts';

export abstract class AblationBuilder extends AnnotationBuilder {
  /** Parses a chunk and reports the first mistake in it. */
  protected abstract parseChunk(rule: ChunkRule, chunk: Chunk): CstNode;
  protected abstract chunkSpan(chunk: Chunk): Span;
  /** The documentation before a token. */
  protected abstract doc(first: IToken): string | undefined;

  protected ablation(tree: CstNode, span: Span, doc: string | undefined): AblationItem | undefined {
    const name = token(tree, 'Name');
    const model = token(tree, 'model');
    if (name === undefined || model === undefined) return undefined;
    const given = node(tree, 'callArguments');
    const body = token(tree, 'Body');
    return {
      kind: 'ablation',
      span,
      doc,
      name: this.name(name),
      model: this.name(model),
      arguments: given === undefined ? [] : this.arguments(given, this.tokenSpan(model)),
      body: {
        span: body === undefined ? this.source.span(span.end) : this.tokenSpan(body),
        entries: chunksOf(body).flatMap((each) => this.#entry(each) ?? []),
      },
    };
  }

  #entry(chunk: Chunk): AblationEntry | undefined {
    const first = chunk.tokens[0] as IToken;
    const named = first.tokenType.name === 'String';
    const doc = named ? this.doc(first) : undefined;
    const tree = this.parseChunk('variant', { ...chunk, tokens: withEntryWords(chunk.tokens) });
    const span = this.chunkSpan(chunk);
    const string = token(tree, 'String');
    if (token(tree, 'Base') !== undefined) {
      return string && { kind: 'base', span, name: this.#label(string) };
    }
    if (string !== undefined) return this.#variant(tree, string, span, doc);
    const paths = node(tree, 'paths');
    if (paths !== undefined) {
      const kind = token(tree, 'LeaveOneOut') === undefined ? 'add-one-in' : 'leave-one-out';
      return { kind, span, paths: this.#paths(paths) };
    }
    const [values, ...except] = nodes(tree, 'sweepValues').map((each) => this.#sweepValues(each, span));
    if (values === undefined) return undefined;
    return { kind: token(tree, 'Grid') === undefined ? 'zip' : 'grid', span, values, except };
  }

  #variant(tree: CstNode, string: IToken, span: Span, doc: string | undefined): AblationEntry {
    const body = token(tree, 'Body');
    const edits = chunksOf(body).flatMap((each) => this.#edit(each) ?? []);
    const bodySpan = body === undefined ? this.source.span(span.end) : this.tokenSpan(body);
    return { kind: 'variant', span, doc, name: this.#label(string), body: { span: bodySpan, edits } };
  }

  #edit(chunk: Chunk): EditStatement | undefined {
    const tree = this.parseChunk('edit', { ...chunk, tokens: withEditWords(chunk.tokens) });
    const span = this.chunkSpan(chunk);
    const list = node(tree, 'paths');
    const paths = list === undefined ? [] : this.#paths(list);
    const value = (): Expression => this.expression(node(tree, 'expression'), span);
    if (token(tree, 'Disable') !== undefined) return { kind: 'disable', span, paths };
    if (token(tree, 'Replace') !== undefined) return { kind: 'replace', span, paths, layer: value() };
    if (token(tree, 'Insert') !== undefined) {
      const side = token(tree, 'Before') === undefined ? 'after' : 'before';
      return { kind: 'insert', span, layer: value(), side, paths };
    }
    const name = token(tree, 'Name');
    if (name === undefined) return undefined;
    const parameter = this.name(name);
    const path = node(tree, 'path');
    if (token(tree, 'SetParameter') === undefined) return { kind: 'parameter', span, parameter, value: value() };
    return path && { kind: 'set', span, path: this.#path(path), parameter, value: value() };
  }

  #label(string: IToken): Name {
    const [text, span] = [this.plainString(this.string(string), 'the name of a variant'), this.tokenSpan(string)];
    if (text.trim() === '') {
      const help = 'tables and commands call a variant by its name';
      this.report(diagnostic('expected', span, { expected: 'the name of a variant', found: 'nothing' }, { help }));
    }
    return { text, span };
  }

  #sweepValues(tree: CstNode, after: Span): SweepValues {
    const fields = nodes(tree, 'sweepField').flatMap((each) => {
      const name = token(each, 'Name');
      if (name === undefined) return [];
      const where = node(each, 'path');
      return [
        {
          span: this.nodeSpan(each, after),
          path: where && this.#path(where),
          parameter: this.name(name),
          value: this.expression(node(each, 'expression'), this.tokenSpan(name)),
        },
      ];
    });
    return { span: this.nodeSpan(tree, after), fields };
  }

  #paths(tree: CstNode): readonly PathPattern[] {
    return nodes(tree, 'path').map((each) => this.#path(each));
  }

  #path(tree: CstNode): PathPattern {
    const segments = nodes(tree, 'segment').map((each) => {
      const bracket = token(each, 'LeftBracket')?.startOffset ?? Number.POSITIVE_INFINITY;
      const parts = [...tokens(each, 'Name'), ...tokens(each, 'Star'), ...tokens(each, 'Power')]
        .filter((part) => part.startOffset < bracket)
        .sort((a, b) => a.startOffset - b.startOffset);
      const number = token(each, 'Number');
      const any = bracket !== Number.POSITIVE_INFINITY ? ('*' as const) : undefined;
      return {
        name: parts.map((part) => part.image).join(''),
        index: number === undefined ? any : Number(number.image),
      };
    });
    return { span: this.nodeSpan(tree, this.source.span(0)), segments };
  }
}

function chunksOf(body: IToken | undefined): readonly Chunk[] {
  return body === undefined ? [] : (body.payload as BodyGroup).chunks;
}
