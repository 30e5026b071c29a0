/** `--set NAME=VALUE` for a model without a training configuration: in, the arguments; out, its parameters' values. */
import type { Constant } from '../compiler/graph.ts';
import type { LayerItem } from '../dsl/ast.ts';
import { type Diagnostic, diagnostic, type Outcome } from '../dsl/diagnostic.ts';
import { Source } from '../dsl/source.ts';
import { type ConfigField, type MappingNode, plainOf } from './config-tree.ts';
import { COMMAND_LINE, readOverride } from './override.ts';
import { checkParameters } from './parameters.ts';

export function readModelSettings(
  model: LayerItem,
  args: readonly string[],
): Outcome<{ readonly [parameter: string]: Constant }> {
  const diagnostics: Diagnostic[] = [];
  const fields = new Map<string, ConfigField>();
  for (const argument of args) {
    const { value: override, diagnostics: wrong } = readOverride(argument);
    diagnostics.push(...wrong);
    if (override === undefined) continue;
    const { path, keySpan, value } = override;
    const name = path[0] === 'set' ? path.slice(1).join('.') : path.join('.');
    if (value !== undefined) fields.set(name, { keySpan, value });
    else diagnostics.push(diagnostic('config-override', keySpan, { argument }));
  }
  const span = new Source(COMMAND_LINE, `specc summary ${model.name.text}`).span(0);
  const set: MappingNode = { kind: 'mapping', span, fields };
  diagnostics.push(...checkParameters(model, set, span));
  return { value: plainOf(set) as { [parameter: string]: Constant }, diagnostics };
}
