/** Zooming, panning and pointing with the mouse and the keyboard, over the drawn panels of a plot. */
import { moveFocus } from '../focus.ts';
import { type PlotRange } from '../../../../server/src/protocol/commands.ts';
import { element } from '../grid/element.ts';
import { marginLeft, marginRight } from './chart.ts';
import { panned, zoomed } from './range.ts';

/** Content and actions of the plot. */
interface PointerHost {
  /** The visible range; undefined while nothing is drawn. */
  range(): PlotRange | undefined;
  show(range: PlotRange): void;
  reset(): void;
  /** The pointer or the cursor is at an x, which is `left` pixels from the left edge; undefined for nowhere. */
  point(at: { readonly x: number; readonly left: number } | undefined): void;
  /** A point was chosen; `top` is the distance from the top of `panel`, undefined for the keyboard. */
  open(x: number, at: { readonly panel: Element; readonly top: number } | undefined): void;
}

/** Factor of one step of zooming, and share of the width that one step pans. */
const zoomStep = 0.7;
const panStep = 0.2;

/** Pixels that a drag needs at least to be one. */
const dragMin = 4;

/** Makes an element with drawn panels zoom: drag an interval, Shift and drag to pan, the wheel, and keys. */
export class PlotPointer {
  readonly #root: HTMLElement;
  readonly #host: PointerHost;
  readonly #cursor = element('div', { class: 'cursor', 'aria-hidden': 'true' });
  readonly #box = element('div', { class: 'zoombox', 'aria-hidden': 'true' });
  #drag: { readonly x: number; readonly range: PlotRange; readonly pans: boolean } | undefined;
  #at: number | undefined;

  constructor(root: HTMLElement, host: PointerHost) {
    this.#root = root;
    this.#host = host;
    this.#cursor.hidden = this.#box.hidden = true;
    root.addEventListener('pointerdown', (event) => this.#down(event));
    root.addEventListener('pointermove', (event) => this.#move(event));
    root.addEventListener('pointerup', (event) => this.#up(event));
    root.addEventListener('pointercancel', () => this.#end());
    root.addEventListener('pointerleave', () => this.#leave());
    root.addEventListener('dblclick', () => host.reset());
    root.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    root.addEventListener('keydown', (event) => this.#key(event));
  }

  /** The marks that lie over the panels. */
  get marks(): readonly HTMLElement[] {
    return [this.#cursor, this.#box];
  }

  /** Removes the cursor, as when another plot is drawn. */
  clear(): void {
    this.#point(undefined);
  }

  /** The panels were drawn, over another range or in another size: the cursor stays at its x, as far as it is visible. */
  drawn(): void {
    const range = this.#host.range();
    const at = this.#at;
    const isVisible = at !== undefined && range !== undefined && at >= range.low && at <= range.high;
    this.#point(isVisible ? at : undefined);
  }

  #xAt(pixel: number): number | undefined {
    const range = this.#host.range();
    if (range === undefined) return undefined;
    const share = Math.max(0, Math.min(1, (pixel - marginLeft) / this.#width));
    return range.low + share * (range.high - range.low);
  }

  get #width(): number {
    return Math.max(1, this.#root.clientWidth - marginLeft - marginRight);
  }

  #pixel(event: MouseEvent): number {
    return event.clientX - this.#root.getBoundingClientRect().left;
  }

  #down(event: PointerEvent): void {
    const range = this.#host.range();
    if (event.button !== 0 || range === undefined) return;
    this.#drag = { x: this.#pixel(event), range, pans: event.shiftKey };
    this.#root.setPointerCapture(event.pointerId);
    // It selects no text, but the keys of the plot work afterwards.
    event.preventDefault();
    moveFocus(this.#root, { preventScroll: true });
  }

  #move(event: PointerEvent): void {
    const pixel = this.#pixel(event);
    if (this.#drag === undefined) return this.#point(this.#xAt(pixel));
    const { x, range, pans } = this.#drag;
    if (pans) return this.#host.show(panned(range, (x - pixel) / this.#width));
    const [left, right] = [Math.min(x, pixel), Math.max(x, pixel)];
    this.#box.hidden = right - left < dragMin;
    this.#box.style.left = `${left}px`;
    this.#box.style.width = `${right - left}px`;
  }

  #up(event: PointerEvent): void {
    const { x, pans } = this.#drag ?? { x: 0, pans: true };
    const isDrag = this.#drag !== undefined;
    this.#end();
    if (!isDrag) return;
    const pixel = this.#pixel(event);
    const [low, high] = [this.#xAt(Math.min(x, pixel)), this.#xAt(Math.max(x, pixel))];
    if (low === undefined || high === undefined) return;
    if (Math.abs(pixel - x) < dragMin) return this.#open(event, low);
    if (pans || high <= low) return;
    this.#host.show({ low, high });
    this.#point(this.#xAt(pixel));
  }

  #open(event: PointerEvent, x: number): void {
    const panel = document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.tagName === 'svg');
    if (panel !== undefined) this.#host.open(x, { panel, top: event.clientY - panel.getBoundingClientRect().top });
  }

  #end(): void {
    this.#drag = undefined;
    this.#box.hidden = true;
  }

  #leave(): void {
    if (this.#drag === undefined && document.activeElement !== this.#root) this.#point(undefined);
  }

  #wheel(event: WheelEvent): void {
    const range = this.#host.range();
    if (range === undefined) return;
    event.preventDefault();
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey)
      return this.#host.show(panned(range, sideways / this.#width));
    const at = this.#xAt(this.#pixel(event));
    this.#host.show(zoomed(range, Math.exp(Math.max(-100, Math.min(100, event.deltaY)) / 300), at));
  }

  #key(event: KeyboardEvent): void {
    const range = this.#host.range();
    if (range === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#at ?? (range.low + range.high) / 2;
    const actions: Readonly<Record<string, () => void>> = {
      '+': () => this.#host.show(zoomed(range, zoomStep, this.#at)),
      '=': () => this.#host.show(zoomed(range, zoomStep, this.#at)),
      '-': () => this.#host.show(zoomed(range, 1 / zoomStep, this.#at)),
      0: () => this.#host.reset(),
      ArrowLeft: () => (event.shiftKey ? this.#host.show(panned(range, -panStep)) : this.#step(at, -1, range)),
      ArrowRight: () => (event.shiftKey ? this.#host.show(panned(range, panStep)) : this.#step(at, 1, range)),
      Home: () => this.#point(range.low),
      End: () => this.#point(range.high),
      Enter: () => this.#host.open(at, undefined),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  /** Moves the cursor by some pixels. */
  #step(at: number, direction: number, { low, high }: PlotRange): void {
    const step = ((high - low) / this.#width) * cursorStep;
    this.#point(Math.max(low, Math.min(high, at + direction * step)));
  }

  #point(x: number | undefined): void {
    this.#at = x;
    const range = this.#host.range();
    this.#cursor.hidden = x === undefined || range === undefined;
    if (x === undefined || range === undefined) return this.#host.point(undefined);
    const left = marginLeft + ((x - range.low) / (range.high - range.low || 1)) * this.#width;
    this.#cursor.style.left = `${left}px`;
    this.#host.point({ x, left });
  }
}

/** Pixels of a step of the cursor. */
const cursorStep = 4;
