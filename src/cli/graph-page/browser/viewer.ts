/** The program of the page: draws the picture, opens and closes blocks, searches, and shows what is chosen. */
import { depthFor, MOST_BOXES } from '../../../compiler/picture/depth.ts';
import { HEAT_LEVELS, heatOf, heatTitle, levelText, type Measure } from '../../../compiler/picture/heat.ts';
import type { Item, Picture } from '../../../compiler/picture/picture.ts';
import { type Placed, placeView } from '../../../compiler/picture/place.ts';
import { drawn } from '../../../compiler/picture/svg.ts';
import { type Box, viewOf } from '../../../compiler/picture/view.ts';
import { grouped } from '../../../shared/grouped.ts';
import { detailsOf } from './details.ts';
import { byId, make } from './elements.ts';
import { startSearch } from './search.ts';
import { Stage } from './stage.ts';

const { picture, start } = JSON.parse(byId('data').textContent!) as {
  readonly picture: Picture;
  readonly start: { readonly depth: number; readonly fold: boolean; readonly color?: Measure };
};

let { depth, fold, color } = start;
/** Boxes that were opened or closed by hand, against the depth. */
let toggled = new Set<string>();
let chosen = '';
let placed: Placed;
let places = new Map<string, Placed>();

const stage = new Stage(byId('stage') as unknown as SVGSVGElement, { choose, toggle });

/** Draws everything again; `anchor` keeps its place on the screen. */
function draw(anchor?: string): void {
  const before = anchor === undefined ? undefined : places.get(anchor);
  const view = viewOf(picture, { depth, toggled, fold });
  placed = placeView(view);
  places = new Map(allOf(placed).map((each) => [each.box.id, each]));
  stage.show(
    drawn(picture, placed, color === undefined ? undefined : heatOf(picture, color)),
    [...places.values()].filter(({ box }) => box.openable),
  );
  const after = anchor === undefined ? undefined : places.get(anchor);
  if (before !== undefined && after !== undefined) stage.follow(before, after);
  byId('depth').textContent = String(depth);
  (byId('shallower') as HTMLButtonElement).disabled = depth <= 1;
  (byId('deeper') as HTMLButtonElement).disabled = ![...places.values()].some(
    ({ box }) => box.openable && !isOpen(box),
  );
  (byId('fold') as HTMLInputElement).checked = fold;
  showLegend();
  tell(`${grouped(view.boxes)} boxes of ${grouped(picture.root.operations)} operations`);
  mark();
}

function showLegend(): void {
  (byId('color') as HTMLSelectElement).value = color ?? '';
  byId('legend').hidden = color === undefined;
  if (color === undefined) return;
  const swatches = Array.from({ length: HEAT_LEVELS }, (_, level) => {
    const swatch = make('span', {}, levelText(level));
    const shade = `<svg class="specc" viewBox="0 0 14 14"><g class="source heat-${level}"><rect class="outline" x="1" y="1" width="12" height="12" rx="3"/></g></svg>`;
    swatch.insertAdjacentHTML('afterbegin', shade);
    return swatch;
  });
  byId('legend').replaceChildren(make('span', {}, heatTitle(heatOf(picture, color))), ...swatches);
}

function allOf(each: Placed): Placed[] {
  return [each, ...(each.inside?.boxes.flatMap(allOf) ?? [])];
}

function isOpen(box: Box): boolean {
  return box.content !== undefined;
}

function tell(text: string): void {
  byId('status').textContent = text;
}

function choose(id: string): void {
  chosen = id;
  mark();
  byId('details').replaceChildren(...detailsOf(picture, places.get(id)?.box ?? placed.box));
}

function mark(): void {
  stage.mark(chosen);
}

function toggle(id: string): void {
  const box = places.get(id)?.box;
  if (box === undefined || !box.openable) return;
  const before = new Set(toggled);
  flip(id);
  const { boxes } = viewOf(picture, { depth, toggled, fold });
  if (boxes > MOST_BOXES) {
    toggled = before;
    tell(
      `not opened: that would be ${grouped(boxes)} boxes, and more than ${grouped(MOST_BOXES)} are too many to draw`,
    );
    return;
  }
  draw(id);
  choose(id);
}

function flip(id: string): void {
  if (!toggled.delete(id)) toggled.add(id);
}

function setDepth(wanted: number): void {
  const possible = depthFor(picture, wanted, { fold });
  depth = possible.depth;
  toggled = new Set();
  draw();
  stage.fit(placed);
  if (possible.limited)
    tell(`depth ${wanted} would be more than ${grouped(MOST_BOXES)} boxes; single blocks can still be opened`);
}

/** Opens what an item stands in, chooses it, and brings it to the middle. */
function reveal(item: Item, path: readonly Item[]): void {
  const id = item.kind === 'block' ? item.path : `op:${item.path}`;
  const open = (): boolean => {
    for (const block of path) {
      const box = places.get(block.path)?.box;
      if (box !== undefined && !isOpen(box)) {
        flip(block.path);
        draw();
      }
    }
    const parent = path.at(-1)?.path ?? '';
    for (const { box } of [...places.values()]) {
      if (places.has(id)) break;
      if (box.kind !== 'part' || box.path !== parent || isOpen(box)) continue;
      flip(box.id);
      draw();
    }
    return places.has(id);
  };
  if (!open()) {
    // It is one of the rounds that a fold stands for.
    fold = false;
    draw();
    open();
  }
  const found = places.get(id);
  if (found !== undefined) {
    stage.center(found);
    choose(id);
  }
}

byId('shallower').addEventListener('click', () => setDepth(Math.max(1, depth - 1)));
byId('deeper').addEventListener('click', () => setDepth(depth + 1));
byId('fold').addEventListener('change', (event) => {
  fold = (event.target as HTMLInputElement).checked;
  const possible = depthFor(picture, depth, { fold });
  depth = possible.depth;
  draw();
  stage.fit(placed);
});
byId('color').addEventListener('change', (event) => {
  const { value } = event.target as HTMLSelectElement;
  color = value === '' ? undefined : (value as Measure);
  draw();
});
byId('in').addEventListener('click', () => stage.zoom(1.25));
byId('out').addEventListener('click', () => stage.zoom(0.8));
byId('fit').addEventListener('click', () => stage.fit(placed));
document.addEventListener('keydown', (event) => {
  if ((event.target as Element).closest('input, select, [role=searchbox]') !== null) return;
  if (event.key === '/') {
    event.preventDefault();
    byId('search').focus();
  } else if (event.key === '0') stage.fit(placed);
  else if (event.key === '+' || event.key === '=') stage.zoom(1.25);
  else if (event.key === '-') stage.zoom(0.8);
  else if (event.key === 'Escape') choose('');
});

startSearch(picture, reveal);
draw();
stage.fit(placed!);
choose('');
