/** Runs the statements of a body; its value is that of its last statement. */
import type { Assignment, Body, Expression, ForStatement, Statement } from '../../dsl/ast.ts';
import { type Span, textOf } from '../../dsl/source.ts';
import { unknownInteger } from '../../shared/dim.ts';
import { editedResult } from './edited-use.ts';
import { bindLoop, evaluate, requireValue, takeApart } from './expression.ts';
import { checkExtent, checkJoined } from './extent.ts';
import { type Changes, Frame } from './frame.ts';
import { anyElement, elementOf, merge } from './merge.ts';
import { binary } from './operators.ts';
import type { Session } from './session.ts';
import { noteOn } from './shape-pattern.ts';
import { describe, int, isFilled, list, NOTHING, someOf, toText, UNKNOWN, type Value } from './value.ts';

/** How often a loop of unknown length is looked at; each round makes less known, except of lists in lists in lists. */
const MOST_ROUNDS = 8;

const NO_CHANGES: Changes = new Map();

export function evaluateBody(session: Session, frame: Frame, body: Body): Value {
  let value: Value = NOTHING;
  for (const statement of body.statements) value = runStatement(session, frame, statement);
  return value;
}

function runStatement(session: Session, frame: Frame, statement: Statement): Value {
  session.tick(statement.span);
  switch (statement.kind) {
    case 'expression':
      return evaluate(session, frame, statement.value);
    case 'assignment':
      assign(session, frame, statement);
      return NOTHING;
    case 'append': {
      const name = statement.target.text;
      const old = frame.lookup(name);
      const value = requireValue(session, frame, statement.value);
      if (old === undefined) return NOTHING;
      const longer = append(session, frame, statement, old, value);
      checkExtent(session, statement.span, longer);
      frame.assign(name, longer);
      return NOTHING;
    }
    case 'for':
      runFor(session, frame, statement);
      return NOTHING;
    case 'assert': {
      const condition = requireValue(session, frame, statement.condition);
      if (condition.kind === 'bool') {
        if (condition.value === false) {
          const said = statement.message && requireValue(session, frame, statement.message);
          const message = said?.kind === 'string' ? toText(said) : 'this assertion does not hold';
          const notes = noteOn(frame, statement.condition.span);
          session.report('assertion-failed', statement.condition.span, { message }, { notes });
          session.abandon();
        }
      } else if (condition.kind !== 'unknown') {
        session.report('wrong-type', statement.condition.span, {
          what: 'a condition',
          expected: 'true or false',
          actual: describe(condition),
        });
      }
      return NOTHING;
    }
  }
}

/** Reports that a body ends without a result, at what it ends with. */
export function reportNoValue(session: Session, what: string, body: Body, name: Span): void {
  const last = body.statements.at(-1);
  session.report('no-value', last?.span ?? name, { what }, { help: helpAfter(last) });
}

function helpAfter(last: Statement | undefined): string | undefined {
  if (last?.kind === 'assignment' || last?.kind === 'append') {
    const names = last.kind === 'append' ? [last.target.text] : last.targets.map((each) => each.text);
    const result = names.length === 1 ? names[0] : `(${names.join(', ')})`;
    return `an assignment has no value: add a last line with the result, such as \`${result}\``;
  }
  if (last?.kind === 'for' || last?.kind === 'assert') {
    return `\`${last.kind}\` has no value: add a last line with the result`;
  }
  if (last?.kind === 'expression' && last.value.kind === 'if') {
    return 'give the `if` an `else`, and end each of its branches with an expression';
  }
  return undefined;
}

function append(
  session: Session,
  frame: Frame,
  statement: Statement & { kind: 'append' },
  old: Value,
  value: Value,
): Value {
  if (old.kind === 'list') {
    const added = value.kind === 'list' ? value : list([value]);
    const longer = concatenate(old, added);
    if (longer.kind === 'list' && longer.elements !== undefined)
      checkJoined(session, statement.span, longer, old, added);
    return longer;
  }
  const spans = { left: statement.target.span, right: statement.value.span };
  return binary({ session, frame, span: statement.span }, '+', old, value, spans);
}

/** Reports what a `for` cannot go through. */
export function reportNotAList(session: Session, span: Span, value: Value): void {
  const help =
    value.kind === 'int'
      ? `write \`range(${textOf(span)})\` to count up to it`
      : value.kind === 'tuple'
        ? 'a block whose body ends in `[a, b]` instead of `(a, b)` makes a list'
        : value.kind === 'record'
          ? 'name the fields that are meant: `[r.a, r.b]`'
          : undefined;
  session.report('not-a-list', span, { actual: describe(value) }, { help });
}

/** Both lists in one; of unknown length when one of them is. */
export function concatenate(a: Value & { kind: 'list' }, b: Value & { kind: 'list' }): Value {
  if (a.elements !== undefined && b.elements !== undefined) return list([...a.elements, ...b.elements]);
  const elements = [elementOf(a), elementOf(b)].filter((each) => each !== undefined);
  const element = elements.length === 0 ? UNKNOWN : elements.reduce(merge);
  return isFilled(a) || isFilled(b) ? someOf(element) : list(undefined, element);
}

function assign(session: Session, frame: Frame, assignment: Assignment): void {
  const { targets, value: expression } = assignment;
  if (targets.length === 1) {
    const name = targets[0]!.text;
    const naming = frame.lookup(name) === undefined && !frame.reassigned.has(assignment);
    frame.assign(name, naming ? named(session, frame, name, expression) : requireValue(session, frame, expression));
    return;
  }
  const value = requireValue(session, frame, expression);
  const parts = takeApart(session, expression.span, value, targets.length);
  for (const [index, target] of targets.entries()) frame.assign(target.text, parts[index]!);
}

/** The name of a result becomes part of the paths below it. */
function named(session: Session, frame: Frame, name: string, expression: Expression): Value {
  const { recorder } = session;
  if (recorder === undefined) return requireValue(session, frame, expression);
  const edits = session.editsOf(name);
  if (edits !== undefined) return editedResult(session, frame, edits, { name, expression });
  return recorder.inScope(name, true, expression.span, () => requireValue(session, frame, expression));
}

function runFor(session: Session, frame: Frame, statement: ForStatement): void {
  const over = requireValue(session, frame, statement.over);
  const round = (element: Value, index: Value): void => {
    const inner = new Frame(frame.module, frame);
    bindLoop(session, inner, statement.variables, element, index);
    evaluateBody(session, inner, statement.body);
  };
  if (over.kind === 'list' && over.elements !== undefined) {
    const { elements } = over;
    const run = (): void => {
      for (const [index, element] of elements.entries()) round(element, int(index));
    };
    if (session.recorder === undefined) run();
    else session.recorder.inLoop(run);
    return;
  }
  if (over.kind !== 'list' && over.kind !== 'unknown') {
    reportNotAList(session, statement.over.span, over);
  }
  // Any number of rounds: silent ones show what changes from round to round, until nothing more does; the last is
  // checked with just that unknown, so that what a round keeps (such as the shape of `x`) stays known.
  const element = over.kind === 'list' ? (anyElement(over) ?? UNKNOWN) : UNKNOWN;
  const index = int(unknownInteger());
  for (let changed = true, rounds = 0; changed && rounds < MOST_ROUNDS; rounds += 1) {
    const { changes } = frame.attempt(() => session.muted(() => round(element, index)));
    changed = frame.takeEither(changes, NO_CHANGES);
  }
  const { changes } = frame.attempt(() => round(element, index));
  frame.takeEither(changes, NO_CHANGES);
}
