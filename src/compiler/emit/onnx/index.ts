/**
 * A program as an ONNX model: opset 18 and IR version 8 unless told, which every execution provider of onnxruntime runs
 * with its own kernels. The same program gives the same bytes. The program must be legal (`verifyProgram`).
 */
import { create } from '@bufbuild/protobuf';
import { GraphProtoSchema, ModelProtoSchema, type NodeProto } from 'onnx-buf';
import { traceBatch } from '../../program/batch-axis.ts';
import { countedTensors } from '../../program/counted.ts';
import type { Instruction, KernelAttributes, Program, TensorId } from '../../program/program.ts';
import { ProgramError } from '../../program/shape-rules.ts';
import { BLOCKED_DOMAIN, blockedConvolution, gainsByBlocks } from './blocked-convolution.ts';
import { type ModelContext, type Operator, operators } from './kernels.ts';
import { legalise } from './legalise.ts';
import { type Initializer, initializerOf, nodeMessage, sequenceInfo, valueInfo } from './message.ts';
import { modelBytes } from './model-bytes.ts';
import { nameTensors } from './names.ts';

/** Our operators have one form in all of these; `ReduceMax` and `ReduceMin` have another in 18. */
export const OPSETS = [13, 14, 15, 16, 17, 18] as const;
export type Opset = (typeof OPSETS)[number];

