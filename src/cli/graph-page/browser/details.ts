/** What the page says of the box that is chosen. */
import { shapeText } from '../../../compiler/picture/figures.ts';
import type { Item, Picture } from '../../../compiler/picture/picture.ts';
import type { Box } from '../../../compiler/picture/view.ts';
import { grouped } from '../../../shared/grouped.ts';
import { make } from './elements.ts';

const BYTES_OF_A_NUMBER = 4;

export function detailsOf(picture: Picture, box: Box): readonly HTMLElement[] {
  const { item } = box;
  if (item === undefined) {
    const text = box.kind === 'repeat' ? `${box.count} rounds of the same structure, drawn once` : box.detail;
    return [make('h2', {}, box.title), make('p', { class: 'muted' }, text), make('p', {}, box.cost)];
  }
  const parts = [
    make('h2', {}, item.path === '' ? item.name : item.path),
    make('p', { class: 'muted' }, kindOf(item) + (box.count > 1 ? `, ${box.count} rounds; figures are of all` : '')),
  ];
  if (item.kind === 'block' && item.doc !== undefined) parts.push(make('p', {}, item.doc));
  const shapes = (values: readonly number[]): string =>
    values.map((value) => shapeText(picture.shapes[value]!)).join(', ');
  parts.push(
    table([
      ['input', shapes(item.inputs)],
      ['output', shapes(item.outputs)],
      ['parameters', grouped(item.parameters)],
      ['MACs', grouped(item.macs)],
      ['activations', `${grouped(item.activations)} (${bytes(item.activations * BYTES_OF_A_NUMBER)} as float32)`],
      ...(item.kind === 'block' ? ([['operations', grouped(item.operations)]] as const) : []),
    ]),
  );
  if (item.attributes.length > 0) {
    parts.push(make('h3', {}, item.kind === 'block' ? 'Parameters' : 'Attributes'));
    parts.push(table(item.attributes.map(({ name, text }) => [name, text])));
  }
  if (item.kind === 'operation' && item.weights.length > 0) {
    parts.push(make('h3', {}, 'Weights'));
    parts.push(
      table(item.weights.map(({ name, shape, trainable }) => [name, trainable ? shape : `${shape}, a running value`])),
    );
  }
  if (item.kind === 'operation' && item.sharedWith !== undefined) {
    parts.push(make('p', {}, `uses the weights of ${item.sharedWith}`));
  }
  parts.push(make('h3', {}, 'Source'));
  const places: (readonly [string, string])[] = [['used at', item.position]];
  if (item.kind === 'block' && item.definition !== undefined) places.push(['defined at', item.definition]);
  parts.push(table(places));
  return parts;
}

function kindOf(item: Item): string {
  if (item.kind === 'operation') return item.op;
  if (item.path === '') return 'model';
  return item.block === undefined ? 'a named result of several layers' : `block ${item.block}`;
}

function table(rows: readonly (readonly [string, string])[]): HTMLElement {
  return make(
    'table',
    {},
    ...rows
      .filter(([, value]) => value !== '')
      .map(([name, value]) => make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, value))),
  );
}

function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  return `${power === 0 ? count : (count / 1000 ** power).toFixed(1)} ${units[power]}`;
}
