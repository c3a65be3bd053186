/** Keeps a bar in one row: the buttons that do not fit, the last ones first, are entries of its menu "More Actions…". */
import { moveFocus } from '../focus.ts';
import { element, positionBelow } from './element.ts';
import { type MenuItem, showMenu } from './menu.ts';

/** Class of a button that does not fit. */
const moved = 'moved';

/** The buttons of a bar, and the button of the menu for those that do not fit. */
export class OverflowBar {
  /** Opens the menu; the last child of the bar. */
  readonly more: HTMLElement;
  readonly #bar: HTMLElement;
  #buttons: readonly HTMLElement[] = [];

  /** The other parts of the bar give way to the buttons, as far as the style says. */
  constructor(bar: HTMLElement) {
    this.#bar = bar;
    const name = 'More Actions…';
    this.more = element('button', { class: 'toggle', type: 'button', title: name, 'aria-label': name }, '⋯');
    this.more.setAttribute('aria-haspopup', 'menu');
    this.more.addEventListener('click', () => showMenu(this.#items(), positionBelow(this.more)));
    new ResizeObserver(() => this.fit()).observe(bar);
  }

  /** Sets the buttons, the most important first. */
  setButtons(buttons: readonly HTMLElement[]): void {
    this.#buttons = buttons;
    this.fit();
  }

  /** Shows the buttons that fit: after one of them appeared, disappeared or got another text. */
  fit(): void {
    const bar = this.#bar,
      { more } = this;
    const focused = document.activeElement;
    for (const button of this.#buttons) button.classList.remove(moved);
    more.hidden = true;
    if (bar.scrollWidth <= bar.clientWidth) return;
    more.hidden = false;
    // One look at the layout: with hundreds of buttons, one for each would be slow.
    let excess = bar.scrollWidth - bar.clientWidth;
    const widths = this.#shownButtons().map((button) => ({ button, width: button.getBoundingClientRect().width }));
    for (const { button, width } of widths.toReversed()) {
      if (excess <= 0) break;
      button.classList.add(moved);
      excess -= width;
    }
    if (focused?.classList.contains(moved) === true) moveFocus(more);
  }

  /** The button itself, or that of the menu when it is in there. */
  anchor(button: HTMLElement): HTMLElement {
    return button.classList.contains(moved) ? this.more : button;
  }

  #shownButtons(): readonly HTMLElement[] {
    return this.#buttons.filter((button) => button.getClientRects().length > 0);
  }

  #items(): readonly MenuItem[] {
    return this.#buttons
      .filter((button) => button.classList.contains(moved))
      .map((button) => {
        const pressed = button.getAttribute('aria-pressed');
        return {
          label: button.getAttribute('aria-label') ?? button.textContent,
          ...(pressed !== null && { isChecked: pressed === 'true' }),
          run: () => button.click(),
        };
      });
  }
}