export interface OnnxOptions {
  readonly opset?: Opset;
  /**
   * Leaves the number of examples open: the program was built for `size` of them, its inputs `inputs` have one entry an
   * example, and the axis is called `name`. Throws `ProgramError` where `traceBatch` refuses the program.
   */
  readonly batch?: { readonly size: number; readonly name: string; readonly inputs: ReadonlySet<string> };
  /** Convolutions that gain by it take channels in blocks of so many, which only the runtime that has this block runs. */
  readonly channelBlock?: number | undefined;
  /** A factor and an offset for each channel as a convolution: faster on a CPU of several threads. */
  readonly affineConvolution?: boolean | undefined;
  /** Puts an output of this name before all others that is a sequence, of no meaning: see who asks for it. */
  readonly sequenceFirst?: string;
  readonly producerVersion?: string;
  /** What a viewer shows of the graph, and of each input and output by name. */
  readonly doc?: string;
  readonly docs?: ReadonlyMap<string, string>;
  /** Further facts by name. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Inputs and outputs keep their names; constants become initializers. */
export function emitOnnx(source: Program, name: string, options: OnnxOptions = {}): Uint8Array {
  const { opset = 18, batch, channelBlock, affineConvolution, sequenceFirst, doc = '', docs, metadata = {} } = options;
  const program = legalise(source, opset, affineConvolution);
  const grows = growing(program, batch);
  const names = nameTensors(program);
  const initializers: Initializer[] = [];
  const node: NodeProto[] = [];
  const context = modelContext(program, opset, grows, { initializers, node });

  for (const instruction of program.instructions) {
    const output = names.get(instruction.id)!;
    if (instruction.kernel === 'constant') {
      initializers.push(initializerOf(output, instruction.shape, instruction.attributes.data, instruction.type));
    }
    if (channelBlock !== undefined && gainsByBlocks(instruction, program, channelBlock)) {
      node.push(...blockedConvolution(instruction, program, names, channelBlock, context));
      continue;
    }
    const operands = instruction.operands.map((operand) => names.get(operand)!);
    const operator = operatorFor(instruction, operands, context);
    if (!operator) continue;
    const before = Array.from({ length: operator.outputsBefore ?? 0 }, (_, at) => `${output}: unused output ${at}`);
    node.push(nodeMessage(output, operator.op, operator.inputs, [...before, output], operator.attributes));
  }
  for (const output of program.outputs) {
    const source = names.get(output.tensor)!;
    if (source !== output.name) node.push(nodeMessage(output.name, 'Identity', [source], output.name));
  }

  if (sequenceFirst !== undefined) {
    node.push(nodeMessage(sequenceFirst, 'SequenceConstruct', [context.float32(0)], sequenceFirst));
  }

  const portShape = ({ id, shape }: Instruction): readonly (number | string)[] => {
    if (!grows.has(id)) return shape;
    const multiple = shape[0]! / batch!.size;
    return [multiple === 1 ? batch!.name : `${multiple} * ${batch!.name}`, ...shape.slice(1)];
  };
  const model = {
    before: create(ModelProtoSchema, {
      irVersion: opset < 15 ? 7n : 8n,
      producerName: 'specc',
      producerVersion: options.producerVersion ?? '',
    }),
    after: create(ModelProtoSchema, {
      opsetImport: [
        { domain: '', version: BigInt(opset) },
        ...(channelBlock === undefined ? [] : [{ domain: BLOCKED_DOMAIN, version: 1n }]),
      ],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    }),
  };
  const input = program.instructions.flatMap((instruction) => {
    if (instruction.kernel !== 'input') return [];
    const input = names.get(instruction.id)!;
    return [valueInfo(input, portShape(instruction), instruction.type, docs?.get(input))];
  });
  const output = program.outputs.map((output) => {
    const made = program.instructions[output.tensor]!;
    return valueInfo(output.name, portShape(made), made.type, docs?.get(output.name));
  });
  if (sequenceFirst !== undefined) output.unshift(sequenceInfo(sequenceFirst, 'float32'));
  const graph = {
    before: create(GraphProtoSchema, { name, node }),
    after: create(GraphProtoSchema, { docString: doc, input, output }),
  };
  return modelBytes(model, graph, initializers);
}

function growing(program: Program, batch: OnnxOptions['batch']): ReadonlySet<TensorId> {
  if (!batch) return new Set();
  const traced = traceBatch(program, batch.inputs, batch.size);
  if ('grows' in traced) return traced.grows;
  throw new ProgramError(`${traced.refused.origin} needs the number of examples: it ${traced.why}`);
}

function operatorFor(
  instruction: Instruction,
  operands: readonly string[],
  context: ModelContext,
): Operator | undefined {
  const row = operators[instruction.kernel] as (
    instruction: Instruction,
    operands: readonly string[],
    context: ModelContext,
  ) => Operator | undefined;
  return row(instruction, operands, context);
}

function modelContext(
  program: Program,
  opset: number,
  grows: ReadonlySet<TensorId>,
  { initializers, node }: { readonly initializers: Initializer[]; readonly node: NodeProto[] },
): ModelContext {
  const made = new Set<string>();
  const counted = countedTensors(program);
  /** What is named by its value is made once. */
  const once = (name: string, make: (name: string) => void): string => {
    if (!made.has(name)) make(name);
    made.add(name);
    return name;
  };
  const int64 = (values: readonly number[]): string =>
    once(`int64[${values.join(', ')}]`, (name) => {
      initializers.push(initializerOf(name, [values.length], BigInt64Array.from(values, BigInt), 'int64'));
    });
  /** `[N, …rest]`, with the number of examples that the model is given. */
  const forEachExample = (rest: readonly number[]): string => {
    const examples = once('examples', (name) => {
      const fed = program.instructions.find(({ id, kernel }) => kernel === 'input' && grows.has(id))!;
      const { name: input } = fed.attributes as KernelAttributes['input'];
      node.push(nodeMessage('examples/shape', 'Shape', [input], 'examples/shape'));
      node.push(nodeMessage(name, 'Slice', ['examples/shape', int64([0]), int64([1]), int64([0])], name));
    });
    if (rest.length === 0) return examples;
    return once(`examples[${rest.join(', ')}]`, (name) => {
      node.push(nodeMessage(name, 'Concat', [examples, int64(rest)], name, { axis: 0 }));
    });
  };
  return {
    opset,
    int64,
    float32: (value) =>
      once(`float32 ${value}`, (name) => {
        initializers.push(initializerOf(name, [], Float32Array.of(value), 'float32'));
      }),
    float32s: (value, size) =>
      once(`float32 ${value} [${size}]`, (name) => {
        initializers.push(initializerOf(name, [size], new Float32Array(size).fill(value), 'float32'));
      }),
    hasBatch: ({ id }) => grows.has(id),
    shapeOf: ({ id, kernel, operands, shape }) => {
      const [first, ...rest] = shape;
      // a size that is stated here would be known to all that follows
      if (kernel === 'reshape' && first !== undefined && counted.has(id)) return int64([-1, ...rest]);
      if (!grows.has(id)) return int64(shape);
      const operand = operands[0]!;
      // an `Expand` keeps an axis that it has 1 for; in a `Reshape`, 0 is the operand's size and -1 what is left
      if (kernel === 'expand') return grows.has(operand) ? int64([1, ...rest]) : forEachExample(rest);
      return int64([program.instructions[operand]!.shape[0] === first ? 0 : -1, ...rest]);
    },
  };
}
