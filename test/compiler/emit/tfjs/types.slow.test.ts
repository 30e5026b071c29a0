import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emitTfjs } from '../../../../src/compiler/emit/tfjs/index.ts';
import { goldenCases } from '../../../support/golden.ts';
import { graphOfCase } from './graph-of-case.ts';
import { typeErrors } from './type-errors.ts';
import { zooGraph, zooModels } from './zoo-graphs.ts';

test('all of it passes the strictest type check', () => {
  const files = goldenCases('emit').map((input) => [`${input.name}.ts`, emitTfjs(graphOfCase(input))] as const);
  assert.equal(typeErrors(Object.fromEntries(files)), []);
});

test('every model of the zoo passes it too, and none is long', () => {
  const files = zooModels().map(({ file, model }) => [`${model}.ts`, emitTfjs(zooGraph(file, model))] as const);
  assert.equal(typeErrors(Object.fromEntries(files)), []);
  for (const [name, text] of files) assert.ok(text.split('\n').length < 1000, name);
});

test('a kernel of another shape is a type error', () => {
  const input = goldenCases('emit').find(({ name }) => name === 'ddrnet/stem')!;
  const misuse = [
    "import type { StemOnlyWeights } from './stem.js';",
    "import type * as nn from './layers/index.js';",
    'declare const kernel: nn.Weight<[3, 3, 3, 16]>;',
    "export const wrong: StemOnlyWeights['conv2d']['kernel'] = kernel;",
  ];
  const errors = typeErrors({ 'ddrnet/stem.ts': emitTfjs(graphOfCase(input)), 'ddrnet/misuse.ts': misuse.join('\n') });
  assert.is(errors.length, 1);
  assert.match(errors[0]!, /misuse\.ts:4 .*not assignable/);
});

test.run();
