/** `specc init`: a new project that trains at once, on images that specc draws itself. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolder } from '../../data/make-folder.ts';
import { EXIT, WrongUse } from '../failure.ts';
import { packageRoot } from '../package-root.ts';
import { kindOfPath } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';

/** What specc brings along and a project begins with. */
const COPIED = ['specs/ddrnet.spec', 'specs/synthetic.train.yaml', 'schemas/train.schema.json'];

const IGNORED = `node_modules/
# what training makes, and decoded images
runs/
.cache/
`;

export function run([given = '.']: readonly string[], _options: object, terminal: Terminal): number {
  const folder = given.replaceAll('\\', '/');
  const files = new Map(COPIED.map((file) => [file, readFileSync(join(packageRoot(), file), 'utf8')]));
  files.set('.gitignore', IGNORED);
  files.set('README.md', readme(basename(resolve(folder))));

  if (kindOfPath(folder) === 'file')
    throw new WrongUse(`'${folder}' is a file`, 'name a folder to make the project in');
  const taken = [...files.keys()].filter((file) => kindOfPath(join(folder, file)) !== undefined);
  if (taken.length > 0) {
    const where = folder === '.' ? 'this folder' : `'${folder}'`;
    throw new WrongUse(`${where} already has ${taken.join(', ')}`, 'name a new folder: `specc init FOLDER`');
  }
  for (const [file, text] of files) {
    makeFolder(dirname(join(folder, file)));
    writeFileSync(join(folder, file), text, { flag: 'wx' });
    terminal.note(`${terminal.noteColours.green('wrote')} ${join(folder, file)}`);
  }
  const enter = folder === '.' ? '' : `cd ${folder} && `;
  terminal.note(`\nnext: ${enter}specc train specs/synthetic.train.yaml`);
  return EXIT.clean;
}

function readme(name: string): string {
  return `# ${name}

\`specs/ddrnet.spec\` describes a network, \`specs/synthetic.train.yaml\` an experiment with it on drawn images.

\`\`\`sh
specc check                                # what is wrong, before anything runs
specc summary specs/ddrnet.spec            # layers, shapes, parameters, cost
specc train specs/synthetic.train.yaml     # train; the results are in runs/
specc build                                # TypeScript for @tensorflow/tfjs-core in generated/
\`\`\`

To train on your own images, put each class into a folder of its own and name the folder around them in \`data\`:

\`\`\`yaml
data:
  train: ../images
\`\`\`

\`specc doctor\` shows what this machine trains on.
`;
}
