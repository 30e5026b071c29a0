/** A project whose ablation trains in seconds: a small network, drawn images, four variants. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../training/toy-run.ts';

export const SPEC = `model Small(classes: int = 4, filters: int = 8)(image: [16, 16, 3]) -> [classes] {
  stem = image |> conv2d(filters, 3) |> relu |> max_pool(2)
  body = stem |> conv2d(filters, 3)
  normal = body |> batch_norm
  normal |> dropout(0.2) |> global_avg_pool |> dense(classes) |> softmax
}

/// What each part is worth.
ablation Parts of Small {
  base "all"
  "no norm" { disable normal }
  "narrow" { filters = 4 }
}
`;

export interface TinyProject {
  readonly folder: string;
  readonly config: string;
  /** The ablation's folder. */
  readonly ablation: string;
}

/** Every path in it is absolute, so that commands run anywhere. */
export function makeProject({ epochs = 2, seeds = [1, 2], spec = SPEC } = {}): TinyProject {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'small.spec'), spec);
  const config = join(folder, 'parts.train.yaml');
  writeFileSync(
    config,
    `model: small.spec#Small
data: { synthetic: { per_class: 10, size: 32 }, cache: ${folder}/.cache }
training: { epochs: ${epochs}, batch: 8, learning_rate: 0.003 }
ablation: { variants: Parts, seeds: [${seeds}] }
output: ${folder}/runs
`,
  );
  return { folder, config, ablation: join(folder, 'runs/parts.ablation') };
}

/** The artefacts that must not differ by a byte, by name. */
export function tablesOf({ ablation }: TinyProject): Record<string, string> {
  const names = ['table.md', 'table.csv', 'table.json', 'runs.csv'];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(ablation, name), 'utf8')]));
}

/** Bundles the program for a test that starts it often, and returns its path. */
export function bundleProgram(name: string): string {
  const root = join(import.meta.dirname, '../..');
  const folder = join(root, '.cache', name);
  execFileSync(process.execPath, [join(root, 'scripts/bundle.js'), folder], { cwd: root, stdio: 'inherit' });
  return join(folder, 'specc.js');
}
