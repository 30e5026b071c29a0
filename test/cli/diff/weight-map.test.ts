/** From the old checkpoint into the renamed model: what `--weight-map` writes, `specc weights load` takes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as diff from '../../../src/cli/commands/diff.ts';
import * as weightsLoad from '../../../src/cli/commands/weights-load.ts';
import * as weightsSave from '../../../src/cli/commands/weights-save.ts';
import { openTerminal } from '../../../src/cli/terminal.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../src/training/safetensors.ts';

const test = suite<{ folder: string }>('weight map, there and back');

const OLD = `block Unit(width: int)(x: [H, W, C]) -> [H, W, width] {
  x |> conv2d(width, 3) |> batch_norm |> relu
}

model Net(image: [8, 8, 3]) -> [4] {
  image |> Unit(4) |> Unit(6) |> Unit(8) |> global_avg_pool |> dense(4)
}
`;
/** The block has another name, there is one more in front, and the classes are five. */
const NEW = OLD.replace('image |> Unit(4)', 'image |> Unit(3) |> Unit(4)')
  .replaceAll('Unit', 'Stage')
  .replace('-> [4]', '-> [5]')
  .replace('dense(4)', 'dense(5)');

test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'specc-weight-map-'));
});
test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

test('the numbers arrive at the new paths, and no others', ({ folder }) => {
  const file = (name: string): string => join(folder, name);
  const tensorsOf = (name: string) => decodeSafetensors(readFileSync(file(name)), name).tensors;
  const terminal = { ...openTerminal({ quiet: true, color: false }), print: () => undefined };
  writeFileSync(file('old.spec'), OLD);
  writeFileSync(file('new.spec'), NEW);
  weightsSave.run([file('old.spec')], { out: file('old.safetensors') }, terminal);
  // No two numbers of the checkpoint are the same.
  let count = 0;
  const old = new Map(
    [...tensorsOf('old.safetensors')].map(([path, { shape, data }]) => [
      path,
      { shape, data: Float32Array.from(data, () => count++) },
    ]),
  );
  writeFileSync(file('old.safetensors'), encodeSafetensors(old));

  const sides = [file('old.spec'), file('new.spec')];
  assert.is(diff.run(sides, { format: 'text', weightMap: file('map.yaml') }, terminal), 0);
  const options = { map: file('map.yaml'), partial: true, out: file('new.safetensors') };
  assert.is(weightsLoad.run([file('new.spec'), file('old.safetensors')], options, terminal), 0);

  const expected = [...old].flatMap(([path, { data }]) => {
    const [, at = 0, weight] = /^Unit(?:\[(\d)\])?\/(.*)$/.exec(path) ?? [];
    return weight === undefined ? [] : [[`Stage[${Number(at) + 1}]/${weight}`, [...data]] as const];
  });
  const arrived = [...tensorsOf('new.safetensors')].map(([path, { data }]) => [path, [...data]] as const);
  assert.is(expected.length, 3 * 6, 'two weights of each convolution, four of each normalisation');
  assert.equal(arrived.sort(byPath), expected.sort(byPath));
});

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

test.run();
