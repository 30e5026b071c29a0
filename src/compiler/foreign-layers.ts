/** Names that layers have in Keras and PyTorch, for those who write them by habit. */
import type { CallableOp } from './ops/signature/index.ts';

/** In lower case and without `_`. */
const layers: { readonly [name: string]: CallableOp } = {
  adaptiveavgpool2d: 'adaptive_avg_pool',
  adaptivemaxpool2d: 'adaptive_max_pool',
  averagepooling2d: 'avg_pool',
  avgpool2d: 'avg_pool',
  batchnorm2d: 'batch_norm',
  batchnormalization: 'batch_norm',
  bn: 'batch_norm',
  cat: 'concat',
  concatenate: 'concat',
  conv: 'conv2d',
  convolution: 'conv2d',
  convolution2d: 'conv2d',
  convtranspose2d: 'conv2d_transpose',
  deconv: 'conv2d_transpose',
  depthwiseconv: 'depthwise_conv2d',
  dwconv: 'depthwise_conv2d',
  fc: 'dense',
  fullyconnected: 'dense',
  gap: 'global_avg_pool',
  globalaveragepooling: 'global_avg_pool',
  globalaveragepooling2d: 'global_avg_pool',
  globalmaxpooling2d: 'global_max_pool',
  gmp: 'global_max_pool',
  gn: 'group_norm',
  groupnormalization: 'group_norm',
  hardsigmoid: 'hard_sigmoid',
  hardswish: 'hard_swish',
  hswish: 'hard_swish',
  interpolate: 'upsample',
  layernormalization: 'layer_norm',
  linear: 'dense',
  maxpooling2d: 'max_pool',
  maxpool2d: 'max_pool',
  multiply: 'mul',
  permute: 'transpose',
  resize: 'upsample',
  subtract: 'sub',
  swish: 'silu',
  upsampling2d: 'upsample',
  view: 'reshape',
  zeropad2d: 'pad',
  zeropadding2d: 'pad',
};

/** The layer of the language that this name of another library most probably means. */
export function foreignLayer(name: string): CallableOp | undefined {
  const folded = name.toLowerCase().replaceAll('_', '');
  return Object.hasOwn(layers, folded) ? layers[folded] : undefined;
}
