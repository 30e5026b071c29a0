/** The picture of a comparison: what is the same looks the same on both sides. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareSides } from '../../../src/cli/diff/compare.ts';
import { comparisonSvg } from '../../../src/cli/diff/svg.ts';
import { WrongUse } from '../../../src/cli/failure.ts';

const test = suite('picture of a comparison');

const UNIT = `block Unit(x: [H, W, C]) -> [H, W, C] {
  x |> conv2d(C, 3) |> batch_norm |> relu
}
`;

function modelOf(body: string): string {
  return `${UNIT}model Net(image: [16, 16, 8]) -> [4] {\n${body}\n  x |> global_avg_pool |> dense(4)\n}\n`;
}

/** The boxes of both sides from top to bottom: `[+] Unit ×3` with what is said of them. */
function boxesOf(old: string, next: string, depth = Number.POSITIVE_INFINITY): [string[], string[]] {
  const side = (text: string) => ({
    ...{ label: 'net.spec', model: undefined, root: 'net.spec', files: ['net.spec'] },
    ...{ loader: { read: (path: string) => (path === 'net.spec' ? text : undefined) }, shown: String },
  });
  const svg = comparisonSvg(compareSides(side(old), side(next), []), depth);
  const [, left = '', right = ''] = svg.split(/<g class="block" data-id=""/);
  return [left, right].map((half) =>
    [...half.matchAll(/<g class="([^"]*)" data-id="([^"]*)"(?: data-open="(\w+)")?/g)].map(([, classes, id, open]) => {
      const mark = /marked (\w+)/.exec(classes!)?.[1];
      return `${id}${open === 'true' ? ' open' : open === 'false' ? ' closed' : ''}${mark === undefined ? '' : ` ${mark}`}`;
    }),
  ) as [string[], string[]];
}

test('a block around layers is no level: what is in it is open as it was without', () => {
  const plain = modelOf('  a = image |> Unit\n  b = a |> Unit\n  x = b + a');
  const wrapped = plain
    .replace('model Net', 'block Body(image: [H, W, C]) {\n  a = image |> Unit\n  b = a |> Unit\n  b + a\n}\nmodel Net')
    .replace('  a = image |> Unit\n  b = a |> Unit\n  x = b + a\n  x |>', '  image |> Body |>');
  for (const [depth, state] of [
    [1, 'closed'],
    [2, 'open'],
    [Number.POSITIVE_INFINITY, 'open'],
  ] as const) {
    const [old, now] = boxesOf(plain, wrapped, depth);
    assert.ok(old.includes(`a ${state}`), `${depth}: ${old.join('; ')}`);
    assert.ok(now.includes(`Body/a ${state}`), `${depth}: ${now.join('; ')}`);
    assert.ok(now.includes('Body open moved'), `${depth}: ${now.join('; ')}`);
  }
});

test('what repeats is folded up to the same place on both sides', () => {
  const old = modelOf('  x = image\n  for i in range(6) {\n    x = x |> Unit\n  }');
  const next = old.replace('x |> Unit\n', 'x |> Unit\n    if i == 2 { x = x |> dropout(0.1) }\n');
  const units = (boxes: readonly string[]) => boxes.filter((each) => /^Unit(\[\d+\])? /.test(each));
  const [before, after] = boxesOf(old, next);
  assert.equal(units(before), ['Unit[0] open', 'Unit[3] open']);
  assert.equal(units(after), units(before));
  assert.ok(after.includes('op:dropout[0] added') || after.includes('op:dropout added'), after.join('; '));
});

test('blocks are opened for what changed in them, and no others beyond what fits on a page', () => {
  const deep = (name: string, inner: string): string =>
    `block ${name}(x: [H, W, C]) {\n  x |> ${inner} |> ${inner}\n}\n`;
  const blocks = `${deep('B', 'Unit')}${deep('A', 'B')}`;
  const uses = Array.from({ length: 12 }, (_, at) => `  x${at + 1} = x${at} |> conv2d(8, ${1 + (at % 5)}) |> A`);
  const old = `${blocks}${modelOf(`  x0 = image\n${uses.join('\n')}\n  x = x12`)}`;
  const next = old.replace('x3 = x2 |> conv2d(8, 3) |> A', 'x3 = x2 |> conv2d(8, 3) |> B |> B');
  const [before, after] = boxesOf(old, next);
  for (const side of [before, after]) assert.ok(side.length < 250, String(side.length));
  const closed = before.filter((each) => each.endsWith(' closed'));
  assert.ok(closed.length >= 9, before.join('; '));
  for (const each of closed)
    assert.ok(after.includes(each.replace('x3/A/', 'x3/')), `${each} is open on the other side`);
});

test('several models are wrong use', () => {
  const two = modelOf('  x = image |> Unit') + modelOf('  x = image').replace(UNIT, '').replace('Net', 'Other');
  assert.throws(
    () => boxesOf(two, two.replaceAll('dense(4)', 'dropout(0.5) |> dense(4)')),
    (error: unknown) => error instanceof WrongUse && /name it on both sides/.test(error.help ?? ''),
  );
});

test.run();
