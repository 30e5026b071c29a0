/**
 * Uses of every declaration of the standard library: what they make of which shapes, and with how many parameters, by
 * hand or as published. Tests run them, and docs/std.md shows them.
 */
import type { Shape } from '../../../src/compiler/graph.ts';
import type { ModelOfUse } from './model.ts';

export type Use = BlockUse | FunctionUse;

export interface BlockUse extends Omit<ModelOfUse, 'imports'> {
  readonly output: Shape;
  /** Trainable numbers. */
  readonly parameters: number;
  /** What the use imports besides what it shows, by file. */
  readonly imports?: ModelOfUse['imports'];
}

export interface FunctionUse {
  readonly use: string;
  /** Its value, in the language. */
  readonly is: string;
}

/** A use with the input `x`. */
function of(use: string, x: Shape, output: Shape, parameters: number, imports: BlockUse['imports'] = {}): BlockUse {
  return { use, inputs: { x }, output, parameters, imports };
}

const convolutions: Readonly<Record<string, readonly Use[]>> = {
  Identity: [of('x |> Identity', [8, 8, 3], [8, 8, 3], 0)],
  Sequential: [of('x |> Sequential([conv2d(8, 3), relu, max_pool(2)])', [8, 8, 3], [4, 4, 8], 224)],
  ConvNormAct: [
    of('x |> ConvNormAct(64, 3, stride: 2)', [32, 32, 3], [16, 16, 64], 1_728 + 128),
    of('x |> ConvNormAct(32, [1, 7], norm: group_norm(8), act: silu)', [17, 17, 16], [17, 17, 32], 3_584 + 64),
    of('x |> ConvNormAct(32, 3, dilation: 2, groups: 4)', [9, 9, 16], [9, 9, 32], 1_152 + 64),
  ],
  DepthwiseNormAct: [of('x |> DepthwiseNormAct(5, 2, act: relu6)', [8, 8, 6], [4, 4, 6], 150 + 12)],
  SeparableConv: [of('x |> SeparableConv(16)', [8, 8, 4], [8, 8, 16], 36 + 64 + 16)],
  SqueezeExcite: [of('x |> SqueezeExcite(4)', [8, 8, 16], [8, 8, 16], 68 + 80)],
  InvertedResidual: [
    of('x |> InvertedResidual(24, 96, stride: 2)', [56, 56, 16], [28, 28, 24], 1_728 + 1_056 + 2_352),
    of(
      'x |> InvertedResidual(16, 64, excite: SqueezeExcite(4), act: hard_swish, skipped: 0.1)',
      [8, 8, 16],
      [8, 8, 16],
      1_152 + 704 + 580 + 1_056,
      { conv: ['SqueezeExcite'] },
    ),
  ],
  // torchvision's ASPP(2048, [12, 24, 36])
  ASPP: [of('x |> ASPP', [28, 28, 2048], [28, 28, 256], 15_535_104)],
};

const residuals: Readonly<Record<string, readonly Use[]>> = {
  Residual: [of('x |> Residual(conv2d(8, 3), skipped: 0.1)', [8, 8, 8], [8, 8, 8], 584)],
  PreNorm: [
    of('x |> Residual(PreNorm(MLP(32)), LayerScale(1e-5))', [6, 8], [6, 8], 16 + 288 + 264 + 8, {
      attention: ['MLP'],
      norm: ['LayerScale'],
      residual: ['Residual'],
    }),
  ],
  Shortcut: [
    of('x |> Shortcut(16, 2)', [8, 8, 8], [4, 4, 16], 128 + 32),
    of('x |> Shortcut(8)', [8, 8, 8], [8, 8, 8], 0),
  ],
  ProjectedResidual: [
    of('x |> ProjectedResidual(ConvNormAct(16, 3, 2), 16, 2) |> relu', [8, 8, 8], [4, 4, 16], 1_184 + 160, {
      conv: ['ConvNormAct'],
    }),
  ],
  DenseConcat: [of('x |> DenseConcat(conv2d(4, 3))', [8, 8, 8], [8, 8, 12], 292)],
};

const norms: Readonly<Record<string, readonly Use[]>> = {
  LocalResponseNorm: [of('x |> LocalResponseNorm(5, bias: 2)', [27, 27, 96], [27, 27, 96], 0)],
  LayerScale: [of('x |> LayerScale(1e-6)', [7, 7, 8], [7, 7, 8], 8)],
  GlobalResponseNorm: [of('x |> GlobalResponseNorm', [7, 7, 8], [7, 7, 8], 16)],
};

