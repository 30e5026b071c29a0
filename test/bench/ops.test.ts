/** The programs of `bench:ops` are what a step of training holds and computes, so that their times are those of a step. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { casesOf, type OpCase } from '../../bench/train/ops/cases.ts';
import { programsOf } from '../../bench/train/ops/programs.ts';
import { graphOf } from '../../bench/train/workload.ts';
import type { Program } from '../../src/compiler/program/program.ts';

const cases = casesOf(graphOf({ model: 'ddrnet', size: 32 }));

function caseOf(label: string): OpCase {
  const found = cases.find((each) => each.label === label);
  assert.ok(found, `${label} is none of ${cases.map((each) => each.label).join(', ')}`);
  return found;
}

/** The shapes of inputs by name, and of outputs. */
function shapesOf(program: Program): { inputs: Record<string, string>; outputs: string[] } {
  const inputs = program.instructions.flatMap((each) =>
    each.kernel === 'input' ? [[each.attributes.name, each.shape.join()]] : [],
  );
  return {
    inputs: Object.fromEntries(inputs),
    outputs: program.outputs.map(({ tensor }) => program.instructions[tensor]!.shape.join()),
  };
}

test('filters come and their gradients go as a step holds them', () => {
  const programs = programsOf(caseOf('conv2d 3×3 64→128 [16, 16]'), 2);
  assert.equal([...programs.keys()], ['forward', 'd(input)', 'd(filter)']);

  const forward = programs.get('forward')!;
  assert.is(shapesOf(forward).inputs['conv2d[0]/kernel'], '128,64,3,3');
  assert.equal(
    forward.instructions.map(({ kernel }) => kernel),
    ['input', 'input', 'input', 'conv'],
  );
  assert.is(shapesOf(programs.get('d(input)')!).inputs['conv2d[0]/kernel'], '128,64,3,3');
  assert.equal(shapesOf(programs.get('d(filter)')!).outputs, ['128,64,3,3', '128']);
});

test('weights that are held as they are specified stay so', () => {
  const programs = programsOf(caseOf('dense 128→64 []'), 2);
  assert.is(shapesOf(programs.get('forward')!).inputs['dense[0]/kernel'], '128,64');
  assert.equal(shapesOf(programs.get('d(filter)')!).outputs, ['128,64', '64']);
});

test.run();
