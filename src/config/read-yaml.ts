/**
 * Reads YAML 1.2 into a `ConfigNode`: in, a source; out, the tree, or undefined where there is none. Aliases and merge
 * keys (`<<`) are resolved. Which keys there may be is the schema's matter.
 */
import { type Document, type ErrorCode, isAlias, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { type Diagnostic, diagnostic, type Outcome } from '../dsl/diagnostic.ts';
import type { Source, Span } from '../dsl/source.ts';
import type { ConfigField, ConfigNode, MappingNode } from './config-tree.ts';

/** Aliases can make a few lines stand for millions of values; no configuration needs as many as this. */
const VALUE_LIMIT = 10_000;

/** `start` leaves out what stands before the value: an override is `KEY=` and then YAML. */
export function readYaml(source: Source, start = 0): Outcome<ConfigNode | undefined> {
  const document = parseDocument(source.text.slice(start), { uniqueKeys: false, prettyErrors: false });
  // Only the first: what follows a broken line is most often broken by it.
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken !== undefined) {
    const [from, to] = broken.pos.map((at) => at + start) as [number, number];
    const quote = /^Missing closing (["'])/.exec(broken.message)?.[1];
    const opening = quote === undefined ? -1 : source.text.lastIndexOf(quote, from - 1);
    const span = opening < start ? source.span(from, to) : source.span(opening, opening + 1);
    const form = formMistake(broken.code, broken.message);
    const problem = diagnostic('config-syntax', span, form, { help: form.help });
    return { value: undefined, diagnostics: [problem] };
  }
  const builder = new TreeBuilder(source, start, document);
  const value = document.contents === null ? undefined : builder.build(document.contents);
  return { value, diagnostics: builder.diagnostics };
}

class TreeBuilder {
  readonly diagnostics: Diagnostic[] = [];
  readonly #open = new Set<Node>();
  #count = 0;

  constructor(
    readonly source: Source,
    readonly start: number,
    readonly document: Document,
  ) {}

  build(node: unknown): ConfigNode {
    const span = this.#span(node);
    const empty: ConfigNode = { kind: 'scalar', span, value: null };
    if (isAlias(node)) {
      const target = node.resolve(this.document);
      if (target === undefined) return this.#reject(span, `no anchor \`&${node.source}\` stands before this alias`);
      if (this.#open.has(target)) return this.#reject(span, `\`*${node.source}\` stands inside what it stands for`);
      return this.build(target);
    }
    this.#count += 1;
    if (this.#count > VALUE_LIMIT) {
      return this.#count === VALUE_LIMIT + 1
        ? this.#reject(span, `the file has more than ${VALUE_LIMIT} values`)
        : empty;
    }
    if (isScalar(node)) return { kind: 'scalar', span, value: scalarValue(node.value) };
    if (!isMap(node) && !isSeq(node)) return empty;
    this.#open.add(node);
    const built: ConfigNode = isMap(node)
      ? this.#mapping(node.items, span)
      : { kind: 'list', span, items: node.items.map((item) => this.build(item)) };
    this.#open.delete(node);
    return built;
  }

  #mapping(pairs: readonly unknown[], span: Span): MappingNode {
    const fields = new Map<string, ConfigField>();
    const merged: MappingNode[] = [];
    for (const pair of pairs) {
      if (!isPair(pair)) continue;
      const keySpan = this.#span(pair.key);
      const value: ConfigNode =
        pair.value === null ? { kind: 'scalar', span: keySpan, value: null } : this.build(pair.value);
      if (!isScalar(pair.key)) {
        this.#reject(keySpan, 'a key must be a word');
        continue;
      }
      const key = String(pair.key.value);
      const earlier = fields.get(key);
      if (key === '<<') merged.push(...mappingsIn(value));
      else if (earlier === undefined) fields.set(key, { keySpan, value });
      else {
        const labels = [{ span: earlier.keySpan, text: 'first given here' }];
        this.diagnostics.push(diagnostic('config-duplicate-key', keySpan, { key }, { labels }));
      }
    }
    for (const [key, field] of merged.flatMap((each) => [...each.fields])) {
      if (!fields.has(key)) fields.set(key, field);
    }
    return { kind: 'mapping', span, fields };
  }

  #reject(span: Span, problem: string): ConfigNode {
    this.diagnostics.push(diagnostic('config-syntax', span, { problem }));
    return { kind: 'scalar', span, value: null };
  }

  #span(node: unknown): Span {
    const range = isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? node.range : undefined;
    const [from, to] = range ?? [0, 0];
    // A block's range runs on to the start of the next key.
    const text = this.source.text.slice(this.start + from, this.start + to);
    return this.source.span(this.start + from, this.start + from + text.trimEnd().length);
  }
}

function mappingsIn(node: ConfigNode): MappingNode[] {
  if (node.kind === 'mapping') return [node];
  return node.kind === 'list' ? node.items.flatMap(mappingsIn) : [];
}

function scalarValue(value: unknown): string | number | boolean | null {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return Number(value);
    default:
      return null;
  }
}

/** The mistakes of form that newcomers to YAML make, in their words; the rest as the parser says it. */
function formMistake(code: ErrorCode, message: string): { problem: string; help?: string } {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { problem: 'a tab indents this line', help: 'YAML is indented with spaces only: replace the tab' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        problem: 'this line has two keys',
        help: 'start the second on a line of its own, indented; or put a value that contains `: ` in quotes',
      };
    case 'BAD_SCALAR_START':
      return { problem: 'a value cannot start with this character', help: 'put the value in quotes' };
    case 'MULTIPLE_DOCS':
      return {
        problem: 'a second document starts here (`---`)',
        help: 'a file describes one experiment: write the second into a file of its own',
      };
    case 'MISSING_CHAR':
      if (message.includes('quote')) return { problem: 'this quote is never closed' };
      break;
  }
  return { problem: `${message.charAt(0).toLowerCase()}${message.slice(1)}` };
}
