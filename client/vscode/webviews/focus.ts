/**
 * Focus of a page. Invariants:
 * - A page has the focus only by an act of the user. One that is drawn again, or that ends an edit, while the user is
 *   in another part of the window leaves the keyboard there: a browser would give it to any frame that asks.
 * - A page that has the focus has it in one of its elements, so that its keys work.
 */

/** Moves the focus to an element of the page; without effect while the user is in another part of the window. */
export function moveFocus(to: HTMLElement | null | undefined, options?: FocusOptions): void {
  if (document.hasFocus()) to?.focus(options);
}

/** Moves the focus to `main` if no element of the page has it: after a page is drawn. */
export function focusIfNone(main: HTMLElement | null | undefined): void {
  if (document.activeElement === document.body) moveFocus(main, { preventScroll: true });
}

/** Gives the focus that comes to the page to its main element, which is found then: a chosen tab focuses no element. */
export function followFocus(main: () => HTMLElement | null | undefined): void {
  // A browser moves the focus after the press, and not at all where the press begins a drag.
  window.addEventListener(
    'pointerdown',
    () => {
      if (!document.hasFocus()) window.focus();
    },
    { capture: true },
  );
  window.addEventListener('focus', () => focusIfNone(main()));
}
