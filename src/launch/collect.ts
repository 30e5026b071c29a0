/**
 * Collects what was trained of a plan: writes `table.md`, `table.csv`, `table.json`, `runs.csv` and `report.html`.
 *
 * The tables follow from the plan and the results alone. Times are measured, and so only in the report.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeDurably } from '../training/durable-file.ts';
import { statesOf } from './coordinate.ts';
import type { RunState } from './outcome.ts';
import { type AblationPlan, runFolders } from './plan.ts';
import { renderAblation } from './report/page.ts';
import { type AblationTable, ablationTable } from './table.ts';
import { asCsv, asJson, asMarkdown, runsAsCsv } from './table-text.ts';
import { readWarmStart, warmStartText } from './warm-start.ts';

/** The mean seconds of a variant's runs, by its name. */
export type Timings = ReadonlyMap<string, number>;

export interface Collected {
  readonly table: AblationTable;
  readonly timings: Timings;
  /** The report's path. */
  readonly report: string;
}

export function collect(folder: string, plan: AblationPlan): Collected {
  const states = statesOf(folder, plan);
  const table = ablationTable(plan, states);
  writeDurably(join(folder, 'table.md'), asMarkdown(table));
  writeDurably(join(folder, 'table.csv'), asCsv(table));
  writeDurably(join(folder, 'table.json'), asJson(table));
  writeDurably(join(folder, 'runs.csv'), runsAsCsv(table));
  const timings = timingsOf(plan, states);
  const report = join(folder, 'report.html');
  const ofRuns = [...runFolders(folder, plan)].map(([id, at]) => ({ id, at }));
  const starts = ofRuns.flatMap(({ id, at }) => {
    const account = readWarmStart(at);
    return account === undefined ? [] : [[id, warmStartText(account)] as const];
  });
  const reports = ofRuns.flatMap(({ id, at }) =>
    existsSync(join(at, 'report.html')) ? [[id, `${basename(at)}/report.html`] as const] : [],
  );
  writeDurably(report, renderAblation({ table, timings, states, starts: new Map(starts), reports: new Map(reports) }));
  return { table, timings, report };
}

function timingsOf({ variants }: AblationPlan, states: ReadonlyMap<string, RunState>): Timings {
  return new Map(
    variants.flatMap(({ name, runs }) => {
      const seconds = runs.flatMap(({ id }) => {
        const state = states.get(id);
        return state?.kind === 'finished' ? [state.result.seconds] : [];
      });
      const mean = seconds.reduce((sum, each) => sum + each, 0) / seconds.length;
      return seconds.length === 0 ? [] : [[name, mean] as const];
    }),
  );
}
