/** `specc synth DIR`: draws a labelled set of images to try training with. */
import { drawSyntheticSet } from '../../data/synthetic.ts';
import { EXIT, WrongUse } from '../failure.ts';
import { ProgressBar } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

export interface SynthOptions {
  readonly perClass: string;
  readonly size: string;
  readonly seed: string;
}

export async function run([directory]: readonly string[], options: SynthOptions, terminal: Terminal): Promise<number> {
  const perClass = wholeNumber(options.perClass, '--per-class', 1);
  const size = wholeNumber(options.size, '--size', 16);
  const seed = wholeNumber(options.seed, '--seed', 0);
  const bar = new ProgressBar(terminal);
  try {
    const drawn = await drawSyntheticSet({
      directory: directory!,
      perClass,
      size,
      seed,
      onProgress: (done, total) => bar.update('drawing', done, total, `${done}/${total}`),
    });
    bar.clear();
    const what = `${perClass} images of each class, ${size}×${size}, split by the column source of sources.csv`;
    terminal.note(drawn ? `drew ${directory}: ${what}` : `${directory} holds this very set already: ${what}`);
    return EXIT.clean;
  } finally {
    bar.clear();
  }
}

function wholeNumber(text: string, option: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new WrongUse(`${option} takes a whole number of at least ${least}, not '${text}'`);
}
