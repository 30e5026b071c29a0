/**
 * Writes scalars for TensorBoard: records of `length, crc(length), data, crc(data)` (the TFRecord framing), each an
 * `Event` message of tensorflow/core/util/event.proto, of which only the fields below are needed.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Field numbers of the `.proto` files. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 };
const SUMMARY = { value: 1 };
const VALUE = { tag: 1, simpleValue: 2 };
const SESSION_LOG = { status: 1 };
const SESSION_START = 1;

export class EventFile {
  readonly #file: number;

  /**
   * Starts a new event file in `folder`.
   *
   * @param fromStep what earlier files say about this step and later ones is void: the run was resumed before it
   */
  constructor(folder: string, fromStep: number) {
    const seconds = Math.floor(Date.now() / 1000);
    // TensorBoard reads files in the order of their names; the process id keeps two starts in one second apart.
    const name = `events.out.tfevents.${`${seconds}`.padStart(10, '0')}.${hostname()}.${process.pid}.${fromStep}`;
    this.#file = openSync(join(folder, name), 'a');
    this.#write(event(0).tag(EVENT.fileVersion, WireType.LengthDelimited).string('brain.Event:2').finish());
    if (fromStep > 1) {
      const start = new BinaryWriter().tag(SESSION_LOG.status, WireType.Varint).int32(SESSION_START).finish();
      this.#write(event(fromStep).tag(EVENT.sessionLog, WireType.LengthDelimited).bytes(start).finish());
    }
  }

  /** Adds values of one step, such as `{ 'loss/train': 0.4 }`. */
  scalars(step: number, values: Readonly<Record<string, number>>): void {
    const summary = new BinaryWriter();
    for (const [tag, value] of Object.entries(values)) {
      const encoded = new BinaryWriter()
        .tag(VALUE.tag, WireType.LengthDelimited)
        .string(tag)
        .tag(VALUE.simpleValue, WireType.Bit32)
        .float(value)
        .finish();
      summary.tag(SUMMARY.value, WireType.LengthDelimited).bytes(encoded);
    }
    this.#write(event(step).tag(EVENT.summary, WireType.LengthDelimited).bytes(summary.finish()).finish());
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(data: Uint8Array): void {
    const record = new Uint8Array(data.length + 16);
    const view = new DataView(record.buffer);
    view.setBigUint64(0, BigInt(data.length), true);
    view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
    record.set(data, 12);
    view.setUint32(12 + data.length, maskedCrc(data), true);
    writeSync(this.#file, record);
  }
}

function event(step: number): BinaryWriter {
  return new BinaryWriter()
    .tag(EVENT.wallTime, WireType.Bit64)
    .double(Date.now() / 1000)
    .tag(EVENT.step, WireType.Varint)
    .int64(step);
}

/** CRC-32C (Castagnoli), reflected. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** TFRecord rotates the sum and adds a constant, because a CRC of data that holds its own CRC is weak. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
