/** The metrics that an ablation compares: how they are called, written, and which way is better. */
import type { Metrics } from './outcome.ts';

export type MetricName = keyof Metrics;

export interface Metric {
  readonly title: string;
  readonly better: 'higher' | 'lower';
  /** Percent, for shares that people say in percent. */
  readonly percent: boolean;
  /** Whether tables for people show it; the others are in CSV and JSON. */
  readonly shown: boolean;
}

export const METRICS: Readonly<Record<MetricName, Metric>> = {
  accuracy: { title: 'accuracy', better: 'higher', percent: true, shown: true },
  mcc: { title: 'MCC', better: 'higher', percent: false, shown: true },
  f1: { title: 'F1', better: 'higher', percent: false, shown: true },
  precision: { title: 'precision', better: 'higher', percent: false, shown: false },
  recall: { title: 'recall', better: 'higher', percent: false, shown: false },
  loss: { title: 'loss', better: 'lower', percent: false, shown: true },
};

export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];

export const SHOWN_METRICS = METRIC_NAMES.filter((name) => METRICS[name].shown);

/** `84.30` for percent, `0.791` for others; a sign for differences. */
export function metricText(name: MetricName, value: number, signed = false): string {
  const text = METRICS[name].percent ? (100 * value).toFixed(2) : value.toFixed(3);
  if (Number(text) === 0) return text.replace('-', '');
  return signed && value > 0 ? `+${text}` : text.replace('-', '−');
}
