/** Binds the inputs of a use of a block: tensors, or lists of them, held to the shapes that the head declares. */
import type { LayerItem, ShapeExpression, TensorInput } from '../../dsl/ast.ts';
import { type Span, textOf } from '../../dsl/source.ts';
import { type Dim, format, formatShape } from '../../shared/dim.ts';
import type { Bound } from './call.ts';
import { partsOf } from './extent.ts';
import type { Frame } from './frame.ts';
import { anyElement } from './merge.ts';
import type { OpArgument } from './op-call.ts';
import type { Session } from './session.ts';
import { bindAhead, type Misfit, matchShape, sizeFor, sizesIn } from './shape-pattern.ts';
import { describe, type ListValue, list, someOf, type TensorValue, toText, UNKNOWN, type Value } from './value.ts';

/** What an input is in the body of its block. */
export type InputValue = TensorValue | ListValue;

interface InputSite {
  readonly session: Session;
  /** Of the block: the names of sizes are defined in it. */
  readonly inner: Frame;
  readonly item: LayerItem;
  readonly form: () => string;
}

/** A tensor that goes into an input, by itself or as an element of a list. */
interface Entering extends OpArgument {
  /** Its place in a list whose length is known. */
  readonly element: number | undefined;
  /** Names in the pattern that were known before its list: the others are sizes that the elements have in common. */
  readonly known: ReadonlySet<string>;
}

const ALONE: Pick<Entering, 'element' | 'known'> = { element: undefined, known: new Set() };

/** The inputs in the order of the head; nothing after reporting what is missing or does not fit. */
export function bindInputs(site: InputSite, span: Span, bound: Bound): readonly InputValue[] | undefined {
  const { session, inner, item, form } = site;
  const inputs: InputValue[] = [];
  const patterns = item.inputs.map(({ shape }) => shape);
  bindAhead(inner, patterns, (at, axis) => {
    const { name, isList } = item.inputs[at]!;
    const given = bound.get(name.text)?.value;
    const value = isList && given !== undefined ? tensorsIn(given)?.[0] : given;
    return value?.kind === 'tensor' && value.shape ? sizeFor(patterns[at]!, axis, value.shape) : undefined;
  });
  for (const input of item.inputs) {
    const name = input.name.text;
    const argument = bound.get(name);
    if (argument === undefined) {
      session.report('missing-argument', span, { callee: item.name.text, name, form: form() });
      continue;
    }
    const value = input.isList ? bindList(site, input, argument) : fitTensor(site, input, { ...argument, ...ALONE });
    if (value !== undefined) inputs.push(value);
  }
  return inputs.length === item.inputs.length ? inputs : undefined;
}

function bindList(site: InputSite, input: TensorInput, argument: OpArgument): ListValue | undefined {
  const { session, inner, item, form } = site;
  const { value, span, elements: spans } = argument;
  const whole = value.kind === 'unknown' ? list(undefined) : value;
  const elements = tensorsIn(whole);
  const isCounted = whole.kind !== 'list' || whole.elements !== undefined;
  if (!isCounted && !session.symbolic) return undefined;
  if (elements === undefined || elements.length === 0) {
    const what = `\`${input.name.text}\` of \`${item.name.text}\``;
    const expected = elements === undefined ? 'a list of tensors' : 'a list of at least one tensor';
    const actual = elements === undefined ? describe(value) : 'an empty list';
    const help = elements === undefined ? `it is called as \`${form()}\`` : undefined;
    return session.report('wrong-type', span, { what, expected, actual }, { help });
  }
  session.tick(span, elements.length);
  const known = new Set(namesOf(input.shape).filter((name) => isKnown(inner, name)));
  const tensors: TensorValue[] = [];
  for (const [at, each] of elements.entries()) {
    const element = isCounted ? at : undefined;
    const tensor = fitTensor(site, input, { value: each, span: spans?.[at] ?? span, element, known });
    if (tensor === undefined) return undefined;
    tensors.push(tensor);
  }
  return isCounted ? list(tensors) : someOf(tensors[0]!);
}

/** The elements of a list, one for all where their number is not known, or the several results of a block. */
function tensorsIn(value: Value): readonly Value[] | undefined {
  return value.kind === 'list' && value.elements === undefined ? [anyElement(value) ?? UNKNOWN] : partsOf(value);
}

