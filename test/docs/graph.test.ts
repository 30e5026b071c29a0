/** docs/ddrnet.svg is the picture of DDRNet as it is now, and docs/graph.md tells the limits that there are. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ddrnetPicture } from '../../scripts/ddrnet-picture.ts';
import { commands } from '../../src/cli/commands.ts';
import { MOST_BOXES } from '../../src/compiler/picture/depth.ts';
import { grouped } from '../../src/shared/grouped.ts';

const PAGE = readFileSync('docs/graph.md', 'utf8');

test('the picture of DDRNet is current', () => {
  const written = readFileSync('docs/ddrnet.svg', 'utf8');
  assert.ok(written === ddrnetPicture(), 'docs/ddrnet.svg is stale: run `npx tsx scripts/ddrnet-picture.ts`');
});

test('the picture shows what the figures of the paper show', () => {
  const texts = [...ddrnetPicture().matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
  const wanted = {
    'figure 1': ['stem: Stem', 'local: DRDB', 'features: GLFEB', 'refined: CSAB', 'batch_norm', 'dropout', 'softmax'],
    'figure 2': ['×3', 'dilation 1', 'dilation 1, 2, 4', '×3  112×112×32', '112×112×192'],
    'figure 3': ['filters 64', 'filters 128', 'enhanced: conv2d', 'stem', 'tanh'],
    'figure 4': ['global_avg_pool', 'global_max_pool', 'channel: ChannelAttention', '5×5, 1', 'sigmoid', '×', '+'],
  };
  for (const [figure, each] of Object.entries(wanted)) {
    for (const text of each) assert.ok(texts.includes(text), `${figure} lacks ${text}`);
  }
});

test('docs/graph.md names every format and option, and the limit', () => {
  const row = commands.find(({ usage }) => usage.startsWith('graph '))!;
  for (const format of row.choices!['format']!) assert.ok(PAGE.includes(`**\`${format}\`**`), format);
  for (const [flags] of row.options!) {
    const option = /--[a-z-]+/.exec(flags)![0];
    assert.ok(PAGE.includes(option) || (option === '--out' && PAGE.includes('`-o`')), option);
  }
  assert.ok(PAGE.includes(`more than ${grouped(MOST_BOXES)} boxes`));
});

test.run();
