/** Boxes shaded by their share of a cost. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, elaborate } from '../../../src/compiler/compile.ts';
import { MEASURES } from '../../../src/compiler/picture/heat.ts';
import { renderMermaid } from '../../../src/compiler/picture/mermaid.ts';
import { pictureOf } from '../../../src/compiler/picture/picture.ts';
import { renderSvg } from '../../../src/compiler/picture/svg.ts';

// Parameters: 27 · 4 + 4 = 112 of the first, 36 · 8 + 8 = 296 of the second, 8 · 2 + 2 = 18 of dense: 26.3, 69.5 and 4.2 %.
const SPEC = `model Net(x: [8, 8, 3]) -> [2] {
  stem = x |> conv2d(4, 3)
  stem |> relu |> conv2d(8, 3, stride: 2) |> global_avg_pool |> dense(2)
}
`;
const picture = pictureOf(elaborate(compile('net.spec', SPEC, { read: () => undefined }), 'Net').value!);
const shaded = (svg: string): Record<string, string> =>
  Object.fromEntries(
    [...svg.matchAll(/<g class="[a-z ]*(heat-\d)" data-id="([^"]*)"/g)].map(([, level, id]) => [id!, level!]),
  );

test('every operation has the level of its share', () => {
  const svg = renderSvg(picture, { depth: 2, color: 'params' });
  assert.equal(shaded(svg), {
    'op:x': 'heat-0',
    'op:stem': 'heat-5',
    'op:relu': 'heat-0',
    'op:conv2d': 'heat-5',
    'op:global_avg_pool': 'heat-0',
    'op:dense': 'heat-2',
    'output:0': 'heat-0',
  });
  assert.match(svg, '26.3 % of the parameters');
  assert.match(svg, 'Boxes are shaded by the share of the parameters.');
  for (const text of ['&#60; 0.5 %', '0.5–2 %', '10–25 %', '≥ 25 %']) assert.match(svg, `>${text}</text>`);
});

test('each cost has shares of its own, which add up', () => {
  for (const color of MEASURES) {
    const svg = renderSvg(picture, { depth: 2, color });
    const shares = [...svg.matchAll(/([\d.]+) % of the/g)].map(([, share]) => Number(share));
    const sum = shares.reduce((total, share) => total + share, 0);
    assert.ok(Math.abs(sum - 100) < 0.5, `${color}: ${sum}`);
  }
});

test('without a cost nothing is shaded; Mermaid has classes of levels', () => {
  assert.not.match(renderSvg(picture, { depth: 2 }), 'heat');
  assert.not.match(renderMermaid(picture, { depth: 2 }), 'heat');
  const mermaid = renderMermaid(picture, { depth: 2, color: 'macs' });
  assert.match(mermaid, /^title: ".*, shaded by the share of the multiply-accumulates"$/m);
  assert.match(mermaid, /classDef heat5 fill:#dd4f3a/);
  assert.not.match(mermaid, 'classDef linear');
});

test.run();
