/** The report of a run: one HTML file without scripts or network, to read, mail and keep. */
import type { Evaluation } from '../evaluate.ts';
import type { EpochRecord } from '../history.ts';
import type { RunRecord } from '../run-folder.ts';
import { confusionTable, metricsTable } from './class-tables.ts';
import { escapeHtml } from './escape.ts';
import { lineChart, type Series } from './line-chart.ts';
import type { Sample } from './samples.ts';
import { settingsTable } from './settings-table.ts';
import { STYLE } from './style.ts';

export interface ReportData {
  /** The run folder's name. */
  readonly name: string;
  readonly record: RunRecord;
  /** Trainable numbers of the model. */
  readonly parameters: number;
  readonly epochs: readonly EpochRecord[];
  /** Why training ended. */
  readonly ending: string;
  /** Of the best checkpoint, on the validation images. */
  readonly evaluation: Evaluation | undefined;
  /** The accuracy of always naming the largest class. */
  readonly baseline: number;
  readonly samples: readonly Sample[];
}

export function renderReport(data: ReportData): string {
  const { name, record, evaluation, samples, ending } = data;
  const { plan, engine } = record;
  const sections = [
    tiles(data),
    `<div class="pair">${lossChart(data)}${accuracyChart(data)}</div>`,
    `<p class="note between">Training values are means over the epoch, with dropout and augmentation, while the weights still changed; validation values are taken at its end.</p>`,
    evaluation &&
      `<div class="pair">${section('Confusion matrix', confusionTable(evaluation))}${section('By class', metricsTable(evaluation))}</div>`,
    samples.length > 0 && section('Sample predictions', sampleGrid(samples, record.classes)),
    section('Settings', settingsTable(record)),
  ];
  const lead = `${plan.model.name} from ${plan.model.spec}, trained with ${engine.name} on ${engine.device}; ${ending}. Begun ${record.created.slice(0, 16).replace('T', ' ')} UTC.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(name)} · specc</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(name)}</h1>
<p class="lead">${escapeHtml(lead)}</p>
${sections.filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
}

function tiles({ evaluation, baseline, epochs, parameters, record }: ReportData): string {
  const best = epochs.findLast((epoch) => epoch.best);
  const last = epochs.at(-1);
  const shown: [name: string, value: string, more: string][] = [];
  if (evaluation !== undefined) {
    const more = `largest class alone: ${percent(baseline)}`;
    shown.push(['Validation accuracy', percent(evaluation.accuracy), more]);
    shown.push(['MCC', evaluation.mcc.toFixed(3), '0 is guessing, 1 is perfect']);
    shown.push(['Macro F1', evaluation.macro.f1.toFixed(3), `${evaluation.images} images`]);
  } else if (last !== undefined) {
    shown.push(['Training accuracy', percent(last.accuracy), 'there are no validation images']);
  }
  if (best !== undefined) {
    shown.push(['Best epoch', `${best.epoch}`, `of ${last?.epoch}, by ${record.plan.training.monitor}`]);
  }
  if (last !== undefined) {
    shown.push(['Time', duration(last.seconds), `${last.imagesPerSecond.toPrecision(3)} images/s`]);
  }
  shown.push(['Parameters', parameters.toLocaleString('en-US'), record.plan.model.name]);
  const tile = ([name, value, more]: [string, string, string]) =>
    `<div class="tile"><div class="name">${escapeHtml(name)}</div><div class="value">${escapeHtml(value)}</div><div class="more">${escapeHtml(more)}</div></div>`;
  return `<div class="tiles">${shown.map(tile).join('')}</div>`;
}

function lossChart({ epochs }: ReportData): string {
  const series = curves(
    epochs,
    (epoch) => epoch.loss,
    (validation) => validation.loss,
  );
  const format = (value: number) => `${Number(value.toPrecision(4))}`;
  return section('Loss', lineChart({ title: 'Loss', series, low: 0, format, mark: bestMark(epochs) }));
}

function accuracyChart({ epochs }: ReportData): string {
  const series = curves(
    epochs,
    (epoch) => epoch.accuracy,
    (validation) => validation.accuracy,
  );
  const chart = lineChart({ title: 'Accuracy', series, low: 0, high: 1, format: percent, mark: bestMark(epochs) });
  return section('Accuracy', chart);
}

function curves(
  epochs: readonly EpochRecord[],
  trained: (epoch: EpochRecord) => number,
  validated: (validation: NonNullable<EpochRecord['validation']>) => number,
): Series[] {
  const series: Series[] = [{ name: 'training', values: epochs.map(trained) }];
  if (epochs.some(({ validation }) => validation !== null)) {
    series.push({ name: 'validation', values: epochs.map(({ validation }) => validation && validated(validation)) });
  }
  return series;
}

function bestMark(epochs: readonly EpochRecord[]): { epoch: number; text: string } | undefined {
  const best = epochs.findLast((epoch) => epoch.best);
  return best && { epoch: best.epoch, text: 'best' };
}

function sampleGrid(samples: readonly Sample[], classes: readonly string[]): string {
  const cards = samples.map(({ file, label, predicted, probability, thumbnail }) => {
    const image =
      thumbnail === undefined
        ? '<div class="gone"></div>'
        : `<img src="${thumbnail}" alt="${escapeHtml(file)}" loading="lazy">`;
    const truth = label === predicted ? '' : `<span>is ${escapeHtml(classes[label] ?? '')}</span>`;
    return `<div class="sample${label === predicted ? '' : ' wrong'}" title="${escapeHtml(file)}">${image}<b>${escapeHtml(classes[predicted] ?? '')}</b> ${percent(probability)}${truth}<span>${escapeHtml(file.split('/').at(-1) ?? file)}</span></div>`;
  });
  const note = 'The most confident mistakes, then the least confident hits of each class.';
  return `<div class="samples">${cards.join('')}</div><p class="note">${note}</p>`;
}

function section(title: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1).replace(/\.0$/, '')}%`;
}

/** `45 s`, `3 min 20 s`, `25 min`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds < 10 ? seconds.toFixed(1) : whole} s`;
  if (whole < 600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 3600) return `${Math.round(whole / 60)} min`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
