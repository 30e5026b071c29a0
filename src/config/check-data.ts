/** What of a configuration can only be checked where the images are: that they are there, and how many classes. */
import { type Diagnostic, diagnostic } from '../dsl/diagnostic.ts';
import { checkClassCount } from './class-count.ts';
import { valueSpanAt } from './config-tree.ts';
import type { Experiment } from './experiment.ts';
import { COMMAND_LINE } from './override.ts';

/** What is at a path. */
export type PathKind = 'file' | 'folder' | undefined;

/** The folders and files that an experiment reads; none: training can look into them. */
export function checkData({ plan, root }: Experiment, kindOf: (path: string) => PathKind): Diagnostic[] {
  const { data } = plan;
  const groups = data.split?.groups;
  const needed: [field: string, path: string | undefined, what: 'folder' | 'file'][] = [
    ['data.train', data.train, 'folder'],
    ['data.validation', data.validation, 'folder'],
    ['data.split.by_group.csv', groups?.kind === 'csv' ? groups.file : undefined, 'file'],
  ];
  const found = needed.filter(([, path, what]) => path !== undefined && kindOf(path) !== what);
  const { initializeFrom } = plan;
  const missing: [field: string, path: string | undefined, what: string][] = [...found];
  if (initializeFrom !== undefined && kindOf(initializeFrom) === undefined) {
    missing.push(['initialize_from', initializeFrom, 'run or file']);
  }
  return missing.flatMap(([field, path, what]) => {
    if (path === undefined) return [];
    const span = valueSpanAt(root, field.split('.'));
    const help = 'a path in `--set` is relative to the folder that specc is started in';
    const details = span.source.path === COMMAND_LINE ? { help } : {};
    return diagnostic('config-data-missing', span, { field, path, what }, details);
  });
}

/** Compares the class folders found below `data.train`, or the drawn classes, with the model's output. */
export function checkFoundClasses({ plan, root, graph }: Experiment, found: readonly string[]): Diagnostic[] {
  const field = plan.data.train === undefined ? 'data.synthetic' : 'data.train';
  const where = plan.data.train === undefined ? 'the drawn set' : `'${plan.data.train}'`;
  const names = `${found.slice(0, 10).join(', ')}${found.length > 10 ? ', …' : ''}`;
  return checkClassCount(graph, found.length, {
    subject: `${where} has ${found.length} classes`,
    span: valueSpanAt(root, field.split('.')),
    notes: [`the classes are ${names}`],
    listed: plan.data.train !== undefined,
  });
}
