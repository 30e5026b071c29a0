/** The parts of an ONNX model as protocol-buffer messages. */
import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { DataType } from '../../program/program.ts';

export const elementTypes: { readonly [T in DataType]: TensorProto_DataType } = {
  float32: TensorProto_DataType.FLOAT,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

/** An integer, integers, a float, or a word. */
export type AttributeValue = number | readonly number[] | { readonly float: number } | string;

export function nodeMessage(
  name: string,
  opType: string,
  input: readonly string[],
  output: string | readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  domain = '',
): NodeProto {
  return create(NodeProtoSchema, {
    name,
    opType,
    domain,
    input: [...input],
    output: typeof output === 'string' ? [output] : [...output],
    attribute: Object.entries(attributes).map(([key, value]) => attributeMessage(key, value)),
  });
}

function attributeMessage(name: string, value: AttributeValue): AttributeProto {
  const types = AttributeProto_AttributeType;
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: types.INT, i: BigInt(value) });
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: types.STRING, s: new TextEncoder().encode(value) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: types.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: types.INTS, ints: value.map(BigInt) });
}

export interface Initializer {
  /** Without its numbers. */
  readonly tensor: TensorProto;
  readonly rawData: Uint8Array;
}

export function initializerOf(
  name: string,
  shape: readonly number[],
  data: Float32Array | BigInt64Array | Uint8Array,
  type: DataType,
): Initializer {
  return {
    tensor: create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType: elementTypes[type] }),
    // raw data is little-endian, and so is every machine that JavaScript engines run on today
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  };
}

/** A text in the shape names an axis whose size is given at each run. */
export function valueInfo(
  name: string,
  shape: readonly (number | string)[],
  type: DataType,
  docString = '',
): ValueInfoProto {
  const dim = shape.map((size) =>
    typeof size === 'string'
      ? { value: { case: 'dimParam' as const, value: size } }
      : { value: { case: 'dimValue' as const, value: BigInt(size) } },
  );
  return create(ValueInfoProtoSchema, {
    name,
    docString,
    type: { value: { case: 'tensorType', value: { elemType: elementTypes[type], shape: { dim } } } },
  });
}

/** A port for any number of scalars. */
export function sequenceInfo(name: string, type: DataType): ValueInfoProto {
  const scalar = { case: 'tensorType' as const, value: { elemType: elementTypes[type], shape: { dim: [] } } };
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'sequenceType', value: { elemType: { value: scalar } } } },
  });
}
