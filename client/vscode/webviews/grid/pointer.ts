/** Passes the moves of the pointer to `move` until its button is released, and the release to `end`. */
export function followPointer(move: (event: PointerEvent) => void, end: (event: PointerEvent) => void): void {
  const release = (event: PointerEvent): void => {
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', release);
    end(event);
  };
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', release);
}

/** Longest time between the two presses of a double click, milliseconds. */
const doubleMs = 500;

/**
 * Distinguishes double clicks from presses. The browser counts clicks of one element, and the cells of a table are
 * drawn again after each press.
 */
export class DoubleClicks {
  #last: { readonly on: string; readonly time: number } | undefined;

  /** True for the second press of a double click. */
  press(on: string, { timeStamp }: PointerEvent): boolean {
    const isSecond = this.#last?.on === on && timeStamp - this.#last.time < doubleMs;
    this.#last = isSecond ? undefined : { on, time: timeStamp };
    return isSecond;
  }
}
