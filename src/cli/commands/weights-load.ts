/**
 * `specc weights load FILE[#Model] TENSORS -o OUT`: a checkpoint of another program, or of a model that has changed since, in
 * the paths and layouts of this model.
 * Nothing is written while anything does not fit, unless `--partial` says to take what does.
 */
import { writeDurably } from '../../training/durable-file.ts';
import { encodeSafetensors } from '../../training/safetensors.ts';
import { misfits } from '../../training/weights/conversion-text.ts';
import { type Conversion, fromForeign } from '../../training/weights/convert-weights.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { loadModel } from '../load-model.ts';
import type { Terminal } from '../terminal.ts';
import { loadWeightMap, outputFile, readForeignTensors } from '../weight-files.ts';

export interface WeightsLoadOptions {
  readonly out?: string;
  readonly map?: string;
  readonly partial?: boolean;
  readonly set?: readonly string[];
  readonly variant?: string;
}

export function run([argument, file]: readonly string[], options: WeightsLoadOptions, terminal: Terminal): number {
  const out = outputFile(options.out);
  const graph = loadModel(argument!, options.set ?? [], terminal, options.variant);
  const map = options.map === undefined ? undefined : loadWeightMap(options.map, terminal);
  const conversion = fromForeign(graph, readForeignTensors(file!), map);
  const lines = misfits(conversion);
  const total = conversion.places.all.length;
  if (lines.length > 0 && (!options.partial || conversion.weights.size === 0)) {
    throw new CommandFailure(
      `'${file}' does not fit ${graph.name}: ${conversion.weights.size} of its ${total} weights are found\n${indented(lines)}`,
      helpFor(conversion, options, total),
    );
  }
  writeDurably(out, encodeSafetensors(conversion.weights, { producer: 'specc', model: graph.name }));
  if (lines.length > 0) terminal.note(`left out, as --partial allows:\n${indented(lines)}`);
  const ignored = conversion.ignored.length === 0 ? '' : `; ${conversion.ignored.length} tensors are ignored`;
  terminal.note(`${conversion.weights.size} of ${total} weights of ${graph.name} are in ${out}${ignored}`);
  return EXIT.clean;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

function helpFor({ weights, left }: Conversion, { map }: WeightsLoadOptions, total: number): string {
  if (map === undefined && left.some(({ name }) => /\.(weight|bias)$/.test(name))) {
    return 'names like these are PyTorch’s: --map FILE says where each belongs (docs/weights.md; specs/zoo/torchvision/ has maps)';
  }
  const partial = weights.size === 0 ? '' : `; --partial writes the ${weights.size} of ${total} that fit`;
  return `${map === undefined ? 'a map (--map FILE) gives names their paths' : `add or mend rules in '${map}', or \`ignore\` what is not needed`}${partial}`;
}
