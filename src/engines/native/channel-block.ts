/**
 * How many channels the convolutions of this machine's onnxruntime take in a block: as many as its processor has in a
 * vector, or undefined where the runtime has no such kernels. It cannot be asked for, so a convolution is computed.
 */

import type { InferenceSession } from 'onnxruntime-node';
import { emitOnnx } from '../../compiler/emit/onnx/index.ts';
import { createBuilder } from '../../compiler/program/build.ts';
import type { Program } from '../../compiler/program/program.ts';
import { elementCount } from '../../shared/element-count.ts';
import { loadRuntime, type Runtime, sessionOptions } from './runtime.ts';

const SIZES = [16, 8];
/** Height and width of the image. */
const SIDE = 64;

let known: Promise<number | undefined> | undefined;

/** Found out once a process. */
export function channelBlock(): Promise<number | undefined> {
  known ??= loadRuntime().then(findBlock);
  return known;
}

export async function findBlock(runtime: Runtime): Promise<number | undefined> {
  for (const block of SIZES) {
    const program = convolutionOf(block);
    const plain = await resultOf(runtime, emitOnnx(program, 'convolution'));
    // a runtime without such kernels refuses the model; one with other blocks refuses to run it
    const blocked = await resultOf(runtime, emitOnnx(program, 'convolution', { channelBlock: block })).catch(
      () => undefined,
    );
    if (blocked?.every((value, at) => value === plain[at])) return block;
  }
  return undefined;
}

/** With as many windows as it takes to be worth blocks, and a different number in each place of the filter. */
function convolutionOf(channels: number): Program {
  const b = createBuilder();
  const pads = [
    [0, 0],
    [0, 1],
  ] as const;
  const taps = Float32Array.from({ length: channels * channels * 2 }, (_, at) => at);
  const filter = b.constant(taps, [channels, channels, 1, 2]);
  const x = b.input('x', [1, channels, SIDE, SIDE]);
  return b.finish([
    { name: 'y', tensor: b.conv(x, filter, undefined, { strides: [1, 1], dilations: [1, 1], pads, groups: 1 }) },
  ]);
}

/** Of whole numbers, so that the order of summing does not matter. */
async function resultOf({ InferenceSession, Tensor }: Runtime, model: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(model, { ...sessionOptions('cpu', 1, []), logSeverityLevel: 4 });
  try {
    const shape = (session.inputMetadata[0] as InferenceSession.TensorValueMetadata).shape as number[];
    const x = Float32Array.from({ length: elementCount(shape) }, (_, at) => at % 7);
    const { y } = await session.run({ x: new Tensor('float32', x, shape) });
    return y!.data as Float32Array;
  } finally {
    await session.release();
  }
}
