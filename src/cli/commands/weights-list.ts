/** `specc weights list FILE[#Model]`: every weight, in the order of the model. */
import { printInitializer } from '../../compiler/ops/initializer.ts';
import { allWeights } from '../../compiler/ops/weights/index.ts';
import { EXIT } from '../failure.ts';
import { loadModel } from '../load-model.ts';
import { table } from '../metrics-table.ts';
import type { Terminal } from '../terminal.ts';

export interface WeightsListOptions {
  readonly format: 'table' | 'json';
  readonly set?: readonly string[];
  readonly variant?: string;
}

export function run([argument]: readonly string[], options: WeightsListOptions, terminal: Terminal): number {
  const graph = loadModel(argument!, options.set ?? [], terminal, options.variant);
  const weights = allWeights(graph);
  if (options.format === 'json') {
    const rows = weights.map(({ path, shape, trainable, initializer }) => {
      return { path, shape, trainable, initializer: printInitializer(initializer) };
    });
    terminal.print(JSON.stringify(rows, null, 2));
    return EXIT.clean;
  }
  const rows = weights.map(({ path, shape, trainable, initializer }) => [
    path,
    `[${shape.join(', ')}]`,
    trainable ? 'yes' : 'no',
    printInitializer(initializer),
  ]);
  terminal.print(table([['weight', 'shape', 'trained', 'starts as'], ...rows], terminal.colours));
  return EXIT.clean;
}
