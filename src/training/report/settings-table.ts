/** What a run was made from, as an HTML table. */
import type { Plan, Schedule } from '../../config/plan.ts';
import type { RunRecord } from '../run-folder.ts';
import { escapeHtml } from './escape.ts';

export function settingsTable({ plan, config, overrides, hash, engine }: RunRecord): string {
  const { data, training } = plan;
  const parameters = Object.entries(plan.model.parameters).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const rows: [string, string][] = [
    [
      'model',
      `${plan.model.name} (${plan.model.spec})${parameters.length > 0 ? ` with ${parameters.join(', ')}` : ''}`,
    ],
    ['configuration', `${config}${overrides.length > 0 ? ` with ${overrides.join(' ')}` : ''}`],
    ['engine', `${engine.name} on ${engine.device}`],
    ['images', `${imagesOf(plan)}, ${data.image.join(' × ')}`],
    ['validation', validationOf(plan)],
    ['normalisation', withoutKind(data.normalize)],
    ['augmentation', withoutKind(data.augment)],
    ['optimizer', `${training.optimizer.kind}, ${withoutKind(training.optimizer)}`],
    ['learning rate', scheduleOf(training.learningRate)],
    ['batch', `${training.batch}${training.dropLast ? ', incomplete batches left out' : ''}`],
    ...(training.microBatch === undefined ? [] : [['micro-batch', `${training.microBatch}`] as [string, string]]),
    ...(training.recompute === undefined
      ? []
      : [['recomputed blocks', training.recompute.join(', ')] as [string, string]]),
    ['label smoothing', `${training.labelSmoothing}`],
    ['seed', `${training.seed}`],
    [
      'early stopping',
      training.patience === undefined
        ? 'none'
        : `after ${training.patience} epochs without a better ${training.monitor}`,
    ],
    ['hash of the sources', hash.slice(0, 16)],
  ];
  const cells = rows.map(([name, value]) => `<tr><td>${name}</td><td><code>${escapeHtml(value)}</code></td></tr>`);
  return `<table class="settings"><tbody>${cells.join('')}</tbody></table>`;
}

function imagesOf({ data }: Plan): string {
  if (data.synthetic === undefined) return data.train ?? '';
  return `synthetic, ${data.synthetic.perClass} a class`;
}

function validationOf({ data }: Plan): string {
  if (data.validation !== undefined) return data.validation;
  if (data.split === undefined) return 'none';
  const { validation, groups, seed } = data.split;
  return `${Math.round(validation * 100)}% held out ${splitOf(groups, data.synthetic !== undefined)}, seed ${seed}`;
}

function splitOf(groups: NonNullable<Plan['data']['split']>['groups'], drawn: boolean): string {
  if (groups !== undefined) return `by group (${withoutKind(groups)})`;
  return drawn ? 'by cell' : 'at random within each class';
}

function scheduleOf(schedule: Schedule): string {
  return schedule.kind === 'constant' ? `${schedule.rate}` : `${schedule.kind}, ${withoutKind(schedule)}`;
}

function withoutKind(value: object): string {
  return Object.entries(value)
    .filter(([name]) => name !== 'kind')
    .map(([name, each]) => `${name} ${Array.isArray(each) ? `[${each.join(', ')}]` : each}`)
    .join(', ');
}
