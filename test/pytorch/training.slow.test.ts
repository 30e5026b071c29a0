/**
 * Fifty steps of DDRNet, and ten of ResNet-18: the same bits whenever and on however many threads they run; and for DDRNet
 * the loss curve of PyTorch, from the same weights, batches and dropout masks. The comparison
 * is skipped where no Python has PyTorch, unless SPECC_REQUIRE_PYTORCH is set.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareLosses } from '../../bench/train/measured.ts';
import { findPython, pytorchLosses } from '../../bench/train/pytorch-engine.ts';
import { batchesOf, graphOf, LEARNING_RATE, SEED, setupOf } from '../../bench/train/workload.ts';
import type { NamedTensors } from '../../src/engines/engine.ts';
import { initialWeights } from '../../src/engines/initialize.ts';
import { nativeEngine } from '../../src/engines/native/engine.ts';

const DDRNET = { model: 'ddrnet', batch: 8, size: 32, steps: 50 } as const;
/** Its last blocks take columns for their convolutions, which DDRNet's never do. */
const RESNET = { model: 'resnet18', batch: 8, size: 32, steps: 10 } as const;
type Case = typeof DDRNET | typeof RESNET;

/** Relative to each loss of PyTorch. */
const LIMIT = 1e-3;

interface Trained {
  /** Weights, running statistics and optimizer slots. */
  readonly state: NamedTensors;
  readonly losses: readonly number[];
}

async function train({ steps, ...sizes }: Case, threads: number): Promise<Trained> {
  const graph = graphOf(sizes);
  const batches = batchesOf(graph, sizes.batch);
  const session = await nativeEngine.train(setupOf(graph, { ...sizes, threads }), initialWeights(graph, SEED));
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    losses.push((await session.step(batches[step % batches.length]!, step, LEARNING_RATE)).loss);
  }
  const state = await session.save();
  await session.close();
  return { state, losses };
}

function assertSameBits(actual: Trained, expected: Trained, what: string): void {
  assert.equal(actual.losses, expected.losses, what);
  assert.equal([...actual.state.keys()], [...expected.state.keys()], what);
  for (const [name, { data }] of expected.state) {
    const bits = [actual.state.get(name)!.data, data].map((each) => new Uint32Array(each.slice().buffer));
    assert.equal(bits[0], bits[1], `${what}: ${name}`);
  }
}

const first = { ddrnet: await train(DDRNET, 1), resnet18: await train(RESNET, 1) };

for (const each of [DDRNET, RESNET]) {
  test(`${each.model}: a rerun gives the same bits`, async () =>
    assertSameBits(await train(each, 1), first[each.model], 'rerun'));

  test(`${each.model}: two threads give the same bits as one`, async () =>
    assertSameBits(await train(each, 2), first[each.model], 'two threads'));
}

// In float64 there is next to no rounding: what differs from it is rounding, specc's own or that of PyTorch's float32. Both
// are much alike, so that which of them is the smaller is chance, and another one on each processor.
test('the loss curve is that of PyTorch, and its rounding errors are those of PyTorch in float32', async () => {
  const python = findPython();
  if (python === undefined) {
    assert.is.not(process.env['SPECC_REQUIRE_PYTORCH'], '1', 'no Python has torch, torchvision and numpy');
    console.log('SKIPPED: no Python has torch, torchvision and numpy, so the loss curve is not compared');
    return;
  }
  const { losses } = first.ddrnet;
  const exact = await pytorchLosses(python, { ...DDRNET, threads: 1 }, DDRNET.steps, { precision: 'float64' });
  const rounded = await pytorchLosses(python, { ...DDRNET, threads: 1 }, DDRNET.steps, { precision: 'float32' });
  assert.is(exact.length, DDRNET.steps);
  const own = compareLosses(losses, exact);
  const theirs = compareLosses(rounded, exact);
  console.log(
    `from PyTorch in float64, the losses differ by ${own.toExponential(1)}, its own in float32 by ${theirs.toExponential(1)}`,
  );
  const apart = compareLosses(losses, rounded);
  console.log(`from PyTorch in float32, the losses differ by ${apart.toExponential(1)}`);
  assert.ok(apart < LIMIT, `the losses differ by ${apart}, relative to those of PyTorch`);
  assert.ok(own <= 1.5 * theirs, `the losses differ by ${own}, those of PyTorch in float32 by ${theirs}`);
  assert.ok(losses.at(-1)! < 0.9 * losses[0]!, 'nothing was learned');
});

test.run();
