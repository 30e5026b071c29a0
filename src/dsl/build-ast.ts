/**
 * From chunks to the syntax tree: parses each chunk, reports the first mistake in it, and keeps the rest.
 *
 * In: the layout of a file. Out: the module. What was reported and could not be read is left out, or is a
 * `MissingExpression`, an empty name, or a shape `[...]`, none of which should cause another message later.
 */
import type { CstNode, IToken } from 'chevrotain';
import { withItemWords } from './ablation-words.ts';
import type {
  Body,
  Expression,
  Item,
  LayerItem,
  Module,
  Name,
  Parameter,
  Statement,
  TensorInput,
  TensorOutput,
} from './ast.ts';
import { AblationBuilder } from './build-ablation.ts';
import { node, nodes, token, tokens } from './cst.ts';
import { type Diagnostic, diagnostic, hasErrors } from './diagnostic.ts';
import { foreignItem, foreignStatement } from './foreign-words.ts';
import type { BodyGroup, Chunk, Layout } from './layout.ts';
import { type ChunkRule, parseChunk } from './parse-chunk.ts';
import type { Source, Span } from './source.ts';
import { syntaxError } from './syntax-errors.ts';
import * as t from './tokens.ts';

export function buildModule(source: Source, layout: Layout): { module: Module; diagnostics: readonly Diagnostic[] } {
  const builder = new AstBuilder(source, layout);
  const module = builder.module(layout.chunks);
  return { module, diagnostics: builder.diagnostics.filter((each) => !builder.isConsequence(each)) };
}

class AstBuilder extends AblationBuilder {
  /** Whether there is a mistake in the chunk that was parsed last. */
  #mistaken = false;
  /** The documentation that no declaration has taken yet. */
  readonly #documentation: Map<IToken, readonly IToken[]>;
  /** Stretches between items that were reported once, the last of them open while no item has begun. */
  readonly #strays: { start: number; end: number }[] = [];
  #astray = false;

  constructor(source: Source, layout: Layout) {
    super(source);
    this.diagnostics.push(...layout.diagnostics);
    this.#documentation = new Map(layout.documentation);
  }

  // ── items ───────────────────────────────────────────────────────────────────────────────────────────────────────

