/** Declarations and statements as documents. */
import type {
  Body,
  FunctionItem,
  Item,
  LayerItem,
  Module,
  Parameter,
  ShapeExpression,
  Statement,
  TensorInput,
  TensorOutput,
  TypeExpression,
} from '../ast.ts';
import { textOf } from '../source.ts';
import {
  concat,
  type Document,
  emptyLine,
  group,
  hardLine,
  indent,
  join,
  line,
  sequence,
  softLine,
  suffix,
} from './document.ts';
import { AblationPrinter, type Entry } from './print-ablation.ts';
import { type Element, loopVariables, ownLines } from './print-expression.ts';

export class ModulePrinter extends AblationPrinter {
  module(module: Module): Document {
    const { items } = module;
    const entries = items.map((item) => ({ ...this.#reach(item), print: () => this.item(item) }));
    const apart = (index: number): boolean => !groupsWith(items[index - 1], items[index]);
    const lines = this.lines(entries, 0, this.source.text.length, apart);
    return lines.length === 0 ? '' : concat(sequence(lines), hardLine);
  }

  #reach(part: Item | Statement): { start: number; end: number } {
    return { start: part.span.start, end: part.span.end };
  }

  /**
   * Entries, one a line, with their comments. An empty line between two stays, several become one, and `apart` adds one
   * where there is none. Comments in places of an entry that can hold none move to the line above it.
   */
  protected override lines(
    entries: readonly Entry[],
    start: number,
    end: number,
    apart: (index: number) => boolean,
  ): Document[] {
    const lines: Document[] = [];
    let last = start;
    const separate = (from: number, wanted = false): void => {
      if (lines.length > 0) lines.push(wanted || this.#emptyLineBetween(last, from) ? emptyLine : hardLine);
    };
    entries.forEach((entry, index) => {
      let wanted = index > 0 && apart(index);
      for (const comment of this.comments.takeBefore(entry.start, entry.start)) {
        separate(comment.start, wanted);
        lines.push(comment.text);
        last = comment.end;
        wanted = false;
      }
      separate(entry.start, wanted);
      const printed = entry.print();
      const moved = this.comments.takeBefore(entry.end, Number.NaN);
      lines.push(ownLines(moved), printed);
      last = entry.end;
      const after = this.comments.takeLineEnd(entries[index + 1]?.start ?? end);
      if (after !== undefined) lines.push(suffix(after.text));
      last = after?.end ?? last;
    });
    for (const comment of this.comments.takeBefore(end, end)) {
      separate(comment.start);
      lines.push(comment.text);
      last = comment.end;
    }
    return lines;
  }

  #emptyLineBetween(start: number, end: number): boolean {
    return /\n[^\S\n]*\n/.test(this.source.text.slice(start, end));
  }

  // ── items ───────────────────────────────────────────────────────────────────────────────────────────────────────

  item(item: Item): Document {
    switch (item.kind) {
      case 'import': {
        const elements = item.names.map((each) => this.#plain(each.text, each.span));
        const names = this.inBrackets('{', elements, '}', undefined, line);
        return concat('import ', names, ' from ', textOf(item.pathSpan));
      }
      case 'const':
        return concat(`const ${item.name.text} = `, this.expression(item.value));
      case 'fn':
        return this.#fn(item);
      case 'block':
      case 'model':
        return this.#layer(item);
      case 'ablation':
        return this.ablation(item);
    }
  }

  #plain(text: string, span: { start: number; end: number }): Element {
    return { start: span.start, end: span.end, print: () => text };
  }

  #fn({ name, parameters, result, body }: FunctionItem): Document {
    const given = this.inBrackets('(', this.#parameters(parameters), ')', undefined);
    const arrow = result === undefined ? '' : concat(' -> ', this.#type(result));
    const head = concat(`fn ${name.text}`, given, arrow);
    const only = body.statements[0];
    if (only?.kind === 'expression' && only.span.start === body.span.start) {
      const loose = only.value.kind === 'binary' || only.value.kind === 'pipe';
      const value = this.expression(only.value);
      return loose ? group(head, ' =', indent(line, value)) : concat(group(head, ' = '), value);
    }
    return concat(group(head, ' '), this.body(body, false));
  }

  /** If the head is too long for a line, the parameters break first. */
  #layer({ kind, name, parameters, inputs, outputs, body }: LayerItem): Document {
    const head: Document[] = [`${kind} ${name.text}`];
    const lines = this.elementLines(this.#parameters(parameters));
    if (lines?.elements !== undefined) head.push('(', indent(lines.opening, softLine, lines.elements), softLine, ')');
    head.push(this.inBrackets('(', this.#tensors(inputs), ')', undefined));
    const unnamed = outputs?.find((each) => each.name === undefined);
    if (unnamed !== undefined) head.push(' -> ', this.#shape(unnamed.shape));
    else if (outputs !== undefined) head.push(' -> ', this.inBrackets('(', this.#tensors(outputs), ')', undefined));
    return concat(group(...head, ' '), this.body(body, false));
  }

  #parameters(parameters: readonly Parameter[]): Element[] {
    return parameters.map(({ name, type, default: value, span }) => ({
      start: span.start,
      end: span.end,
      print: () => {
        const given = value === undefined ? '' : concat(' = ', this.expression(value));
        return concat(`${name.text}: `, this.#type(type), given);
      },
    }));
  }

  #tensors(tensors: readonly (TensorInput | TensorOutput)[]) {
    return tensors.map((tensor) => ({
      start: tensor.span.start,
      end: tensor.span.end,
      print: () => {
        const shape = this.#shape(tensor.shape);
        const isList = 'isList' in tensor && tensor.isList;
        return concat(`${tensor.name?.text ?? ''}: `, isList ? concat('[', shape, ']') : shape);
      },
    }));
  }

  #shape({ axes, span }: ShapeExpression): Document {
    const elements = axes.map((axis) => {
      if (axis.kind === 'rest') return this.#plain(`...${axis.name?.text ?? ''}`, axis.span);
      return this.element(axis.size);
    });
    return this.inBrackets('[', elements, ']', span.end - 1);
  }

  #type(type: TypeExpression): Document {
    switch (type.kind) {
      case 'named-type':
        return type.name;
      case 'list-type':
        return concat('[', this.#type(type.element), ']');
      case 'choice-type':
        return group(indent(join(type.choices.map(quoted), concat(line, '| '))));
      case 'record-type': {
        const elements = type.fields.map(({ name, type: inner }) => ({
          start: name.span.start,
          end: inner.span.end,
          print: () => concat(`${name.text}: `, this.#type(inner)),
        }));
        return this.inBrackets('{', elements, '}', type.span.end - 1, line);
      }
    }
  }

  // ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────

  protected override body(body: Body, flat: boolean): Document {
    const { statements, span } = body;
    const close = span.end - 1;
    if (statements.length === 0 && !this.comments.waitsBefore(close)) return '{}';
    const first = statements[0]?.span.start ?? close;
    const commented = this.comments.waitsBefore(close);
    const opening = this.lineEnd(first);
    const entries = statements.map((each) => ({ ...this.#reach(each), print: () => this.#statement(each) }));
    const lines = this.lines(entries, span.start, close, () => false);
    if (lines.length === 0) return concat('{', opening, hardLine, '}');
    const edge = flat && !commented ? line : hardLine;
    return concat('{', opening, indent(edge, sequence(lines)), edge, '}');
  }

  #statement(statement: Statement): Document {
    switch (statement.kind) {
      case 'assignment': {
        const targets = statement.targets.map((each) => each.text).join(', ');
        return concat(`${targets} = `, this.expression(statement.value));
      }
      case 'append':
        return concat(`${statement.target.text} += `, this.expression(statement.value));
      case 'for': {
        const variables = loopVariables(statement.variables);
        return concat(`for ${variables} in `, this.expression(statement.over), ' ', this.body(statement.body, false));
      }
      case 'assert': {
        const condition = this.expression(statement.condition);
        if (statement.message === undefined) return concat('assert ', condition);
        return group('assert ', condition, ',', indent(line, this.expression(statement.message)));
      }
      case 'expression':
        return this.expression(statement.value);
    }
  }
}

/** Imports stand together, and so do constants, as far as they were written together. */
function groupsWith(before: Item | undefined, item: Item | undefined): boolean {
  return before?.kind === item?.kind && (item?.kind === 'import' || item?.kind === 'const');
}

/** A plain string as it is written. */
function quoted(text: string): string {
  const escaped = text
    .replace(/[\\"{]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
