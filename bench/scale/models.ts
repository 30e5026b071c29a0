/** Specifications of a wanted number of operations, each growing in another way, and the same for every run. */

/** A project as its files by path; the first one is what is compiled. */
export interface ScaleModel {
  readonly files: ReadonlyMap<string, string>;
}

export type Form = (nodes: number) => ScaleModel;

export const forms = { chain, written, flat, dense, files } as const satisfies Readonly<Record<string, Form>>;

export type FormName = keyof typeof forms;

const SIZE = 8;
const CHANNELS = 8;
const HEAD = 'x |> global_avg_pool |> dense(4) |> softmax';

function single(text: string): ScaleModel {
  return { files: new Map([['main.spec', text]]) };
}

/** A short text and a long model: one residual block, used in a `for`. */
function chain(nodes: number): ScaleModel {
  return single(`block Residual(x: [H, W, C]) -> [H, W, C] {
  change = x |> conv2d(C, 3) |> batch_norm |> relu |> conv2d(C, 3) |> batch_norm
  x + change |> relu
}

model Chain(image: [${SIZE}, ${SIZE}, ${CHANNELS}]) -> [4] {
  x = image
  for _i in range(${Math.round(nodes / 7)}) {
    x = x |> Residual
  }
  ${HEAD}
}
`);
}

/** A long text: each block is written out and used once, no two with the same settings. */
function written(nodes: number): ScaleModel {
  const count = Math.round(nodes / 7);
  const blocks = Array.from(
    { length: count },
    (_, at) => `/// Residual unit ${at}.
block Unit${at}(width: int = ${8 + (at % 8)})(x: [H, W, C]) -> [H, W, C] {
  first = x |> conv2d(width, 3, dilation: ${1 + (at % 3)}) |> batch_norm |> relu
  second = first |> conv2d(C, ${at % 2 === 0 ? 1 : 3}) |> batch_norm
  x + second |> relu
}
`,
  );
  const uses = blocks.map((_, at) => `  x${at + 1} = x${at} |> Unit${at}`);
  return single(`${blocks.join('\n')}
model Written(x0: [${SIZE}, ${SIZE}, ${CHANNELS}]) -> [4] {
${uses.join('\n')}
  x = x${count}
  ${HEAD}
}
`);
}

/** One long body without any block, with a named branch at every tenth line. */
function flat(nodes: number): ScaleModel {
  const lines = Array.from({ length: Math.round(nodes / 2) }, (_, at) => {
    if (at % 10 === 9) return `  skip${at} = x |> conv2d(C${at % 3}, 1)\n  x = x + skip${at}`;
    return `  x = x |> conv2d(${CHANNELS}, ${at % 4 === 0 ? 3 : 1}) |> relu`;
  });
  return single(`const C0 = ${CHANNELS}
const C1 = ${CHANNELS}
const C2 = ${CHANNELS}

model Flat(image: [${SIZE}, ${SIZE}, ${CHANNELS}]) -> [4] {
  x = image
${lines.join('\n')}
  ${HEAD}
}
`);
}

/** DenseNet: 24 layers a block, each reading all before it in the block, and a transition after each block. */
function dense(nodes: number): ScaleModel {
  return single(`block Layer(growth: int)(x: [H, W, C]) -> [H, W, growth] {
  x |> batch_norm |> relu |> conv2d(growth, 3)
}

block Dense(layers: int, growth: int = 4)(x: [H, W, C]) {
  features = [x]
  for _i in range(layers) {
    features += features |> concat |> Layer(growth)
  }
  features |> concat
}

model DenseNet(image: [${SIZE}, ${SIZE}, ${CHANNELS}]) -> [4] {
  x = image
  for _i in range(${Math.round(nodes / 98)}) {
    x = x |> Dense(24) |> conv2d(${CHANNELS}, 1)
  }
  ${HEAD}
}
`);
}

/** Many small declarations in many files, which import each other. */
function files(nodes: number): ScaleModel {
  const count = Math.round(nodes / 42);
  const found = new Map<string, string>();
  const names = Array.from({ length: count }, (_, at) => `Stage${at}`);
  found.set(
    'main.spec',
    `${names.map((name, at) => `import { ${name} } from "./stages/stage${at}.spec"`).join('\n')}

model Files(image: [${SIZE}, ${SIZE}, ${CHANNELS}]) -> [4] {
  x = image
${names.map((name) => `  x = x |> ${name}`).join('\n')}
  ${HEAD}
}
`,
  );
  for (const at of names.keys()) found.set(`stages/stage${at}.spec`, stageFile(at));
  found.set(
    'stages/common.spec',
    `const WIDTH = 8

fn half(width: int) -> int = max(1, floor(width / 2))

block Norm(x: [H, W, C]) -> [H, W, C] {
  x |> batch_norm |> relu
}
`,
  );
  return { files: found };
}

function stageFile(at: number): string {
  const units = Array.from({ length: 6 }, (_, unit) => `S${at}U${unit}`);
  const declared = units.map(
    (name, unit) => `const ${name}_WIDTH = half(WIDTH) + ${unit}

fn ${name}_kernel(size: int) -> int = if size > 4 { 3 } else { 1 }

block ${name}(x: [H, W, C]) -> [H, W, C] {
  y = x |> conv2d(${name}_WIDTH, ${name}_kernel(H)) |> Norm |> conv2d(C, 1) |> Norm
  x + y
}
`,
  );
  const previous = at === 0 ? '' : `import { S${at - 1}U0 } from "./stage${at - 1}.spec"\n`;
  const first = at === 0 ? units[0]! : `S${at - 1}U0`;
  return `import { WIDTH, Norm, half } from "./common.spec"
${previous}
${declared.join('\n')}
block Stage${at}(x: [H, W, C]) -> [H, W, C] {
  x |> ${[first, ...units.slice(1)].join(' |> ')}
}
`;
}
