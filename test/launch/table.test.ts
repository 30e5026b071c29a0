/** The table from results that are given, in all its forms. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Metrics, RunState } from '../../src/launch/outcome.ts';
import type { AblationPlan, PlannedVariant } from '../../src/launch/plan.ts';
import { renderAblation } from '../../src/launch/report/page.ts';
import { ablationTable, isComplete } from '../../src/launch/table.ts';
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
  assert.match(html, /&lt;b&gt;, seed 1: not trained/);
  assert.not.match(html, /<b>|<script/);
  assert.match(html, /<a href="all-seed1-a1\/report\.html">a1<\/a>/);
});

test('names and documentation neither open HTML elements in Markdown nor add columns', () => {
  const name = '<img src=x onerror=alert(1)> | b';
  const plan = { ...PLAN, doc: 'See <script>.', variants: [variant(name, true, ['a1'])], seeds: [1] };
  const text = asMarkdown(ablationTable(plan, new Map()));
  assert.match(text, '| &lt;img src=x onerror=alert(1)> \\| b (base) |');
  assert.match(text, '- &lt;img src=x onerror=alert(1)> \\| b, seed 1: not trained');
  assert.match(text, 'See &lt;script>.');
  assert.not.match(text, '<');
});

test.run();
