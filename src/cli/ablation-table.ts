/** The table of an ablation for the terminal, with the time that training took. */
import type { Timings } from '../launch/collect.ts';
import type { AblationTable } from '../launch/table.ts';
import { notesOf } from '../launch/table-notes.ts';
import { COMPARED, cellsOf, legendOf, problemsOf, TABLE_HEADER } from '../launch/table-text.ts';
import { duration } from '../training/report/report.ts';
import { table } from './metrics-table.ts';
import type { Terminal } from './terminal.ts';
import { wrapText } from './wrap-text.ts';

export function ablationText(found: AblationTable, timings: Timings, { colours, width }: Terminal): string {
  const { bold, red } = colours;
  const rows = found.rows.map((row) => [...cellsOf(row), timeText(timings.get(row.variant))]);
  const problems = problemsOf(found);
  return [
    bold(`${found.ablation}: ablation of ${found.model}`),
    ...(found.doc === '' ? [] : [found.doc]),
    '',
    table([[...TABLE_HEADER, 'time a run'], ...rows], colours),
    '',
    ...[legendOf(found), ...notesOf(found, COMPARED)].map((each) => wrapText(each, Math.max(60, width ?? 100))),
    ...(problems.length === 0 ? [] : ['', ...problems.map((each) => red(each))]),
  ].join('\n');
}

function timeText(seconds: number | undefined): string {
  return seconds === undefined ? '–' : duration(seconds);
}
