/**
 * What the intervals of a table say, and what they cannot say: in, the table; out, a sentence or two for each point, which
 * every form of the table shows below it. They are of the metric that is compared.
 */
import { counted } from '../data/data-error.ts';
import { METRICS, type MetricName } from './metrics.ts';
import { hasNoSpread, type PairedDifference, seedsNeeded, tQuantile } from './statistics.ts';
import type { AblationTable, TableRow } from './table.ts';

/** So many variants are named; of more, how many there are. */
const MOST_NAMED = 4;
/** Beyond it, nobody would train them. */
const MOST_SEEDS = 100;
/** Of so many intervals, one is likely enough to leave 0 out by chance. */
const MANY = 10;

interface Compared {
  readonly row: TableRow;
  readonly difference: PairedDifference;
}

export function notesOf(table: AblationTable, metric: MetricName): string[] {
  const compared = table.rows.flatMap((row): Compared[] => {
    const difference = row.differences[metric];
    return difference === null ? [] : [{ row, difference }];
  });
  if (compared.length === 0) return [];
  const alike = compared.filter(({ difference }) => hasNoSpread(difference));
  const spread = compared.filter(({ difference }) => difference.margin !== null && !hasNoSpread(difference));
  return [
    ...oneSeed(compared),
    ...twoSeeds(spread, table.level),
    ...aroundZero(spread, table.level),
    ...withoutSpread(alike, table, metric),
    ...byChance(spread, table.level),
  ];
}

function oneSeed(compared: readonly Compared[]): string[] {
  const single = compared.filter(({ difference: { n } }) => n === 1);
  if (single.length === 0) return [];
  if (single.length < compared.length) return [`Of one seed only, without an interval: ${named(single)}.`];
  return ['One seed cannot tell a difference from chance: train 3 or more, with --seeds 1,2,3.'];
}

/** The interval of two seeds is so wide that it says of hardly any difference that it is one. */
function twoSeeds(spread: readonly Compared[], level: number): string[] {
  const pairs = spread.filter(({ difference: { n } }) => n === 2);
  if (pairs.length === 0) return [];
  const times = (n: number): string => (tQuantile((1 + level) / 2, n - 1) / Math.sqrt(n)).toFixed(1);
  const where = pairs.length === spread.length ? '' : ` (${named(pairs)})`;
  return [
    `Two seeds can hardly tell${where}: the interval is ± ${times(2)} standard deviations of the differences; of 3 seeds it is ± ${times(3)}, of 5 ± ${times(5)}, of 10 ± ${times(10)}.`,
  ];
}

function aroundZero(spread: readonly Compared[], level: number): string[] {
  const unclear = spread.filter(({ difference: { mean, margin } }) => Math.abs(mean) <= margin!);
  if (unclear.length === 0) return [];
  const count = unclear.length < spread.length || unclear.length === 1 ? `${unclear.length} of` : 'All';
  const [include, those] = unclear.length === 1 ? ['includes', 'that difference'] : ['include', 'those differences'];
  const intervals = `${spread.length} ${spread.length === 1 ? 'interval' : 'intervals'}`;
  const first = `${count} ${intervals} ${include} 0: ${those} may be chance.`;
  // What two seeds say of the spread is worth nothing.
  const estimates = unclear.flatMap(({ row, difference }) => {
    const needed = difference.n < 3 ? undefined : seedsNeeded(difference, level, MOST_SEEDS);
    return needed === undefined ? [] : [{ row, needed }];
  });
  estimates.sort((a, b) => a.needed - b.needed);
  const told = estimates.slice(0, MOST_NAMED).map(({ row, needed }) => `${needed} for ${row.variant}`);
  if (told.length === 0) return [first];
  return [`${first} Were their means and spreads exact, it would take so many seeds: ${told.join('; ')}.`];
}

/** All images are said to be of one class, which is what a network says that has not learned yet. */
function isAtChance({ row: { metrics } }: Compared): boolean {
  return metrics.mcc !== null && metrics.mcc.mean === 0 && (metrics.mcc.deviation ?? 0) === 0;
}

function withoutSpread(alike: readonly Compared[], { images, rows }: AblationTable, metric: MetricName): string[] {
  if (alike.length === 0) return [];
  const best = METRICS[metric].percent && rows.every(({ metrics }) => (metrics[metric]?.mean ?? 1) >= 1);
  const step = METRICS[metric].percent
    ? ` ${counted(images.validation, 'validation image')} tell no less than ${(100 / images.validation).toFixed(2)} points apart.`
    : '';
  const chance = alike.filter(isAtChance);
  const untrained =
    chance.length === 0
      ? ''
      : ` ${chance.length === alike.length ? 'They' : `${chance.length} of them`} have an MCC of 0: networks that say one class of every image; train longer.`;
  const why = best
    ? ' Every run reaches 100 %: these images are too easy to compare variants on; the loss, or harder images, may tell more.'
    : step;
  return [
    `“all alike” (${named(alike)}): every seed gave this very difference. That is no certainty: an interval cannot be estimated without spread.${why}${untrained}`,
  ];
}

function byChance(spread: readonly Compared[], level: number): string[] {
  const told = spread.some(({ difference: { mean, margin } }) => Math.abs(mean) > margin!);
  if (spread.length < MANY || !told) return [];
  const chance = Math.round(1 / (1 - level));
  return [`Each interval stands by itself: of ${chance} variants that change nothing, one leaves 0 out by chance.`];
}

function named(compared: readonly Compared[]): string {
  const names = compared.map(({ row }) => row.variant);
  if (names.length <= MOST_NAMED) return names.join('; ');
  return `${names.slice(0, MOST_NAMED - 1).join('; ')} and ${names.length - MOST_NAMED + 1} more`;
}
