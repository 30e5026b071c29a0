/** The report of an ablation in a real browser: what is of usual width needs no scrolling on a laptop. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunState } from '../../src/launch/outcome.ts';
import type { AblationPlan } from '../../src/launch/plan.ts';
import { renderAblation } from '../../src/launch/report/page.ts';
import { ablationTable } from '../../src/launch/table.ts';
import { Random } from '../../src/shared/random.ts';
import { findChromium, launch } from '../support/chromium.ts';

const executable = findChromium();

/** Of specs/ddrnet.spec, with numbers of as many digits as its variants have. */
const NAMES = ['DDRNet, all', 'Conv', 'Conv + DRDB', 'Conv + DRDB + CSAB', 'Conv + GLFEB', 'Conv + GLFEB + CSAB'];
const SEEDS = [1, 2, 3];

const PLAN: AblationPlan = {
  version: 1,
  name: 'table6',
  ablation: 'Table6',
  doc: 'What each of the three blocks is worth.',
  model: 'DDRNet',
  config: 'table6.train.yaml',
  overrides: [],
  sources: [],
  images: { classes: ['a', 'b'], train: 9957, validation: 2487 },
  epochs: 100,
  seeds: SEEDS,
  warmStart: null,
  variants: NAMES.map((name, at) => ({
    name,
    slug: `variant-${at}`,
    isBase: at === 0,
    changes: at === 0 ? [] : ['disable features, refined'],
    parameters: 435_365 + at,
    macs: 5_304_221_952 + at,
    problem: null,
    runs: SEEDS.map((seed) => ({ id: `3f2a90b1c4${at}${seed}`, variant: name, seed, overrides: [] })),
  })),
};

function page(): string {
  const random = Random.of('report page');
  const states = new Map<string, RunState>();
  for (const { runs } of PLAN.variants) {
    for (const { id } of runs) {
      const [accuracy, mcc, f1, loss] = Array.from({ length: 4 }, () => 0.1 + 0.3 * random.uniform());
      const metrics = { accuracy: accuracy!, mcc: mcc!, f1: f1!, precision: f1!, recall: f1!, loss: loss! };
      const result = {
        id,
        reason: 'finished',
        epochs: 100,
        bestEpoch: 99,
        metrics,
        images: 2487,
        engine: 'native-webgpu',
      } as const;
      states.set(id, { kind: 'finished', result: { ...result, seconds: 35_999 }, epochs: [] });
    }
  }
  const ids = [...states.keys()];
  return renderAblation({
    table: ablationTable(PLAN, states),
    timings: new Map(NAMES.map((name) => [name, 35_999])),
    states,
    starts: new Map(
      ids.map((id) => [id, '52 of 58 weights are those of the base; reset: csab/conv2d/kernel, csab/conv2d/bias']),
    ),
    reports: new Map(ids.map((id) => [id, `${id}/report.html`])),
  });
}

test('no table scrolls in a window of 1,200 pixels', async () => {
  if (executable === undefined) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'specc-report-'));
  const browser = await launch(executable);
  try {
    const file = path.join(folder, 'report.html');
    writeFileSync(file, page());
    const shown = await browser.newPage({ viewport: { width: 1200, height: 1600 } });
    await shown.goto(pathToFileURL(file).href);
    const widths = await shown.$$eval('.scroll, body', (boxes) =>
      boxes.map((box) => [box.scrollWidth, box.clientWidth]),
    );
    assert.is(widths.length, 3);
    for (const [needed, given] of widths) assert.is(needed, given);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
});

test.run();
