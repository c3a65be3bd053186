/**
 * Where the rows of a long table are, in pixels of the table. Browsers give up on elements of more than some 16 to 33
 * million pixels, so the element that scrolls is at most `spanMax` high and its scroll bar stands for the whole table.
 */
export const rowHeight = 22;

const spanMax = 8_000_000;

/** The parts of a table that is scrolled. All in pixels. */
export interface Viewport {
  /** Height of all rows. */
  readonly total: number;
  /** Height of the window onto them. */
  readonly visible: number;
  /** Distance of the window's top from the first row's top. */
  readonly top: number;
}

/** Height of the element that scrolls: that of the table, or the most that a browser bears. */
export function span(total: number): number {
  return Math.min(total, spanMax);
}

/** `top` within the table. */
export function clampTop({ total, visible }: Omit<Viewport, 'top'>, top: number): number {
  return Math.min(Math.max(0, top), Math.max(0, total - visible));
}

/** Where the scroll bar stands when the window is at `top`. */
export function scrollTopOf({ total, visible, top }: Viewport): number {
  const room = total - visible;
  return room <= 0 ? 0 : (top / room) * (span(total) - visible);
}

/** Where the window is when the scroll bar was moved to `scrollTop`. */
export function topOf({ total, visible }: Omit<Viewport, 'top'>, scrollTop: number): number {
  const room = span(total) - visible;
  return room <= 0 ? 0 : clampTop({ total, visible }, (scrollTop / room) * (total - visible));
}

/** The rows that the window touches, 0-based, end exclusive. */
export function rowsIn({ total, visible, top }: Viewport): { readonly start: number; readonly end: number } {
  const count = Math.round(total / rowHeight);
  return {
    start: Math.min(count, Math.floor(top / rowHeight)),
    end: Math.min(count, Math.ceil((top + visible) / rowHeight)),
  };
}

/** `top` moved as little as makes a row wholly visible. */
export function reveal({ total, visible, top }: Viewport, row: number): number {
  const rowTop = row * rowHeight;
  const lowest = rowTop + rowHeight - visible;
  return clampTop({ total, visible }, Math.max(lowest, Math.min(top, rowTop)));
}
