/** The search for blocks and operations by path, name of a layer, or block. */
import type { Item, Picture } from '../../../compiler/picture/picture.ts';
import { byId, make } from './elements.ts';

interface Entry {
  readonly item: Item;
  /** The blocks around it, the outermost first. */
  readonly blocks: readonly Item[];
  readonly kind: string;
  /** What is searched, in small letters. */
  readonly text: string;
}

const MOST_SHOWN = 50;

export function startSearch(picture: Picture, reveal: (item: Item, blocks: readonly Item[]) => void): void {
  const entries: Entry[] = [];
  const collect = (items: readonly Item[], blocks: readonly Item[]): void => {
    for (const item of items) {
      const kind = item.kind === 'operation' ? item.op : (item.block ?? 'group');
      entries.push({ item, blocks, kind, text: `${item.path} ${kind}`.toLowerCase() });
      if (item.kind === 'block') collect(item.items, [...blocks, item]);
    }
  };
  collect(picture.root.items, []);

  const input = byId('search') as HTMLInputElement;
  const list = byId('found');
  const show = (): void => {
    const words = input.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const found = words.length === 0 ? [] : entries.filter(({ text }) => words.every((word) => text.includes(word)));
    list.hidden = words.length === 0;
    list.replaceChildren(
      ...found.slice(0, MOST_SHOWN).map((entry) => {
        const button = make('button', { type: 'button' }, entry.item.path, ' ', make('small', {}, entry.kind));
        button.addEventListener('click', () => choose(entry));
        return make('li', {}, button);
      }),
      ...(found.length > MOST_SHOWN ? [make('li', {}, `and ${found.length - MOST_SHOWN} more`)] : []),
      ...(found.length === 0 ? [make('li', {}, 'nothing has this in its path or kind')] : []),
    );
  };
  const choose = ({ item, blocks }: Entry): void => {
    list.hidden = true;
    reveal(item, blocks);
  };
  input.addEventListener('input', show);
  input.addEventListener('focus', show);
  input.addEventListener('keydown', (event) => {
    const first = list.querySelector('button');
    if (event.key === 'Enter') first?.click();
    else if (event.key === 'ArrowDown') first?.focus();
    else if (event.key === 'Escape') {
      list.hidden = true;
      input.blur();
    } else return;
    event.preventDefault();
  });
  list.addEventListener('keydown', (event) => {
    const here = (event.target as Element).closest('li');
    const next =
      event.key === 'ArrowDown'
        ? here?.nextElementSibling
        : event.key === 'ArrowUp'
          ? here?.previousElementSibling
          : undefined;
    if (next === undefined) return;
    event.preventDefault();
    (next?.querySelector('button') ?? input).focus();
  });
  document.addEventListener('pointerdown', (event) => {
    if ((event.target as Element).closest('.search') === null) list.hidden = true;
  });
}
