/** Says which engine computes and why, and warns of one that nobody wants to wait for. */
import type { ChosenEngine } from '../engines/choose.ts';
import type { Terminal } from './terminal.ts';

export function sayEngine({ why, slow }: ChosenEngine, terminal: Terminal): void {
  terminal.note(`engine: ${why}`);
  if (!slow) return;
  const { yellow, bold } = terminal.noteColours;
  terminal.problem(
    `${yellow(bold('warning'))}: the cpu backend of TensorFlow.js is some hundred times slower than the native engine; it is meant for tests`,
  );
}
