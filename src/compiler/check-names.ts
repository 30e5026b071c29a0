/**
 * Checks every name of a file: that it stands for something, is defined once, hides nothing, is used, and that no
 * declaration leads back to itself.
 *
 * In: a loaded module. Out: diagnostics only; evaluation looks names up again where their values are.
 */
import {
  type Body,
  type Expression,
  type Item,
  type LayerItem,
  type Name,
  namesOfLoop,
  type Parameter,
  type ShapeExpression,
  type Statement,
  type TypeExpression,
} from '../dsl/ast.ts';
import { type AblationItem, expressionsOf } from '../dsl/ast-ablation.ts';
import { type Diagnostic, diagnostic } from '../dsl/diagnostic.ts';
import type { Span } from '../dsl/source.ts';
import { suggest } from '../shared/suggest.ts';
import { builtins, isBuiltin } from './evaluate/builtins.ts';
import { isOpen } from './evaluate/shape-pattern.ts';
import { findCycles } from './find-cycles.ts';
import { foreignLayer } from './foreign-layers.ts';
import { type Binding, Scope } from './name-scope.ts';
import { isCallableOp, signatures } from './ops/signature/index.ts';
import type { ModuleScope } from './project.ts';
import { standardNames } from './standard-names.ts';

const TYPES = ['int', 'float', 'bool', 'string', 'layer', 'pair', 'padding'];

export function checkNames(module: ModuleScope): readonly Diagnostic[] {
  const check = new NameCheck(module);
  for (const item of module.module.items) check.item(item);
  check.unusedImports();
  return [...check.diagnostics, ...findCycles(module, check.references)];
}

class NameCheck {
  readonly diagnostics: Diagnostic[] = [];
  /** Which declarations each one names, with the place. */
  readonly references = new Map<string, Map<string, Span>>();
  #current: string | undefined;
  /** Names of this declaration whose body has ended, with their places: they are known inside of it only. */
  readonly #closed = new Map<string, Span[]>();
  /** Names that imports should have brought; that they did not is told there. */
  readonly #missing: ReadonlySet<string>;

  constructor(readonly module: ModuleScope) {
    const imported = module.module.items.flatMap((item) => (item.kind === 'import' ? item.names : []));
    this.#missing = new Set(imported.map(({ text }) => text).filter((name) => !module.declarations.has(name)));
  }

  item(item: Item): void {
    if (item.kind === 'import') {
      for (const name of item.names) this.#notALayer(name);
      return;
    }
    this.#closed.clear();
    if (item.kind === 'ablation') {
      this.ablation(item);
      return;
    }
    this.#current = item.name.text;
    this.references.set(item.name.text, this.references.get(item.name.text) ?? new Map());
    this.#notALayer(item.name);
    if (item.kind === 'const') this.expression(new Scope(undefined), item.value);
    else if (item.kind === 'fn') {
      const scope = this.parameters(item.parameters);
      if (item.result !== undefined) this.type(item.result);
      this.body(scope, item.body, true);
      this.unused(scope);
    } else this.layer(item);
    this.#current = undefined;
  }

  /** Its model and what its settings and edits name; nothing can name an ablation. */
  ablation(item: AblationItem): void {
    this.#current = `ablation ${item.name.text}`;
    this.references.set(this.#current, new Map());
    if (this.module.declarations.has(item.model.text)) this.use(new Scope(undefined), item.model.text, item.model.span);
    const before = this.diagnostics.length;
    for (const each of expressionsOf(item)) this.expression(new Scope(undefined), each);
    this.#nameParts(before);
    this.#current = undefined;
  }

  /** A path where a layer is wanted is the likeliest of unknown names in an edit that are near to nothing. */
  #nameParts(from: number): void {
    for (const [at, each] of this.diagnostics.entries()) {
      if (at < from || each.code !== 'unknown-name' || each.help?.startsWith('give it a value') !== true) continue;
      const help =
        'values and layers of an edit are made of what the file declares and imports; parts of the model are only named by the paths that it edits, as in `insert relu after stem`';
      this.diagnostics[at] = { ...each, help };
    }
  }

