/** How each operation is written in TensorFlow.js: `tf` is `@tensorflow/tfjs-core`, `nn` the layers beside the code. */
import type { Graph, Node } from '../../../graph.ts';
import type { OpKind } from '../../../ops/kind.ts';
import type { Call, OpSource } from '../call.ts';
import { activation } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { convolution } from './convolution.ts';
import { indexing } from './indexing.ts';
import { normalisation } from './normalisation.ts';
import { pooling } from './pooling.ts';
import { sequence } from './sequence.ts';
import { shaping } from './shaping.ts';
import { source } from './source.ts';

const opSources: { readonly [K in OpKind]: OpSource<K> } = {
  ...convolution,
  ...pooling,
  ...sequence,
  ...normalisation,
  ...activation,
  ...arithmetic,
  ...shaping,
  ...source,
  ...indexing,
};

export function callOf(graph: Graph, node: Node): Call {
  return (opSources[node.op] as OpSource<OpKind>)(node, graph);
}
