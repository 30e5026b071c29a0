/** When two instructions compute the same tensor: the builder and the common-subexpression pass share them. */
import type { DataType, Kernel, KernelAttributes, TensorId } from './program.ts';

/** Constants past this many bytes are weights in practice: never equal, and long to compare. */
const longestShared = 1 << 20;

/** Equal keys mean equal results. Undefined for what is never shared. */
export function sharingKey<K extends Kernel>(
  kernel: K,
  attributes: KernelAttributes[K],
  operands: readonly TensorId[],
  shape: readonly number[],
  type: DataType,
): string | undefined {
  const head = `${kernel} ${type} ${shape.join(',')} ${operands.join(',')}`;
  // only padding may be with a number that JSON lacks, and a replacer takes its time
  if (kernel !== 'constant')
    return `${head} ${JSON.stringify(attributes, kernel === 'pad' ? exactNumbers : undefined)}`;
  const { data, name } = attributes as KernelAttributes['constant'];
  // a weight stands for itself, even where another has the same numbers
  return name !== undefined || data.byteLength > longestShared ? undefined : `${head} ${bytesAsText(data)}`;
}

/** JSON has neither -0 nor infinities. */
function exactNumbers(_: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) && !Object.is(value, -0) ? value : `${1 / value < 0 ? '-' : ''}${value}`;
}

function bytesAsText(data: Float32Array | BigInt64Array | Uint8Array): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += 4096) {
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + 4096)));
  }
  return pieces.join('');
}
