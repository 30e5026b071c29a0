/** The part of the page that shows the picture: moved and zoomed by mouse, keys and fingers. */
import type { Placed } from '../../../compiler/picture/place.ts';

interface Actions {
  choose(id: string): void;
  toggle(id: string): void;
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

const SVG = 'http://www.w3.org/2000/svg';
const LEAST_ZOOM = 0.02;
const MOST_ZOOM = 8;
const ARROW_STEP = 60;
/** Pixels that a pointer may move and still mean a click. */
const CLICK = 4;

export class Stage {
  readonly #layer = document.createElementNS(SVG, 'g');
  /** Of the picture's origin on the screen, and its scale. */
  #x = 0;
  #y = 0;
  #scale = 1;
  readonly #pointers = new Map<number, Spot>();
  #travelled = 0;

  constructor(
    readonly svg: SVGSVGElement,
    readonly actions: Actions,
  ) {
    svg.append(this.#layer);
    svg.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), this.#onStage(event));
    });
    svg.addEventListener('pointerdown', (event) => this.#down(event));
    svg.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel'] as const) svg.addEventListener(end, (event) => this.#up(event));
    svg.addEventListener('click', (event) => this.#click(event));
    svg.addEventListener('dblclick', (event) => {
      const id = idAt(event);
      if (id !== undefined) actions.toggle(id);
    });
    svg.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Takes markup in, with a button on each box that opens. */
  show(markup: string, openable: readonly Placed[]): void {
    const focused = (document.activeElement as SVGElement | null)?.dataset?.['id'];
    this.#layer.innerHTML = markup;
    for (const box of this.#boxes()) {
      box.setAttribute('tabindex', '0');
      box.setAttribute('role', 'button');
      const open = box.dataset['open'];
      if (open !== undefined) box.setAttribute('aria-expanded', open);
      if (box.dataset['id'] === focused) box.focus();
    }
    for (const placed of openable) this.#layer.append(button(placed));
  }

  mark(id: string): void {
    for (const box of this.#boxes()) box.classList.toggle('chosen', id !== '' && box.dataset['id'] === id);
  }

  *#boxes(): Iterable<SVGElement> {
    for (const box of this.#layer.querySelectorAll<SVGElement>('[data-id]')) if (box.dataset['id'] !== '') yield box;
  }

  /** All of it, but no larger than life. */
  fit({ width, height }: Placed): void {
    const room = this.svg.getBoundingClientRect();
    this.#scale = Math.max(LEAST_ZOOM, Math.min(1, room.width / (width + 24), room.height / (height + 24)));
    this.#x = (room.width - width * this.#scale) / 2;
    this.#y = Math.max(8, (room.height - height * this.#scale) / 2);
    this.#apply();
  }

  center({ x, y, width, height }: Placed): void {
    const room = this.svg.getBoundingClientRect();
    this.#scale = Math.max(this.#scale, Math.min(1, room.width / (width * 1.2), room.height / (height * 1.2)));
    this.#x = room.width / 2 - (x + width / 2) * this.#scale;
    this.#y = room.height / 2 - (y + height / 2) * this.#scale;
    this.#apply();
  }

  /** Moves so that a box whose place has changed stays where it was. */
  follow(before: Placed, after: Placed): void {
    this.#x += (before.x + before.width / 2 - after.x - after.width / 2) * this.#scale;
    this.#y += (before.y - after.y) * this.#scale;
    this.#apply();
  }

  zoom(by: number, at?: Spot): void {
    const room = this.svg.getBoundingClientRect();
    const { x, y } = at ?? { x: room.width / 2, y: room.height / 2 };
    const scale = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, this.#scale * by));
    this.#x = x - ((x - this.#x) * scale) / this.#scale;
    this.#y = y - ((y - this.#y) * scale) / this.#scale;
    this.#scale = scale;
    this.#apply();
  }

  #pan(dx: number, dy: number): void {
    this.#x += dx;
    this.#y += dy;
    this.#apply();
  }

  #apply(): void {
    this.#layer.setAttribute('transform', `translate(${this.#x} ${this.#y}) scale(${this.#scale})`);
  }

  #onStage({ clientX, clientY }: MouseEvent): Spot {
    const { left, top } = this.svg.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    if (this.#pointers.size === 0) this.#travelled = 0;
    this.#pointers.set(event.pointerId, this.#onStage(event));
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = this.#onStage(event);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    this.#travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (this.#travelled > CLICK) {
      this.svg.classList.add('dragging');
      // Not before it is a drag: a captured pointer would send its click to the stage.
      this.svg.setPointerCapture(event.pointerId);
    }
    if (other === undefined) this.#pan(now.x - before.x, now.y - before.y);
    else {
      const [from, to] = [before, now].map(({ x, y }) => Math.hypot(x - other.x, y - other.y));
      this.#pan((now.x - before.x) / 2, (now.y - before.y) / 2);
      this.zoom(to! / Math.max(1, from!), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    }
  }

  #up(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    if (this.#pointers.size === 0) this.svg.classList.remove('dragging');
  }

  #click(event: MouseEvent): void {
    if (this.#travelled > CLICK) return;
    const button = (event.target as Element).closest<SVGElement>('[data-toggle]');
    if (button !== null) this.actions.toggle(button.dataset['toggle']!);
    else this.actions.choose(idAt(event) ?? '');
  }

  #key(event: KeyboardEvent): void {
    const id = idAt(event);
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [ARROW_STEP, 0],
      ArrowRight: [-ARROW_STEP, 0],
      ArrowUp: [0, ARROW_STEP],
      ArrowDown: [0, -ARROW_STEP],
    };
    const step = steps[event.key];
    if (step !== undefined) this.#pan(...step);
    else if (event.key === ' ' && id !== undefined) this.actions.choose(id);
    else if (event.key === 'Enter' && id !== undefined) this.actions.toggle(id);
    else return;
    event.preventDefault();
  }
}

/** The innermost box that an event is about. */
function idAt(event: Event): string | undefined {
  const id = (event.target as Element).closest<SVGElement>('[data-id]')?.dataset['id'];
  return id === '' ? undefined : id;
}

function button({ box, x, y, width }: Placed): SVGElement {
  const group = document.createElementNS(SVG, 'g');
  group.setAttribute('class', 'toggle');
  group.dataset['toggle'] = box.id;
  const [cx, cy] = [x + width - 4, y + 4];
  const sign = `M${cx - 4} ${cy}h8${box.content === undefined ? `M${cx} ${cy - 4}v8` : ''}`;
  group.innerHTML = `<title>${box.content === undefined ? 'open' : 'close'}</title><circle cx="${cx}" cy="${cy}" r="8"/><path d="${sign}"/>`;
  return group;
}