const attention: Readonly<Record<string, readonly Use[]>> = {
  Attention: [
    {
      use: 'Attention(query, key, value, scores: CausalMask)',
      inputs: { query: [6, 8], key: [9, 8], value: [9, 5] },
      output: [6, 5],
      parameters: 0,
      imports: { position: ['CausalMask'] },
    },
  ],
  SplitHeads: [of('x |> SplitHeads(4)', [10, 32], [4, 10, 8], 0)],
  JoinHeads: [of('x |> JoinHeads', [4, 10, 8], [10, 32], 0)],
  MultiHeadAttention: [
    // torch.nn.MultiheadAttention(256, 8), and with kdim = vdim = 128
    {
      use: 'MultiHeadAttention(x, memory, 8)',
      inputs: { x: [10, 256], memory: [20, 256] },
      output: [10, 256],
      parameters: 263_168,
    },
    {
      use: 'x |> MultiHeadAttention(memory, 8)',
      inputs: { x: [10, 256], memory: [20, 128] },
      output: [10, 256],
      parameters: 197_632,
    },
  ],
  MaskedAttention: [
    {
      use: 'MaskedAttention(x, x, mask, 8)',
      inputs: { x: [10, 256], mask: [10, 10] },
      output: [10, 256],
      parameters: 263_168,
    },
  ],
  SelfAttention: [
    of('x |> SelfAttention(8)', [10, 256], [10, 256], 263_168),
    of('x |> SelfAttention(8, CausalMask, RotaryPositions, bias: false)', [10, 256], [10, 256], 262_400, {
      position: ['CausalMask', 'RotaryPositions'],
    }),
  ],
  MLP: [of('x |> MLP(3072, drop_rate: 0.1)', [197, 768], [197, 768], 4_722_432)],
  GatedMLP: [of('x |> GatedMLP(11008)', [4, 4096], [4, 4096], 135_266_304)],
  TransformerBlock: [
    of('x |> TransformerBlock(SelfAttention(4), MLP(64), scale: LayerScale(1e-4))', [9, 16], [9, 16], 3_280 + 32, {
      attention: ['SelfAttention', 'MLP'],
      norm: ['LayerScale'],
    }),
  ],
  // torch.nn.TransformerEncoderLayer(512, 8) and TransformerDecoderLayer(512, 8)
  EncoderLayer: [of('x |> EncoderLayer(8, 2048, norm_first: false, act: relu)', [10, 512], [10, 512], 3_152_384)],
  DecoderLayer: [
    {
      use: 'x |> DecoderLayer(memory, 8, 2048)',
      inputs: { x: [10, 512], memory: [20, 512] },
      output: [10, 512],
      parameters: 4_204_032,
    },
  ],
  PatchEmbedding: [
    {
      use: 'image |> PatchEmbedding(16, 768)',
      inputs: { image: [224, 224, 3] },
      output: [196, 768],
      parameters: 590_592,
    },
  ],
  ChannelAttention: [of('x |> ChannelAttention(4)', [8, 8, 64], [8, 8, 64], 260 + 320)],
  SpatialAttention: [of('x |> SpatialAttention', [8, 8, 64], [8, 8, 64], 98 + 2)],
  CBAM: [of('x |> CBAM', [8, 8, 64], [8, 8, 64], 680)],
};

const positions: Readonly<Record<string, readonly Use[]>> = {
  ClassToken: [of('x |> ClassToken', [196, 768], [197, 768], 768)],
  PositionEmbedding: [of('x |> PositionEmbedding', [197, 768], [197, 768], 197 * 768)],
  frequencies: [{ use: 'frequencies(4, 10000)', is: '[1.0, 0.01]' }],
  SinusoidalPositions: [of('x |> SinusoidalPositions', [50, 64], [50, 64], 0)],
  RotaryPositions: [of('x |> RotaryPositions', [4, 10, 8], [4, 10, 8], 0)],
  Distances: [of('x |> Distances', [4, 10, 20], [10, 20], 0)],
  CausalMask: [of('x |> CausalMask |> softmax', [4, 10, 10], [4, 10, 10], 0)],
  LocalMask: [of('x |> LocalMask(2) |> softmax', [4, 10, 10], [4, 10, 10], 0)],
  LinearBias: [of('x |> LinearBias |> softmax', [4, 10, 10], [4, 10, 10], 0)],
};

