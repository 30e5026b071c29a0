import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EpochRecord } from '../../src/training/history.ts';
import { metricsOf } from '../../src/training/metrics.ts';
import { lineChart, niceTicks } from '../../src/training/report/line-chart.ts';
import { duration, percent, type ReportData, renderReport } from '../../src/training/report/report.ts';
import { chooseSamples } from '../../src/training/report/samples.ts';
import { toyPlan } from './toy-run.ts';

function epoch(number: number, best: boolean): EpochRecord {
  return {
    kind: 'epoch',
    epoch: number,
    step: number * 4,
    loss: 1.4 / number,
    accuracy: 1 - 0.7 / number,
    validation: { loss: 1.5 / Math.min(number, 6), accuracy: 1 - 0.75 / Math.min(number, 6), mcc: 0.5 },
    learningRate: 0.001,
    best,
    seconds: number * 12,
    imagesPerSecond: 38.2,
  };
}

const CLASSES = ['EOSINOPHIL', '<b>&"LYMPHOCYTE"', 'MONOCYTE'];

const data: ReportData = {
  name: 'toy-2',
  record: {
    version: 1,
    plan: toyPlan(),
    config: 'specs/toy.train.yaml',
    overrides: ['training.epochs=8'],
    classes: CLASSES,
    engine: { name: 'native', device: 'CPU, 2 threads' },
    created: '2026-01-02T03:04:05.000Z',
    hash: 'abcdef0123456789abcdef',
    sources: [],
  },
  parameters: 1234567,
  epochs: Array.from({ length: 8 }, (_, at) => epoch(at + 1, at < 6)),
  ending: 'finished after 8 epochs',
  evaluation: {
    loss: 0.25,
    ...metricsOf(
      [
        [50, 2, 8],
        [1, 55, 4],
        [0, 0, 0],
      ],
      CLASSES,
    ),
  },
  baseline: 0.5,
  samples: [
    { file: 'a/<i>.png', label: 0, predicted: 1, probability: 0.97, thumbnail: undefined },
    { file: 'a/2.png', label: 0, predicted: 0, probability: 0.51, thumbnail: 'data:image/png;base64,AA==' },
  ],
};

test('a report is one page that fetches nothing and runs nothing', () => {
  const html = renderReport(data);
  assert.not.match(html, /<script|<link|https?:|@import|src="(?!data:)/);
  assert.match(html, /<title>toy-2 · specc<\/title>/);
  assert.match(html, /87.5%|87\.5/);
  assert.match(html, /1,234,567/);
});

test('names are escaped wherever they stand', () => {
  const html = renderReport(data);
  assert.not.match(html, /<b>&"|<i>\.png/);
  assert.match(html, /&lt;b&gt;&amp;&quot;LYMPHOCYTE&quot;/);
});

test('every tag is closed', () => {
  const open: string[] = [];
  for (const [, close, tag, rest] of renderReport(data).matchAll(/<(\/?)([a-z0-9]+)([^>]*)>/g)) {
    if (rest!.endsWith('/') || ['meta', 'img'].includes(tag!)) continue;
    if (close === '') open.push(tag!);
    else assert.is(open.pop(), tag);
  }
  assert.equal(open, []);
});

test('without validation there is no confusion matrix', () => {
  const epochs = data.epochs.map((each) => ({ ...each, validation: null }));
  const html = renderReport({ ...data, epochs, evaluation: undefined, samples: [] });
  assert.not.match(html, /Confusion|>validation<\/text>/);
  assert.match(html, /Training accuracy/);
});

test('a chart draws each value at its place', () => {
  const chart = lineChart({
    title: 'Loss',
    series: [{ name: 'training', values: [2, 1, null, 0] }],
    low: 0,
    format: (value) => `${value}`,
  });
  // The plot is 380 wide from 48 and 216 high from 14; the axis ends at 2.
  assert.match(chart, /d="M48 14 L174\.7 122 L428 230"/);
  assert.match(chart, /<title>epoch 2: training 1<\/title>/);
});

test('a run of one epoch and one of equal values can be drawn', () => {
  for (const values of [[0.5], [0.5, 0.5], [0, 0]]) {
    assert.not.match(lineChart({ title: 'Loss', series: [{ name: 't', values }], format: String }), /NaN|Infinity/);
  }
});

test('ticks are round and enclose the values', () => {
  assert.equal(niceTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.equal(niceTicks(0.31, 1.44, 5), [0, 0.5, 1, 1.5]);
  assert.equal(niceTicks(0, 0.07, 5), [0, 0.02, 0.04, 0.06, 0.08]);
  assert.equal(niceTicks(3, 3, 5).at(0), 0);
});

test('samples: confident mistakes first, then doubtful hits of each class', () => {
  const prediction = (index: number, label: number, predicted: number, probability: number) => ({
    index,
    label,
    predicted,
    probability,
  });
  const chosen = chooseSamples([
    prediction(0, 0, 0, 0.9),
    prediction(1, 0, 0, 0.6),
    prediction(2, 1, 1, 0.99),
    prediction(3, 1, 0, 0.7),
    prediction(4, 2, 0, 0.8),
  ]);
  assert.equal(
    chosen.map(({ index }) => index),
    [4, 3, 1, 2, 0],
  );
});

test('numbers for people', () => {
  assert.equal([0.875, 1, 0.9996, 0, 0.2].map(percent), ['87.5%', '100%', '100%', '0%', '20%']);
  assert.equal([1.23, 45.4, 200, 1518, 7500].map(duration), ['1.2 s', '45 s', '3 min 20 s', '25 min', '2 h 5 min']);
});

test.run();
