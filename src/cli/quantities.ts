/** Numbers as reports print them. */
import { grouped } from '../shared/grouped.ts';

export { grouped };

/** `3 layers`, `1 layer` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `154.8 MB` */
export function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = count < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${power === 0 ? count : (count / 1000 ** power).toFixed(1)} ${units[power]}`;
}

/** `+41,344`, `−12`, and `±0` */
export function signed(count: number, text: (count: number) => string = grouped): string {
  return `${count > 0 ? '+' : count < 0 ? '−' : '±'}${text(Math.abs(count))}`;
}

/** `+9.5 %`: how much more the second is than the first; nothing where the first is 0. */
export function percentMore(before: number, after: number): string {
  if (before === 0) return '';
  const percent = (100 * (after - before)) / before;
  return signed(percent, (size) => `${size >= 100 ? Math.round(size) : size.toFixed(size >= 10 ? 1 : 2)} %`);
}
