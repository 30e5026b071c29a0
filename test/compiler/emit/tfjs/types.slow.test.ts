import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emitTfjs } from '../../../../src/compiler/emit/tfjs/index.ts';
import { goldenCases } from '../../../support/golden.ts';
import { graphOfCase } from './graph-of-case.ts';
import { typeErrors } from './type-errors.ts';

test('all of it passes the strictest type check', () => {
  const files = goldenCases('emit').map((input) => [`${input.name}.ts`, emitTfjs(graphOfCase(input))] as const);
  assert.equal(typeErrors(Object.fromEntries(files)), []);
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
