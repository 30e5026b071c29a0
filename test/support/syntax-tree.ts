/** Syntax trees in tests: compared without their spans, and shown as text. */
import {
  type Body,
  type Expression,
  type Item,
  type LoopVariables,
  type Module,
  namesOfLoop,
  type Parameter,
  type ShapeExpression,
  type Statement,
  type TypeExpression,
} from '../../src/dsl/ast.ts';

import {
  type AblationEntry,
  type AblationItem,
  type EditStatement,
  patternText,
  type SweepValues,
  sweptText,
} from '../../src/dsl/ast-ablation.ts';

/** A tree without spans and sources, which two texts of one meaning share. */
export function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'source' && !/span$/i.test(key));
  return Object.fromEntries(kept.map(([key, each]) => [key, bare(each)]));
}

/** A module as indented lines, an item or statement each, with expressions in prefix form. */
export function showModule({ items }: Module): string {
  return items.map((item) => `${showItem(item)}\n`).join('');
}

function showItem(item: Item): string {
  if (item.kind === 'import') return `import ${item.names.map((name) => name.text).join(' ')} from ${quote(item.path)}`;
  const head = `${showDoc(item.doc, '')}${item.kind} ${item.name.text}`;
  if (item.kind === 'const') return `${head} ${showExpression(item.value)}`;
  if (item.kind === 'ablation') return showAblation(head, item);
  const lines = [head, ...item.parameters.map(showParameter)];
  if (item.kind === 'fn') {
    if (item.result !== undefined) lines.push(`  result ${showType(item.result)}`);
  } else {
    for (const { name, shape, isList } of item.inputs) {
      lines.push(`  input ${name.text} ${isList ? 'list of ' : ''}${showShape(shape)}`);
    }
    for (const { name, shape } of item.outputs ?? []) lines.push(`  output ${name?.text ?? '-'} ${showShape(shape)}`);
  }
  return [...lines, ...showBody(item.body, '  ')].join('\n');
}

function showAblation(head: string, { model, arguments: given, body }: AblationItem): string {
  const settings = given.map((each) => ` ${each.name?.text ?? '-'}: ${showExpression(each.value)}`).join('');
  return [`${head} of ${model.text}${settings}`, ...body.entries.map(showEntry)].join('\n');
}

function showEntry(entry: AblationEntry): string {
  switch (entry.kind) {
    case 'base':
      return `  base ${quote(entry.name.text)}`;
    case 'variant': {
      const head = `${showDoc(entry.doc, '  ')}  variant ${quote(entry.name.text)}`;
      return [head, ...entry.body.edits.map((each) => `    ${showEdit(each)}`)].join('\n');
    }
    case 'leave-one-out':
    case 'add-one-in':
      return `  ${entry.kind} ${entry.paths.map(patternText).join(' ')}`;
    default: {
      const except = entry.except.map((each) => ` except ${showValues(each)}`).join('');
      return `  ${entry.kind} ${showValues(entry.values)}${except}`;
    }
  }
}

function showValues({ fields }: SweepValues): string {
  return `(record${fields.map((field) => ` ${sweptText(field)}: ${showExpression(field.value)}`).join('')})`;
}

function showEdit(edit: EditStatement): string {
  const paths = 'paths' in edit ? edit.paths.map(patternText).join(' ') : '';
  switch (edit.kind) {
    case 'disable':
      return `disable ${paths}`;
    case 'replace':
      return `replace ${paths} with ${showExpression(edit.layer)}`;
    case 'insert':
      return `insert ${showExpression(edit.layer)} ${edit.side} ${paths}`;
    case 'set':
      return `set ${patternText(edit.path)} . ${edit.parameter.text} ${showExpression(edit.value)}`;
    case 'parameter':
      return `parameter ${edit.parameter.text} ${showExpression(edit.value)}`;
  }
}

function showParameter({ doc, name, type, default: value }: Parameter): string {
  const given = value === undefined ? '' : ` = ${showExpression(value)}`;
  return `${showDoc(doc, '  ')}  parameter ${name.text} ${showType(type)}${given}`;
}

function showDoc(doc: string | undefined, indent: string): string {
  return doc === undefined ? '' : `${indent}doc ${quote(doc)}\n`;
}

