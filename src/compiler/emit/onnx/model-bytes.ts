/**
 * A model as bytes. Protocol buffers put the length of a message before it, so that a writer copies each once for every
 * message around it: the numbers of weights, most of what there is, are put in their place here instead, and copied once.
 */
import { toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type GraphProto, GraphProtoSchema, type ModelProto, ModelProtoSchema, TensorProtoSchema } from 'onnx-buf';
import type { Initializer } from './message.ts';

/** Of onnx.proto. */
const GRAPH_OF_MODEL = 7;
const INITIALIZER_OF_GRAPH = 5;
const RAW_DATA_OF_TENSOR = 9;

/** The fields of a message on both sides of one that is written here, in the order of their numbers. */
export interface Around<Message> {
  readonly before: Message;
  readonly after: Message;
}

export function modelBytes(
  model: Around<ModelProto>,
  graph: Around<GraphProto>,
  initializers: readonly Initializer[],
): Uint8Array {
  const inGraph: Uint8Array[] = [toBinary(GraphProtoSchema, graph.before)];
  for (const { tensor, rawData } of initializers) {
    const described = toBinary(TensorProtoSchema, tensor);
    const before = lengthBefore(RAW_DATA_OF_TENSOR, rawData.length);
    const length = described.length + before.length + rawData.length;
    inGraph.push(lengthBefore(INITIALIZER_OF_GRAPH, length), described, before, rawData);
  }
  inGraph.push(toBinary(GraphProtoSchema, graph.after));
  return joined([
    toBinary(ModelProtoSchema, model.before),
    lengthBefore(GRAPH_OF_MODEL, lengthOf(inGraph)),
    ...inGraph,
    toBinary(ModelProtoSchema, model.after),
  ]);
}

function lengthBefore(field: number, length: number): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish();
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
