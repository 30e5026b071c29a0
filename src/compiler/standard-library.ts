/** The files of `std/`, text by the path of an import; rewritten by the test of this file. */
export const standardLibrary: Readonly<Record<string, string>> = {
  'std/attention.spec': `// Attention, on sequences of N positions with C channels each, and transformers of it.

import { Identity, Sequential } from "std/conv.spec"
import { CausalMask } from "std/position.spec"

/// Each query takes from the values, by how well it matches their keys (Vaswani et al., "Attention Is All You
/// Need", 2017). \`scores\` can change the products before the softmax: \`CausalMask\`,
/// \`RelativePositionBias(7)\`. The axes before are heads, windows and the like.
block Attention(
  scores: layer = Identity,
  drop_rate: float = 0,
)(query: [...B, N, K], key: [...B, M, K], value: [...B, M, V]) -> [...B, N, V] {
  weights = matmul(query, key, transpose_b: true) / sqrt(K)
    |> scores
    |> softmax
    |> dropout(drop_rate)
  matmul(weights, value)
}

/// \`[N, C]\` as \`[heads, N, C / heads]\`.
block SplitHeads(heads: int)(x: [...B, N, C]) -> [...B, heads, N, C / heads] {
  assert C % heads == 0, "{C} channels do not divide into {heads} heads"
  rank = len(B)
  x
    |> reshape(B + [N, heads, C / heads])
    |> transpose(range(rank) + [rank + 1, rank, rank + 2])
}

/// The opposite of \`SplitHeads\`.
block JoinHeads(x: [...B, H, N, K]) -> [...B, N, H * K] {
  rank = len(B)
  x |> transpose(range(rank) + [rank + 1, rank, rank + 2]) |> reshape(B + [N, H * K])
}

/// Each position of the input takes from all positions of \`memory\`, by \`heads\` attentions side by side: PyTorch's
/// \`MultiheadAttention\` and Keras's \`MultiHeadAttention\` where keys and values come from the same tensor.
/// \`positions\` changes queries and keys, such as \`RotaryPositions\`; \`scores\` their products.
block MultiHeadAttention(
  heads: int,
  scores: layer = Identity,
  positions: layer = Identity,
  bias: bool = true,
  drop_rate: float = 0,
)(x: [...B, N, C], memory: [...B, M, D]) -> [...B, N, C] {
  assert C % heads == 0, "{C} channels do not divide into {heads} heads"
  query = x |> dense(C, bias) |> SplitHeads(heads) |> positions
  key = memory |> dense(C, bias) |> SplitHeads(heads) |> positions
  value = memory |> dense(C, bias) |> SplitHeads(heads)
  Attention(query, key, value, scores, drop_rate) |> JoinHeads |> dense(C)
}

/// The same with a mask that is an input: 1 where a position of \`x\` may see one of \`memory\`, 0 where not.
block MaskedAttention(
  heads: int,
  bias: bool = true,
  drop_rate: float = 0,
)(x: [N, C], memory: [M, D], mask: [N, M]) -> [N, C] {
  assert C % heads == 0, "{C} channels do not divide into {heads} heads"
  query = x |> dense(C, bias) |> SplitHeads(heads)
  key = memory |> dense(C, bias) |> SplitHeads(heads)
  value = memory |> dense(C, bias) |> SplitHeads(heads)
  scores = matmul(query, key, transpose_b: true) / sqrt(C / heads) + 1e9 * (mask - 1)
  weights = scores |> softmax |> dropout(drop_rate)
  matmul(weights, value) |> JoinHeads |> dense(C)
}

/// Each position takes from all of them. One product makes queries, keys and values, as in PyTorch.
block SelfAttention(
  heads: int,
  scores: layer = Identity,
  positions: layer = Identity,
  bias: bool = true,
  drop_rate: float = 0,
  initializer: string = "glorot_uniform",
)(x: [...B, N, C]) -> [...B, N, C] {
  assert C % heads == 0, "{C} channels do not divide into {heads} heads"
  projected = x |> dense(3 * C, bias, initializer)
  query, key, value = [part |> SplitHeads(heads) for part in projected |> split(3)]
  Attention(query |> positions, key |> positions, value, scores, drop_rate)
    |> JoinHeads
    |> dense(C, initializer: initializer)
}

/// Two dense layers at each position, \`hidden\` wide between.
block MLP(
  hidden: int,
  act: layer = gelu,
  drop_rate: float = 0,
  initializer: string = "glorot_uniform",
  bias_initializer: string = "zeros",
)(x: [...S, C]) -> [...S, C] {
  x
    |> dense(hidden, initializer: initializer, bias_initializer: bias_initializer)
    |> act
    |> dropout(drop_rate)
    |> dense(C, initializer: initializer, bias_initializer: bias_initializer)
}

/// The same where one half of the hidden layer gates the other (Shazeer, "GLU Variants Improve Transformer",
/// 2020): SwiGLU, and GEGLU with \`act: gelu\`.
block GatedMLP(
  hidden: int,
  act: layer = silu,
  bias: bool = false,
  drop_rate: float = 0,
)(x: [...S, C]) -> [...S, C] {
  gate = x |> dense(hidden, bias) |> act
  content = x |> dense(hidden, bias)
  gate * content |> dropout(drop_rate) |> dense(C, bias)
}

/// Attention, then a layer for each position, each with a residual sum: what transformers are made of.
/// With \`norm_first\`, what goes into either is normalised, as in most work since 2019; without, the sums
/// are, as in the paper and PyTorch's default. \`scale\` weights what is added, such as \`LayerScale(1e-4)\`;
/// a share \`skipped\` of the examples goes without it while training. The shape is that of \`attention\`:
/// \`[N, C]\`, or \`[H, W, C]\` with \`WindowAttention\`.
block TransformerBlock(
  attention: layer,
  mlp: layer,
  norm_first: bool = true,
  norm: layer = layer_norm,
  scale: layer = Identity,
  drop_rate: float = 0,
  skipped: float = 0,
)(x: [...S]) -> [...S] {
  before = if norm_first { norm } else { Identity }
  after = if norm_first { Identity } else { norm }
  taken = x |> before |> attention |> scale |> dropout(drop_rate)
  attended = x + (taken |> dropout(skipped, per: "example")) |> after
  change = attended |> before |> mlp |> scale |> dropout(drop_rate)
  attended + (change |> dropout(skipped, per: "example")) |> after
}

/// \`TransformerBlock\` of self-attention and an \`MLP\`: PyTorch's \`TransformerEncoderLayer\`.
block EncoderLayer(
  heads: int,
  hidden: int,
  norm_first: bool = true,
  norm: layer = layer_norm,
  act: layer = gelu,
  scores: layer = Identity,
  positions: layer = Identity,
  drop_rate: float = 0,
  skipped: float = 0,
)(x: [N, C]) -> [N, C] {
  attention = SelfAttention(heads, scores, positions, drop_rate: drop_rate)
  mlp = MLP(hidden, act, drop_rate)
  x |> TransformerBlock(attention, mlp, norm_first, norm, drop_rate: drop_rate, skipped: skipped)
}

/// The same where no position sees those after it, and each takes from \`memory\`, an encoded sequence, as
/// well: PyTorch's \`TransformerDecoderLayer\`.
block DecoderLayer(
  heads: int,
  hidden: int,
  norm_first: bool = true,
  norm: layer = layer_norm,
  act: layer = gelu,
  positions: layer = Identity,
  drop_rate: float = 0,
)(x: [N, C], memory: [M, D]) -> [N, C] {
  before = if norm_first { norm } else { Identity }
  after = if norm_first { Identity } else { norm }
  own = x |> before |> SelfAttention(heads, CausalMask, positions, drop_rate: drop_rate)
  attended = x + (own |> dropout(drop_rate)) |> after
  taken = attended |> before |> MultiHeadAttention(memory, heads, drop_rate: drop_rate)
  informed = attended + (taken |> dropout(drop_rate)) |> after
  change = informed |> before |> MLP(hidden, act, drop_rate)
  informed + (change |> dropout(drop_rate)) |> after
}

/// The patches of an image as a sequence of vectors (Dosovitskiy et al., "An Image is Worth 16x16 Words:
/// Transformers for Image Recognition at Scale", 2020).
block PatchEmbedding(
  patch: pair,
  width: int,
  initializer: string = "lecun_normal",
)(image: [H, W, C]) -> [H / patch[0] * W / patch[1], width] {
  assert H % patch[0] == 0 and W % patch[1] == 0,
    "{H} × {W} does not divide into patches of {patch[0]} × {patch[1]}"
  image
    |> conv2d(width, patch, patch, padding: "valid", initializer: initializer)
    |> reshape([H / patch[0] * W / patch[1], width])
}

/// Weights each channel by what its mean and its maximum say, each through the same two layers
/// (Woo et al., "CBAM: Convolutional Block Attention Module", 2018, section 3).
block ChannelAttention(squeezed: int)(x: [H, W, C]) -> [H, W, C] {
  mlp = shared(Sequential([dense(squeezed), relu, dense(C)]))
  mean = x |> global_avg_pool |> mlp
  peak = x |> global_max_pool |> mlp
  x * sigmoid(mean + peak)
}

/// Weights each position by what the maximum and the mean over its channels say (the same paper).
block SpatialAttention(kernel: int = 7, norm: layer = batch_norm)(x: [H, W, C]) -> [H, W, C] {
  peak = x |> reduce_max(-1, keep_axes: true)
  mean = x |> reduce_mean(-1, keep_axes: true)
  x * (concat([peak, mean]) |> conv2d(1, kernel, bias: false) |> norm |> sigmoid)
}

/// Channel attention, then spatial attention (the same paper), with the paper's authors' \`reduction\` of 16.
block CBAM(reduction: int = 16, kernel: int = 7)(x: [H, W, C]) -> [H, W, C] {
  assert C % reduction == 0, "{C} channels do not divide by the reduction {reduction}"
  x |> ChannelAttention(C / reduction) |> SpatialAttention(kernel)
}
`,
  'std/conv.spec': `// Convolutions as networks use them: with a normalisation and an activation.

/// Nothing: for \`act\`, \`norm\` and the like where none is wanted.
block Identity(x: [...S]) -> [...S] {
  x
}

/// One layer after another.
block Sequential(layers: [layer])(x: [...S]) {
  for each in layers {
    x = x |> each
  }
  x
}

/// Convolution without bias, normalisation, activation. The output has \`ceil(size / stride)\` rows and
/// columns. Zeros are added to all sides alike, as PyTorch does; that is not \`"same"\` at stride 2.
block ConvNormAct(
  filters: int,
  kernel: pair = 3,
  stride: pair = 1,
  dilation: pair = 1,
  groups: int = 1,
  norm: layer = batch_norm,
  act: layer = relu,
)(x: [H, W, C]) {
  assert C % groups == 0 and filters % groups == 0,
    "{C} channels to {filters} do not divide into {groups} groups"
  padding = [floor(spread * (size - 1) / 2) for [size, spread] in zip(kernel, dilation)]
  x
    |> conv2d(
      filters,
      kernel,
      stride,
      dilation,
      groups,
      padding,
      bias: false,
      initializer: "he_normal",
    )
    |> norm
    |> act
}

/// The same with a convolution of each channel by itself.
block DepthwiseNormAct(
  kernel: pair = 3,
  stride: pair = 1,
  dilation: pair = 1,
  norm: layer = batch_norm,
  act: layer = relu,
)(x: [H, W, C]) {
  padding = [floor(spread * (size - 1) / 2) for [size, spread] in zip(kernel, dilation)]
  x
    |> depthwise_conv2d(
      kernel,
      stride,
      dilation,
      padding: padding,
      bias: false,
      initializer: "he_normal",
    )
    |> norm
    |> act
}

/// A convolution of each channel by itself, then one across channels (Chollet, "Xception: Deep Learning
/// with Depthwise Separable Convolutions", 2016): Keras's \`SeparableConv2D\`. MobileNet v1 has
/// \`DepthwiseNormAct |> ConvNormAct(filters, 1)\` instead.
block SeparableConv(
  filters: int,
  kernel: pair = 3,
  stride: pair = 1,
  dilation: pair = 1,
  padding: padding = "same",
  bias: bool = true,
)(x: [H, W, C]) {
  x
    |> depthwise_conv2d(kernel, stride, dilation, padding: padding, bias: false)
    |> conv2d(filters, 1, bias: bias)
}

/// Weights each channel by what all of them are on average, through a bottleneck of \`squeezed\` channels
/// (Hu et al., "Squeeze-and-Excitation Networks", 2017). Its layers are 1 × 1 convolutions of a single
/// position, as in torchvision, timm and Keras.
block SqueezeExcite(
  squeezed: int,
  act: layer = relu,
  gate: layer = sigmoid,
)(x: [H, W, C]) -> [H, W, C] {
  assert squeezed >= 1, "squeezed to {squeezed} of {C} channels"
  scale = x
    |> adaptive_avg_pool(1)
    |> conv2d(squeezed, 1)
    |> act
    |> conv2d(C, 1)
    |> gate
  x * scale
}

/// Widens to \`expanded\` channels, filters each of them, and narrows to \`filters\` without an activation
/// (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018). What has the shape
/// of the input is added to it, and left out in a share \`skipped\` of the examples while training.
/// \`excite\` goes before the narrowing: \`SqueezeExcite(…)\` in MobileNet v3 and EfficientNet.
block InvertedResidual(
  filters: int,
  expanded: int,
  kernel: pair = 3,
  stride: int = 1,
  excite: layer = Identity,
  norm: layer = batch_norm,
  act: layer = relu6,
  skipped: float = 0,
)(x: [H, W, C]) {
  wide = if expanded == C { x } else { x |> ConvNormAct(expanded, 1, norm: norm, act: act) }
  narrow = wide
    |> DepthwiseNormAct(kernel, stride, norm: norm, act: act)
    |> excite
    |> ConvNormAct(filters, 1, norm: norm, act: Identity)
  if stride == 1 and filters == C {
    x + (narrow |> dropout(skipped, per: "example"))
  } else {
    narrow
  }
}

/// Looks around each position at several distances at once (Chen et al., "Rethinking Atrous Convolution
/// for Semantic Image Segmentation", 2017): a 1 × 1 convolution, one of 3 × 3 for each of \`rates\`, and
/// the mean of the image, joined and narrowed to \`filters\`.
block ASPP(
  filters: int = 256,
  rates: [int] = [12, 24, 36],
  norm: layer = batch_norm,
  drop_rate: float = 0.5,
)(x: [H, W, C]) -> [H, W, filters] {
  near = x |> ConvNormAct(filters, 1, norm: norm)
  branches = [near]
  for rate in rates {
    branches += x |> ConvNormAct(filters, 3, dilation: rate, norm: norm)
  }
  // The same everywhere, which is what enlarging a single position comes to.
  image = x |> adaptive_avg_pool(1) |> ConvNormAct(filters, 1, norm: norm) |> upsample([H, W])
  branches + [image] |> concat |> ConvNormAct(filters, 1, norm: norm) |> dropout(drop_rate)
}
`,
  'std/norm.spec': `// Normalisations and scales that are sums of other layers.

/// Divides by what the \`size\` channels around each one hold (Krizhevsky et al., "ImageNet Classification
/// with Deep Convolutional Neural Networks", 2012): PyTorch's \`LocalResponseNorm\`, where \`alpha\` counts
/// for the mean of the squares. AlexNet has \`bias\` 2.
block LocalResponseNorm(
  size: int = 5,
  alpha: float = 1e-4,
  beta: float = 0.75,
  bias: float = 1,
)(x: [...S, C]) -> [...S, C] {
  assert size <= 2 * C, "a window of {size} channels, and {C} channels"
  around = [floor(size / 2), floor((size - 1) / 2)]
  mean = square(x)
    |> reshape([-1, C, 1])
    |> avg_pool([1, size], 1, padding: [[0, 0], around], count_padding: true)
    |> reshape(S + [C])
  x / (bias + alpha * mean) ** beta
}

/// A learned factor a channel, near 0 at first, on what is added to a residual sum (Touvron et al.,
/// "Going deeper with Image Transformers", 2021).
block LayerScale(initial: float = 1e-6)(x: [...S, C]) -> [...S, C] {
  scale = weight([C], "constant({initial})")
  x * scale
}

/// Strengthens the channels that are strong in the whole image (Woo et al., "ConvNeXt V2: Co-designing
/// and Scaling ConvNets with Masked Autoencoders", 2023).
block GlobalResponseNorm(epsilon: float = 1e-6)(x: [H, W, C]) -> [H, W, C] {
  strength = square(x) |> reduce_sum([0, 1], keep_axes: true) |> sqrt
  relative = strength / (epsilon + (strength |> reduce_mean(-1, keep_axes: true)))
  scale = weight([C], "zeros")
  offset = weight([C], "zeros")
  x + scale * (x * relative) + offset
}
`,
  'std/numbers.spec': `// Functions for the numbers that architectures are described with.

/// \`value\` to the nearest multiple, or to the one above where that is more than a tenth too small:
/// what MobileNet's \`_make_divisible\` does to channels.
fn round_to(value: float, multiple: int = 8) -> int {
  nearest = max(multiple, multiple * round(value / multiple))
  if nearest < 0.9 * value { nearest + multiple } else { nearest }
}

/// \`count\` numbers from \`start\` to \`end\`, evenly apart, both included.
fn linspace(start: float, end: float, count: int) -> [float] {
  [start + (end - start) * i / max(1, count - 1) for i in range(count)]
}

/// The sums of the first 1, 2, … numbers.
fn cumulative(xs: [float]) -> [float] {
  sums = []
  total = 0
  for x in xs {
    total += x
    sums += [total]
  }
  sums
}

/// The product of numbers, such as how many positions a feature map has.
fn product(xs: [int]) -> int {
  result = 1
  for x in xs {
    result = result * x
  }
  result
}

/// How often stochastic depth (Huang et al., "Deep Networks with Stochastic Depth", 2016) skips each
/// block of each stage: from never at the first to \`most\` at the last, evenly along the network. \`ends\`
/// is false where the rate after the last block would be \`most\`, as in torchvision's EfficientNet.
fn skip_rates(depths: [int], most: float, ends: bool = true) -> [[float]] {
  steps = max(1, sum(depths) - (if ends { 1 } else { 0 }))
  rates = []
  before = 0
  for depth in depths {
    rates += [[most * (before + k) / steps for k in range(depth)]]
    before += depth
  }
  rates
}
`,
  'std/position.spec': `// Where a position is: what attention does not see by itself.

/// A learned token before the sequence, from which the class is read (Devlin et al., "BERT:
/// Pre-training of Deep Bidirectional Transformers for Language Understanding", 2018).
block ClassToken(initializer: string = "zeros")(x: [N, C]) -> [N + 1, C] {
  token = weight([1, C], initializer)
  concat([token, x], axis: 0)
}

/// A learned vector for each position, added.
block PositionEmbedding(initializer: string = "normal(0.02)")(x: [N, C]) -> [N, C] {
  position = weight([N, C], initializer)
  x + position
}

/// How fast each pair of channels turns: wavelengths from 2π to nearly \`base\` · 2π.
fn frequencies(channels: int, base: float) -> [float] {
  [base ** (-2 * k / channels) for k in range(floor(channels / 2))]
}

/// Adds sines and cosines of the position, a pair for each wavelength (Vaswani et al., "Attention Is All
/// You Need", 2017, section 3.5). Nothing is learned.
block SinusoidalPositions(base: float = 10000)(x: [N, C]) -> [N, C] {
  assert C % 2 == 0, "{C} channels are no pairs of sine and cosine"
  position = constant([[[n]] for n in range(N)])
  angle = position * constant([[f] for f in frequencies(C, base)])
  x + (concat([sin(angle), cos(angle)]) |> reshape([N, C]))
}

/// Turns pairs of channels by angles that grow with the position, so that the product of a query and a
/// key depends on their distance (Su et al., "RoFormer: Enhanced Transformer with Rotary Position
/// Embedding", 2021). For \`positions\` of attention. A pair has one channel of each half, as in GPT-NeoX
/// and Llama.
block RotaryPositions(base: float = 10000)(x: [...B, N, C]) -> [...B, N, C] {
  assert C % 2 == 0, "the {C} channels of a head are no pairs"
  angle = constant([[n] for n in range(N)]) * constant(frequencies(C, base))
  first, second = x |> split(2)
  concat([first * cos(angle) - second * sin(angle), second * cos(angle) + first * sin(angle)])
}

/// How far each of N queries is behind each of M keys, where both end together; negative where it is
/// ahead.
block Distances(_scores: [...B, N, M]) -> [N, M] {
  constant([range(M)]) - constant([[n + M - N] for n in range(N)])
}

/// For \`scores\` of attention: no position sees those that come after it.
block CausalMask(scores: [...B, N, M]) -> [...B, N, M] {
  scores - 1e9 * clip(scores |> Distances, 0, 1)
}

/// For \`scores\` of attention: no position sees those further away than \`distance\` (Beltagy et al.,
/// "Longformer: The Long-Document Transformer", 2020).
block LocalMask(distance: int)(scores: [...B, N, M]) -> [...B, N, M] {
  scores - 1e9 * clip(abs(scores |> Distances) - distance, 0, 1)
}

/// For \`scores\` of attention: the further away, the less, by a slope for each head (ALiBi; Press et al.,
/// "Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation", 2021).
block LinearBias(scores: [H, N, M]) -> [H, N, M] {
  slopes = constant([[[2 ** (-8 * (head + 1) / H)]] for head in range(H)])
  scores - slopes * abs(scores |> Distances)
}
`,
  'std/residual.spec': `// Connections around layers.

import { Identity } from "std/conv.spec"

/// The input and what a layer makes of it, added (He et al., "Deep Residual Learning for Image
/// Recognition", 2015). \`scale\` weights what is added, such as \`LayerScale(1e-6)\`; a share \`skipped\` of
/// the examples goes without it while training (Huang et al., "Deep Networks with Stochastic Depth",
/// 2016).
block Residual(unit: layer, scale: layer = Identity, skipped: float = 0)(x: [...S]) -> [...S] {
  x + (x |> unit |> scale |> dropout(skipped, per: "example"))
}

/// Normalises, then applies the layer: \`Residual(PreNorm(MLP(4 * C)))\` is half a transformer.
block PreNorm(unit: layer, norm: layer = layer_norm)(x: [...S]) {
  x |> norm |> unit
}

/// The input, or a projection of it where the shape is to become another: the shortcut of a ResNet.
block Shortcut(filters: int, stride: int = 1, norm: layer = batch_norm)(x: [H, W, C]) {
  if stride == 1 and filters == C {
    x
  } else {
    x |> conv2d(filters, 1, stride, padding: 0, bias: false, initializer: "he_normal") |> norm
  }
}

/// As \`Residual\`, around a layer that makes \`filters\` channels at \`stride\`: the input is projected where
/// that changes its shape.
block ProjectedResidual(
  unit: layer,
  filters: int,
  stride: int = 1,
  norm: layer = batch_norm,
  skipped: float = 0,
)(x: [H, W, C]) {
  residual = x |> unit |> dropout(skipped, per: "example")
  shortcut = x |> Shortcut(filters, stride, norm)
  residual + shortcut
}

/// The input, and what a layer makes of it behind its channels (Huang et al., "Densely Connected
/// Convolutional Networks", 2016).
block DenseConcat(unit: layer)(x: [...S]) {
  new = x |> unit
  concat([x, new])
}
`,
  'std/sequence.spec': `// Sequences of N positions with C channels each: convolutions over them, and gates.

/// A convolution that sees only the position itself and those before it (van den Oord et al., "WaveNet: A
/// Generative Model for Raw Audio", 2016).
block CausalConv(filters: int, kernel: int, dilation: int = 1)(x: [N, C]) -> [N, filters] {
  before = dilation * (kernel - 1)
  x |> conv1d(filters, kernel, dilation: dilation, padding: [before, 0], initializer: "he_normal")
}

/// A convolution of each channel by itself, then one across channels: Keras's \`SeparableConv1D\`.
block SeparableConv1D(
  filters: int,
  kernel: int,
  stride: int = 1,
  dilation: int = 1,
  padding: padding = "same",
  bias: bool = true,
)(x: [N, C]) {
  x
    |> depthwise_conv1d(kernel, stride, dilation, padding: padding, bias: false)
    |> dense(filters, bias)
}

/// Two causal convolutions around a shortcut, projected where the channels change (Bai et al., "An Empirical
/// Evaluation of Generic Convolutional and Recurrent Networks for Sequence Modeling", 2018), without
/// weight normalisation. Blocks with dilations 1, 2, 4, … see exponentially far.
block TemporalBlock(
  filters: int,
  kernel: int = 3,
  dilation: int = 1,
  drop_rate: float = 0,
)(x: [N, C]) -> [N, filters] {
  change = x
    |> CausalConv(filters, kernel, dilation)
    |> relu
    |> dropout(drop_rate, per: "channel")
    |> CausalConv(filters, kernel, dilation)
    |> relu
    |> dropout(drop_rate, per: "channel")
  shortcut = if C == filters { x } else { x |> dense(filters) }
  change + shortcut |> relu
}

/// One half of the channels, gated by the other (Dauphin et al., "Language Modeling with Gated Convolutional
/// Networks", 2016): PyTorch's \`GLU\`.
block GatedLinearUnit(gate: layer = sigmoid)(x: [...S, C]) -> [...S, C / 2] {
  assert C % 2 == 0, "{C} channels do not divide into content and gate"
  content, switch = x |> split(2)
  content * (switch |> gate)
}
`,
  'std/shape.spec': `// Tensors in other shapes: windows, pixels and channels, pyramids.

/// Mixes the channels of \`groups\` (Zhang et al., "ShuffleNet: An Extremely Efficient Convolutional Neural
/// Network for Mobile Devices", 2017): the first of each group, the second of each, and so on.
block ChannelShuffle(groups: int)(x: [H, W, C]) -> [H, W, C] {
  assert C % groups == 0, "{C} channels do not divide into {groups} groups"
  x |> reshape([H, W, groups, C / groups]) |> transpose([0, 1, 3, 2]) |> reshape([H, W, C])
}

/// Moves everything along an axis by \`shift\` positions; what leaves at the end comes in at the start.
block Roll(shift: int, axis: int)(x: [...S]) -> [...S] {
  size = S[axis]
  moved = shift % size
  if moved == 0 {
    x
  } else {
    end = x |> slice(size - moved, size, axis: axis)
    start = x |> slice(0, size - moved, axis: axis)
    concat([end, start], axis: axis)
  }
}

/// Positions beyond both ends of an axis, as \`mode\` has them.
fn around(size: int, before: int, after: int, mode: string) -> [int] {
  positions = range(-before, size + after)
  if mode == "edge" {
    [min(max(i, 0), size - 1) for i in positions]
  } else if mode == "wrap" {
    [i % size for i in positions]
  } else {
    // Back and forth, without the last one twice.
    [size - 1 - abs(size - 1 - i % max(1, 2 * size - 2)) for i in positions]
  }
}

/// Continues an image beyond its edges: \`"reflect"\` mirrors it, without the edge itself, \`"edge"\` repeats
/// the edge (PyTorch's "replicate"), and \`"wrap"\` goes on at the other side (PyTorch's "circular"). Two
/// numbers are those before and after. For zeros, there is \`pad\`.
block PadImage(
  rows: pair,
  columns: pair = rows,
  mode: "reflect" | "edge" | "wrap" = "reflect",
)(x: [H, W, C]) -> [H + sum(rows), W + sum(columns), C] {
  x
    |> gather(around(H, rows[0], rows[1], mode), axis: 0)
    |> gather(around(W, columns[0], columns[1], mode), axis: 1)
}

/// Cuts height and width into windows, row by row; each is a list of positions.
block WindowPartition(
  window: pair,
)(x: [H, W, C]) -> [H / window[0] * W / window[1], window[0] * window[1], C] {
  assert H % window[0] == 0 and W % window[1] == 0,
    "{H} × {W} does not divide into windows of {window[0]} × {window[1]}"
  x
    |> reshape([H / window[0], window[0], W / window[1], window[1], C])
    |> transpose([0, 2, 1, 3, 4])
    |> reshape([H / window[0] * W / window[1], window[0] * window[1], C])
}

/// Puts the windows of \`WindowPartition\` together again, to an image of the height and width \`size\`.
block WindowMerge(window: pair, size: pair)(x: [N, P, C]) -> [size[0], size[1], C] {
  assert P == window[0] * window[1], "{P} positions are no window of {window[0]} × {window[1]}"
  rows = size[0] / window[0]
  columns = size[1] / window[1]
  assert N == rows * columns,
    "{N} windows of {window[0]} × {window[1]} are no image of {size[0]} × {size[1]}"
  x
    |> reshape([rows, columns, window[0], window[1], C])
    |> transpose([0, 2, 1, 3, 4])
    |> reshape([size[0], size[1], C])
}

/// Squares of \`factor\` × \`factor\` pixels become one with all their channels, pixel after pixel:
/// TensorFlow's \`space_to_depth\`.
block SpaceToDepth(factor: int = 2)(x: [H, W, C]) -> [H / factor, W / factor, factor * factor * C] {
  assert H % factor == 0 and W % factor == 0, "{H} × {W} does not divide into squares of {factor}"
  x
    |> reshape([H / factor, factor, W / factor, factor, C])
    |> transpose([0, 2, 1, 3, 4])
    |> reshape([H / factor, W / factor, factor * factor * C])
}

/// The opposite of \`SpaceToDepth\`: TensorFlow's \`depth_to_space\`.
block DepthToSpace(factor: int = 2)(x: [H, W, C]) -> [factor * H, factor * W, C / factor / factor] {
  assert C % (factor * factor) == 0, "{C} channels are not {factor} × {factor} pixels"
  width = C / factor / factor
  x
    |> reshape([H, W, factor, factor, width])
    |> transpose([0, 2, 1, 3, 4])
    |> reshape([factor * H, factor * W, width])
}

/// The same with the pixels of a channel side by side (Shi et al., "Real-Time Single Image and Video
/// Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network", 2016): PyTorch's
/// \`PixelShuffle\`.
block PixelShuffle(factor: int = 2)(x: [H, W, C]) -> [factor * H, factor * W, C / factor / factor] {
  assert C % (factor * factor) == 0, "{C} channels are not {factor} × {factor} pixels"
  width = C / factor / factor
  x
    |> reshape([H, W, width, factor, factor])
    |> transpose([0, 3, 1, 4, 2])
    |> reshape([factor * H, factor * W, width])
}

/// The opposite of \`PixelShuffle\`: PyTorch's \`PixelUnshuffle\`.
block PixelUnshuffle(
  factor: int = 2,
)(x: [H, W, C]) -> [H / factor, W / factor, factor * factor * C] {
  assert H % factor == 0 and W % factor == 0, "{H} × {W} does not divide into squares of {factor}"
  x
    |> reshape([H / factor, factor, W / factor, factor, C])
    |> transpose([0, 2, 4, 1, 3])
    |> reshape([H / factor, W / factor, factor * factor * C])
}

/// The tensor several times, one behind the other along an axis: NumPy's \`tile\`.
block Tile(times: int, axis: int = -1)(x: [...S]) {
  concat([x] * times, axis: axis)
}

/// The positions of an image, one after another: the sequence that attention works on.
block ToSequence(x: [H, W, C]) -> [H * W, C] {
  x |> reshape([H * W, C])
}

/// A sequence as an image of that height and width.
block ToImage(size: pair)(x: [N, C]) -> [size[0], size[1], C] {
  assert N == size[0] * size[1], "{N} positions are no image of {size[0]} × {size[1]}"
  x |> reshape([size[0], size[1], C])
}

/// The mean and the maximum over height and width, one behind the other: fastai's \`AdaptiveConcatPool2d\`
/// and timm's "catavgmax".
block GlobalAvgMaxPool(x: [H, W, C]) -> [2 * C] {
  mean = x |> global_avg_pool
  peak = x |> global_max_pool
  concat([mean, peak])
}

/// The mean of powers over height and width, whose exponent is learned (Radenović et al., "Fine-tuning CNN
/// Image Retrieval with No Human Annotation", 2017): 1 is the mean, and the maximum is at infinity.
block GeneralizedMeanPool(start: float = 3, epsilon: float = 1e-6)(x: [H, W, C]) -> [C] {
  exponent = weight([1], "constant({start})")
  mean = exp(log(maximum(x, epsilon)) * exponent) |> global_avg_pool
  exp(log(mean) / exponent)
}

/// The maximum of as many cells as each of \`bins\` has, along height and along width (He et al., "Spatial
/// Pyramid Pooling in Deep Convolutional Networks for Visual Recognition", 2014): as many numbers for
/// images of every size.
block SpatialPyramidPool(
  bins: [int] = [4, 2, 1],
)(x: [H, W, C]) -> [sum([n * n for n in bins]) * C] {
  concat([x |> adaptive_max_pool(n) |> flatten for n in bins])
}
`,
  'std/window.spec': `// Attention in windows of an image (Liu et al., "Swin Transformer: Hierarchical Vision Transformer using
// Shifted Windows", 2021).

import { SelfAttention } from "std/attention.spec"
import { Sequential } from "std/conv.spec"
import { Roll, WindowMerge, WindowPartition } from "std/shape.spec"

/// How far apart each two of \`size\` positions are, counted from 0: \`size - 1\` is no distance.
fn distances_within(size: int) -> [[int]] {
  [[from - to + size - 1 for to in range(size)] for from in range(size)]
}

/// For \`scores\` of attention in windows: a learned number for each head and each distance of two
/// positions, by rows and by columns.
block RelativePositionBias(
  window: pair,
  initializer: string = "truncated_normal(0.02)",
)(scores: [...B, H, N, N]) -> [...B, H, N, N] {
  height, width = window
  assert N == height * width, "{N} positions are no window of {height} × {width}"
  table = weight([(2 * height - 1) * (2 * width - 1), H], initializer)
  // Rows and columns of both positions, and heads.
  bias = table
    |> reshape([2 * height - 1, 2 * width - 1, H])
    |> gather(distances_within(height), axis: 0)
    |> gather(distances_within(width), axis: 2)
  scores + (bias |> transpose([4, 0, 2, 1, 3]) |> reshape([H, N, N]))
}

/// For each position of an axis that is rolled back by \`shift\`: 1 where it comes from the other end, else 0.
fn rolled_around(size: int, shift: int) -> [int] {
  [if i < size - shift { 0 } else { 1 } for i in range(size)]
}

/// For \`scores\` of attention in the windows of an image that is rolled back by \`shift\`: what was at the
/// end and what was at the start do not see each other.
block ShiftMask(size: pair, window: pair, shift: pair)(scores: [B, H, N, N]) -> [B, H, N, N] {
  rows = constant(rolled_around(size[0], shift[0])) |> reshape([size[0], 1, 1])
  columns = constant(rolled_around(size[1], shift[1])) |> reshape([1, size[1], 1])
  parts = 2 * rows + columns |> WindowPartition(window)
  apart = parts - (parts |> transpose([0, 2, 1])) |> reshape([B, 1, N, N])
  scores - 100 * minimum(abs(apart), 1)
}

/// Self-attention within windows of an image, with biases by distance. Where it follows another,
/// \`shift\` by half a window lets neighbouring windows meet: the image is rolled around, and where it is
/// not larger than a window, it is not shifted.
block WindowAttention(
  heads: int,
  window: pair = 7,
  shift: pair = 0,
  bias: bool = true,
  drop_rate: float = 0,
  initializer: string = "truncated_normal(0.02)",
)(x: [H, W, C]) -> [H, W, C] {
  assert H % window[0] == 0 and W % window[1] == 0,
    "{H} × {W} does not divide into windows of {window[0]} × {window[1]}"
  rows = if H > window[0] { shift[0] } else { 0 }
  columns = if W > window[1] { shift[1] } else { 0 }
  relative = RelativePositionBias(window)
  scores = if rows == 0 and columns == 0 {
    relative
  } else {
    Sequential([relative, ShiftMask([H, W], window, [rows, columns])])
  }
  x
    |> Roll(-rows, 0)
    |> Roll(-columns, 1)
    |> WindowPartition(window)
    |> SelfAttention(heads, scores, bias: bias, drop_rate: drop_rate, initializer: initializer)
    |> WindowMerge(window, [H, W])
    |> Roll(rows, 0)
    |> Roll(columns, 1)
}

/// Halves height and width, and doubles the channels: Swin's step between stages.
block PatchMerging(norm: layer = layer_norm)(x: [H, W, C]) -> [H / 2, W / 2, 2 * C] {
  assert H % 2 == 0 and W % 2 == 0, "{H} × {W} does not halve"
  // Column by column within each square, as the authors' weights have it.
  x
    |> reshape([H / 2, 2, W / 2, 2, C])
    |> transpose([0, 2, 3, 1, 4])
    |> reshape([H / 2, W / 2, 4 * C])
    |> norm
    |> dense(2 * C, bias: false, initializer: "truncated_normal(0.02)")
}
`,
};
