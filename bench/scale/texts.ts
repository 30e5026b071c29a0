/** Long texts that make small models or none: what each costs to read and to check grows with the text alone. */
import type { ScaleModel } from './models.ts';

/** Of roughly `size` elements, stages or declarations. */
export type Text = (size: number) => ScaleModel;

export const texts = {
  list: (size) => declares(`const NUMBERS = [${numbers(size)}]`),
  'list-in-lines': (size) => declares(`const NUMBERS = [\n  ${numbers(size).replaceAll(' ', '\n  ')},\n]`),
  sum: (size) => declares(`const TOTAL = ${numbers(size).replaceAll(',', ' +')}`),
  pipeline: (size) => inModel(`x\n${'    |> relu\n'.repeat(size)}`),
  statements: (size) => inModel(`${'x = x |> relu\n  '.repeat(size)}x`),
  results: (size) => inModel(`x0 = x\n${counted(size, (at) => `  x${at + 1} = x${at} |> relu\n`)}  x${size}`),
  appends: (size) => inModel(`features = []\n${'  features += x\n'.repeat(size)}  concat(features)`),
  comprehension: (size) => declares(`const NUMBERS = [2 * each + 1 for each in range(${size}) if each % 2 == 0]`),
  loop: (size) =>
    declares(`fn numbers() -> [int] {
  found = []
  for i in range(${size}) {
    found += i
  }
  found
}

const NUMBERS = numbers()`),
  declarations: (size) =>
    declares(counted(size, (at) => `const C${at} = ${at === 0 ? '1' : `C${at - 1} % 7 + ${at}`}\n`)),
  blocks: (size) => declares(counted(size, (at) => `block B${at}(x: [H, W, C]) {\n  x |> conv2d(${at + 1}, 1)\n}\n\n`)),
  comments: (size) => declares(`${counted(size, (at) => `// Comment ${at}.\n`)}const ONE = 1`),
  records: (size) => declares(`const UNITS = [${counted(size, (at) => `{ width: ${at}, deep: true }, `)}]`),
  'nested-lists': (size) =>
    declares(`const NUMBERS = [${counted(size / 30, () => `${'['.repeat(30)}1${']'.repeat(30)}, `)}]`),
  'unknown-names': (size) => inModel(`${counted(size, (at) => `x = x |> conv${at}d(3)\n  `)}x`),
} as const satisfies Readonly<Record<string, Text>>;

export type TextName = keyof typeof texts;

function declares(text: string): ScaleModel {
  return { files: new Map([['main.spec', `${text}\n`]]) };
}

function inModel(body: string): ScaleModel {
  return declares(`model Net(x: [2, 2, 2]) {\n  ${body}\n}`);
}

function counted(size: number, text: (at: number) => string): string {
  return Array.from({ length: size }, (_, at) => text(at)).join('');
}

function numbers(size: number): string {
  return Array.from({ length: size }, (_, at) => String(1_000_000 + at)).join(', ');
}
