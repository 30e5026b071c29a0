import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emitTfjs } from '../../../../src/compiler/emit/tfjs/index.ts';
import { goldenCases } from '../../../support/golden.ts';
import { variantsOf } from '../../variants/ablation-text.ts';
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

test('variants pass it, whatever is edited within loops and blocks', () => {
  const edits = [
    'insert batch_norm |> relu after local/Residual[2]; replace local/Residual[1] with conv2d(32, 3)',
    'set local/Residual[3]/change/group_norm[1].groups = 4; disable local/Residual[4]',
    'insert dropout(0.1) before **/dense; insert dropout(0.3) after local/Residual[*]',
    'disable features/ConvNorm[*]/relu; replace refined with conv2d(64, 3) |> tanh',
    'disable dense, softmax, global_avg_pool; insert flatten |> dense(4) before batch_norm',
    'disable stem, local, features, refined, batch_norm, dropout',
  ];
  const variants = edits.map((each, at) => `  "v${at}" { ${each} }\n`).join('');
  const text = `import { DDRNet } from "./ddrnet.spec"\n\nablation A of DDRNet(size: 64) {\n${variants}}\n`;
  const loader = { read: (path: string) => readFileSync(path, 'utf8') };
  const graphs = [...variantsOf(text, { path: 'specs/variants.spec', loader })];
  assert.is(graphs.length, edits.length + 1);
  const files = graphs.map(([name, graph]) => [`${name}.ts`, emitTfjs(graph)] as const);
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
