/**
 * `--set NAME=VALUE` on the command line: in, a configuration's tree and the arguments; out, the tree with their values.
 *
 * A plain name is a parameter of the model, a dotted one a field of the configuration: `size=32`, `training.epochs=3`.
 * The value is YAML; an empty one takes the field out. Values keep the argument as their place, so that what is wrong
 * with them is shown there.
 */
import { type Diagnostic, diagnostic, type Outcome } from '../dsl/diagnostic.ts';
import { Source, type Span } from '../dsl/source.ts';
import type { ConfigField, ConfigNode, ConfigPath } from './config-tree.ts';
import { readYaml } from './read-yaml.ts';

/** What messages show as the file of an argument. */
export const COMMAND_LINE = 'command line';
const OPTION = '--set ';

export interface Override {
  readonly path: ConfigPath;
  readonly keySpan: Span;
  /** Undefined: take the field out. */
  readonly value: ConfigNode | undefined;
}

export function readOverride(argument: string): Outcome<Override | undefined> {
  const source = new Source(COMMAND_LINE, OPTION + argument);
  const equals = argument.indexOf('=');
  const name = argument.slice(0, Math.max(0, equals)).trim();
  const path = name.includes('.') ? name.split('.') : ['set', name];
  const start = OPTION.length;
  if (name === '' || path.includes('')) {
    const problem = diagnostic('config-override', source.span(start, source.text.length), { argument });
    return { value: undefined, diagnostics: [problem] };
  }
  const keySpan = source.span(start, start + equals);
  const { value, diagnostics } = readYaml(source, start + equals + 1);
  if (diagnostics.length > 0) return { value: undefined, diagnostics };
  return { value: { path, keySpan, value }, diagnostics };
}

export function applyOverrides(root: ConfigNode, args: readonly string[]): Outcome<ConfigNode> {
  const diagnostics: Diagnostic[] = [];
  let value = root;
  for (const argument of args) {
    const read = readOverride(argument);
    diagnostics.push(...read.diagnostics);
    if (read.value !== undefined) value = withField(value, read.value.path, read.value);
  }
  return { value, diagnostics };
}

/** A value that is in the way, such as the word in `optimizer: adam`, gives way to a mapping. */
function withField(node: ConfigNode, path: ConfigPath, override: Override): ConfigNode {
  const [key, ...rest] = path;
  if (key === undefined) return node;
  const fields = new Map<string, ConfigField>(node.kind === 'mapping' ? node.fields : []);
  const before = fields.get(key);
  if (rest.length > 0) {
    const nothing: ConfigNode = { kind: 'mapping', span: override.keySpan, fields: new Map() };
    const value = withField(before?.value ?? nothing, rest, override);
    fields.set(key, { keySpan: before?.keySpan ?? override.keySpan, value });
  } else if (override.value === undefined) fields.delete(key);
  else fields.set(key, { keySpan: override.keySpan, value: override.value });
  return { kind: 'mapping', span: node.span, fields };
}

/** Diagnostics in the order of the file, then of the arguments. */
export function inOrder(diagnostics: readonly Diagnostic[], args: readonly string[]): Diagnostic[] {
  const place = ({ source }: Span): number =>
    source.path === COMMAND_LINE ? args.indexOf(source.text.slice(OPTION.length)) : -1;
  return diagnostics.toSorted((a, b) => place(a.span) - place(b.span) || a.span.start - b.span.start);
}
