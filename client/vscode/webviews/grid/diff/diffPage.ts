import { type DiffCounts, type TableDiffInfo } from '../../../../../server/src/protocol/commands.ts';
import { type FromGridPage, type GridState } from '../messages.ts';
import { type Requests } from '../requests.ts';
import { type TablePage } from '../tablePage.ts';
import { DiffBar } from './diffBar.ts';
import { stepToChange } from './diffSteps.ts';
import { changedFilter, type RowChange } from './diffView.ts';

/** Interface of the page to the differences. */
interface DiffPageHost {
  readonly requests: Requests;
  post(message: FromGridPage): void;
  table(): TablePage | undefined;
  announce(text: string): void;
}

/** The part of the page that is about differences of tables; hidden for any other table. */
export class DiffPage {
  readonly bar: DiffBar;
  readonly #host: DiffPageHost;
  #state: GridState | undefined;

  constructor(host: DiffPageHost) {
    this.#host = host;
    this.bar = new DiffBar({
      toggleAll: () => this.#ask('toggleAll'),
      pickKey: () => this.#ask('pickKey'),
      showText: () => this.#ask('showText'),
      step: (backward) => this.#step(backward),
      showKind: (kind) => this.#showKind(kind),
      showColumn: (index) => this.#showColumn(index),
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'F7' || event.ctrlKey || event.altKey || event.metaKey || this.info === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.#step(event.shiftKey);
    });
  }

  /** The differences that are shown; undefined for any other table. */
  get info(): TableDiffInfo | undefined {
    return this.#state?.type === 'result' ? this.#state.diff : undefined;
  }

  show(state: GridState): void {
    this.#state = state;
    if ('diff' in state.query) this.bar.show(state.query.diff, this.info);
    else this.bar.hide();
  }

  /** The differences were counted. */
  counted(counts: DiffCounts): void {
    const state = this.#state,
      { info } = this;
    if (state?.type !== 'result' || info === undefined) return;
    this.show({ ...state, diff: { ...info, counts } });
    this.#host.table()?.setDiff({ ...info, counts });
  }

  #ask(action: 'toggleAll' | 'pickKey' | 'showText'): void {
    if (this.#state !== undefined) this.#host.post({ type: 'diff', run: this.#state.run, action });
  }

  #showKind(kind: RowChange): void {
    if (this.info === undefined) return;
    const filter = { column: this.info.changeColumn, kind: 'values', values: [kind] } as const;
    this.#host.table()?.commands.setFilter(this.info.changeColumn, filter);
  }

  #showColumn(index: number): void {
    if (this.info === undefined) return;
    this.#host.table()?.commands.setFilter(this.info.cellsColumn, changedFilter(this.info, index));
  }

  #step(backward: boolean): void {
    const state = this.#state,
      { info } = this;
    const table = this.#host.table();
    if (info === undefined || state === undefined || table === undefined) return;
    void stepToChange(
      {
        ...{ run: state.run, requests: this.#host.requests, info },
        view: () => table.state.view,
        diff: () => table.diff(info),
        focus: () => table.table.selection.focus,
        select: (cell) => table.table.select({ anchor: cell, focus: cell }),
        ended: (message) => this.#host.announce(message),
      },
      backward,
    );
  }
}
