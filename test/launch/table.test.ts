/** The table from results that are given, in all its forms. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Metrics, RunState } from '../../src/launch/outcome.ts';
import type { AblationPlan, PlannedVariant } from '../../src/launch/plan.ts';
import { renderAblation } from '../../src/launch/report/page.ts';
import { ablationTable, isComplete } from '../../src/launch/table.ts';
import { notesOf } from '../../src/launch/table-notes.ts';
import { asCsv, asMarkdown, problemsOf, runsAsCsv } from '../../src/launch/table-text.ts';

function variant(
  name: string,
  isBase: boolean,
  runs: readonly string[],
  problem: string | null = null,
): PlannedVariant {
  return {
    name,
    slug: name,
    isBase,
    changes: isBase ? [] : [`disable ${name}`],
    parameters: problem === null ? 1000 : null,
    macs: problem === null ? 20_000 : null,
    problem,
    runs: runs.map((id, at) => ({ id, variant: name, seed: at + 1, overrides: [] })),
  };
}

const PLAN: AblationPlan = {
  version: 1,
  name: 'cells',
  ablation: 'Parts',
  doc: 'What each part is worth.',
  model: 'Net',
  config: 'cells.train.yaml',
  overrides: [],
  sources: [],
  images: { classes: ['a', 'b'], train: 80, validation: 20 },
  epochs: 3,
  seeds: [1, 2, 3],
  warmStart: null,
  variants: [
    variant('all', true, ['a1', 'a2', 'a3']),
    variant('a | b', false, ['b1', 'b2', 'b3']),
    variant('none', false, [], 'it has no network, "none"'),
  ],
};

function finished(id: string, accuracy: number, seconds = 1): RunState {
  const metrics: Metrics = {
    accuracy,
    mcc: 2 * accuracy - 1,
    f1: accuracy,
    precision: accuracy,
    recall: accuracy,
    loss: 1 - accuracy,
  };
  const result = {
    id,
    reason: 'finished',
    epochs: 3,
    bestEpoch: 2,
    metrics,
    images: 20,
    engine: 'native',
    seconds,
  } as const;
  return { kind: 'finished', result, epochs: [] };
}

const STATES = new Map<string, RunState>([
  ['a1', finished('a1', 0.8)],
  ['a2', finished('a2', 0.85)],
  ['a3', finished('a3', 0.9)],
  ['b1', finished('b1', 0.7)],
  ['b2', finished('b2', 0.8)],
  ['b3', { kind: 'failed', failure: { id: 'b3', message: 'the loss became NaN', help: null }, epochs: [] }],
]);

test('Markdown: means, deviations, paired intervals over the seeds that both sides have, and what is not there', () => {
  const table = ablationTable(PLAN, STATES);
  assert.is(isComplete(table), false);
  // Pairs: −0.10 and −0.05; their mean −0.075, deviation 0.0353553, margin 12.7062 · 0.0353553 / √2 = 0.317655.
  assert.is(
    asMarkdown(table),
    `### Parts: ablation of Net

What each part is worth.

| variant | accuracy % | Δ accuracy % | MCC | F1 | loss | parameters | MACs | seeds |
| :-- | --: | --: | --: | --: | --: | --: | --: | --: |
| all (base) | 85.00 ± 5.00 |  | 0.700 ± 0.100 | 0.850 ± 0.050 | 0.150 ± 0.050 | 1,000 | 20,000 | 3 |
| a \\| b | 75.00 ± 7.07 | −7.50 [−39.27, +24.27] | 0.500 ± 0.141 | 0.750 ± 0.071 | 0.250 ± 0.071 | 1,000 | 20,000 | 2 of 3 |
| none | – |  | – | – | – | – | – | no network |

The best of 3 epochs on 20 validation images; seeds 1, 2, 3, trained with native. Mean ± standard deviation over the seeds. Δ is the mean difference to the base with the same seed with its 95% interval (Student t over the pairs).

Two seeds can hardly tell: the interval is ± 9.0 standard deviations of the differences; of 3 seeds it is ± 2.5, of 5 ± 1.2, of 10 ± 0.7.

1 of 1 interval includes 0: that difference may be chance.

- a \\| b, seed 3: failed: the loss became NaN
- none: it has no network, "none"
`,
  );
});

test('CSV: numbers in full, empty where there is none', () => {
  const table = ablationTable(PLAN, STATES);
  const [header, base, other, none] = asCsv(table)
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const at = (row: string[] | undefined, name: string): string => row![header!.indexOf(name)]!;
  assert.equal([at(base, 'variant'), at(base, 'base'), at(base, 'accuracy_delta')], ['all', 'true', '']);
  assert.is(Number(at(other, 'accuracy_delta')).toFixed(9), '-0.075000000');
  assert.is(Number(at(other, 'accuracy_low')).toFixed(6), '-0.392655');
  assert.is(at(none, 'accuracy_mean'), '');
  assert.match(runsAsCsv(table), /^a \| b,3,failed,,,,,,,,b3$/m);
  assert.match(runsAsCsv(table), /^all,1,finished,0\.8,/m);
});

test('times are in the report and change no table', () => {
  const slower = new Map([...STATES, ['a1', finished('a1', 0.8, 99)] as const]);
  assert.equal(ablationTable(PLAN, slower), ablationTable(PLAN, STATES));
});

test('runs that are missing are one line, whatever their number', () => {
  const variants = Array.from({ length: 9 }, (_, at) =>
    variant(
      `v${at}`,
      at === 0,
      [1, 2].map((seed) => `m${at}${seed}`),
    ),
  );
  const states = new Map<string, RunState>([
    ['m01', finished('m01', 0.8)],
    ['m02', { kind: 'begun', epochs: [] }],
    ['m11', finished('m11', 0.8)],
    ['m21', { kind: 'failed', failure: { id: 'm21', message: 'it diverged', help: null }, epochs: [] }],
  ]);
  assert.equal(problemsOf(ablationTable({ ...PLAN, seeds: [1, 2], variants }, states)), [
    'v2, seed 1: failed: it diverged',
    '1 of 18 runs is begun and not finished: v0 (seed 2)',
    '14 of 18 runs are missing: v1 (seed 2); v2 (seed 2); v3; v4; v5 and 3 more variants',
  ]);
});

test('one seed has no deviation and no interval', () => {
  const [base, other] = PLAN.variants;
  const single = {
    ...PLAN,
    seeds: [1],
    variants: [base!, other!].map((each) => ({ ...each, runs: each.runs.slice(0, 1) })),
  };
  const table = ablationTable(single, STATES);
  assert.ok(isComplete(table));
  assert.equal(problemsOf(table), []);
  assert.match(asMarkdown(table), /\| a \\\| b \| 70\.00 \| −10\.00 \| 0\.400 \|/);
  assert.match(
    asMarkdown(table),
    /; seed 1, trained with native\. Δ is the mean difference to the base with the same seed\./,
  );
});

/** A table of variants with these accuracies, seed by seed; the base first. */
function tableOf(accuracies: Readonly<Record<string, readonly number[]>>) {
  const names = Object.keys(accuracies);
  const id = (name: string, at: number) => `${name.replaceAll(' ', '')}${at}`;
  const variants = names.map((name, at) =>
    variant(
      name,
      at === 0,
      accuracies[name]!.map((_, seed) => id(name, seed)),
    ),
  );
  const states = names.flatMap((name) =>
    accuracies[name]!.map((accuracy, at) => [id(name, at), finished(id(name, at), accuracy)] as const),
  );
  const seeds = accuracies[names[0]!]!.map((_, at) => at + 1);
  return ablationTable({ ...PLAN, seeds, variants }, new Map(states));
}

