/**
 * Layout as data, after Wadler's "A prettier printer": a document says where lines may break, the printer decides.
 *
 * A group is printed on one line if it fits into the width, and otherwise breaks at all of its own lines. What has to
 * break (a hard line, a comment that runs to the end of its line) breaks every group around it.
 */
export type Document = string | Structure;

interface Structure {
  readonly kind: 'concat' | 'indent' | 'group' | 'line' | 'suffix' | 'when-broken' | 'when-flat';
  readonly parts: readonly Document[];
  /** The text of a line in a group that stays flat, of a suffix, or of what is printed when the group is broken or flat. */
  readonly text: string;
  /** Contains something that has to break. */
  readonly breaks: boolean;
}

function structure(kind: Structure['kind'], parts: readonly Document[], text = '', breaks = false): Structure {
  return { kind, parts, text, breaks: breaks || parts.some((part) => typeof part !== 'string' && part.breaks) };
}

export function concat(...parts: readonly Document[]): Document {
  return sequence(parts);
}

/** Any number of documents, of which there may be more than a function takes arguments. */
export function sequence(parts: readonly Document[]): Document {
  return structure('concat', parts);
}

/** Two blanks further in, after each line break within. */
export function indent(...parts: readonly Document[]): Document {
  return structure('indent', parts);
}

export function group(...parts: readonly Document[]): Document {
  return structure('group', parts);
}

/** A blank, or a line break where the group around it is broken. */
export const line: Document = structure('line', [], ' ');
/** Nothing, or a line break where the group around it is broken. */
export const softLine: Document = structure('line', []);
export const hardLine: Document = structure('line', [], '', true);
/** Nothing, but what contains it breaks. */
export const mustBreak: Document = structure('concat', [], '', true);
export const emptyLine: Document = concat(hardLine, hardLine);

/** A comment, put off to the end of the line it is in. */
export function suffix(text: string): Document {
  return structure('suffix', [], text, true);
}

/** Text that is printed only where the group around it is broken. */
export function whenBroken(text: string): Document {
  return structure('when-broken', [], text);
}

/** Text that is printed only where the group around it stays on one line. */
export function whenFlat(text: string): Document {
  return structure('when-flat', [], text);
}

export function join(documents: readonly Document[], separator: Document): Document {
  return sequence(documents.flatMap((each, index) => (index === 0 ? [each] : [separator, each])));
}

interface Command {
  readonly document: Document;
  readonly indentation: number;
  readonly broken: boolean;
}

/** The text of a document, in lines of at most `width` columns where its groups allow that. No line ends in blanks. */
export function printDocument(document: Document, width: number): string {
  const output: string[] = [];
  const stack: Command[] = [{ document, indentation: 0, broken: true }];
  let suffixes: string[] = [];
  let column = 0;
  /** Blanks that the line begins with, and those of them that are not written yet. */
  let margin = 0;
  let unwritten = 0;

  const write = (text: string): void => {
    if (text === '') return;
    if (unwritten > 0) output.push(' '.repeat(unwritten));
    unwritten = 0;
    output.push(text);
    column += text.length;
  };
  const newLine = (indentation: number): void => {
    const [first, ...others] = suffixes;
    suffixes = [];
    if (first !== undefined) write(column === margin ? first : ` ${first}`);
    for (const each of others) {
      newLine(Math.max(margin, indentation));
      write(each);
    }
    output.push('\n');
    column = indentation;
    margin = indentation;
    unwritten = indentation;
  };

  for (let command = stack.pop(); command !== undefined; command = stack.pop()) {
    const { document: each, indentation, broken } = command;
    if (typeof each === 'string') write(each);
    else if (each.kind === 'suffix') suffixes.push(each.text);
    else if (each.kind === 'when-broken') write(broken ? each.text : '');
    else if (each.kind === 'when-flat') write(broken ? '' : each.text);
    else if (each.kind === 'line') {
      if (broken) newLine(indentation);
      else write(each.text);
    } else {
      const flat = each.kind === 'group' && !each.breaks && fits(command, stack, width - column);
      const inner = indentation + (each.kind === 'indent' ? 2 : 0);
      const mode = each.kind === 'group' ? !flat : broken;
      for (let at = each.parts.length - 1; at >= 0; at--) {
        stack.push({ document: each.parts[at] as Document, indentation: inner, broken: mode });
      }
    }
  }
  if (suffixes.length > 0) newLine(0);
  return output.join('');
}

/** Whether a group, printed flat, and what follows it up to the next line break, has room in `remaining` columns. */
function fits(group: Command, following: readonly Command[], remaining: number): boolean {
  const stack: Command[] = [{ ...group, broken: false }];
  let next = following.length - 1;
  while (remaining >= 0) {
    const command = stack.pop() ?? following[next--];
    if (command === undefined) return true;
    const { document, broken } = command;
    if (typeof document === 'string') remaining -= document.length;
    else if (document.kind === 'line') {
      if (broken) return true;
      remaining -= document.text.length;
    } else if (document.kind === 'when-broken') {
      if (broken) remaining -= document.text.length;
    } else if (document.kind === 'when-flat') {
      if (!broken) remaining -= document.text.length;
    } else if (document.kind !== 'suffix') {
      for (let at = document.parts.length - 1; at >= 0; at--) {
        stack.push({ ...command, document: document.parts[at] as Document, broken: broken || document.breaks });
      }
    }
  }
  return false;
}
