import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { NamedTensor } from '../../src/engines/engine.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/training/safetensors.ts';
import { TrainingError } from '../../src/training/training-error.ts';

const tensors = new Map<string, NamedTensor>([
  ['b/kernel', { shape: [2, 2], data: new Float32Array([1, -2, Number.NaN, Number.POSITIVE_INFINITY]) }],
  ['a/bias', { shape: [3], data: new Float32Array([1e-45, -0, 3]) }],
  ['empty', { shape: [0, 4], data: new Float32Array(0) }],
  ['scalar', { shape: [], data: new Float32Array([7]) }],
]);

function fails(bytes: Uint8Array, pattern: RegExp): void {
  try {
    decodeSafetensors(bytes, 'weights.safetensors');
  } catch (error) {
    assert.instance(error, TrainingError);
    assert.match((error as Error).message, pattern);
    return;
  }
  assert.unreachable(`decoded, expected ${pattern}`);
}

function withHeader(header: string, data: number): Uint8Array {
  const file = new Uint8Array(8 + header.length + data);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(new TextEncoder().encode(header), 8);
  return file;
}

test('what is written is read back bit for bit', () => {
  const { tensors: read, metadata } = decodeSafetensors(encodeSafetensors(tensors, { step: '7' }), 'x');
  assert.equal(metadata, { step: '7' });
  assert.equal([...read.keys()].sort(), [...tensors.keys()].sort());
  for (const [name, { shape, data }] of tensors) {
    assert.equal(read.get(name)!.shape, shape);
    assert.equal(new Uint32Array(read.get(name)!.data.buffer), new Uint32Array(data.buffer));
  }
});

test('the bytes are those of the format, sorted and aligned', () => {
  const file = encodeSafetensors(new Map([['w', { shape: [1], data: new Float32Array([1]) }]]));
  const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const padded = Math.ceil(header.length / 8) * 8;
  assert.equal([...file.slice(0, 8)], [padded, 0, 0, 0, 0, 0, 0, 0]);
  assert.is(new TextDecoder().decode(file.slice(8, 8 + padded)), header.padEnd(padded));
  assert.equal([...file.slice(8 + padded)], [0, 0, 0x80, 0x3f]);
  const reversed = new Map([...tensors].reverse());
  assert.equal(encodeSafetensors(tensors, { a: '1', b: '2' }), encodeSafetensors(reversed, { b: '2', a: '1' }));
});

test('a file may stand anywhere in a buffer', () => {
  const file = encodeSafetensors(tensors);
  const shifted = new Uint8Array(file.length + 1);
  shifted.set(file, 1);
  for (const bytes of [shifted.subarray(1), Buffer.from(shifted.buffer, 1)]) {
    const { data } = decodeSafetensors(bytes, 'x').tensors.get('scalar')!;
    assert.equal(data, new Float32Array([7]));
    assert.is(data.buffer.byteLength, 4);
  }
});

test('every truncation is noticed', () => {
  const file = encodeSafetensors(tensors, { step: '7' });
  for (let length = 0; length < file.length; length++) {
    fails(file.slice(0, length), /^'weights.safetensors' is not a whole/);
  }
});

test('inconsistent files say what is wrong', () => {
  fails(new Uint8Array([...encodeSafetensors(tensors), 0]), /1 bytes follow its last tensor/);
  fails(new Uint8Array(8).fill(255), /claim a header of/);
  fails(withHeader('[1]', 0), /not a JSON object/);
  fails(withHeader('{"a":}', 0), /header is not JSON/);
  fails(withHeader('{"a":{"dtype":"F32"}}', 4), /describes tensor 'a' as/);
  fails(withHeader('{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}', 4), /'a' of .* is F16/);
  fails(withHeader('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4), /shape \[2\] has 4 bytes/);
  fails(withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8), /begins at byte 4/);
});

test('other number formats are read as float32 where that is asked for', () => {
  const data: [string, number, number[], number[]][] = [
    ['F16', 2, [0x00, 0x3c, 0x01, 0x00, 0x00, 0xfc], [1, 2 ** -24, Number.NEGATIVE_INFINITY]],
    ['BF16', 2, [0x80, 0x3f, 0x20, 0xc1], [1, -10]],
    ['F64', 8, [...new Uint8Array(new Float64Array([0.1]).buffer)], [Math.fround(0.1)]],
    ['I64', 8, [...new Uint8Array(new BigInt64Array([-3n]).buffer)], [-3]],
    ['I32', 4, [1, 1, 0, 0], [257]],
    ['I8', 1, [255], [-1]],
    ['U8', 1, [255], [255]],
    ['BOOL', 1, [1, 0], [1, 0]],
  ];
  for (const [dtype, size, bytes, expected] of data) {
    const shape = [bytes.length / size];
    const file = withHeader(JSON.stringify({ a: { dtype, shape, data_offsets: [0, bytes.length] } }), bytes.length);
    file.set(bytes, file.length - bytes.length);
    fails(file, new RegExp(`'a' of .* is ${dtype}; only F32 is read`));
    assert.equal([...decodeSafetensors(file, 'x', 'any').tensors.get('a')!.data], expected, dtype);
  }
});

test.run();
