import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inferenceProgram } from '../../src/compiler/inference.ts';
import { verifyProgram } from '../../src/compiler/program/verify.ts';
import { handGraph } from '../support/hand-graph.ts';
import { interpret } from '../support/interpret.ts';
import { smallNet } from '../support/small-net.ts';

test('all outputs by name, channel-last', () => {
  const window = {
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    padding: [
      [0, 0],
      [0, 0],
    ],
  } as const;
  const graph = handGraph({ x: [1, 2, 2] }, (g, { x }) => {
    const pooled = g.op('max_pool', window, [x]);
    return [pooled, g.op('global_avg_pool', {}, [pooled], [2])];
  });
  const results = interpret(inferenceProgram(graph, 1), { x: [1, 2, 3, 4] });
  assert.equal([...results['output[0]']!], [1, 2, 3, 4]);
  assert.equal([...results['output[1]']!], [2, 3]);
});

test('neither dropout nor labels are in it', () => {
  const program = inferenceProgram(smallNet(), 5);
  verifyProgram(program);
  const inputs = program.instructions.flatMap((each) => (each.kernel === 'input' ? each.attributes.name : []));
  assert.not.ok(inputs.some((name) => name.includes(':') || name === 'labels'));
  assert.ok(inputs.includes('body/norm/moving_mean'));
  assert.equal(program.instructions[program.outputs[0]!.tensor]!.shape, [5, 3]);
});

test.run();
