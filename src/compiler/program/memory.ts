/**
 * How much memory a program takes, by the lifetimes of its tensors in the order in which a runtime executes it.
 *
 * The order is that of onnxruntime: backwards from the last result, depth first, so that each gradient of a weight is
 * used up before the next one is made. Reshapes are views, element by element operations overwrite an operand that
 * nobody reads any more, and a buffer is free again after its last use. Left out are what a kernel needs while it runs
 * (a rearranged copy of a convolution's operand), what the allocator wastes, and the process around it.
 */
import { elementCount } from '../../shared/element-count.ts';
import { countedTensors } from './counted.ts';
import type { DataType, Instruction, Program, TensorId } from './program.ts';

export interface ProgramMemory {
  /** What is fed: images, weights, optimizer slots, masks. */
  readonly inputs: number;
  readonly constants: number;
  /** The program's results. */
  readonly outputs: number;
  /** The most bytes that all other tensors hold at one time. */
  readonly peak: number;
  /** Where that is: the origin of the instruction, such as `gradient local/conv2d`. */
  readonly at: string;
}

const BYTES: Readonly<Record<DataType, number>> = { float32: 4, int64: 8, bool: 1 };

export function bytesOf({ shape, type }: Pick<Instruction, 'shape' | 'type'>): number {
  return elementCount(shape) * BYTES[type];
}

export function memoryOf(program: Program): ProgramMemory {
  const { instructions } = program;
  const total = (each: readonly Instruction[]): number => each.reduce((sum, made) => sum + bytesOf(made), 0);
  const results = [...new Set(program.outputs.map(({ tensor }) => tensor))].map((id) => instructions[id]!);
  return {
    inputs: total(instructions.filter(({ kernel }) => kernel === 'input')),
    constants: total(instructions.filter(({ kernel }) => kernel === 'constant')),
    outputs: total(results.filter(isComputed)),
    ...peakOf(program),
  };
}

/** The instructions that compute something, in the order in which a runtime executes them. */
export function executionOrder({ instructions }: Program): readonly TensorId[] {
  const used = new Set(instructions.flatMap(({ operands }) => operands));
  const order: TensorId[] = [];
  const visited = new Set<TensorId>();
  const stack = instructions
    .filter((made) => isComputed(made) && !used.has(made.id))
    .map(({ id }) => ({ id, done: false }));
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { id, done } = entry;
    if (done) {
      order.push(id);
      continue;
    }
    if (visited.has(id)) continue;
    visited.add(id);
    stack.push({ id, done: true });
    for (const operand of [...new Set(instructions[id]!.operands)].sort((a, b) => a - b)) {
      if (!visited.has(operand) && isComputed(instructions[operand]!)) stack.push({ id: operand, done: false });
    }
  }
  return order;
}

function isComputed({ kernel }: Instruction): boolean {
  return kernel !== 'input' && kernel !== 'constant';
}

interface Buffer {
  readonly bytes: number;
  /** Uses to come, of all tensors in it. */
  readers: number;
}

function peakOf(program: Program): Pick<ProgramMemory, 'peak' | 'at'> {
  const { instructions } = program;
  const readers = new Uint32Array(instructions.length);
  for (const { operands } of instructions) for (const operand of operands) readers[operand]! += 1;
  // not ours to free: the caller's, or the model's
  const kept = new Set(program.outputs.map(({ tensor }) => tensor));
  // only a result that is known to be as large as an operand is put into its place
  const counted = countedTensors(program);
  const buffers = new Map<TensorId, Buffer>();
  let [held, peak, at] = [0, 0, ''];
  for (const id of executionOrder(program)) {
    const made = instructions[id]!;
    const shared =
      kept.has(id) || (counted.has(id) && made.kernel !== 'reshape') ? undefined : sharedBuffer(made, buffers);
    if (shared) {
      shared.readers += readers[id]!;
      buffers.set(id, shared);
    } else if (!kept.has(id)) {
      buffers.set(id, { bytes: bytesOf(made), readers: readers[id]! });
      held += bytesOf(made);
    }
    if (held > peak) [peak, at] = [held, made.origin];
    for (const operand of made.operands) {
      const buffer = buffers.get(operand);
      if (buffer === undefined) continue;
      buffer.readers -= 1;
      if (buffer.readers === 0) held -= buffer.bytes;
    }
  }
  return { peak, at };
}

/** The operand's buffer that the result is put into, if there is one. */
function sharedBuffer(
  { kernel, operands, shape, type }: Instruction,
  buffers: ReadonlyMap<TensorId, Buffer>,
): Buffer | undefined {
  if (kernel === 'reshape') return buffers.get(operands[0]!);
  if (kernel !== 'unary' && kernel !== 'binary') return undefined;
  const bytes = bytesOf({ shape, type });
  return operands
    .map((operand) => buffers.get(operand))
    .find((buffer) => buffer !== undefined && buffer.readers === 1 && buffer.bytes === bytes);
}
