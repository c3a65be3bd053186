import { type OfferedFormat } from '../../queries/formatStrings.ts';
import { element } from './element.ts';
import { offerButtons } from './failedPage.ts';
import { type SuggestedFormat } from './messages.ts';

/** The line above a table whose text suggests another reading, such as a row of units that was read as values. */
export class FormatNotice {
  readonly root = element('div', { class: 'notice', role: 'group', 'aria-label': 'Format' });
  readonly #state: (offer: OfferedFormat) => void;

  constructor(state: (offer: OfferedFormat) => void) {
    this.#state = state;
    this.hide();
  }

  hide(): void {
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  /** Shows the first of the suggested formats, which may answer the others; nothing without any. */
  show([suggested]: readonly SuggestedFormat[]): void {
    if (suggested === undefined) return this.hide();
    const label = 'Hide This Line';
    const close = element('button', { type: 'button', class: 'icon', 'aria-label': label, title: label }, '✕');
    close.addEventListener('click', () => this.hide());
    const { reason, offers } = suggested;
    const text = element('span', { role: 'status' }, `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`);
    this.root.replaceChildren(text, ...offerButtons(offers, this.#state), close);
    this.root.hidden = false;
  }
}