test('notes say what intervals cannot tell', () => {
  const notes = (accuracies: Readonly<Record<string, readonly number[]>>) => notesOf(tableOf(accuracies), 'accuracy');
  assert.equal(notes({ all: [0.8] }), [], 'nothing to compare');
  assert.equal(notes({ all: [0.8], a: [0.7] }), [
    'One seed cannot tell a difference from chance: train 3 or more, with --seeds 1,2,3.',
  ]);
  // Differences −0.02, −0.03, −0.01 have deviation 0.01, and 4.303 · 0.01 / √3 is 0.0248; of 4 seeds, 3.182 · 0.01 / 2 is 0.0159.
  assert.equal(notes({ all: [0.8, 0.8, 0.8], a: [0.78, 0.77, 0.79], b: [0.6, 0.61, 0.62] }), [
    '1 of 2 intervals includes 0: that difference may be chance. Were their means and spreads exact, it would take so many seeds: 4 for a.',
  ]);
  assert.equal(notes({ all: [0.8, 0.8, 0.8], a: [0.6, 0.61, 0.62] }), [], 'it tells');
  const many = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`v${at}`, [0.6, 0.61, 0.62]]));
  assert.equal(notes({ all: [0.8, 0.8, 0.8], ...many }), [
    'Each interval stands by itself: of 20 variants that change nothing, one leaves 0 out by chance.',
  ]);
});

