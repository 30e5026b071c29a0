/** Readable names for the tensors of a program: where they come from and what made them. */
import { nameOf } from '../../program/dump.ts';
import type { Instruction, Program, TensorId } from '../../program/program.ts';

/**
 * Inputs, outputs and weights keep their names; every other tensor is `origin/kernel`, numbered from the second on. A tensor that
 * is an output under several names takes the first; an input or constant takes none of them.
 */
export function nameTensors(program: Program): ReadonlyMap<TensorId, string> {
  const names = new Map<TensorId, string>();
  const taken = new Set<string>(program.outputs.map(({ name }) => name));
  for (const instruction of program.instructions) {
    if (instruction.kernel !== 'input') continue;
    names.set(instruction.id, instruction.attributes.name);
    taken.add(instruction.attributes.name);
  }
  for (const { name, tensor } of program.outputs) {
    if (!names.has(tensor) && program.instructions[tensor]!.kernel !== 'constant') names.set(tensor, name);
  }
  const counts = new Map<string, number>();
  for (const instruction of program.instructions) {
    if (names.has(instruction.id)) continue;
    const base = weightName(instruction) ?? pathOf(instruction.origin, nameOf(instruction));
    let name: string;
    do {
      const count = (counts.get(base) ?? 0) + 1;
      counts.set(base, count);
      name = count === 1 ? base : `${base}#${count}`;
    } while (taken.has(name));
    taken.add(name);
    names.set(instruction.id, name);
  }
  return names;
}

function weightName({ kernel, attributes }: Instruction): string | undefined {
  return kernel === 'constant' ? attributes.name : undefined;
}

/** `body/conv2d/conv`, but `body/relu[1]` where the node has the kernel's name. */
function pathOf(origin: string, kernel: string): string {
  const [last = ''] = /[^/]*$/.exec(origin)!;
  if (origin === '' || last.replace(/\[\d+\]$/, '') === kernel) return origin || kernel;
  return `${origin}/${kernel}`;
}