  module(chunks: readonly Chunk[]): Module {
    const items: Item[] = [];
    for (const chunk of chunks) {
      const first = chunk.tokens[0] as IToken;
      const doc = this.doc(first);
      const known = this.#known(chunk, items.at(-1));
      if (known === undefined) {
        if (!this.#astray) this.#strays.push({ start: first.startOffset, end: Number.POSITIVE_INFINITY });
        this.#astray = true;
        continue;
      }
      if (this.#astray) (this.#strays.at(-1) as { end: number }).end = first.startOffset;
      this.#astray = false;
      const span = this.chunkSpan(known);
      if (known.tokens[0]?.tokenType === t.Ablation) {
        const words = { ...known, tokens: withItemWords(known.tokens) };
        const ablation = this.ablation(this.parseChunk('ablation', words), span, doc);
        if (ablation !== undefined) items.push(ablation);
        continue;
      }
      const tree = this.parseChunk('item', known);
      const importItem = node(tree, 'importItem');
      const constItem = node(tree, 'constItem');
      const fnItem = node(tree, 'fnItem');
      const layerItem = node(tree, 'layerItem');
      let item: Item | undefined;
      if (importItem !== undefined) item = this.#import(importItem, span);
      else if (constItem !== undefined) item = this.#const(constItem, span, doc);
      else if (fnItem !== undefined) item = this.#fn(fnItem, span, doc);
      else if (layerItem !== undefined) item = this.#layer(layerItem, span, doc);
      if (item !== undefined) items.push(item);
    }
    if (!hasErrors(this.diagnostics)) {
      for (const [first] of this.#documentation.values()) this.#misplaced(first);
    }
    return { source: this.source, items };
  }

  /** A brace that closes nothing, in a stretch between items that is reported already. */
  isConsequence({ code, span }: Diagnostic): boolean {
    return (
      code === 'unmatched-bracket' && this.#strays.some(({ start, end }) => start < span.start && span.start < end)
    );
  }

  /** A chunk that begins with an item's keyword, put right if that was misspelt; anything else is reported once. */
  #known(chunk: Chunk, before: Item | undefined): Chunk | undefined {
    const first = chunk.tokens[0] as IToken;
    const span = this.tokenSpan(first);
    if (t.itemKeywords.has(first.tokenType)) return chunk;
    const foreign = foreignItem(first, chunk.tokens[1]);
    if (foreign !== undefined && !this.#astray) {
      const { help, type } = foreign;
      this.report(diagnostic('unknown-item', span, { word: first.image }, { help }));
      if (type === undefined) return undefined;
      const keyword: IToken = { ...first, tokenType: type, tokenTypeIdx: type.tokenTypeIdx as number };
      return { tokens: [keyword, ...chunk.tokens.slice(1)], mended: true, end: chunk.end };
    }
    if (!this.#astray && !chunk.mended) this.#outside(chunk, before);
    return undefined;
  }

  #outside(chunk: Chunk, before: Item | undefined): void {
    const first = chunk.tokens[0] as IToken;
    const labels = [];
    if (before !== undefined && 'body' in before) {
      const end = before.body.span.end;
      labels.push({ span: this.source.span(end - 1, end), text: `\`${before.name.text}\` ends here` });
    }
    const assigns = chunk.tokens[1]?.tokenType === t.Assign;
    const help = assigns && labels.length === 0 ? `write \`const ${first.image} = …\`` : undefined;
    const span = this.source.span(first.startOffset, first.startOffset + first.image.length);
    this.report(diagnostic('statement-outside-body', span, {}, { labels, help }));
  }

  #import(tree: CstNode, span: Span): Item | undefined {
    const path = token(tree, 'String');
    if (path === undefined) return undefined;
    const names = tokens(tree, 'Name').map((each) => this.name(each));
    const text = this.plainString(this.string(path), 'the path of an import');
    return { kind: 'import', span, names, path: text, pathSpan: this.tokenSpan(path) };
  }

  #const(tree: CstNode, span: Span, doc: string | undefined): Item | undefined {
    const name = this.#nameOf(tree);
    const equals = token(tree, 'Assign');
    if (name === undefined) return undefined;
    const value = this.expression(node(tree, 'expression'), equals ? this.tokenSpan(equals) : name.span);
    return { kind: 'const', span, doc, name, value };
  }

