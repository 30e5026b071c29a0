/**
 * The safetensors format (https://huggingface.co/docs/safetensors): the header's length as 8 bytes little-endian, a
 * JSON header `{NAME: {dtype, shape, data_offsets}}`, then the tensors' bytes. Written in float32 only.
 *
 * The same tensors always give the same bytes: names are sorted, and the header is padded with spaces so that the data
 * begin at a multiple of 8.
 */
import type { NamedTensor, NamedTensors } from '../engines/engine.ts';
import { elementCount } from '../shared/element-count.ts';
import { NUMBER_FORMATS } from './safetensors-numbers.ts';
import { TrainingError } from './training-error.ts';

export interface Safetensors {
  readonly tensors: NamedTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
/** The reference implementation's limit. */
const LARGEST_HEADER = 100_000_000;
const METADATA = '__metadata__';

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export function encodeSafetensors(tensors: NamedTensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: Record<string, unknown> = {};
  const names = [...tensors.keys()].sort();
  if (Object.keys(metadata).length > 0) {
    header[METADATA] = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors.get(name)!;
    if (elementCount(shape) !== data.length) {
      throw new Error(`tensor '${name}' has ${data.length} numbers and the shape [${shape.join(', ')}]`);
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const start = LENGTH_BYTES + headerLength;
  const file = new Uint8Array(start + end).fill(0x20, LENGTH_BYTES, start);
  file.set(text, LENGTH_BYTES);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  let at = start;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    writeFloats(file, at, data);
    at += data.byteLength;
  }
  return file;
}

/**
 * @param name the file's path, for messages
 * @param numbers whether tensors of other number formats than float32 are refused or read as float32
 * @throws TrainingError if the bytes are not a whole and consistent file, or a tensor is of another number format
 */
export function decodeSafetensors(file: Uint8Array, name: string, numbers: 'float32' | 'any' = 'float32'): Safetensors {
  const header = readHeader(file, name);
  const start = header.end;
  const tensors = new Map<string, NamedTensor>();
  let metadata: Record<string, string> = {};
  let covered = 0;
  for (const [tensor, entry] of Object.entries(header.entries).sort(byOffset)) {
    if (tensor === METADATA) {
      metadata = entry as Record<string, string>;
      continue;
    }
    const { shape, from, to, dtype } = checkEntry(tensor, entry, name, numbers);
    // The format forbids gaps and overlaps; either means that the header and the data do not belong together.
    if (from !== covered)
      throw broken(name, `tensor '${tensor}' begins at byte ${from} of the data, not at ${covered}`);
    covered = to;
    if (start + to > file.length) {
      throw broken(
        name,
        `it ends after ${file.length} bytes, inside tensor '${tensor}', which reaches to ${start + to}`,
      );
    }
    tensors.set(tensor, { shape, data: readNumbers(file, start + from, to - from, dtype) });
  }
  if (start + covered !== file.length) {
    throw broken(name, `${file.length - start - covered} bytes follow its last tensor`);
  }
  return { tensors, metadata };
}

interface Header {
  readonly entries: Record<string, unknown>;
  /** Where the data begin. */
  readonly end: number;
}

function readHeader(file: Uint8Array, name: string): Header {
  if (file.length < LENGTH_BYTES) throw broken(name, `it has only ${file.length} bytes`);
  const length = Number(new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true));
  if (length > LARGEST_HEADER) throw broken(name, `its first 8 bytes claim a header of ${length} bytes`);
  if (LENGTH_BYTES + length > file.length) {
    throw broken(name, `it has ${file.length} bytes and its header alone should have ${length}`);
  }
  let entries: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true });
    entries = JSON.parse(text.decode(file.subarray(LENGTH_BYTES, LENGTH_BYTES + length)));
  } catch (error) {
    throw broken(name, `its header is not JSON (${(error as Error).message})`);
  }
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) {
    throw broken(name, 'its header is not a JSON object');
  }
  return { entries: entries as Record<string, unknown>, end: LENGTH_BYTES + length };
}

interface Place {
  readonly shape: number[];
  readonly dtype: string;
  readonly from: number;
  readonly to: number;
}

function checkEntry(tensor: string, entry: unknown, name: string, numbers: 'float32' | 'any'): Place {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw broken(name, `its header describes tensor '${tensor}' as ${JSON.stringify(entry)}`);
  }
  const format = numbers === 'any' || dtype === 'F32' ? NUMBER_FORMATS[dtype] : undefined;
  if (format === undefined) {
    const known = numbers === 'any' ? Object.keys(NUMBER_FORMATS).join(', ') : 'F32';
    throw new TrainingError(
      `tensor '${tensor}' of '${name}' is ${dtype}; only ${known} ${numbers === 'any' ? 'are' : 'is'} read`,
      'convert the file to float32 first',
    );
  }
  const [from, to] = offsets as [number, number];
  if (to - from !== elementCount(shape) * format.bytes) {
    throw broken(name, `tensor '${tensor}' of shape [${shape.join(', ')}] has ${to - from} bytes`);
  }
  return { shape, dtype, from, to };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function byOffset([, a]: [string, unknown], [, b]: [string, unknown]): number {
  return offsetOf(a) - offsetOf(b);
}

function offsetOf(entry: unknown): number {
  const offsets = (entry as { data_offsets?: unknown } | null)?.data_offsets;
  // An empty tensor shares its offset with the next one and comes first, hence the end as the second key.
  return isSizes(offsets) ? offsets[0]! + offsets[1]! : -1;
}

function writeFloats(file: Uint8Array, at: number, data: Float32Array): void {
  if (littleEndian) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    return;
  }
  const view = new DataView(file.buffer);
  for (const [index, value] of data.entries()) view.setFloat32(at + index * 4, value, true);
}

function readNumbers(file: Uint8Array, at: number, bytes: number, dtype: string): Float32Array {
  if (dtype === 'F32') return readFloats(file, at, bytes / 4);
  const format = NUMBER_FORMATS[dtype]!;
  const view = new DataView(file.buffer, file.byteOffset + at, bytes);
  return Float32Array.from({ length: bytes / format.bytes }, (_, index) => format.read(view, index * format.bytes));
}

function readFloats(file: Uint8Array, at: number, count: number): Float32Array {
  // Copied, because a view need not be aligned to 4 bytes in the caller's buffer; not by `slice`, which Buffers alias.
  const bytes = new Uint8Array(count * 4);
  bytes.set(file.subarray(at, at + bytes.length));
  if (littleEndian) return new Float32Array(bytes.buffer);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: count }, (_, index) => view.getFloat32(index * 4, true));
}

function broken(name: string, what: string): TrainingError {
  return new TrainingError(
    `'${name}' is not a whole safetensors file: ${what}`,
    'it was cut short or changed after it was written; use another checkpoint, or copy the file again',
  );
}
