/** Calls: binds arguments to inputs and parameters, then makes an operation, expands a block, or runs a function. */
import type { Argument } from '../../dsl/ast.ts';
import type { Span } from '../../dsl/source.ts';
import { suggest } from '../../shared/suggest.ts';
import { signatures } from '../ops/signature/index.ts';
import type { Signature } from '../ops/signature/signature.ts';
import { expandBlock } from './block.ts';
import { evaluateBody } from './body.ts';
import { isBuiltin, runBuiltin, worksOnNumbers } from './builtins.ts';
import { requireValue } from './expression.ts';
import { Frame } from './frame.ts';
import { type OpArgument, record } from './op-call.ts';
import { bindParameters } from './parameters.ts';
import type { Session } from './session.ts';
import { describe, list, UNKNOWN, type Value } from './value.ts';

export interface Call {
  readonly callee: Value;
  /** The whole call, or the stage of a pipeline. */
  readonly span: Span;
  readonly calleeSpan: Span;
  /** What `|>` passes on: the first argument. */
  readonly piped: OpArgument | undefined;
  readonly arguments: readonly Argument[];
}

/** Arguments by the names of what they fill. */
export type Bound = Map<string, OpArgument>;

export function call(session: Session, frame: Frame, site: Call): Value {
  const { callee, span } = site;
  const positional: OpArgument[] = site.piped === undefined ? [] : [site.piped];
  const named: { readonly name: string; readonly nameSpan: Span; readonly argument: OpArgument }[] = [];
  for (const each of site.arguments) {
    const argument = { value: requireValue(session, frame, each.value), span: each.value.span };
    if (each.name !== undefined) named.push({ name: each.name.text, nameSpan: each.name.span, argument });
    else {
      if (named.length > 0) session.report('positional-after-named', each.span, {});
      positional.push(argument);
    }
  }
  if (callee.kind === 'unknown') return UNKNOWN;
  if (callee.kind === 'function') {
    const { name, item, module } = callee;
    if (item === undefined || module === undefined) {
      if (!isBuiltin(name)) return UNKNOWN;
      const [first] = positional;
      if (name in signatures && !worksOnNumbers(name, first?.value)) {
        return callOp(session, frame, name as keyof typeof signatures, positional, named, span);
      }
      for (const { nameSpan, name: given } of named) {
        session.report('unknown-argument', nameSpan, {
          callee: name,
          name: given,
          near: undefined,
          form: `${name}(…)`,
        });
      }
      return runBuiltin(session, name, positional, span);
    }
    const form = `${name}(${item.parameters.map((each) => each.name.text).join(', ')})`;
    const bound = bind(
      session,
      { callee: name, form, names: item.parameters.map((each) => each.name.text), span },
      positional,
      named,
    );
    return session.using(name, span, () => {
      const inner = new Frame(module, undefined, name);
      if (!bindParameters(session, inner, { callee: name, form, span, parameters: item.parameters, module }, bound))
        return UNKNOWN;
      const value = evaluateBody(session, inner, item.body);
      if (value.kind === 'nothing') session.report('no-value', item.name.span, { what: `the function \`${name}\`` });
      return value.kind === 'nothing' ? UNKNOWN : value;
    });
  }
  if (callee.kind !== 'layer') {
    session.report('not-callable', site.calleeSpan, { what: describe(callee) });
    return UNKNOWN;
  }
  const { layer } = callee;
  if (layer === undefined) return { kind: 'tensor', shape: undefined, id: undefined, span };
  if (layer.kind === 'op') return callOp(session, frame, layer.op, positional, named, span);
  const { item, module } = layer;
  const inputs = item.inputs.map((each) => each.name.text);
  const parameters = item.parameters.map((each) => each.name.text);
  const form = `${item.name.text}(${[...inputs, ...parameters].join(', ')})`;
  const bound = bind(
    session,
    { callee: item.name.text, form, names: [...inputs, ...parameters], span },
    positional,
    named,
  );
  return expandBlock(session, frame, { item, module, span, form }, bound);
}

interface Target {
  readonly callee: string;
  readonly form: string;
  readonly names: readonly string[];
  readonly span: Span;
}

function bind(
  session: Session,
  { callee, form, names, span }: Target,
  positional: readonly OpArgument[],
  named: readonly { readonly name: string; readonly nameSpan: Span; readonly argument: OpArgument }[],
): Bound {
  const bound: Bound = new Map();
  for (const [index, argument] of positional.entries()) {
    const name = names[index];
    if (name === undefined) {
      session.report('too-many-arguments', argument.span ?? span, { callee, most: names.length, form });
      break;
    }
    bound.set(name, argument);
  }
  for (const { name, nameSpan, argument } of named) {
    if (!names.includes(name)) {
      session.report('unknown-argument', nameSpan, { callee, name, near: suggest(name, names), form });
    } else if (bound.has(name)) session.report('duplicate-argument', nameSpan, { callee, name });
    else bound.set(name, argument);
  }
  return bound;
}

function callOp(
  session: Session,
  frame: Frame,
  op: keyof typeof signatures,
  positional: readonly OpArgument[],
  named: readonly { readonly name: string; readonly nameSpan: Span; readonly argument: OpArgument }[],
  span: Span,
): Value {
  const signature = signatures[op];
  const form = formOf(op, signature);
  const inputs = signature.inputs.map((each) => each.name);
  const bound = bind(
    session,
    { callee: op, form, names: [...inputs, ...signature.parameters.map((each) => each.name)], span },
    positional,
    named,
  );
  const tensors: OpArgument[] = [];
  for (const input of signature.inputs) {
    const argument = bound.get(input.name);
    if (argument === undefined) {
      session.report('missing-argument', span, { callee: op, name: input.name, form });
      return UNKNOWN;
    }
    bound.delete(input.name);
    if (!input.list) tensors.push(argument);
    else if (argument.value.kind === 'list' && argument.value.elements !== undefined) {
      tensors.push(
        ...argument.value.elements.map((value) => ({
          value,
          span: value.kind === 'tensor' ? value.span : argument.span,
        })),
      );
    } else if (argument.value.kind === 'list') {
      // A list of unknown length: what joins it cannot be told in full.
      return { kind: 'tensor', shape: undefined, id: undefined, span };
    } else if (argument.value.kind === 'unknown') return UNKNOWN;
    else {
      session.report('wrong-type', argument.span, {
        what: `\`${input.name}\` of \`${op}\``,
        expected: 'a list of tensors',
        actual: describe(argument.value),
      });
      return UNKNOWN;
    }
  }
  const outputs = record(session, frame, op, tensors, bound, span);
  if (op === 'split') return outputs.length > 0 ? list(outputs) : UNKNOWN;
  return outputs[0] ?? UNKNOWN;
}

/** `conv2d(x, filters, kernel, stride: 1, …)` */
export function formOf(name: string, signature: Signature): string {
  const inputs = signature.inputs.map((each) => (each.list ? `[${each.name}…]` : each.name));
  const parameters = signature.parameters.map((each) =>
    each.default === undefined || each.default === null ? each.name : `${each.name}: ${JSON.stringify(each.default)}`,
  );
  return `${name}(${[...inputs, ...parameters].join(', ')})`;
}