test('an interval of no width is no certainty', () => {
  const coarse = tableOf({ all: [0.8, 0.9], a: [0.75, 0.85] });
  assert.match(asMarkdown(coarse), '| −5.00 [all alike] |');
  assert.match(
    asMarkdown(coarse),
    'That is no certainty: an interval cannot be estimated without spread. 20 validation images tell no less than 5.00 points apart.',
  );
  const low = tableOf({ all: [0.8, 0.9], a: [0.5, 0.5] });
  assert.not.match(asMarkdown(low), 'MCC of 0', 'differences differ');
  const chance = tableOf({ all: [0.5, 0.5], a: [0.5, 0.5] });
  assert.match(asMarkdown(chance), 'They have an MCC of 0: networks that say one class of every image; train longer.');
  assert.match(asCsv(coarse), /^a,false,2,0\.8/m);
  const perfect = tableOf({ all: [1, 1, 1], a: [1, 1, 1] });
  assert.match(asMarkdown(perfect), '| 100.00 ± 0.00 | 0.00 [all alike] |');
  assert.match(asMarkdown(perfect), 'Every run reaches 100 %: these images are too easy to compare variants on');
  const html = renderAblation({
    table: coarse,
    timings: new Map(),
    states: new Map(),
    starts: new Map(),
    reports: new Map(),
  });
  assert.match(html, /<td class="unclear">−5\.00 \[all alike\]<\/td>/);
});

test('the report holds every variant, escaped, and a plot of the differences', () => {
  const odd = { ...PLAN, variants: [...PLAN.variants.slice(0, 2), variant('<b>', false, ['c1'])] };
  const table = ablationTable(odd, STATES);
  const html = renderAblation({
    table,
    timings: new Map([['all', 65]]),
    states: STATES,
    starts: new Map(),
    reports: new Map([['a1', 'all-seed1-a1/report.html']]),
  });
  assert.match(html, /<td>1 min 5 s<\/td>/);
  assert.match(html, /−7\.50 ± 31\.77/);
  assert.match(html, /1 of 7 runs is missing: &lt;b&gt;/);
  assert.not.match(html, /<b>|<script/);
  assert.match(html, /<a href="all-seed1-a1\/report\.html">a1<\/a>/);
});