  #fn(tree: CstNode, span: Span, doc: string | undefined): Item | undefined {
    const name = this.#nameOf(tree);
    if (name === undefined) return undefined;
    const parameters = this.#entries(node(tree, 'group')).map((each) => this.#parameter(each, name.span));
    const annotation = node(tree, 'annotation');
    const result = annotation && this.type(annotation, name.span);
    const equals = token(tree, 'Assign');
    const body = equals ? this.#expressionBody(tree, equals) : this.body(token(tree, 'Body'), span);
    return { kind: 'fn', span, doc, name, parameters, result, body };
  }

  /** `= expression`, as a body whose one statement it is. */
  #expressionBody(tree: CstNode, equals: IToken): Body {
    const place = this.tokenSpan(equals);
    const expression = node(tree, 'expression');
    const value = this.expression(expression, place);
    const span = this.nodeSpan(expression, place);
    return { span, statements: [{ kind: 'expression', span, value }] };
  }

  #layer(tree: CstNode, span: Span, doc: string | undefined): Item | undefined {
    const name = this.#nameOf(tree);
    if (name === undefined) return undefined;
    const { parameters, inputs } = this.#groups(tree, name);
    const body = this.body(token(tree, 'Body'), span);
    const kind = token(tree, 'Model') === undefined ? 'block' : 'model';
    const listed = kind === 'model' ? inputs.find(({ isList }) => isList) : undefined;
    if (listed !== undefined) {
      this.report(diagnostic('list-input-of-model', listed.span, { name: listed.name.text }));
    }
    return { kind, span, doc, name, parameters, inputs, outputs: this.#outputs(tree), body };
  }

  /** One group holds the tensor inputs; of two, the first holds the parameters. */
  #groups(tree: CstNode, name: Name): { parameters: Parameter[]; inputs: TensorInput[] } {
    const arrow = token(tree, 'Arrow')?.startOffset ?? Number.POSITIVE_INFINITY;
    const groups = nodes(tree, 'group').filter((each) => (each.location?.startOffset ?? 0) < arrow);
    const [first, second, third] = groups;
    if (first === undefined && token(tree, 'Body') !== undefined) {
      this.report(diagnostic('missing-inputs', name.span, { name: name.text }));
    }
    if (third !== undefined) this.report(diagnostic('too-many-groups', this.nodeSpan(third, name.span), {}));
    const parameters = second === undefined ? [] : this.#entries(first).map((each) => this.#parameter(each, name.span));
    const inputs: TensorInput[] = [];
    let reported = false;
    for (const entry of this.#entries(second ?? first)) {
      if (this.isShape(node(entry, 'annotation'))) {
        inputs.push(this.#input(entry, name.span));
        continue;
      }
      const parameter = this.#parameter(entry, name.span);
      parameters.push(parameter);
      if (!reported) this.report(diagnostic('parameter-among-inputs', parameter.span, { name: parameter.name.text }));
      reported = true;
    }
    return { parameters, inputs };
  }

  #outputs(tree: CstNode): LayerItem['outputs'] {
    const arrow = token(tree, 'Arrow');
    if (arrow === undefined) return undefined;
    const place = this.tokenSpan(arrow);
    const group = nodes(tree, 'group').find((each) => (each.location?.startOffset ?? 0) > arrow.startOffset);
    if (group !== undefined) return this.#entries(group).map((each) => this.#output(each, place));
    const shape = this.outputShape(node(tree, 'annotation'), place);
    return [{ span: shape.span, name: undefined, shape }];
  }

  /** The entries of a group that have a name. */
  #entries(group: CstNode | undefined): CstNode[] {
    return nodes(group, 'entry').filter((each) => token(each, 'Name') !== undefined);
  }

  #parameter(entry: CstNode, otherwise: Span): Parameter {
    const nameToken = token(entry, 'Name') as IToken;
    const doc = this.doc(nameToken);
    const equals = token(entry, 'Assign');
    return {
      span: this.nodeSpan(entry, otherwise),
      doc,
      name: this.name(nameToken),
      type: this.type(node(entry, 'annotation'), this.tokenSpan(nameToken)),
      default: equals && this.expression(node(entry, 'expression'), this.tokenSpan(equals)),
    };
  }

  #input(entry: CstNode, otherwise: Span): TensorInput {
    const name = this.#tensorName(entry);
    const { shape, isList } = this.inputShape(node(entry, 'annotation'), name.span);
    return { span: this.nodeSpan(entry, otherwise), name, shape, isList };
  }

  #output(entry: CstNode, otherwise: Span): TensorOutput {
    const name = this.#tensorName(entry);
    const shape = this.outputShape(node(entry, 'annotation'), name.span);
    return { span: this.nodeSpan(entry, otherwise), name, shape };
  }

  #tensorName(entry: CstNode): Name {
    const name = this.name(token(entry, 'Name') as IToken);
    const equals = token(entry, 'Assign');
    if (equals !== undefined) {
      this.report(diagnostic('default-on-tensor', this.tokenSpan(equals), { name: name.text }));
    }
    return name;
  }

  #nameOf(tree: CstNode): Name | undefined {
    const name = token(tree, 'Name');
    return name && this.name(name);
  }

  // ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────

  protected override body(body: IToken | undefined, after: Span): Body {
    if (body === undefined) return { span: this.source.span(after.end), statements: [] };
    const { chunks } = body.payload as BodyGroup;
    const statements = chunks.flatMap((chunk) => this.#statement(chunk) ?? []);
    for (const each of statements.slice(0, -1)) {
      if (each.kind !== 'expression' || each.value.kind !== 'binary' || each.value.operator !== '==') continue;
      this.report(diagnostic('comparison-as-statement', each.value.operatorSpan, {}));
    }
    return { span: this.tokenSpan(body), statements };
  }

  #statement(chunk: Chunk): Statement | undefined {
    const first = chunk.tokens[0] as IToken;
    const doc = this.#documentation.get(first);
    const text = this.doc(first);
    const foreign = foreignStatement(first, chunk.tokens[1]);
    if (foreign !== undefined) {
      this.report(diagnostic('foreign-word', this.tokenSpan(first), { word: first.image }, { help: foreign.help }));
      if (!foreign.drop) return undefined;
      chunk = { ...chunk, tokens: chunk.tokens.slice(1) };
    }
    const tree = this.parseChunk('statement', chunk);
    const statement = this.#statementOf(tree, this.chunkSpan(chunk), text);
    if (doc !== undefined && statement?.kind !== 'assignment') this.#misplaced(doc[0]);
    return statement;
  }

  #statementOf(tree: CstNode, span: Span, doc: string | undefined): Statement | undefined {
    const loop = node(tree, 'forStatement');
    if (loop !== undefined) {
      const head = node(loop, 'loop');
      const place = this.nodeSpan(head, this.source.span(span.start, span.start + 3));
      const variables = this.loopVariables(head);
      const over = this.expression(node(head, 'expression'), place);
      return { kind: 'for', span, variables, over, body: this.body(token(loop, 'Body'), over.span) };
    }
    const assert = node(tree, 'assertStatement');
    if (assert !== undefined) {
      const [condition, message] = nodes(assert, 'expression');
      const place = this.source.span(span.start, span.start + 6);
      const comma = token(assert, 'Comma');
      return {
        kind: 'assert',
        span,
        condition: this.expression(condition, place),
        message: comma && this.expression(message, this.tokenSpan(comma)),
      };
    }
    const assignment = node(tree, 'assignment');
    return assignment && this.#assignment(assignment, span, doc);
  }

  #assignment(tree: CstNode, span: Span, doc: string | undefined): Statement | undefined {
    const targets = nodes(tree, 'target');
    const equals = token(tree, 'Assign');
    const operator = equals ?? token(tree, 'PlusAssign');
    if (operator === undefined) {
      const elements = targets.map((each) => this.expression(each, span));
      const [first, second] = elements;
      if (first === undefined) return undefined;
      if (second === undefined) return { kind: 'expression', span, value: first };
      const comma = token(tree, 'Comma') as IToken;
      this.report(diagnostic('bare-tuple', this.tokenSpan(comma), {}));
      return { kind: 'expression', span, value: { kind: 'tuple', span, elements } };
    }
    const names = targets.flatMap((each) => this.#target(this.expression(each, span), each));
    const value = this.expression(node(tree, 'value'), this.tokenSpan(operator));
    const target = names[0];
    if (target === undefined) return { kind: 'expression', span, value };
    if (equals !== undefined) return { kind: 'assignment', span, doc, targets: names, value };
    const comma = token(tree, 'Comma');
    if (comma !== undefined) this.report(diagnostic('append-to-several', this.tokenSpan(comma), {}));
    return { kind: 'append', span, target, value };
  }

  /** The name that is assigned to, if it is one. */
  #target(target: Expression, tree: CstNode): Name[] {
    if (target.kind === 'name') return [{ text: target.text, span: target.span }];
    // What was not understood ends where the mistake is, not where the target does.
    if (target.kind === 'missing' || this.#mistaken) return [];
    const span = this.nodeSpan(tree, target.span);
    const help = target.kind === 'tuple' ? 'leave out the parentheses: `a, b = …`' : undefined;
    this.report(diagnostic('assignment-target', span, {}, { help }));
    return target.kind === 'tuple' ? target.elements.flatMap((each) => (each.kind === 'name' ? [each] : [])) : [];
  }

  // ── chunks ──────────────────────────────────────────────────────────────────────────────────────────────────────

  protected override parseChunk(rule: ChunkRule, chunk: Chunk): CstNode {
    const { tree, errors } = parseChunk(rule, chunk.tokens);
    this.#mistaken = errors.length > 0;
    if (errors[0] !== undefined && !chunk.mended) this.report(syntaxError(this.source, chunk, rule, errors[0]));
    return tree;
  }

  protected override chunkSpan(chunk: Chunk): Span {
    const [first, last] = [chunk.tokens[0] as IToken, chunk.tokens.at(-1) as IToken];
    return this.source.span(first.startOffset, Math.max(t.endOf(last), first.startOffset));
  }

  protected override doc(first: IToken): string | undefined {
    const lines = this.#documentation.get(first);
    this.#documentation.delete(first);
    return lines?.map((each) => each.image.slice(3).replace(/^ /, '').trimEnd()).join('\n');
  }

  #misplaced(line: IToken | undefined): void {
    if (line !== undefined) this.report(diagnostic('misplaced-documentation', this.tokenSpan(line), {}));
  }
}
