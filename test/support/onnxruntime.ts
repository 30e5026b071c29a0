/** Programs on onnxruntime in this process, beside the reference interpreter. */
import * as ort from 'onnxruntime-node';
import * as assert from 'uvu/assert';
import { emitOnnx, type OnnxOptions } from '../../src/compiler/emit/onnx/index.ts';
import type { Program } from '../../src/compiler/program/program.ts';
import { elementCount } from '../../src/shared/element-count.ts';
import { Random } from '../../src/shared/random.ts';
import { type Feeds, interpret } from './interpret.ts';

/** Runs a program of float32 inputs; booleans and integers come back as numbers. */
export async function runOnnx(
  program: Program,
  feeds: Feeds,
  options: OnnxOptions = {},
  threads = 1,
): Promise<Record<string, Float64Array>> {
  const session = await ort.InferenceSession.create(emitOnnx(program, 'test', options), { intraOpNumThreads: threads });
  const inputs = program.instructions.flatMap((instruction) => {
    if (instruction.kernel !== 'input') return [];
    const { name } = instruction.attributes;
    return [[name, new ort.Tensor('float32', Float32Array.from(feeds[name]!), instruction.shape)] as const];
  });
  const results = await session.run(Object.fromEntries(inputs));
  await session.release();
  const shapes = new Map(program.outputs.map(({ name, tensor }) => [name, program.instructions[tensor]!.shape]));
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, dims }]) => {
      assert.equal([...dims], [...shapes.get(name)!], `shape of ${name}`);
      return [name, Float64Array.from(data as ArrayLike<number | bigint>, Number)];
    }),
  );
}

/** Numbers for every input, uniform in (−2, 2) and exact in float32. */
export function randomFeeds(program: Program, seed = 1): Record<string, Float32Array> {
  return Object.fromEntries(
    program.instructions.flatMap((instruction) => {
      if (instruction.kernel !== 'input') return [];
      const { name } = instruction.attributes;
      const random = Random.of(seed, name);
      const count = elementCount(instruction.shape);
      return [[name, Float32Array.from({ length: count }, () => random.uniform(-2, 2))]];
    }),
  );
}

/** Fails unless onnxruntime and the interpreter agree on every output of a program, fed at random. */
export async function assertEnginesAgree(program: Program, seed = 1): Promise<void> {
  const feeds = randomFeeds(program, seed);
  assertClose(await runOnnx(program, feeds), interpret(program, feeds));
}

/** Each element to `tolerance`, relative to the element or to 1, whichever is larger. */
export function assertClose(
  actual: Record<string, Float64Array>,
  expected: Record<string, Float64Array>,
  tolerance = 1e-5,
): void {
  assert.equal(Object.keys(actual).sort(), Object.keys(expected).sort());
  for (const [name, numbers] of Object.entries(expected)) {
    assert.is(actual[name]!.length, numbers.length, name);
    for (const [index, number] of numbers.entries()) {
      const other = actual[name]![index]!;
      const near = Object.is(other, number) || Math.abs(other - number) <= tolerance * Math.max(1, Math.abs(number));
      if (!near && other !== number) assert.unreachable(`${name}[${index}]: ${other} is not ${number}`);
    }
  }
}
