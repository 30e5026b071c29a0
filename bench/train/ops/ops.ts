/**
 * `npm run bench:ops`: every operation of the models alone, specc's programs on onnxruntime against PyTorch's autograd,
 * sorted by the time that a step of training loses to it. See bench/README.md.
 */
import { physicalAxis, physicalShape } from '../../../src/compiler/lower/layout.ts';
import { parseOptions } from '../../parse-options.ts';
import { EngineProcess } from '../engine-process.ts';
import { median } from '../measured.ts';
import { optionReader, say, workloadOptions } from '../options.ts';
import { findPython, PYTORCH_SCRIPT } from '../pytorch-engine.ts';
import { graphOf, MODELS, type ModelName, projectFile } from '../workload.ts';
import { casesOf, type OpCase, type Part } from './cases.ts';
import type { Milliseconds } from './onnx-worker.ts';

/** An element of what `--format json` prints; times are of one call, in milliseconds. */
interface Row {
  readonly model: ModelName;
  readonly op: string;
  readonly part: Part;
  readonly count: number;
  readonly native: number;
  readonly pytorch: number | null;
  /** Of all such operations in a step: what they take longer than in PyTorch. */
  readonly lost: number | null;
}

const USAGE =
  'usage: npm run bench:ops -- [--models ddrnet,resnet18] [--batch 16] [--size 64] [--threads N] [--rounds 3] ' +
  '[--budget 100] [--only NAME] [--format table|json]';

const { values: options } = parseOptions(
  {
    options: {
      ...workloadOptions,
      rounds: { type: 'string', default: '3' },
      /** Milliseconds for one part of an operation in one round. */
      budget: { type: 'string', default: '100' },
      only: { type: 'string', default: '' },
    },
  },
  USAGE,
);

process.on('SIGINT', () => process.exit(130));

const { choices, natural } = optionReader(options, USAGE);
const models = choices('models', Object.keys(MODELS) as ModelName[]);
const format = choices('format', ['table', 'json'] as const)[0]!;
const [batch, size, threads] = [natural('batch'), natural('size'), natural('threads')];
const [rounds, budget] = [natural('rounds'), natural('budget')];

const python = findPython();
if (python === undefined) {
  say('SKIPPED pytorch: no Python here has torch, torchvision and numpy (Debian: python3-torch python3-torchvision)');
}
const worker = projectFile('bench/train/ops/onnx-worker.ts');
const native = new EngineProcess('native', process.execPath, ['--import', 'tsx', worker], {});
const pytorch = python && new EngineProcess('pytorch', python, [PYTORCH_SCRIPT], { OMP_NUM_THREADS: `${threads}` });

const rows: Row[] = [];
for (const model of models) {
  const cases = casesOf(graphOf({ model, size })).filter(({ label }) => label.includes(options.only));
  for (const opCase of cases) rows.push(...(await measure(model, opCase)));
}
native.close();
if (pytorch) pytorch.close();
rows.sort((a, b) => (b.lost ?? b.native) - (a.lost ?? a.native));
if (format === 'json') console.log(JSON.stringify(rows, null, 2));
else printRows();

async function measure(model: ModelName, opCase: OpCase): Promise<Row[]> {
  const { op, label, parts, count } = opCase;
  const ours: Milliseconds[] = [];
  const theirs: Milliseconds[] = [];
  for (let round = 0; round < rounds; round++) {
    const own = await native.request<{ milliseconds: Milliseconds }>({ opCase, batch, threads, budget });
    ours.push(own.milliseconds);
    if (!pytorch) continue;
    const request = { kind: 'op', op, parts, threads, budget, ...inPyTorch(opCase) };
    const other = await pytorch.request<{ milliseconds: Milliseconds; shape: readonly number[] }>(request);
    const [shape] = inPyTorch({ ...opCase, inputs: opCase.outputs }).inputs;
    if (other.shape.join() !== shape!.join())
      throw new Error(`${label}: PyTorch makes [${other.shape}], not [${shape}]`);
    theirs.push(other.milliseconds);
  }
  return parts.map((part) => {
    const of = (all: readonly Milliseconds[]): number => median(all.map((each) => each[part]!));
    const other = pytorch ? of(theirs) : null;
    return {
      model,
      op: label,
      part,
      count,
      native: of(ours),
      pytorch: other,
      lost: other === null ? null : count * (of(ours) - other),
    };
  });
}

/** Shapes and axes with the batch in front, and the channels after it in images and in what is combined with images. */
function inPyTorch({ attributes, inputs }: OpCase): { inputs: readonly (readonly number[])[]; attributes: object } {
  const images = inputs.some((shape) => shape.length === 3);
  const rank = images ? 3 : inputs[0]!.length;
  const layout = images ? 'channels-first' : 'channels-last';
  const padded = inputs.map((shape) => [...Array.from({ length: rank - shape.length }, () => 1), ...shape]);
  return {
    inputs: padded.map((shape) => physicalShape(layout, batch, shape)),
    attributes:
      'axis' in attributes ? { ...attributes, axis: physicalAxis(layout, rank, attributes.axis) } : attributes,
  };
}

function printRows(): void {
  const heads = ['lost ms', 'uses', 'native ms', 'PyTorch ms', 'native : PyTorch', 'part', 'operation'];
  const cells = rows.map(({ model, op, part, count, native, pytorch, lost }) => [
    lost?.toFixed(2) ?? '—',
    `${count}`,
    native.toFixed(3),
    pytorch?.toFixed(3) ?? '—',
    pytorch === null ? '—' : (native / pytorch).toFixed(2),
    part,
    `${model} ${op}`,
  ]);
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]!.length)));
  for (const row of [heads, ...cells]) {
    console.log(row.map((cell, at) => (at < 5 ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!))).join('  '));
  }
  for (const model of new Set(rows.map((row) => row.model))) {
    const total = (of: (row: Row) => number): string =>
      rows.reduce((sum, row) => sum + (row.model === model ? row.count * of(row) : 0), 0).toFixed(0);
    const other = pytorch ? `, PyTorch ${total((row) => row.pytorch!)} ms` : '';
    console.log(`${model}: all of these take ${total((row) => row.native)} ms in a step${other}`);
  }
}
