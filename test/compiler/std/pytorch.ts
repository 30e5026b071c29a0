/** The cases that `pytorch.py` writes. */
import { readFileSync } from 'node:fs';
import type { Shape } from '../../../src/compiler/graph.ts';

export interface Case {
  readonly use: string;
  readonly imports: Readonly<Record<string, readonly string[]>>;
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly output: Shape;
  readonly data: readonly number[];
}

export const recorded = new URL('pytorch.json', import.meta.url);

export function casesIn(file: URL | string): readonly Case[] {
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Case[];
}
