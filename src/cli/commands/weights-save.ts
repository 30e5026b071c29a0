/** `specc weights save FILE[#Model] -o OUT`: the weights that training starts from, or those of a run. */
import { initialWeights } from '../../engines/initialize.ts';
import { writeDurably } from '../../training/durable-file.ts';
import { fitWeights, readWeights } from '../../training/read-weights.ts';
import { encodeSafetensors } from '../../training/safetensors.ts';
import { TrainingError } from '../../training/training-error.ts';
import { intoForeign } from '../../training/weights/convert-weights.ts';
import { EXIT, WrongUse } from '../failure.ts';
import { loadModel } from '../load-model.ts';
import type { Terminal } from '../terminal.ts';
import { loadWeightMap, outputFile } from '../weight-files.ts';

export interface WeightsSaveOptions {
  readonly out?: string;
  readonly from?: string;
  readonly seed?: string;
  readonly map?: string;
  readonly set?: readonly string[];
  readonly variant?: string;
}

/** Unnamed weights that are told by their paths. */
const TOLD = 5;

export function run([argument]: readonly string[], options: WeightsSaveOptions, terminal: Terminal): number {
  const out = outputFile(options.out);
  if (options.from !== undefined && options.seed !== undefined) {
    throw new WrongUse('--from and --seed exclude each other', 'weights are those of a run, or seeded ones');
  }
  const graph = loadModel(argument!, options.set ?? [], terminal, options.variant);
  const { from, seed = '1' } = options;
  const weights =
    from === undefined ? initialWeights(graph, wholeSeed(seed)) : fitWeights(graph, readWeights(from), from);
  if (options.map === undefined) {
    writeDurably(out, encodeSafetensors(weights, { producer: 'specc', model: graph.name }));
  } else {
    const { tensors, unnamed } = intoForeign(graph, weights, loadWeightMap(options.map, terminal));
    if (unnamed.length > 0) {
      const told = unnamed.slice(0, TOLD).join(', ');
      throw new TrainingError(
        `no rule of '${options.map}' names ${unnamed.length} of the ${weights.size} weights: ${told}${unnamed.length > TOLD ? ', …' : ''}`,
        'on the way back, every blank on the left of a rule has to stand on its right as well; nothing was written',
      );
    }
    writeDurably(out, encodeSafetensors(tensors, { producer: 'specc', model: graph.name }));
  }
  const what = from === undefined ? `seeded with ${seed}` : `of '${from}'`;
  terminal.note(`${weights.size} weights of ${graph.name}, ${what}, are in ${out}`);
  return EXIT.clean;
}

function wholeSeed(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed) && seed >= 0 && text.trim() !== '') return seed;
  throw new WrongUse(`--seed takes a whole number, not '${text}'`);
}
