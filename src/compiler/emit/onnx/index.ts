/**
 * A program as an ONNX model: opset 18 and IR version 8, which every execution provider of onnxruntime runs with its
 * own kernels. The same program gives the same bytes. The program must be legal (`verifyProgram`).
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf';
import type { Instruction, Program } from '../../program/program.ts';
import { type OperandConstants, type Operator, operators } from './kernels.ts';
import { spellOutMeans, spellOutWidePoolPadding } from './legalise.ts';
import { nodeMessage, tensorMessage, valueInfo } from './message.ts';
import { nameTensors } from './names.ts';

const irVersion = 8n;
const opset = 18n;

/** Inputs and outputs keep their names; constants become initializers. */
export function emitOnnx(source: Program, name: string): Uint8Array {
  const program = spellOutMeans(spellOutWidePoolPadding(source));
  const names = nameTensors(program);
  const initializer: TensorProto[] = [];
  const node: NodeProto[] = [];
  const constants = operandConstants(initializer);

  for (const instruction of program.instructions) {
    const output = names.get(instruction.id)!;
    if (instruction.kernel === 'constant') {
      initializer.push(tensorMessage(output, instruction.shape, instruction.attributes.data, instruction.type));
    }
    const operands = instruction.operands.map((operand) => names.get(operand)!);
    const operator = operatorFor(instruction, operands, constants);
    if (operator) node.push(nodeMessage(output, operator.op, operator.inputs, output, operator.attributes));
  }
  for (const output of program.outputs) {
    const source = names.get(output.tensor)!;
    if (source !== output.name) node.push(nodeMessage(output.name, 'Identity', [source], output.name));
  }

  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: 'specc',
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name,
      node,
      initializer,
      input: program.instructions
        .filter(({ kernel }) => kernel === 'input')
        .map(({ id, shape, type }) => valueInfo(names.get(id)!, shape, type)),
      output: program.outputs.map((output) => {
        const { shape, type } = program.instructions[output.tensor]!;
        return valueInfo(output.name, shape, type);
      }),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function operatorFor(
  instruction: Instruction,
  operands: readonly string[],
  constants: OperandConstants,
): Operator | undefined {
  const row = operators[instruction.kernel] as (
    instruction: Instruction,
    operands: readonly string[],
    constants: OperandConstants,
  ) => Operator | undefined;
  return row(instruction, operands, constants);
}

/** One initializer for each distinct value, named by it. */
function operandConstants(initializer: TensorProto[]): OperandConstants {
  const made = new Set<string>();
  const once = (name: string, make: () => TensorProto): string => {
    if (!made.has(name)) initializer.push(make());
    made.add(name);
    return name;
  };
  return {
    int64: (values) =>
      once(`int64[${values.join(', ')}]`, () => {
        return tensorMessage(
          `int64[${values.join(', ')}]`,
          [values.length],
          BigInt64Array.from(values, BigInt),
          'int64',
        );
      }),
    float32: (value) =>
      once(`float32 ${value}`, () => tensorMessage(`float32 ${value}`, [], Float32Array.of(value), 'float32')),
  };
}
