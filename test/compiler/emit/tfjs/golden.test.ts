import * as assert from 'uvu/assert';
import { emitTfjs } from '../../../../src/compiler/emit/tfjs/index.ts';
import { golden, goldenCases } from '../../../support/golden.ts';
import { graphOfCase } from './graph-of-case.ts';

const test = golden('emit', { 'tfjs.txt': (input) => emitTfjs(graphOfCase(input)) });

test('the same graph gives the same bytes', () => {
  for (const input of goldenCases('emit').slice(0, 2)) {
    assert.is(emitTfjs(graphOfCase(input)), emitTfjs(graphOfCase(input)));
  }
});

test.run();
