/** What holds for every picture: all is drawn once, boxes keep apart, edges lead from box to box, texts fit. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileLoader } from '../../../src/cli/source-files.ts';
import { compile, elaborate } from '../../../src/compiler/compile.ts';
import type { Graph } from '../../../src/compiler/graph.ts';
import { renderBeside } from '../../../src/compiler/picture/beside.ts';
import { depthFor } from '../../../src/compiler/picture/depth.ts';
import { FONTS, LINE_HEIGHT } from '../../../src/compiler/picture/face.ts';
import { type Item, type Picture, pictureOf } from '../../../src/compiler/picture/picture.ts';
import { type Placed, placeView } from '../../../src/compiler/picture/place.ts';
import { renderSvg } from '../../../src/compiler/picture/svg.ts';
import { textWidth } from '../../../src/compiler/picture/text-width.ts';
import { viewOf } from '../../../src/compiler/picture/view.ts';
import { randomNetwork } from '../../support/random-network.ts';

function graphOf(text: string): Graph {
  const { value, diagnostics } = elaborate(compile('net.spec', text, { read: () => undefined }), 'Net');
  if (value === undefined)
    throw new Error(`${diagnostics.map(({ code }) => code).join(', ')}\n${text.slice(0, 2_000)}`);
  return value;
}

const named = (file: string, model: string): Picture =>
  pictureOf(elaborate(compile(file, readFileSync(file, 'utf8'), fileLoader), model).value!);

const ALL = 20;
const NEAR = 0.01;

function* everyItem(items: readonly Item[]): Iterable<Item> {
  for (const item of items) {
    yield item;
    if (item.kind === 'block') yield* everyItem(item.items);
  }
}

function* everyBox(placed: Placed): Iterable<Placed> {
  yield placed;
  for (const each of placed.inside?.boxes ?? []) yield* everyBox(each);
}

function checkPlaces(picture: Picture, depth: number, fold: boolean): void {
  const whole = placeView(viewOf(picture, { depth, fold }));
  const ids = new Map<string, Placed>();
  for (const placed of everyBox(whole)) {
    const { box, face, inside } = placed;
    assert.not(ids.has(box.id), `${box.id} is drawn twice`);
    ids.set(box.id, placed);
    const room = inside === undefined ? placed.height : face.height;
    assert.ok(face.lines.length * LINE_HEIGHT <= room + NEAR, `the lines of ${box.id} are higher than it`);
    for (const { runs } of face.lines) {
      for (const { text, font, x } of runs) {
        const aside = inside === undefined ? 4 : 12;
        assert.ok(
          x + textWidth(text, FONTS[font]) + 2 * aside <= placed.width + NEAR,
          `${text} is wider than ${box.id}`,
        );
      }
    }
    if (inside === undefined) continue;
    for (const child of inside.boxes) {
      const held =
        child.x >= placed.x - NEAR &&
        child.x + child.width <= placed.x + placed.width + NEAR &&
        child.y >= placed.y + face.height - NEAR &&
        child.y + child.height <= placed.y + placed.height + NEAR;
      assert.ok(held, `${child.box.id} is not inside of ${box.id}`);
    }
    for (const [at, a] of inside.boxes.entries()) {
      for (const b of inside.boxes.slice(at + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        assert.ok(apart, `${a.box.id} and ${b.box.id} overlap`);
      }
    }
    const among = new Map(inside.boxes.map((each) => [each.box.id, each]));
    for (const { from, to, points } of inside.wires) {
      const [start, end] = [points[0]!, points.at(-1)!];
      const [source, target] = [among.get(from), among.get(to)];
      const [top, bottom] = [placed.y + face.height, placed.y + placed.height];
      assert.ok(
        Math.abs(start.y - (source === undefined ? top : source.y + source.height)) < NEAR,
        `${from} → ${to} begins in the air`,
      );
      assert.ok(Math.abs(end.y - (target === undefined ? bottom : target.y)) < NEAR, `${from} → ${to} ends in the air`);
      for (const [point, box] of [
        [start, source ?? placed],
        [end, target ?? placed],
      ] as const) {
        assert.ok(point.x >= box.x && point.x <= box.x + box.width, `${from} → ${to} misses ${box.box.id}`);
      }
      for (let at = 1; at < points.length; at++) {
        assert.ok(points[at]!.y >= points[at - 1]!.y - NEAR, `${from} → ${to} runs backwards`);
        if (at % 2 === 0) continue;
        const [a, b] = [points[at - 1]!, points[at]!];
        for (const each of inside.boxes) {
          if (each === source || each === target) continue;
          const crosses =
            a.x > each.x && a.x < each.x + each.width && b.y > each.y + NEAR && a.y < each.y + each.height - NEAR;
          assert.not(crosses, `${from} → ${to} runs through ${each.box.id}`);
        }
      }
    }
  }
  if (depth < ALL || fold) return;
  for (const item of everyItem(picture.root.items)) {
    const id = item.kind === 'block' ? item.path : `op:${item.path}`;
    assert.ok(ids.has(id), `${id} is missing`);
  }
}

test('random networks are drawn right at every depth, folded or not', () => {
  fc.assert(
    fc.property(randomNetwork, fc.constantFrom(1, 2, 3, ALL), fc.boolean(), (text, depth, fold) => {
      checkPlaces(pictureOf(graphOf(text)), depth, fold);
    }),
    { numRuns: 25 },
  );
});

test('published architectures are drawn right', () => {
  const pictures = [
    named('specs/ddrnet.spec', 'DDRNet'),
    named('specs/zoo/unet.spec', 'UNet'),
    named('specs/zoo/googlenet.spec', 'GoogLeNet'),
  ];
  for (const picture of pictures) for (const fold of [true, false]) checkPlaces(picture, ALL, fold);
  for (const depth of [1, 2, 3]) checkPlaces(named('specs/zoo/densenet.spec', 'DenseNet121'), depth, true);
});

test('blocks add up in the picture, and every operation stands in one of them', () => {
  fc.assert(
    fc.property(randomNetwork, (text) => {
      const graph = graphOf(text);
      const { root } = pictureOf(graph);
      const operations = [...everyItem(root.items)].filter(({ kind }) => kind === 'operation');
      assert.equal(operations.map(({ path }) => path).sort(), graph.nodes.map(({ path }) => path).sort());
      assert.is(root.operations, graph.nodes.length);
      for (const item of [root, ...everyItem(root.items)]) {
        if (item.kind !== 'block') continue;
        assert.is(
          item.parameters,
          item.items.reduce((sum, each) => sum + each.parameters, 0),
          item.path,
        );
        assert.is(
          item.macs,
          item.items.reduce((sum, each) => sum + each.macs, 0),
          item.path,
        );
      }
    }),
    { numRuns: 20 },
  );
});

test('the same network gives the same text', () => {
  const draw = (): string => renderSvg(named('specs/resnet.spec', 'ResNet50'), { depth: 3 });
  assert.is(draw(), draw());
});

test('a model of more operations than one can see is drawn in parts, and says so', () => {
  const choice = 'if i % 3 == 0 { relu } else if i % 7 == 0 { tanh } else { sigmoid }';
  const body = `  for i in range(10_000) {\n    layer = ${choice}\n    x = x |> layer\n  }\n  x`;
  const picture = pictureOf(graphOf(`model Net(input: [4]) {\n  x = 1 * input\n${body}\n}\n`));
  assert.ok(picture.root.operations > 10_000);
  const chosen = depthFor(picture, undefined);
  assert.ok(chosen.boxes < 300 && !chosen.complete, JSON.stringify(chosen));
  const wanted = depthFor(picture, 5);
  assert.ok(wanted.limited && wanted.boxes <= 4_000, JSON.stringify(wanted));
  checkPlaces(picture, wanted.depth, true);
});

test('what corresponds stands at the same height side by side', () => {
  const spec = readFileSync('specs/ddrnet.spec', 'utf8');
  const other = spec
    .replace('const ', 'const ')
    .replace('[enhanced, stem]) |> tanh', '[enhanced |> gelu |> batch_norm, stem]) |> tanh');
  assert.is.not(other, spec);
  const pictures = [spec, other].map((text) =>
    pictureOf(elaborate(compile('a.spec', text, { read: () => undefined }), 'DDRNet').value!),
  );
  const marks = new Map([['features/gelu', 'added'] as const]);
  const svg = renderBeside(
    { picture: pictures[0]!, title: 'old <1>', marks: new Map() },
    { picture: pictures[1]!, title: 'new', marks },
    { depth: 2 },
  );
  const heights = (id: string): string[] =>
    [...svg.matchAll(new RegExp(`data-id="${id}"[^]*?<(?:rect|circle)[^>]*? c?y="([\\d.]+)"`, 'g'))].map(([, y]) => y!);
  for (const id of ['stem', 'local', 'features', 'op:features/tanh', 'refined', 'op:dense']) {
    const [left, right, ...more] = heights(id);
    assert.ok(left !== undefined && left === right && more.length === 0, `${id}: ${heights(id).join(' ')}`);
  }
  assert.is(svg.match(/class="[^"]*marked added/g)?.length, 1);
  assert.ok(svg.includes('old &#60;1&#62;'));
});

test.run();
