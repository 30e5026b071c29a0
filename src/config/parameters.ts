/** Holds the values in `set` to the types that the model declares for its parameters. */
import type { LayerItem, TypeExpression } from '../dsl/ast.ts';
import { type Diagnostic, diagnostic } from '../dsl/diagnostic.ts';
import type { Span } from '../dsl/source.ts';
import { didYouMean } from '../shared/suggest.ts';
import type { ConfigNode, MappingNode } from './config-tree.ts';
import { describeValue, homesInConfig } from './schema-words.ts';

/** `around` is where a value is missed that `set` does not give. */
export function checkParameters(model: LayerItem, set: MappingNode | undefined, around: Span): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const names = model.parameters.map((each) => each.name.text);
  for (const [name, { keySpan, value }] of set?.fields ?? []) {
    const parameter = model.parameters.find((each) => each.name.text === name);
    if (parameter === undefined) {
      const help = didYouMean(name, names) ?? ownFieldHelp(name);
      diagnostics.push(
        diagnostic('config-parameter-unknown', keySpan, { name, model: model.name.text, parameters: names }, { help }),
      );
      continue;
    }
    const misfit = findMisfit(value, parameter.type, name);
    if (misfit === undefined) continue;
    const labels = [{ span: parameter.span, text: 'declared here' }];
    const args = { name: misfit.name, type: describeParameterType(misfit.type), found: foundText(misfit.node) };
    const help = valueHelp(misfit.node, misfit.type);
    diagnostics.push(diagnostic('config-parameter-type', misfit.node.span, args, { labels, help }));
  }
  for (const parameter of model.parameters) {
    const name = parameter.name.text;
    if (parameter.default !== undefined || set?.fields.has(name)) continue;
    const labels = [{ span: parameter.span, text: 'declared here, without a default' }];
    const args = { name, model: model.name.text, type: describeParameterType(parameter.type) };
    diagnostics.push(diagnostic('config-parameter-missing', around, args, { labels }));
  }
  return diagnostics;
}

/** What was meant by a name that is a field of the configuration. */
function ownFieldHelp(name: string): string | undefined {
  const [home] = homesInConfig(name);
  if (home === undefined) return undefined;
  if (home === '') return `\`${name}\` is a field of the configuration's file, where it stands unindented`;
  return `to change the configuration's own field, write \`${home}.${name}\``;
}

interface Misfit {
  /** `widths[1]` */
  readonly name: string;
  readonly node: ConfigNode;
  readonly type: TypeExpression;
}

/** The innermost value that is not of its type. */
function findMisfit(node: ConfigNode, type: TypeExpression, name: string): Misfit | undefined {
  const here = { name, node, type };
  switch (type.kind) {
    case 'named-type':
      return node.kind === 'scalar' && isNamed(node.value, type.name) ? undefined : here;
    case 'choice-type':
      return node.kind === 'scalar' && type.choices.some((choice) => choice === node.value) ? undefined : here;
    case 'list-type':
      if (node.kind !== 'list') return here;
      return firstOf(node.items, (item, at) => findMisfit(item, type.element, `${name}[${at}]`));
    case 'record-type': {
      if (node.kind !== 'mapping' || node.fields.size !== type.fields.length) return here;
      return firstOf(type.fields, (field) => {
        const value = node.fields.get(field.name.text)?.value;
        return value === undefined ? here : findMisfit(value, field.type, `${name}.${field.name.text}`);
      });
    }
  }
}

function firstOf<T, R>(items: readonly T[], find: (item: T, at: number) => R | undefined): R | undefined {
  for (const [at, item] of items.entries()) {
    const found = find(item, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNamed(value: unknown, type: string): boolean {
  switch (type) {
    case 'int':
      return Number.isSafeInteger(value);
    case 'float':
      return Number.isFinite(value);
    case 'bool':
      return typeof value === 'boolean';
    default: // a string, or a layer, which appears by its name
      return typeof value === 'string';
  }
}

/** With its article: `an int`, `a list of int`, `"same" or "valid"`. */
function describeParameterType(type: TypeExpression): string {
  switch (type.kind) {
    case 'named-type':
      return (
        {
          int: 'a whole number',
          float: 'a number',
          bool: '`true` or `false`',
          string: 'a text',
          layer: 'the name of a layer',
        }[type.name] ?? type.name
      );
    case 'choice-type':
      return type.choices.map((choice) => `\`${choice}\``).join(' or ');
    case 'list-type':
      return `a list, each item ${describeParameterType(type.element)}`;
    case 'record-type':
      return `a mapping with ${type.fields.map((field) => `\`${field.name.text}\``).join(', ')}`;
  }
}

function foundText(node: ConfigNode): string {
  if (node.kind === 'scalar') return describeValue(node.value);
  return node.kind === 'list' ? 'a list' : 'a mapping';
}

function valueHelp(node: ConfigNode, type: TypeExpression): string | undefined {
  if (node.kind !== 'scalar') return undefined;
  if (node.value === null) return "give a value, or take the name out to use the model's default";
  if (type.kind === 'choice-type') return didYouMean(String(node.value), type.choices);
  if (type.kind !== 'named-type' || typeof node.value !== 'string') return undefined;
  if (type.name === 'bool' && /^(yes|on|no|off)$/i.test(node.value)) {
    return `YAML reads \`${node.value}\` as a text: write \`${/^(yes|on)$/i.test(node.value)}\``;
  }
  if (type.name !== 'bool' && node.value !== '' && Number.isFinite(Number(node.value))) return 'leave out the quotes';
  return undefined;
}
