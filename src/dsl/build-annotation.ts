/**
 * Types and shapes of the syntax tree. The grammar reads both as expressions; here they become what they stand for.
 * The name of a type is not looked up; it is empty where something that is no type was reported.
 */
import type { CstNode } from 'chevrotain';
import type { ShapeAxis, ShapeExpression, StringLiteral, TensorInput, TypeExpression } from './ast.ts';
import { ExpressionBuilder } from './build-expression.ts';
import { node, nodes, token, tokens } from './cst.ts';
import { diagnostic } from './diagnostic.ts';
import type { Span } from './source.ts';

export abstract class AnnotationBuilder extends ExpressionBuilder {
  type(annotation: CstNode | undefined, after: Span): TypeExpression {
    const span = this.nodeSpan(annotation, after);
    return this.#type(node(annotation, 'expression'), span);
  }

  #type(tree: CstNode | undefined, span: Span): TypeExpression {
    const unknown: TypeExpression = { kind: 'named-type', span, name: '' };
    if (tree === undefined || span.start === span.end) return unknown;
    const primary = lonePrimary(tree);
    const name = token(primary, 'Name');
    if (name !== undefined) return { kind: 'named-type', span, name: name.image };
    const strings = node(primary, 'strings');
    if (strings !== undefined) return { kind: 'choice-type', span, choices: this.#choices(strings) };
    const record = node(primary, 'record');
    if (record !== undefined) {
      const fields = nodes(record, 'field').flatMap((each) => {
        const label = token(each, 'Name');
        const value = node(each, 'expression');
        if (label === undefined) return [];
        return [{ name: this.name(label), type: this.#type(value, this.nodeSpan(value, this.tokenSpan(label))) }];
      });
      return { kind: 'record-type', span, fields };
    }
    const list = node(primary, 'list');
    const element = node(nodes(list, 'element')[0], 'expression');
    if (element !== undefined && nodes(list, 'element').length === 1 && node(list, 'generator') === undefined) {
      return { kind: 'list-type', span, element: this.#type(element, this.nodeSpan(element, span)) };
    }
    this.report(diagnostic('expected-type', span, { isShape: list !== undefined && this.#looksLikeShape(list) }));
    return unknown;
  }

  /** Several axes, or a rest of them; `[int, int]` is an attempt at a type instead. */
  #looksLikeShape(list: CstNode): boolean {
    const elements = nodes(list, 'element');
    const namesType = (element: CstNode): boolean => {
      const name = token(lonePrimary(node(element, 'expression') ?? element), 'Name')?.image;
      return name !== undefined && ['int', 'float', 'bool', 'string', 'layer'].includes(name);
    };
    return elements.length > 0 && node(list, 'generator') === undefined && !elements.some(namesType);
  }

  #choices(strings: CstNode): string[] {
    return tokens(strings, 'String').map((each) => this.plainString(this.string(each), 'a choice'));
  }

  /** The text of a string in a place where nothing can be interpolated. */
  protected plainString(literal: StringLiteral, what: string): string {
    const interpolated = literal.parts.find((part) => typeof part !== 'string');
    if (interpolated !== undefined && typeof interpolated !== 'string') {
      this.report(diagnostic('interpolation-in-plain-string', interpolated.span, { what }));
    }
    return literal.parts.filter((part) => typeof part === 'string').join('');
  }

  /** Whether an annotation is in brackets, as every shape is. */
  isShape(annotation: CstNode | undefined): boolean {
    const expression = node(annotation, 'expression');
    return expression === undefined || isList(expression);
  }

  /** The shape of an input, or of each tensor in a list of them: `[[H, W, C]]`. */
  inputShape(annotation: CstNode | undefined, after: Span): Pick<TensorInput, 'shape' | 'isList'> {
    const inner = elementOfList(node(annotation, 'expression'));
    if (inner === undefined) return { shape: this.shape(annotation, after), isList: false };
    const span = this.nodeSpan(inner, after);
    if (elementOfList(inner) === undefined) return { shape: this.#shape(inner, span), isList: true };
    this.report(diagnostic('nested-list-input', this.nodeSpan(annotation, after), {}));
    return { shape: anyShape(span), isList: true };
  }

  /** The shape of an output, which is always one tensor. */
  outputShape(annotation: CstNode | undefined, after: Span): ShapeExpression {
    if (elementOfList(node(annotation, 'expression')) === undefined) return this.shape(annotation, after);
    const span = this.nodeSpan(annotation, after);
    this.report(diagnostic('list-output', span, {}));
    return anyShape(span);
  }

  /** A shape that cannot be read becomes `[...]`, which fits everything. */
  shape(annotation: CstNode | undefined, after: Span): ShapeExpression {
    return this.#shape(node(annotation, 'expression'), this.nodeSpan(annotation, after));
  }

  #shape(expression: CstNode | undefined, span: Span): ShapeExpression {
    const anything = anyShape(span);
    if (expression === undefined || span.start === span.end) return anything;
    const list = node(lonePrimary(expression), 'list');
    if (list === undefined || node(list, 'generator') !== undefined) {
      this.report(diagnostic('expected-shape', span, {}));
      return anything;
    }
    if (nodes(list, 'element').some((each) => isList(node(each, 'expression')))) {
      const help =
        'tensors of several shapes are inputs of their own, or one list with `_` where they differ: `[[_, _, C]]`';
      this.report(diagnostic('expected-shape', span, {}, { help }));
      return anything;
    }
    const axes = nodes(list, 'element').map((each) => this.#axis(each, span));
    const rests = axes.filter((each) => each.kind === 'rest');
    if (rests[0] !== undefined && rests[1] !== undefined) {
      const labels = [{ span: rests[0].span, text: 'the first one' }];
      this.report(diagnostic('repeated-rest', rests[1].span, {}, { labels }));
      return { span, axes: axes.filter((each) => each.kind !== 'rest' || each === rests[0]) };
    }
    return { span, axes };
  }

  #axis(element: CstNode, otherwise: Span): ShapeAxis {
    const span = this.nodeSpan(element, otherwise);
    const name = token(element, 'Name');
    if (token(element, 'Ellipsis') === undefined) {
      return { kind: 'axis', span, size: this.expression(node(element, 'expression'), span) };
    }
    return { kind: 'rest', span, name: name === undefined ? undefined : this.name(name) };
  }
}

function anyShape(span: Span): ShapeExpression {
  return { span, axes: [{ kind: 'rest', span, name: undefined }] };
}

/** What stands alone in brackets within brackets: of `[[H, W, C]]`, the expression `[H, W, C]`. */
function elementOfList(expression: CstNode | undefined): CstNode | undefined {
  const list = expression && node(lonePrimary(expression), 'list');
  const elements = nodes(list, 'element');
  const inner = node(elements[0], 'expression');
  if (inner === undefined || elements.length > 1 || node(list, 'generator') !== undefined) return undefined;
  return isList(inner) ? inner : undefined;
}

function isList(expression: CstNode | undefined): boolean {
  return expression !== undefined && node(lonePrimary(expression), 'list') !== undefined;
}

/** The primary of an expression that is nothing but one. */
function lonePrimary(expression: CstNode): CstNode | undefined {
  const operands = nodes(expression, 'operand');
  const operand = operands[0];
  const decorated = nodes(operand, 'postfix').length > 0 || tokens(operand, 'PrefixOperator').length > 0;
  return operands.length === 1 && !decorated ? node(operand, 'primary') : undefined;
}