test('a name is no link, no picture and no emphasis in Markdown, and no formula in a spreadsheet', () => {
  const names = [
    '=cmd()',
    '[x](http://a.b)',
    '![](http://a.b/c.png)',
    '**/group_norm.groups = 4',
    '_a_',
    '-1+2',
    '@a',
    'a`b',
    'c\\',
  ];
  const plan = { ...PLAN, seeds: [1], variants: names.map((name, at) => variant(name, at === 0, [`r${at}`])) };
  const states = new Map(names.map((_, at) => [`r${at}`, finished(`r${at}`, 0.5)]));
  const table = ablationTable(plan, states);
  const shown = asMarkdown(table)
    .split('\n')
    .filter((line) => line.startsWith('| '));
  assert.equal(
    shown.slice(2).map((line) => line.split(' | ')[0]),
    [
      '| =cmd() (base)',
      '| \\[x\\](http:\\//a.b)',
      '| !\\[\\](http:\\//a.b/c.png)',
      '| \\*\\*/group_norm.groups = 4',
      '| \\_a\\_',
      '| -1+2',
      '| @<!-- -->a',
      '| a\\`b',
      '| c\\\\',
    ],
  );
  const cells = asCsv(table)
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(',')[0]);
  assert.equal(cells, ["'=cmd()", ...names.slice(1, 5), "'-1+2", "'@a", ...names.slice(7)]);
  assert.match(asCsv(table), /^'-1\+2,false,1,0\.5,,0,/m);
  assert.match(runsAsCsv(table), /^'=cmd\(\),1,finished/m);
});

test('the plot shows long names in full, and says what its arrows are', () => {
  const long = 'without local/Residual[2]/conv2d[1] and refined/CSAB/spatial/attention, width = 32';
  const htmlOf = (accuracies: Readonly<Record<string, readonly number[]>>) =>
    renderAblation({
      table: tableOf(accuracies),
      timings: new Map(),
      states: new Map(),
      starts: new Map(),
      reports: new Map(),
    });
  const html = htmlOf({ all: [0.8, 0.85], [long]: [0.7, 0.86], short: [0.7, 0.76] });
  const lines = [...html.matchAll(/<text class="end name"[^>]*>([^<]*)</g)].map(([, line]) => line!);
  assert.is(lines.slice(0, lines.indexOf('short')).join(' ').replaceAll('/ ', '/'), long);
  assert.ok(
    lines.every((line) => line.length <= 34),
    lines.join('|'),
  );
  assert.match(html, 'class="arrow"');
  assert.match(html, 'An arrow: the interval goes on beyond the axis');
  const narrow = htmlOf({ all: [0.8, 0.8, 0.8], short: [0.7, 0.71, 0.72] });
  assert.not.match(narrow, 'class="arrow"');
  assert.not.match(narrow, 'An arrow');
});

test('of many curves the base and those at either end are named', () => {
  const names = Array.from({ length: 30 }, (_, at) => `variant ${at}`);
  const variants = names.map((name, at) => variant(name, at === 0, [`c${at}`]));
  const epochs = (accuracy: number) => [{ epoch: 1, validation: { accuracy, loss: 1 - accuracy } }] as never;
  const states = new Map(
    names.map((_, at) => [`c${at}`, { ...finished(`c${at}`, 0.5), epochs: epochs(0.5 + at / 100) } as RunState]),
  );
  const table = ablationTable({ ...PLAN, seeds: [1], variants }, states);
  const html = renderAblation({ table, timings: new Map(), states, starts: new Map(), reports: new Map() });
  assert.is([...html.matchAll(/<text class="label series-/g)].length, 2 * 11);
  assert.match(html, 'Named are the base and the 5 lines at either end; tooltips name all 30.');
  assert.match(html, '<title>epoch 1: variant 15 65');
});

test('names and documentation neither open HTML elements in Markdown nor add columns', () => {
  const name = '<img src=x onerror=alert(1)> | b';
  const plan = { ...PLAN, doc: 'See <script>.', variants: [variant(name, true, ['a1'])], seeds: [1] };
  const text = asMarkdown(ablationTable(plan, new Map()));
  assert.match(text, '| &lt;img src=x onerror=alert(1)> \\| b (base) |');
  assert.match(text, '- 1 of 1 run is missing: &lt;img src=x onerror=alert(1)> \\| b');
  assert.match(text, 'See &lt;script>.');
  assert.not.match(text, '<');
});

test.run();
