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