function showBody({ statements }: Body, indent: string): string[] {
  return statements.map((each) => showStatement(each, indent));
}

function showStatement(statement: Statement, indent: string): string {
  switch (statement.kind) {
    case 'assignment': {
      const targets = statement.targets.map((target) => target.text).join(' ');
      return `${showDoc(statement.doc, indent)}${indent}set ${targets} ${showExpression(statement.value, indent)}`;
    }
    case 'append':
      return `${indent}append ${statement.target.text} ${showExpression(statement.value, indent)}`;
    case 'for': {
      const variables = loopVariables(statement.variables);
      const head = `${indent}for ${variables} in ${showExpression(statement.over, indent)}`;
      return [head, ...showBody(statement.body, `${indent}  `)].join('\n');
    }
    case 'assert': {
      const message = statement.message === undefined ? '' : ` else ${showExpression(statement.message, indent)}`;
      return `${indent}assert ${showExpression(statement.condition, indent)}${message}`;
    }
    case 'expression':
      return `${indent}value ${showExpression(statement.value, indent)}`;
  }
}

function showExpression(expression: Expression, indent = ''): string {
  const show = (each: Expression): string => showExpression(each, indent);
  const form = (...parts: readonly string[]): string => `(${parts.filter((part) => part !== '').join(' ')})`;
  switch (expression.kind) {
    case 'int':
    case 'float':
    case 'bool':
      return expression.kind === 'float' ? `${expression.value}f` : String(expression.value);
    case 'string':
      return expression.parts.length === 1 && typeof expression.parts[0] === 'string'
        ? quote(expression.parts[0])
        : form('string', ...expression.parts.map((part) => (typeof part === 'string' ? quote(part) : show(part))));
    case 'name':
      return expression.text;
    case 'missing':
      return '<missing>';
    case 'list':
    case 'tuple':
      return form(expression.kind, ...expression.elements.map(show));
    case 'record':
      return form('record', ...expression.fields.map(({ name, value }) => `${name.text}: ${show(value)}`));
    case 'comprehension': {
      const variables = loopVariables(expression.variables);
      const condition = expression.condition === undefined ? '' : `if ${show(expression.condition)}`;
      return form('list-of', show(expression.element), `for ${variables} in ${show(expression.over)}`, condition);
    }
    case 'unary':
      return form(expression.operator, show(expression.operand));
    case 'binary':
      return form(expression.operator, show(expression.left), show(expression.right));
    case 'member':
      return form('.', show(expression.object), expression.name.text);
    case 'index':
      return form('index', show(expression.object), show(expression.index));
    case 'slice': {
      const { object, start, end } = expression;
      return form('slice', show(object), start ? show(start) : '-', end ? show(end) : '-');
    }
    case 'call':
    case 'pipe': {
      const given = expression.arguments.map(({ name, value }) => `${name ? `${name.text}: ` : ''}${show(value)}`);
      if (expression.kind === 'call') return form('call', show(expression.callee), ...given);
      return form('pipe', show(expression.input), show(expression.callee), ...given);
    }
    case 'if': {
      const inner = `${indent}    `;
      const branch = (word: string, body: Body): string[] => [`${indent}  ${word}`, ...showBody(body, inner)];
      const otherwise = expression.else === undefined ? [] : branch('else', expression.else);
      return [`if ${show(expression.condition)}`, ...branch('then', expression.then), ...otherwise].join('\n');
    }
  }
}

function showShape({ axes }: ShapeExpression): string {
  const shown = axes.map((axis) => (axis.kind === 'rest' ? `...${axis.name?.text ?? ''}` : showExpression(axis.size)));
  return `[${shown.join(', ')}]`;
}

function showType(type: TypeExpression): string {
  switch (type.kind) {
    case 'named-type':
      return type.name;
    case 'list-type':
      return `[${showType(type.element)}]`;
    case 'choice-type':
      return type.choices.map(quote).join('|');
    case 'record-type':
      return `{${type.fields.map(({ name, type: inner }) => `${name.text}: ${showType(inner)}`).join(', ')}}`;
  }
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function loopVariables(variables: LoopVariables): string {
  const names = namesOfLoop(variables).map(({ text }) => text);
  return `${names.join(' ')}${Array.isArray(variables.element) ? ' apart' : ''}`;
}
