import { moveFocus } from '../focus.ts';
import { element } from './element.ts';
import { isFieldKey } from './fieldKeys.ts';

/** Actions of an editor of a cell with its text. */
interface CellEditorHost {
  /** Returns the reason that a text is not a value of the cell; undefined when it is one. */
  check(text: string): Promise<string | undefined>;
  /** Takes the text; returns the reason that it was not taken. `move` is where the selection goes then. */
  commit(text: string, move: Move): Promise<string | undefined>;
  /** Saves the table. */
  save(): void;
  closed(): void;
}

/** Columns and rows by which the selection moves after an edit. */
export interface Move {
  readonly rows: number;
  readonly columns: number;
}

/** Delay after the last key before the text is checked, milliseconds. */
const restMs = 150;

let last = 0;

/** A field over a cell in which its text is edited. Enter and Tab take the text, Escape leaves the cell as it was. */
export class CellEditor {
  readonly root: HTMLElement;
  readonly #field: HTMLTextAreaElement;
  readonly #problem: HTMLElement;
  readonly #host: CellEditorHost;
  #timer: number | undefined;
  #isBusy = false;
  #isClosed = false;

  /** Opens it over `cell`, with all of the text selected, or the caret after it when the user began to type it. */
  constructor(cell: Element, { text, label, isTyped }: EditedText, host: CellEditorHost) {
    this.#host = host;
    const id = `problem${(last += 1)}`;
    this.#field = element('textarea', { class: 'field', rows: '1', 'aria-label': label, 'aria-describedby': id });
    this.#problem = element('div', { id, class: 'problem', role: 'alert' });
    this.#problem.hidden = true;
    this.root = element('div', { class: 'cell-editor' }, this.#field, this.#problem);
    const { left, top, width, height } = cell.getBoundingClientRect();
    this.root.style.left = `${left}px`;
    this.root.style.top = `${top}px`;
    this.#field.style.minWidth = `${Math.max(width, 80)}px`;
    this.#field.style.height = `${height}px`;
    this.#field.value = text;
    document.body.append(this.root);
    this.#field.addEventListener('keydown', (event) => this.#key(event));
    this.#field.addEventListener('input', () => this.#changed());
    this.#field.addEventListener('blur', () => void this.#take({ rows: 0, columns: 0 }));
    moveFocus(this.#field);
    if (isTyped) this.#changed();
    else this.#field.select();
  }

  /** Closes it without an edit. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    window.clearTimeout(this.#timer);
    this.root.remove();
    this.#host.closed();
  }

  /** The text as it is. */
  get text(): string {
    return this.#field.value;
  }

  #key(event: KeyboardEvent): void {
    // Keys such as those of undo are those of the text, not of the document.
    if (isFieldKey(event)) event.stopPropagation();
    const move = moveOf(event);
    if (event.key === 'Escape') this.close();
    else if ((event.ctrlKey || event.metaKey) && event.key === 's') void this.#save();
    else if (move !== undefined) void this.#take(move);
    else if (event.key === 'Enter') this.#field.setRangeText('\n', ...this.#range, 'end');
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  get #range(): [number, number] {
    return [this.#field.selectionStart, this.#field.selectionEnd];
  }

  #changed(): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#check(), restMs);
  }

  async #check(): Promise<void> {
    const { value } = this.#field;
    const problem = await this.#host.check(value);
    if (value === this.#field.value && !this.#isBusy) this.#show(problem);
  }

  /** Saves the table with the text, unless it is refused. */
  async #save(): Promise<void> {
    await this.#take({ rows: 0, columns: 0 });
    if (this.#isClosed) this.#host.save();
  }

  async #take(move: Move): Promise<void> {
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    this.#field.readOnly = true;
    const problem = await this.#host.commit(this.#field.value, move);
    this.#isBusy = false;
    this.#field.readOnly = false;
    if (problem === undefined) return this.close();
    this.#show(problem);
    moveFocus(this.#field);
  }

  #show(problem: string | undefined): void {
    this.#problem.textContent = problem ?? '';
    this.#problem.hidden = problem === undefined;
    this.#field.setAttribute('aria-invalid', String(problem !== undefined));
  }
}

/** The text that is edited. */
interface EditedText {
  readonly text: string;
  readonly label: string;
  /** True for the first character that the user typed. */
  readonly isTyped: boolean;
}

function moveOf({ key, shiftKey, altKey }: KeyboardEvent): Move | undefined {
  if (key === 'Tab') return { rows: 0, columns: shiftKey ? -1 : 1 };
  return key === 'Enter' && !altKey ? { rows: shiftKey ? -1 : 1, columns: 0 } : undefined;
}
