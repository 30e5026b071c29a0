import { readFileSync } from 'node:fs';
import { compile, elaborate } from '../../../../src/compiler/compile.ts';
import type { Graph } from '../../../../src/compiler/graph.ts';
import type { GoldenCase } from '../../../support/golden.ts';

const corpus = new URL('../../../golden/emit/', import.meta.url);

/** The graph of a case's last model. */
export function graphOfCase({ source }: GoldenCase): Graph {
  const read = (path: string): string => readFileSync(new URL(path, corpus), 'utf8');
  const compilation = compile(source.path, source.text, { read });
  const { value, diagnostics } = elaborate(compilation, [...compilation.models.keys()].at(-1)!);
  if (value === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return value;
}