  unusedImports(): void {
    const used = new Set([...this.references.values()].flatMap((each) => [...each.keys()]));
    for (const item of this.module.module.items) {
      if (item.kind !== 'import') continue;
      for (const name of item.names) {
        if (used.has(name.text) || this.#missing.has(name.text)) continue;
        this.diagnostics.push(diagnostic('unused-name', name.span, { name: name.text, what: 'the import' }));
      }
    }
  }

  layer(item: LayerItem): void {
    const scope = this.parameters(item.parameters);
    for (const { shape } of item.inputs) this.sizes(scope, shape);
    for (const { shape } of item.inputs) this.shape(scope, shape);
    const body = new Scope(scope);
    for (const input of item.inputs) this.define(body, input.name, 'input');
    const outputs = new Map<string, Name>();
    for (const { name, shape } of item.outputs ?? []) {
      this.shape(scope, shape);
      // Those who feed a model and read it tell both by their names.
      const fed = item.kind === 'model' ? item.inputs.find((input) => input.name.text === name?.text)?.name : undefined;
      const first = name && (outputs.get(name.text) ?? fed);
      if (name !== undefined && first !== undefined) {
        const labels = [{ span: first.span, text: 'first defined here' }];
        this.diagnostics.push(diagnostic('duplicate-name', name.span, { name: name.text }, { labels }));
      } else if (name !== undefined) outputs.set(name.text, name);
    }
    this.body(body, item.body, true);
    this.unused(body);
    this.unused(scope);
  }

  parameters(parameters: readonly Parameter[]): Scope {
    const scope = new Scope(undefined);
    for (const parameter of parameters) {
      this.type(parameter.type);
      if (parameter.default !== undefined) this.expression(scope, parameter.default);
      this.define(scope, parameter.name, 'parameter');
    }
    return scope;
  }

  type(type: TypeExpression): void {
    if (type.kind === 'list-type') this.type(type.element);
    else if (type.kind === 'record-type') for (const field of type.fields) this.type(field.type);
    else if (type.kind === 'named-type' && !TYPES.includes(type.name)) {
      this.diagnostics.push(
        diagnostic('unknown-type', type.span, { name: type.name, near: suggest(type.name, TYPES) }),
      );
    }
  }

  /** What the shape of an input names that was not known before: those are its sizes. */
  sizes(scope: Scope, shape: ShapeExpression): void {
    for (const axis of shape.axes) {
      if (axis.kind === 'axis' && isOpen(axis.size)) continue;
      const name = axis.kind === 'rest' ? axis.name : axis.size.kind === 'name' ? axis.size : undefined;
      if (name === undefined || scope.find(name.text) !== undefined || this.module.declarations.has(name.text))
        continue;
      scope.bindings.set(name.text, { name, kind: 'size', used: true });
    }
  }

  shape(scope: Scope, shape: ShapeExpression): void {
    for (const axis of shape.axes) {
      if (axis.kind === 'axis' && !isOpen(axis.size)) this.size(scope, axis.size);
      else if (axis.kind === 'rest' && axis.name !== undefined) this.use(scope, axis.name.text, axis.name.span);
    }
  }

  /** A formula in a shape: its names have to be known, and cannot be learned from it. */
  size(scope: Scope, size: Expression): void {
    const before = this.diagnostics.length;
    this.expression(scope, size);
    for (let at = before; at < this.diagnostics.length; at += 1) {
      const found = this.diagnostics[at]!;
      if (found.code !== 'unknown-name') continue;
      const name = found.span.source.text.slice(found.span.start, found.span.end);
      this.diagnostics[at] = diagnostic('unbound-size', found.span, { name });
      // Known from here on: the body is not to be told of it again.
      const binding = { text: name, span: found.span };
      scope.bindings.set(name, { name: binding, kind: 'size', used: true });
    }
  }

  body(scope: Scope, body: Body, hasValue: boolean): void {
    for (const [index, statement] of body.statements.entries()) {
      this.statement(scope, statement, hasValue && index === body.statements.length - 1);
    }
  }

  statement(scope: Scope, statement: Statement, isValue: boolean): void {
    switch (statement.kind) {
      case 'assignment':
        this.expression(scope, statement.value);
        for (const target of statement.targets) this.assign(scope, target);
        return;
      case 'append':
        this.expression(scope, statement.value);
        if (scope.find(statement.target.text) === undefined) {
          this.unknown(scope, statement.target.text, statement.target.span, 'list or number');
        }
        return;
      case 'for': {
        this.expression(scope, statement.over);
        const inner = new Scope(scope);
        for (const variable of namesOfLoop(statement.variables)) this.define(inner, variable, 'loop variable');
        const body = new Scope(inner);
        this.body(body, statement.body, false);
        this.unused(body);
        this.unused(inner);
        return;
      }
      case 'assert':
        this.expression(scope, statement.condition);
        if (statement.message !== undefined) this.expression(scope, statement.message);
        return;
      case 'expression':
        if (statement.value.kind === 'if') this.if(scope, statement.value, isValue);
        else {
          this.expression(scope, statement.value);
          if (!isValue && statement.value.kind !== 'missing') {
            this.diagnostics.push(diagnostic('unused-result', statement.span, {}));
          }
        }
    }
  }

  if(scope: Scope, expression: Expression & { kind: 'if' }, isValue: boolean): void {
    this.expression(scope, expression.condition);
    for (const body of [expression.then, expression.else]) {
      if (body === undefined) continue;
      const inner = new Scope(scope);
      this.body(inner, body, isValue);
      this.unused(inner);
    }
  }

  expression(scope: Scope, expression: Expression): void {
    switch (expression.kind) {
      case 'name':
        this.use(scope, expression.text, expression.span);
        return;
      case 'string':
        for (const part of expression.parts) if (typeof part !== 'string') this.expression(scope, part);
        return;
      case 'list':
      case 'tuple':
        for (const each of expression.elements) this.expression(scope, each);
        return;
      case 'record':
        for (const each of expression.fields) this.expression(scope, each.value);
        return;
      case 'comprehension': {
        this.expression(scope, expression.over);
        const inner = new Scope(scope);
        for (const variable of namesOfLoop(expression.variables)) this.define(inner, variable, 'loop variable');
        if (expression.condition !== undefined) this.expression(inner, expression.condition);
        this.expression(inner, expression.element);
        this.unused(inner);
        return;
      }
      case 'unary':
        this.expression(scope, expression.operand);
        return;
      case 'binary':
        this.expression(scope, expression.left);
        this.expression(scope, expression.right);
        return;
      case 'call':
        this.expression(scope, expression.callee);
        for (const each of expression.arguments) this.expression(scope, each.value);
        return;
      case 'pipe':
        this.pipeline(scope, expression);
        return;
      case 'member':
        this.expression(scope, expression.object);
        return;
      case 'index':
        this.expression(scope, expression.object);
        this.expression(scope, expression.index);
        return;
      case 'slice':
        this.expression(scope, expression.object);
        if (expression.start !== undefined) this.expression(scope, expression.start);
        if (expression.end !== undefined) this.expression(scope, expression.end);
        return;
      case 'if':
        this.if(scope, expression, true);
        return;
    }
  }

  pipeline(scope: Scope, expression: Expression & { kind: 'pipe' }): void {
    const stages: (Expression & { kind: 'pipe' })[] = [];
    let first: Expression = expression;
    for (; first.kind === 'pipe'; first = first.input) stages.push(first);
    this.expression(scope, first);
    for (const stage of stages.reverse()) {
      this.expression(scope, stage.callee);
      for (const each of stage.arguments) this.expression(scope, each.value);
    }
  }

  use(scope: Scope, name: string, span: Span): void {
    const binding = scope.find(name);
    if (binding !== undefined) {
      binding.used = true;
      return;
    }
    if (this.module.declarations.has(name)) {
      const own = this.#current === undefined ? undefined : this.references.get(this.#current);
      if (own !== undefined && !own.has(name)) own.set(name, span);
      return;
    }
    if (!isBuiltin(name) && !isCallableOp(name) && !this.#missing.has(name)) this.unknown(scope, name, span, 'name');
  }

  unknown(scope: Scope, name: string, span: Span, kind: string): void {
    const callable = [...this.module.declarations.keys(), ...Object.keys(signatures), ...Object.keys(builtins)];
    const after = span.source.text.slice(span.end).trimStart()[0];
    const before = span.source.text.slice(0, span.start).trimEnd();
    const called = after === '(' || before.endsWith('|>');
    // What begins with a small letter is a layer of the language or a result, unless it is used like a block.
    const standard = called || /^[A-Z]/.test(name) ? standardNames.keys() : [];
    const known = called ? callable : [...scope.names(), ...callable].filter((each) => each.length > 1);
    const near = standardNames.has(name)
      ? name
      : ((called ? foreignLayer(name) : undefined) ?? suggest(name, [...known, ...standard]));
    const path = near === undefined || known.includes(near) ? undefined : standardNames.get(near);
    const what = kind === 'name' && called ? 'layer, block or function' : kind;
    // What was meant is no longer unused.
    const meant = near === undefined ? undefined : scope.find(near);
    if (meant !== undefined) meant.used = true;
    const closed = this.#closed.get(name);
    if (closed === undefined) this.diagnostics.push(diagnostic('unknown-name', span, { name, near, path, what }));
    else {
      const labels = closed.map((each) => ({ span: each, text: 'known only between these braces' }));
      const help = `give \`${name}\` a value before the braces, so that it is known after them`;
      this.#forgetUnused(closed);
      this.diagnostics.push(diagnostic('unknown-name', span, { name, near, path, what }, { labels, help }));
    }
  }

  /** A new name, which may hide nothing. */
  define(scope: Scope, name: Name, kind: Binding['kind']): void {
    if (scope.bindings.get(name.text)?.kind === kind) {
      const labels = [{ span: scope.bindings.get(name.text)!.name.span, text: 'first defined here' }];
      this.diagnostics.push(diagnostic('duplicate-name', name.span, { name: name.text }, { labels }));
      return;
    }
    this.#hides(scope, name);
    scope.bindings.set(name.text, { name, kind, used: name.text.startsWith('_') });
  }

  /** An assignment: a new result, or another value for a result or an input. */
  assign(scope: Scope, name: Name): void {
    const earlier = scope.find(name.text);
    if (earlier === undefined) this.define(scope, name, 'result');
    else if (earlier.kind === 'parameter' || earlier.kind === 'size' || earlier.kind === 'loop variable')
      this.#hides(scope, name);
  }

  #hides(scope: Scope, name: Name): void {
    const earlier = scope.find(name.text);
    const declaration = this.module.declarations.get(name.text);
    const kinds = {
      parameter: 'a parameter',
      input: 'an input',
      size: 'the size of an axis',
      result: 'a result',
      'loop variable': 'a loop variable',
    };
    const what =
      earlier !== undefined
        ? kinds[earlier.kind]
        : declaration !== undefined
          ? `a ${declaration.item.kind === 'fn' ? 'function' : declaration.item.kind === 'const' ? 'constant' : declaration.item.kind}`
          : isCallableOp(name.text)
            ? 'a layer of the language'
            : isBuiltin(name.text)
              ? 'a function of the language'
              : undefined;
    if (what === undefined) return;
    const span = earlier?.name.span ?? declaration?.item.name.span;
    const labels = span === undefined ? [] : [{ span, text: 'defined here' }];
    this.diagnostics.push(diagnostic('shadowed-name', name.span, { name: name.text, what }, { labels }));
  }

  /** A declaration or an import may not take the name of a layer or function of the language. */
  #notALayer(name: Name): void {
    const what = isCallableOp(name.text)
      ? 'a layer of the language'
      : isBuiltin(name.text)
        ? 'a function of the language'
        : undefined;
    if (what !== undefined) this.diagnostics.push(diagnostic('shadowed-name', name.span, { name: name.text, what }));
  }

  /** Takes back that these are never used: they are used where they are not known. */
  #forgetUnused(places: readonly Span[]): void {
    const taken = (found: Diagnostic) => found.code === 'unused-name' && places.includes(found.span);
    this.diagnostics.splice(0, this.diagnostics.length, ...this.diagnostics.filter((found) => !taken(found)));
  }

  #close({ text, span }: Name): void {
    const places = this.#closed.get(text);
    if (places === undefined) this.#closed.set(text, [span]);
    else places.push(span);
  }

  /** The end of a body: tells what it never used. */
  unused(scope: Scope): void {
    const kinds = {
      parameter: 'the parameter',
      input: 'the input',
      size: 'the size',
      result: 'the result',
      'loop variable': 'the loop variable',
    };
    for (const { name, kind, used } of scope.bindings.values()) {
      if (kind === 'result') this.#close(name);
      if (!used) this.diagnostics.push(diagnostic('unused-name', name.span, { name: name.text, what: kinds[kind] }));
    }
  }
}
