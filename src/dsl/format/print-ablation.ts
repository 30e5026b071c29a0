/** Ablations as documents: an entry a line, and the edits of a variant on its line where they were written so and fit. */
import type { PathPattern } from '../ast-ablation.ts';
import {
  type AblationEntry,
  type AblationItem,
  type EditStatement,
  patternText,
  type SweepValues,
  sweptText,
} from '../ast-ablation.ts';
import { textOf } from '../source.ts';
import { concat, type Document, group, hardLine, indent, join, line, sequence, whenFlat } from './document.ts';
import { ExpressionPrinter } from './print-expression.ts';

/** Something that begins a line, with the comments around it: an item, a statement, an entry or an edit. */
export interface Entry {
  readonly start: number;
  readonly end: number;
  readonly print: () => Document;
}

export abstract class AblationPrinter extends ExpressionPrinter {
  /** Entries, one a line, with their comments and the empty lines between them. */
  protected abstract lines(
    entries: readonly Entry[],
    start: number,
    end: number,
    apart: (index: number) => boolean,
  ): Document[];

  protected ablation({ name, model, arguments: given, body }: AblationItem): Document {
    const settings = given.length === 0 ? '' : this.call(given, this.#closeOf(given.at(-1)!.span.end));
    const head = concat(`ablation ${name.text} of ${model.text}`, settings, ' ');
    return concat(
      group(head),
      this.#braces(
        body.span,
        body.entries.map((each) => ({ ...reach(each), print: () => this.#entry(each) })),
      ),
    );
  }

  /** The offset just past the parenthesis that closes after the last argument. */
  #closeOf(end: number): number {
    return this.source.text.indexOf(')', end) + 1;
  }

  #entry(entry: AblationEntry): Document {
    switch (entry.kind) {
      case 'base':
        return concat('base ', textOf(entry.name.span));
      case 'variant': {
        const { name, body } = entry;
        return concat(textOf(name.span), ' ', this.#edits(body));
      }
      case 'leave-one-out':
        return group('leave_one_out ', this.#paths(entry.paths));
      case 'add-one-in':
        return group('add_one_in ', this.#paths(entry.paths));
      case 'grid':
      case 'zip': {
        const except = entry.except.map((each) => this.#sweepValues(each));
        const left = except.length === 0 ? '' : concat(' except ', join(except, ', '));
        return concat(`${entry.kind} `, this.#sweepValues(entry.values), left);
      }
    }
  }

  #sweepValues({ fields, span }: SweepValues): Document {
    const printed = fields.map((field) => ({
      start: field.span.start,
      end: field.span.end,
      print: () => concat(`${sweptText(field)}: `, this.expression(field.value)),
    }));
    return this.fields(printed, span);
  }

  /** On the line of the name, with `;` between, if they were written without a line break and fit. */
  #edits({ span, edits }: { readonly span: AblationItem['span']; readonly edits: readonly EditStatement[] }): Document {
    const [first] = edits;
    const flat =
      first !== undefined &&
      !this.lineBreakBetween(span.start, span.end) &&
      !this.comments.anyWithin(span.start, span.end);
    if (!flat) {
      return this.#braces(
        span,
        edits.map((each) => ({ ...reach(each), print: () => this.#edit(each) })),
      );
    }
    const printed = edits.map((each) => this.#edit(each));
    return group('{', indent(line, join(printed, concat(whenFlat(';'), line))), line, '}');
  }

  #edit(edit: EditStatement): Document {
    switch (edit.kind) {
      case 'disable':
        return group('disable ', this.#paths(edit.paths));
      case 'replace':
        return group('replace ', this.#paths(edit.paths), ' with ', this.expression(edit.layer));
      case 'insert':
        return group('insert ', this.expression(edit.layer), ` ${edit.side} `, this.#paths(edit.paths));
      case 'set':
        return concat(`set ${patternText(edit.path)}.${edit.parameter.text} = `, this.expression(edit.value));
      case 'parameter':
        return concat(`${edit.parameter.text} = `, this.expression(edit.value));
    }
  }

  #paths(paths: readonly PathPattern[]): Document {
    return indent(join(paths.map(patternText), concat(',', line)));
  }

  #braces(span: AblationItem['span'], entries: readonly Entry[]): Document {
    const close = span.end - 1;
    if (entries.length === 0 && !this.comments.waitsBefore(close)) return '{}';
    const opening = this.lineEnd(entries[0]?.start ?? close);
    const lines = this.lines(entries, span.start, close, () => false);
    if (lines.length === 0) return concat('{', opening, hardLine, '}');
    return concat('{', opening, indent(hardLine, sequence(lines)), hardLine, '}');
  }
}

function reach({ span }: AblationEntry | EditStatement): { start: number; end: number } {
  return { start: span.start, end: span.end };
}
