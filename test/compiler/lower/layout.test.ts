/** Images stay channels-first from the first convolution on, whatever broadcasts against them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Program } from '../../../src/compiler/program/program.ts';
import { trainingStep } from '../../../src/compiler/training-step.ts';
import { handGraph } from '../../support/hand-graph.ts';
import { fromZeros } from '../../support/initializers.ts';
import { smallNet } from '../../support/small-net.ts';
import { window } from '../gradient/case.ts';
import { forwardProgram } from './run.ts';

/** The shapes of images `[N, …]` that are transposed, weights aside. */
function transposedImages(program: Program, batch: number): string[] {
  return program.instructions.flatMap(({ kernel, operands }) => {
    const shape = kernel === 'transpose' ? program.instructions[operands[0]!]!.shape : [];
    return shape.length === 4 && shape[0] === batch ? [shape.join('×')] : [];
  });
}

test('broadcasting against an image costs no transpose', () => {
  const conv = { ...window({ kernel: [1, 1] }), filters: 4, groups: 1, bias: false, ...fromZeros } as const;
  const graph = handGraph({ image: [5, 6, 3] }, (g, { image }) => {
    const x = g.op('conv2d', conv, [image], [5, 6, 4]);
    const gate = g.op('global_avg_pool', {}, [x], [4]);
    const place = g.op('reduce_max', { axes: [2], keepAxes: true }, [x], [5, 6, 1]);
    const channels = g.op('reduce_mean', { axes: [0, 1], keepAxes: true }, [x], [1, 1, 4]);
    const both = g.op('mul', {}, [place, channels], [5, 6, 4]);
    const all = g.op('add', {}, [g.op('mul', {}, [gate, x], [5, 6, 4]), both]);
    const joined = g.op('concat', { axis: 2 }, [all, x, place], [5, 6, 9]);
    return g.op('global_max_pool', {}, [joined], [9]);
  });
  assert.equal(transposedImages(forwardProgram(graph, 2, true), 2), ['2×5×6×3']);
});

test('a whole training step transposes the image, the mask, and what is flattened', () => {
  const optimizer = { kind: 'sgd', momentum: 0, nesterov: false, decay: 0 } as const;
  const loss = { kind: 'cross_entropy', labelSmoothing: 0 } as const;
  const { program } = trainingStep({ graph: smallNet(), batch: 7, optimizer, loss });
  // into the network twice; to the dense layer and back
  assert.equal(transposedImages(program, 7), ['7×6×6×2', '7×3×3×4', '7×4×3×3', '7×3×3×4']);
});

test.run();
