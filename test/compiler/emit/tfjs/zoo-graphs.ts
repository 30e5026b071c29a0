import { readdirSync, readFileSync } from 'node:fs';
import { compile, elaborate, type Settings } from '../../../../src/compiler/compile.ts';
import type { Graph } from '../../../../src/compiler/graph.ts';

const specs = new URL('../../../../specs/', import.meta.url);
const loader = { read: (path: string): string => readFileSync(new URL(path, specs), 'utf8') };

/** Every file of the zoo with the names of its models. */
export function zooModels(): readonly { readonly file: string; readonly model: string }[] {
  const files = readdirSync(new URL('zoo/', specs)).filter((name) => name.endsWith('.spec'));
  return files.sort().flatMap((name) => {
    const file = `zoo/${name}`;
    return [...compile(file, loader.read(file), loader).models.keys()].map((model) => ({ file, model }));
  });
}

export function zooGraph(file: string, model: string, settings: Settings = {}): Graph {
  const { value, diagnostics } = elaborate(compile(file, loader.read(file), loader), model, settings);
  if (value === undefined) throw new Error(`${model}: ${diagnostics.map(({ message }) => message).join('\n')}`);
  return value;
}
