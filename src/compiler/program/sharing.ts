/** When two instructions compute the same tensor: the builder and the common-subexpression pass share them. */
import type { Instruction, KernelAttributes, TensorId } from './program.ts';
import { equalShapes } from './shape-rules.ts';

type Data = KernelAttributes['constant']['data'];

/** Constants past this many bytes are weights in practice: never equal, and long to compare. */
const longestShared = 1 << 20;

/** Instructions by what they compute. */
export class SharedInstructions {
  /** The last instruction of each hash. */
  readonly #last = new Map<number, TensorId>();
  /** The one before it with the same hash. */
  readonly #before: (TensorId | undefined)[] = [];

  /** @param instructions to which those that are found new are added, at their ids */
  constructor(readonly instructions: readonly Instruction[]) {}

  /** An earlier instruction that computes the same as this one, or else this one, which is found from now on. */
  share(instruction: Instruction): Instruction {
    if (!isShareable(instruction)) return instruction;
    const hash = hashOf(instruction);
    const last = this.#last.get(hash);
    for (let id = last; id !== undefined; id = this.#before[id]) {
      if (isSame(this.instructions[id]!, instruction)) return this.instructions[id]!;
    }
    this.#last.set(hash, instruction.id);
    this.#before[instruction.id] = last;
    return instruction;
  }
}

/** A weight stands for itself, even where another has the same numbers. */
function isShareable({ kernel, attributes }: Instruction): boolean {
  if (kernel === 'input') return false;
  if (kernel !== 'constant') return true;
  const { data, name } = attributes as KernelAttributes['constant'];
  return name === undefined && data.byteLength <= longestShared;
}

function isSame(a: Instruction, b: Instruction): boolean {
  return (
    a.kernel === b.kernel &&
    a.type === b.type &&
    equalShapes(a.operands, b.operands) &&
    equalShapes(a.shape, b.shape) &&
    isEqual(a.attributes, b.attributes)
  );
}

/** Attributes are numbers, words, and lists and records of them; -0 is not 0, by which a padding would differ. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (a === b) return true;
  if (ArrayBuffer.isView(a)) return equalBytes(a as Data, b as Data);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => isEqual(each, b[index]));
  }
  for (const name in a) if (!isEqual(a[name as keyof typeof a], b[name as keyof typeof b])) return false;
  return true;
}

function equalBytes(a: Data, b: Data): boolean {
  const [left, right] = [bytesOf(a), bytesOf(b)];
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function hashOf({ attributes, operands, shape }: Instruction): number {
  return mixValue(mixList(mixList(0, operands), shape), attributes);
}

function mixValue(hash: number, value: unknown): number {
  if (typeof value === 'number') return mix(hash, value);
  if (typeof value === 'string') {
    return mix(hash, value.length * 64 + value.charCodeAt(0));
  }
  if (ArrayBuffer.isView(value)) return mixList(hash, bytesOf(value as Data));
  if (Array.isArray(value)) return value.reduce(mixValue, hash);
  let mixed = hash;
  for (const name in value as object) mixed = mixValue(mixed, (value as Readonly<Record<string, unknown>>)[name]);
  return mixed;
}

function mixList(hash: number, numbers: ArrayLike<number>): number {
  let mixed = hash;
  for (let index = 0; index < numbers.length; index++) mixed = mix(mixed, numbers[index]!);
  return mixed;
}

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x9e3779b1) ^ (hash >>> 15);
}

function bytesOf({ buffer, byteOffset, byteLength }: Data): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