const shapes: Readonly<Record<string, readonly Use[]>> = {
  ChannelShuffle: [of('x |> ChannelShuffle(3)', [8, 8, 24], [8, 8, 24], 0)],
  Roll: [of('x |> Roll(-3, 0) |> Roll(-3, 1)', [14, 14, 8], [14, 14, 8], 0)],
  around: [
    { use: 'around(4, 2, 3, "reflect")', is: '[2, 1, 0, 1, 2, 3, 2, 1, 0]' },
    { use: 'around(4, 2, 1, "edge")', is: '[0, 0, 0, 1, 2, 3, 3]' },
    { use: 'around(4, 2, 1, "wrap")', is: '[2, 3, 0, 1, 2, 3, 0]' },
  ],
  PadImage: [
    of('x |> PadImage(3) |> conv2d(64, 7, padding: "valid")', [32, 32, 3], [32, 32, 64], 9_472),
    of('x |> PadImage([1, 2], 0, "edge")', [8, 9, 3], [11, 9, 3], 0),
  ],
  WindowPartition: [of('x |> WindowPartition(7)', [14, 28, 8], [8, 49, 8], 0)],
  WindowMerge: [of('x |> WindowMerge(7, [14, 28])', [8, 49, 8], [14, 28, 8], 0)],
  SpaceToDepth: [of('x |> SpaceToDepth', [8, 8, 3], [4, 4, 12], 0)],
  DepthToSpace: [of('x |> DepthToSpace', [4, 4, 12], [8, 8, 3], 0)],
  PixelShuffle: [of('x |> conv2d(27, 3) |> PixelShuffle(3)', [8, 8, 4], [24, 24, 3], 972 + 27)],
  PixelUnshuffle: [of('x |> PixelUnshuffle', [8, 8, 3], [4, 4, 12], 0)],
  Tile: [of('x |> Tile(3, axis: 0)', [4, 8], [12, 8], 0)],
  ToSequence: [of('x |> ToSequence', [7, 9, 16], [63, 16], 0)],
  ToImage: [of('x |> ToImage([7, 9])', [63, 16], [7, 9, 16], 0)],
  GlobalAvgMaxPool: [of('x |> GlobalAvgMaxPool', [7, 7, 512], [1024], 0)],
  GeneralizedMeanPool: [of('x |> GeneralizedMeanPool', [7, 7, 512], [512], 1)],
  SpatialPyramidPool: [of('x |> SpatialPyramidPool', [13, 13, 256], [5376], 0)],
};

const windows: Readonly<Record<string, readonly Use[]>> = {
  distances_within: [{ use: 'distances_within(2)', is: '[[1, 0], [2, 1]]' }],
  RelativePositionBias: [of('x |> RelativePositionBias(7)', [64, 3, 49, 49], [64, 3, 49, 49], 169 * 3)],
  rolled_around: [{ use: 'rolled_around(4, 1)', is: '[0, 0, 0, 1]' }],
  ShiftMask: [of('x |> ShiftMask([4, 6], [2, 3], 1)', [4, 2, 6, 6], [4, 2, 6, 6], 0)],
  WindowAttention: [of('x |> WindowAttention(3, 7, shift: 3)', [56, 56, 96], [56, 56, 96], 27_936 + 507 + 9_312)],
  PatchMerging: [of('x |> PatchMerging', [56, 56, 96], [28, 28, 192], 768 + 73_728)],
};

const sequences: Readonly<Record<string, readonly Use[]>> = {
  CausalConv: [of('x |> CausalConv(16, 3, dilation: 4)', [20, 8], [20, 16], 400)],
  SeparableConv1D: [of('x |> SeparableConv1D(16, 5, stride: 2)', [20, 8], [10, 16], 40 + 128 + 16)],
  TemporalBlock: [of('x |> TemporalBlock(16, dilation: 2, drop_rate: 0.2)', [20, 8], [20, 16], 400 + 784 + 144)],
  GatedLinearUnit: [of('x |> dense(32) |> GatedLinearUnit', [20, 8], [20, 16], 288)],
};

const functions: Readonly<Record<string, readonly Use[]>> = {
  round_to: [
    { use: 'round_to(0.75 * 32)', is: '24' },
    { use: 'round_to(10)', is: '16' },
    { use: 'round_to(37, 4)', is: '36' },
  ],
  linspace: [
    { use: 'linspace(0, 2, 5)', is: '[0.0, 0.5, 1.0, 1.5, 2.0]' },
    { use: 'linspace(3, 4, 1)', is: '[3.0]' },
  ],
  cumulative: [{ use: 'cumulative([1, 2, 3])', is: '[1.0, 3.0, 6.0]' }],
  product: [{ use: 'product([7, 7, 64])', is: '3136' }],
  skip_rates: [
    { use: 'skip_rates([1, 2], 0.5)', is: '[[0.0], [0.25, 0.5]]' },
    { use: 'skip_rates([1, 3], 0.5, ends: false)', is: '[[0.0], [0.125, 0.25, 0.375]]' },
  ],
};

/** By the declarations that they show. */
export const uses: Readonly<Record<string, readonly Use[]>> = {
  ...convolutions,
  ...residuals,
  ...norms,
  ...attention,
  ...positions,
  ...windows,
  ...shapes,
  ...sequences,
  ...functions,
};
