/** What the benchmarks that compare engines have in common: a process for each, turns, and how their times compare. */
import { EngineProcess } from './engine-process.ts';
import { median } from './measured.ts';
import { say } from './options.ts';
import { findPython, PYTORCH_SCRIPT } from './pytorch-engine.ts';
import { projectFile } from './workload.ts';

const ENGINE_WORKER = projectFile('bench/train/engine-worker.ts');

let python: string | undefined;

/** The process of an engine; undefined, and told, where it needs a PyTorch that is not here. */
export function processOf(name: string, needsPyTorch: boolean, threads: number): EngineProcess | undefined {
  if (!needsPyTorch) return new EngineProcess(name, process.execPath, ['--import', 'tsx', ENGINE_WORKER], {});
  python ??= findPython();
  if (python !== undefined) return new EngineProcess(name, python, [PYTORCH_SCRIPT], { OMP_NUM_THREADS: `${threads}` });
  say(`SKIPPED ${name}: no Python here has torch, torchvision and numpy (Debian: python3-torch python3-torchvision)`);
  return undefined;
}

/** Whoever is first finds the caches as the last one left them: that is somebody else in each round. */
export function inTurns<T>(runners: readonly T[], round: number): readonly T[] {
  return runners.map((_, at) => runners[(at + round) % runners.length]!);
}

/** How many times as fast one is as another, from their times by round: the median, with the least and the most. */
export function speedRatio(own: readonly (readonly number[])[], theirs: readonly (readonly number[])[]): string {
  const ratios = own.map((times, round) => median(theirs[round]!) / median(times));
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
}

/** A table whose first row is its head; the first column is a name, and the others are numbers. */
export function printColumns(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)));
    console.log(cells.join('  '));
  }
}
