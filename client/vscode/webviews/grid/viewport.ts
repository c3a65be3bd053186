/**
 * Positions of the rows of a long table, in pixels of the table. Browsers fail on elements higher than about 16 to 33
 * million pixels, so the scrolling element is at most `spanMax` high and its scroll bar represents the whole table.
 */
export const rowHeight = 22;

const spanMax = 8_000_000;

/** Visible part of a scrolled table. All in pixels. */
export interface Viewport {
  /** Height of all rows. */
  readonly total: number;
  /** Height of the visible window. */
  readonly visible: number;
  /** Distance of the window's top from the first row's top. */
  readonly top: number;
}

/** Height of the scrolling element: that of the table, or the browser's limit. */
export function span(total: number): number {
  return Math.min(total, spanMax);
}

/** `top` limited to the table. */
export function clampTop({ total, visible }: Omit<Viewport, 'top'>, top: number): number {
  return Math.min(Math.max(0, top), Math.max(0, total - visible));
}

/** Position of the scroll bar when the window is at `top`. */
export function scrollTopOf({ total, visible, top }: Viewport): number {
  const room = total - visible;
  return room <= 0 ? 0 : (top / room) * (span(total) - visible);
}

/** Position of the window when the scroll bar is at `scrollTop`. */
export function topOf({ total, visible }: Omit<Viewport, 'top'>, scrollTop: number): number {
  const room = span(total) - visible;
  return room <= 0 ? 0 : clampTop({ total, visible }, (scrollTop / room) * (total - visible));
}

/** Rows that the window overlaps, 0-based, end exclusive. */
export function rowsIn({ total, visible, top }: Viewport): { readonly start: number; readonly end: number } {
  const count = Math.round(total / rowHeight);
  return {
    start: Math.min(count, Math.floor(top / rowHeight)),
    end: Math.min(count, Math.ceil((top + visible) / rowHeight)),
  };
}

/** `top` moved by the minimum that makes a row fully visible. */
export function reveal({ total, visible, top }: Viewport, row: number): number {
  const rowTop = row * rowHeight;
  const lowest = rowTop + rowHeight - visible;
  return clampTop({ total, visible }, Math.max(lowest, Math.min(top, rowTop)));
}

/**
 * The position after a turn of the wheel in a table too high for a browser: there the wheel scrolls by its own distance,
 * not by that of the scroll bar. Undefined where the browser scrolls.
 */
export function wheelTop(view: Viewport, event: WheelEvent): number | undefined {
  if (event.deltaY === 0 || event.ctrlKey || view.total === span(view.total)) return undefined;
  const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * rowHeight : event.deltaY;
  return clampTop(view, view.top + pixels);
}
