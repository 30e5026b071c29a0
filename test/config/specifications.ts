/** The specifications that the configurations of these tests name, as a loader reads them. */
import type { ConfigLoader } from '../../src/config/link.ts';

const files: Record<string, string> = {
  'net.spec': `/// A plain classifier.
model Net(
  classes: int = 4,
  size: int = 16,
  rate: float = 0.1,
  deep: bool = true,
  border: "same" | "valid" = "same",
  widths: [int] = [8, 16],
)(image: [size, size, 3]) -> [classes] {
  x = image
  for width in widths {
    x = x |> conv2d(width, 3, padding: border) |> relu
  }
  x = if deep { x |> conv2d(8, 3) } else { x }
  x |> dropout(rate) |> global_avg_pool |> dense(classes) |> softmax
}

block Unit(x: [H, W, C]) -> [H, W, C] {
  x |> relu
}
`,
  'pair.spec': `model First(image: [8, 8, 3]) {
  image |> global_avg_pool |> dense(4)
}

model Second(image: [8, 8, 3]) {
  image |> global_max_pool |> dense(4)
}
`,
  'deep.spec': `model Deep(image: [8, 8, 3]) -> (classes: [4], early: [4]) {
  features = image |> conv2d(8, 3) |> relu
  early = features |> global_avg_pool |> dense(4) |> softmax
  (features |> conv2d(8, 3) |> global_avg_pool |> dense(4) |> softmax, early)
}
`,
  'blocks.spec': `block Unit(x: [H, W, C]) -> [H, W, C] {
  x |> relu
}
`,
  'units.spec': `block Unit(x: [H, W, C]) -> [H, W, C] {
  x + (x |> conv2d(C, 3) |> relu)
}

model Stack(image: [8, 8, 3]) -> [4] {
  stem = image |> conv2d(8, 3) |> relu
  stem |> Unit |> Unit |> global_avg_pool |> dense(4) |> softmax
}
`,
  'parts.spec': `/// A classifier of parts that may be left out.
model Parted(filters: int = 8)(image: [8, 8, 3]) -> [4] {
  stem = image |> conv2d(filters, 3) |> relu
  body = stem |> conv2d(filters, 3)
  body |> global_avg_pool |> dense(4) |> softmax
}

/// What the body is worth.
ablation Parts of Parted {
  base "all"
  "shallow" { disable body }
  "Narrow + shallow" {
    filters = 4
    disable body
  }
}
`,
  'open.spec': `model Open(filters: int)(image: [8, 8, 3]) {
  image |> conv2d(filters, 3) |> global_avg_pool |> dense(4)
}
`,
  'broken.spec': `model Broken(image: [8, 8, 3]) {
  image |> conv3d(8, 3) |> global_avg_pool |> dense(4)
}
`,
  'shapes.spec': `model Series(series: [100, 8]) {
  series |> flatten |> dense(4)
}

model Satellite(image: [8, 8, 5]) {
  image |> global_avg_pool |> dense(4)
}

model Two(left: [8, 8, 3], right: [8, 8, 3]) {
  left + right |> global_avg_pool |> dense(4)
}

model Map(image: [8, 8, 3]) {
  image |> conv2d(4, 1)
}
`,
};

export const loader: ConfigLoader = {
  read: (path) => files[path],
  list: (folder) => (folder === '' ? Object.keys(files) : []),
};
