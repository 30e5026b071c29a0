/** Reads event files back with a reader of its own: framing by hand, messages by protobuf reflection. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryReader, type WireType } from '@bufbuild/protobuf/wire';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crc32c, EventFile } from '../../src/training/tensorboard.ts';

test('CRC-32C gives the published values', () => {
  // RFC 3720, B.4.
  assert.is(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.is(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.is(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at)), 0x46dd794e);
  assert.is(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
});

/** Bit by bit, to check the table. */
function slowCrc(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  const sum = crc ^ 0xffffffffn;
  return Number((((sum >> 15n) | ((sum << 17n) & 0xffffffffn)) + 0xa282ead8n) & 0xffffffffn);
}

function records(file: Buffer): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    assert.is(file.readUInt32LE(at + 8), slowCrc(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    assert.is(file.readUInt32LE(at + 12 + length), slowCrc(data));
    found.push(data);
    at += length + 16;
  }
  return found;
}

type Read = (reader: BinaryReader, wire: WireType) => unknown;

function message(data: Uint8Array, fields: Record<number, Read>): Map<number, unknown[]> {
  const reader = new BinaryReader(data);
  const values = new Map<number, unknown[]>();
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    values.set(field, [...(values.get(field) ?? []), fields[field]!(reader, wire)]);
  }
  return values;
}

const readValue: Read = (reader) => {
  const value = message(reader.bytes(), { 1: (inner) => inner.string(), 2: (inner) => inner.float() });
  return [value.get(1)![0], value.get(2)![0]];
};

function events(folder: string) {
  const [name, ...others] = readdirSync(folder);
  assert.is(others.length, 0);
  assert.match(name!, /^events\.out\.tfevents\.\d{10}\./);
  return records(readFileSync(join(folder, name!))).map((data) =>
    message(data, {
      1: (reader) => reader.double(),
      2: (reader) => Number(reader.int64()),
      3: (reader) => reader.string(),
      5: (reader) => message(reader.bytes(), { 1: readValue }).get(1),
      7: (reader) => message(reader.bytes(), { 1: (inner) => inner.int32() }).get(1),
    }),
  );
}

test('a new file: version, then scalars', () => {
  const folder = mkdtempSync(join(tmpdir(), 'specc-events-'));
  const file = new EventFile(folder, 1);
  file.scalars(1, { 'loss/train': 0.5, 'accuracy/train': 0.25 });
  file.scalars(300, { 'loss/train': 0.125 });
  file.close();
  const [version, first, second, ...others] = events(folder);
  assert.equal(others, []);
  assert.equal(version!.get(3), ['brain.Event:2']);
  assert.ok(Math.abs((first!.get(1)![0] as number) - Date.now() / 1000) < 60);
  assert.equal(first!.get(2), [1]);
  assert.equal(first!.get(5), [
    [
      ['loss/train', 0.5],
      ['accuracy/train', 0.25],
    ],
  ]);
  assert.equal(second!.get(2), [300]);
  assert.equal(second!.get(5), [[['loss/train', 0.125]]]);
});

test('a resumed file voids what came after its step', () => {
  const folder = mkdtempSync(join(tmpdir(), 'specc-events-'));
  new EventFile(folder, 41).close();
  const [, start] = events(folder);
  assert.equal([start!.get(2), start!.get(7)], [[41], [[1]]]);
});

test.run();
