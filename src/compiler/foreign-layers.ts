/** Names that layers and their parameters have in Keras and PyTorch, for those who write them by habit. */
import type { CallableOp } from './ops/signature/index.ts';

/** In lower case and without `_`. */
const layers: { readonly [name: string]: CallableOp } = {
  adaptiveavgpool2d: 'adaptive_avg_pool',
  adaptivemaxpool2d: 'adaptive_max_pool',
  averagepooling1d: 'avg_pool1d',
  averagepooling2d: 'avg_pool',
  avgpool1d: 'avg_pool1d',
  avgpool2d: 'avg_pool',
  batchnorm2d: 'batch_norm',
  batchnormalization: 'batch_norm',
  bn: 'batch_norm',
  broadcast: 'broadcast_to',
  cat: 'concat',
  clamp: 'clip',
  clipbyvalue: 'clip',
  concatenate: 'concat',
  conv: 'conv2d',
  convolution: 'conv2d',
  convolution2d: 'conv2d',
  convtranspose2d: 'conv2d_transpose',
  deconv: 'conv2d_transpose',
  depthwiseconv: 'depthwise_conv2d',
  dropout2d: 'dropout',
  droppath: 'dropout',
  dwconv: 'depthwise_conv2d',
  expand: 'broadcast_to',
  fc: 'dense',
  fullyconnected: 'dense',
  indexselect: 'gather',
  gap: 'global_avg_pool',
  globalaveragepooling: 'global_avg_pool',
  globalaveragepooling1d: 'global_avg_pool',
  globalaveragepooling2d: 'global_avg_pool',
  globalmaxpooling2d: 'global_max_pool',
  gmp: 'global_max_pool',
  gn: 'group_norm',
  groupnormalization: 'group_norm',
  hardsigmoid: 'hard_sigmoid',
  hardswish: 'hard_swish',
  hardtanh: 'hard_tanh',
  hswish: 'hard_swish',
  l2norm: 'l2_normalize',
  layernorm: 'layer_norm',
  interpolate: 'resize',
  layernormalization: 'layer_norm',
  linear: 'dense',
  maxpool1d: 'max_pool1d',
  maxpool2d: 'max_pool',
  maxpooling1d: 'max_pool1d',
  maxpooling2d: 'max_pool',
  multiply: 'mul',
  normalize: 'l2_normalize',
  permute: 'transpose',
  pow: 'power',
  rmsnorm: 'rms_norm',
  spatialdropout2d: 'dropout',
  stochasticdepth: 'dropout',
  resizing: 'resize',
  subtract: 'sub',
  swish: 'silu',
  take: 'gather',
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

/** In lower case and without `_`; a name means different things to different layers. */
const parameters: { readonly [name: string]: readonly string[] } = {
  affine: ['scale'],
  axis: ['axes'],
  depthmultiplier: ['multiplier'],
  dim: ['axis', 'axes'],
  embeddingdim: ['width'],
  inputdim: ['vocabulary'],
  keepdim: ['keep_axes'],
  keepdims: ['keep_axes'],
  kernelinitializer: ['initializer'],
  mode: ['method'],
  negativeslope: ['alpha'],
  numembeddings: ['vocabulary'],
  outchannels: ['filters'],
  outfeatures: ['units'],
  outputdim: ['width'],
  outputsize: ['output', 'size'],
  p: ['rate'],
  poolsize: ['kernel'],
  scalefactor: ['scale'],
  usebias: ['bias'],
};

/** Which of the names that are known this parameter of another library most probably means. */
export function foreignParameter(name: string, known: readonly string[]): string | undefined {
  const folded = name.toLowerCase().replaceAll('_', '');
  return Object.hasOwn(parameters, folded) ? parameters[folded]?.find((each) => known.includes(each)) : undefined;
}