function fitTensor(
  { session, inner, item }: InputSite,
  input: TensorInput,
  entering: Entering,
): TensorValue | undefined {
  const { value, span, element } = entering;
  const name = input.name.text;
  if (value.kind === 'unknown' && session.symbolic) {
    defineUnknownSizes(inner, input.shape);
    return { kind: 'tensor', shape: undefined, id: undefined, span };
  }
  if (value.kind === 'unknown') return undefined;
  if (value.kind !== 'tensor') {
    const what = `${input.isList ? 'each element of ' : ''}\`${name}\` of \`${item.name.text}\``;
    const help = value.kind === 'list' && !input.isList ? listHelp(input) : undefined;
    return session.report('not-a-tensor', span, { what, actual: describe(value) }, { help });
  }
  if (!session.symbolic && value.id === undefined) return undefined;
  if (value.shape === undefined) {
    defineUnknownSizes(inner, input.shape);
    return value;
  }
  const known = sizesIn(inner, input.shape.span);
  const misfit = matchShape(session, inner, input.shape, value.shape, (element ?? 0) > 0);
  if (misfit === undefined) return value;
  const declared = input.isList ? `[${textOf(input.shape.span)}]` : textOf(input.shape.span);
  const args = { callee: item.name.text, input: name, declared, element, actual: value.shape };
  const made = value.span.source !== span.source || value.span.start !== span.start;
  const labels = [
    { span: made ? value.span : span, text: `this is ${formatShape(value.shape)}` },
    { span: input.span, text: 'declared here' },
  ];
  const notes = known.length === 0 ? [] : [`in this use of \`${item.name.text}\`, ${known.join(', ')}`];
  const help = openAxis(input.shape, misfit, entering) ?? remedy(value.shape, input.shape, misfit);
  return session.report('input-shape', span, args, { labels, notes, help });
}

function listHelp({ name, shape }: TensorInput): string {
  return `join the tensors with \`concat\`, pick one, such as \`xs[0]\`, or declare a list: \`${name.text}: [${textOf(shape.span)}]\``;
}

/** How to declare that the elements of a list may differ in a size that its name makes the same for all. */
function openAxis(pattern: ShapeExpression, misfit: Misfit, { element, known }: Entering): string | undefined {
  if (misfit === 'rank' || (element ?? 0) === 0) return undefined;
  const rest = pattern.axes.findIndex(({ kind }) => kind === 'rest');
  if (rest >= 0 && misfit.axis >= rest) return undefined;
  const axis = pattern.axes[misfit.axis]!;
  if (axis.kind === 'rest' || axis.size.kind !== 'name' || known.has(axis.size.text)) return undefined;
  const axes = pattern.axes.map((each) => (each === axis ? '_' : textOf(each.span)));
  return `\`${axis.size.text}\` is one size for all of the list; where each may have its own, declare \`[[${axes.join(', ')}]]\``;
}

/** What to do about an input that does not fit. */
function remedy(actual: readonly Dim[], pattern: ShapeExpression, misfit: Misfit): string | undefined {
  if (misfit === 'rank') {
    if (pattern.axes.length === 1 && actual.length === 3) {
      return 'take the height and width away first, with `global_avg_pool` or `flatten`';
    }
    return 'bring it to that number of axes first, for instance with `reshape`';
  }
  const { axis, wanted } = misfit;
  const [has, wants] = [format(actual[axis]!), format(wanted)];
  if (axis === actual.length - 1) return `a \`conv2d(${wants}, 1)\` before it turns ${has} channels into ${wants}`;
  return `its axis ${axis} is ${has} and has to be ${wants}`;
}

/** Names that a shape would have bound, had it been known. */
function defineUnknownSizes(inner: Frame, pattern: ShapeExpression): void {
  for (const name of namesOf(pattern)) {
    if (!isKnown(inner, name)) inner.define(name, UNKNOWN);
  }
}

function isKnown(inner: Frame, name: string): boolean {
  return inner.lookup(name) !== undefined || inner.module.declarations.has(name);
}

/** What a pattern names by itself. */
function namesOf({ axes }: ShapeExpression): readonly string[] {
  return axes.flatMap((axis) => {
    const name = axis.kind === 'rest' ? axis.name?.text : axis.size.kind === 'name' ? axis.size.text : undefined;
    return name ?? [];
  });
}

/** As the place of a use shows it: `[8, 8, 3]`, or a short list of such shapes. */
export function shownInput(input: InputValue): string {
  if (input.kind === 'tensor') return formatShape(input.shape);
  return (input.elements?.length ?? 0) > 4 ? describe(input) : toText(input);
}
