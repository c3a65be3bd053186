import { moveFocus } from '../focus.ts';
import { element, fittedName, type PagePosition } from './element.ts';

/** An entry of a menu; a line instead of one separates groups. */
export type MenuItem = MenuEntry | 'line';

interface MenuEntry {
  readonly label: string;
  readonly key?: string;
  /** Set for an entry that is on or off. */
  readonly isChecked?: boolean;
  /** Set for an entry of a list to choose several from: the menu stays open. */
  readonly staysOpen?: boolean;
  /** `isOn` is the new state of an entry that is on or off. */
  readonly run: (isOn: boolean) => void;
}

/** Entries of either kind. */
const entries = '[role^="menuitem"]';

let open: { readonly menu: HTMLElement; readonly listeners: AbortController } | undefined;

/** Shows a menu at a position of the page. It is closed by a choice, Escape, and a click elsewhere. */
export function showMenu(items: readonly MenuItem[], { x, y }: PagePosition): void {
  closeMenu();
  const before = document.activeElement;
  const menu = element('div', { class: 'menu', role: 'menu', tabindex: '-1' });
  const close = (): void => {
    closeMenu();
    if (before instanceof HTMLElement) moveFocus(before);
  };
  menu.append(...items.map((item) => itemElement(item, close)));
  menu.addEventListener('keydown', (event) => stepFocus(event, menu, close));
  document.body.append(menu);
  const listeners = new AbortController();
  const { signal } = listeners;
  const closeOutside = ({ target }: PointerEvent): void => {
    if (target instanceof Node && !menu.contains(target)) closeMenu();
  };
  window.addEventListener('pointerdown', closeOutside, { signal });
  window.addEventListener('blur', closeMenu, { signal });
  open = { menu, listeners };
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(0, Math.min(x, window.innerWidth - width - 4))}px`;
  menu.style.top = `${Math.max(0, Math.min(y, window.innerHeight - height - 4))}px`;
  moveFocus(menu.querySelector<HTMLElement>(entries));
}

/** Closes the menu, if one is open. */
function closeMenu(): void {
  open?.listeners.abort();
  open?.menu.remove();
  open = undefined;
}

function itemElement(item: MenuItem, close: () => void): HTMLElement {
  if (item === 'line') return element('div', { class: 'line', role: 'separator' });
  const { isChecked, label } = item;
  const role = isChecked === undefined ? 'menuitem' : 'menuitemcheckbox';
  const button = element('button', { type: 'button', role, tabindex: '-1' });
  let isOn = isChecked === true;
  const draw = (): void => {
    button.setAttribute('aria-checked', String(isOn));
    button.replaceChildren(element('span', { 'aria-hidden': 'true' }, isOn ? '☑' : '☐'), fittedName(label));
  };
  if (isChecked === undefined) button.append(fittedName(label));
  else draw();
  if (item.key !== undefined) button.append(element('kbd', {}, item.key));
  // One entry is marked: that of the mouse or of the keyboard, whichever moved last.
  button.addEventListener('pointermove', () => moveFocus(button, { preventScroll: true }));
  button.addEventListener('click', () => {
    isOn = !isOn;
    if (item.staysOpen === true) draw();
    else close();
    item.run(isOn);
  });
  return button;
}

function stepFocus(event: KeyboardEvent, menu: HTMLElement, close: () => void): void {
  const items = [...menu.querySelectorAll<HTMLElement>(entries)];
  const at = items.findIndex((item) => item === document.activeElement);
  const to = steps[event.key]?.(at) ?? beginningWith(event, items, at);
  if (to !== undefined) moveFocus(items.at(to % items.length));
  else if (event.key === 'Escape' || event.key === 'Tab') close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

const steps: Readonly<Record<string, (at: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: () => -1,
};

/** Index of the next entry that begins with the typed letter; undefined without one, and for other keys. */
function beginningWith(
  { key, ctrlKey, altKey, metaKey }: KeyboardEvent,
  items: readonly HTMLElement[],
  at: number,
): number | undefined {
  if (key.trim().length !== 1 || ctrlKey || altKey || metaKey) return undefined;
  const begins = (item: HTMLElement | undefined): boolean =>
    item?.textContent?.replace(/^[☑☐]/, '').toLowerCase().startsWith(key.toLowerCase()) === true;
  const next = items.findIndex((item, index) => index > at && begins(item));
  const first = items.findIndex(begins);
  return next >= 0 ? next : first >= 0 ? first : undefined;
}
