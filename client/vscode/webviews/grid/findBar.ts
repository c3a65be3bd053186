import { moveFocus } from '../focus.ts';
import { element } from './element.ts';
import { isFieldKey } from './fieldKeys.ts';

/** Actions of the bar. */
interface FindHost {
  /** Goes to the next match, or the one before. */
  find(text: string, backward: boolean): void;
  /** Goes to a row by its number, or to a time. */
  jump(text: string): void;
  /** The text changed: what was found for the one before no longer counts. */
  typed(): void;
  closed(): void;
}

/** The bar below the head of the page, for a text to find or for the number of a row. */
export class FindBar {
  readonly root = element('form', { class: 'find', role: 'search' });
  readonly #host: FindHost;
  readonly #input = element('input', { type: 'text', spellcheck: 'false', autocomplete: 'off' });
  readonly #status = element('span', { class: 'found', role: 'status', 'aria-live': 'polite' });
  readonly #steps: readonly HTMLElement[];
  #mode: 'find' | 'jump' = 'find';

  constructor(host: FindHost) {
    this.#host = host;
    const step = (label: string, text: string, backward: boolean): HTMLElement => {
      const button = element('button', { type: 'button', class: 'icon', 'aria-label': label, title: label }, text);
      button.addEventListener('click', () => host.find(this.#input.value, backward));
      return button;
    };
    this.#steps = [step('Previous Match (Shift+Enter)', '↑', true), step('Next Match (Enter)', '↓', false)];
    const close = element('button', { type: 'button', class: 'icon', 'aria-label': 'Close (Escape)' }, '✕');
    close.addEventListener('click', () => this.close());
    this.root.hidden = true;
    this.root.append(this.#input, ...this.#steps, this.#status, close);
    this.root.addEventListener('submit', (event) => event.preventDefault());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.#input.addEventListener('input', () => host.typed());
  }

  /** Opens the bar with the keyboard in it. */
  open(mode: 'find' | 'jump'): void {
    this.#mode = mode;
    this.root.hidden = false;
    this.#input.setAttribute('aria-label', mode === 'find' ? 'Find in all rows' : 'Row or time');
    this.#input.placeholder = mode === 'find' ? 'Find in all rows' : 'Row number, or a time such as 2026-05-01 12:00';
    for (const step of this.#steps) step.hidden = mode === 'jump';
    this.#status.textContent = '';
    moveFocus(this.#input);
    this.#input.select();
  }

  /** Repeats the search. */
  again(backward: boolean): void {
    if (this.#mode === 'find' && this.#input.value !== '') this.#host.find(this.#input.value, backward);
    else this.open('find');
  }

  report(text: string): void {
    this.#status.textContent = text;
  }

  close(): void {
    this.root.hidden = true;
    this.#host.closed();
  }

  #key(event: KeyboardEvent): void {
    if (isFieldKey(event)) event.stopPropagation();
    if (event.key === 'Escape') this.close();
    else if (event.key === 'F3') this.again(event.shiftKey);
    else if (event.key !== 'Enter') return;
    else if (this.#mode === 'jump') this.#host.jump(this.#input.value);
    else if (this.#input.value !== '') this.#host.find(this.#input.value, event.shiftKey);
    event.preventDefault();
    event.stopPropagation();
  }
}
