/** The process of onnxruntime: times the programs of one operation, with the native engine's settings and channel blocks. */
import { emitOnnx } from '../../../src/compiler/emit/onnx/index.ts';
import { createBuilder } from '../../../src/compiler/program/build.ts';
import type { Program } from '../../../src/compiler/program/program.ts';
import { channelBlock } from '../../../src/engines/native/channel-block.ts';
import { runInPlace, UNRETURNED } from '../../../src/engines/native/run-in-place.ts';
import { loadRuntime, sessionOptions } from '../../../src/engines/native/runtime.ts';
import { elementCount } from '../../../src/shared/element-count.ts';
import { Random } from '../../../src/shared/random.ts';
import { answerRequests } from '../engine-process.ts';
import { median } from '../measured.ts';
import type { OpCase, Part } from './cases.ts';
import { programsOf } from './programs.ts';

export interface OpRequest {
  readonly opCase: OpCase;
  readonly batch: number;
  readonly threads: number;
  /** Milliseconds for each part. */
  readonly budget: number;
}

export type Milliseconds = Readonly<Partial<Record<Part, number>>>;

/** What a run takes beside its operations: a step of training is one run, and pays it once. */
let overhead: number | undefined;

function nearlyNothing(): Program {
  const b = createBuilder();
  return b.finish([{ name: 'output', tensor: b.unary('relu', b.input('x', [1])) }]);
}

async function measure({ opCase, batch, threads, budget }: OpRequest): Promise<{ milliseconds: Milliseconds }> {
  const milliseconds: Partial<Record<Part, number>> = {};
  overhead ??= Math.min(...(await timed(nearlyNothing(), threads, 20)));
  for (const [part, program] of programsOf(opCase, batch)) {
    const whole = Math.max(0, median(await timed(program, threads, budget)) - overhead);
    milliseconds[part] = part === 'backward' ? Math.max(0, whole - milliseconds.forward!) : whole;
  }
  return { milliseconds };
}

/** The times of runs that take `budget` milliseconds in all, and three at least; the first one does not count. */
async function timed(program: Program, threads: number, budget: number): Promise<readonly number[]> {
  const { InferenceSession, Tensor } = await loadRuntime();
  const session = await InferenceSession.create(
    emitOnnx(program, 'bench', { sequenceFirst: UNRETURNED, channelBlock: await channelBlock() }),
    sessionOptions('cpu', threads, []),
  );
  const random = Random.of('bench');
  const feeds = Object.fromEntries(
    program.instructions.flatMap((each) => {
      if (each.kernel !== 'input') return [];
      const data = Float32Array.from({ length: elementCount(each.shape) }, () => random.uniform(-1, 1));
      return [[each.attributes.name, new Tensor('float32', data, each.shape)]];
    }),
  );
  const fetches = Object.fromEntries(
    program.outputs.map(({ name, tensor }) => {
      const { shape } = program.instructions[tensor]!;
      return [name, new Tensor('float32', new Float32Array(elementCount(shape)), shape)];
    }),
  );
  await runInPlace(session, feeds, fetches);
  const times: number[] = [];
  let total = 0;
  while (times.length < 3 || total < budget) {
    const begun = performance.now();
    await runInPlace(session, feeds, fetches);
    times.push(performance.now() - begun);
    total += times.at(-1)!;
  }
  await session.release();
  return times;
}

answerRequests(measure);
