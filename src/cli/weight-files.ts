/** The files that the commands about weights read and write. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { hasErrors } from '../dsl/diagnostic.ts';
import type { NamedTensors } from '../engines/engine.ts';
import { readWeights } from '../training/read-weights.ts';
import { decodeSafetensors } from '../training/safetensors.ts';
import { readWeightMap, type WeightMap } from '../training/weights/weight-map.ts';
import { AlreadyReported, WrongUse } from './failure.ts';
import { showDiagnostics } from './show-diagnostics.ts';
import { kindOfPath, readSource } from './source-files.ts';
import type { Terminal } from './terminal.ts';

/** @throws WrongUse if there is no such file, AlreadyReported if it has mistakes */
export function loadWeightMap(path: string, terminal: Terminal): WeightMap {
  const { value, diagnostics } = readWeightMap(readSource(path));
  showDiagnostics(diagnostics, terminal);
  if (value === undefined || hasErrors(diagnostics)) throw new AlreadyReported();
  return value;
}

/**
 * The tensors of a safetensors file that any program wrote, whatever their number format, or those of one of specc's runs
 * or checkpoints.
 *
 * @throws WrongUse if there is nothing there, or a file that cannot be read; TrainingError if it is damaged
 */
export function readForeignTensors(path: string): NamedTensors {
  const kind = kindOfPath(path);
  if (kind === 'folder' || /^(best|last)\.json$/.test(basename(path))) return readWeights(path);
  if (kind !== 'file') {
    throw new WrongUse(`there is no file '${path}'`, 'name a .safetensors file, a run, or its checkpoints/best.json');
  }
  const bytes = readFileSync(path);
  // PyTorch's own files are ZIP archives, or pickles.
  if ((bytes[0] === 0x50 && bytes[1] === 0x4b) || (bytes[0] === 0x80 && bytes[1] === 0x02)) {
    throw new WrongUse(
      `'${path}' is a file of PyTorch's own format, which only PyTorch reads`,
      'write a safetensors file with it: safetensors.torch.save_file(model.state_dict(), "model.safetensors")',
    );
  }
  return decodeSafetensors(bytes, path, 'any').tensors;
}

/** @throws WrongUse if there is none, or it would take the place of a source file */
export function outputFile(out: string | undefined, example = 'weights.safetensors'): string {
  if (!out) throw new WrongUse('the file to write is missing', `name it: -o ${example}`);
  if (/\.(spec|ya?ml|json)$/.test(out)) {
    throw new WrongUse(`'${out}' is no name for what is written`, `name another file, such as -o ${example}`);
  }
  return out;
}
