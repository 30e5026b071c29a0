/** The files of `std/`, text by the path of an import; rewritten by the test of this file. */
export const standardLibrary: Readonly<Record<string, string>> = {
  'std/conv.spec': `// Convolutions as networks use them: with a normalisation and an activation.

/// Nothing: for \`act\` or \`norm\` where none is wanted.
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

/// Convolution without bias, normalisation, activation. The padding keeps \`ceil(size / stride)\`, the
/// same on all sides.
block ConvNormAct(
  filters: int,
  kernel: pair = 3,
  stride: pair = 1,
  dilation: pair = 1,
  groups: int = 1,
  norm: layer = batch_norm,
  act: layer = relu,
)(x: [H, W, C]) {
  padding = [floor(dilation[i] * (size - 1) / 2) for i, size in kernel]
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

/// Weights each channel by what all of them are on average (Hu et al., "Squeeze-and-Excitation
/// Networks", 2017).
block SqueezeExcite(
  squeezed: int,
  act: layer = relu,
  gate: layer = sigmoid,
)(x: [H, W, C]) -> [H, W, C] {
  scale = x
    |> global_avg_pool
    |> dense(squeezed)
    |> act
    |> dense(C)
    |> gate
  x * scale
}
`,
  'std/residual.spec': `// Connections around layers.

/// The input and what a layer makes of it, added.
block Residual(unit: layer)(x: [...S]) -> [...S] {
  x + (x |> unit)
}
`,
};
