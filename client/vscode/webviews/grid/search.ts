import {
  type Column,
  type FoundCell,
  type MatchCounts,
  type TableView,
} from '../../../../server/src/protocol/commands.ts';
import { FindBar } from './findBar.ts';
import { type MatchPosition, type MatchStep, positionAfter, positionText } from './matchPosition.ts';
import { type RequestParams } from './messages.ts';
import { messageOf, Superseded } from './requests.ts';
import { type Cell } from './selection.ts';
import { isSeconds, isTimeColumn, secondsOfTime } from './times.ts';
import { numberText } from '../../numberStrings.ts';

/** Interface of the table to a search. */
interface SearchHost {
  find(params: Omit<RequestParams<'findInTable'>, 'view'>): Promise<FoundCell | null>;
  count(params: Omit<RequestParams<'countMatches'>, 'view'>): Promise<MatchCounts>;
  /** Cancels the search and the count that run. */
  cancel(): void;
  view(): TableView;
  /** The least value of a column that is at least a value, in the rows of the view; undefined without one. */
  leastFrom(column: string, value: string): Promise<string | undefined>;
  /** The columns that are shown. */
  columns(): readonly Column[];
  rowCount(): number;
  focus(): Cell;
  select(cell: Cell): void;
  closed(): void;
}

/** Finds cells by their texts, and rows by number or time, in all rows of a view. */
export class Search {
  readonly #host: SearchHost;
  readonly #bar: FindBar;
  /** That of the match that was found last. */
  #position: MatchPosition | undefined;

  constructor(host: SearchHost) {
    this.#host = host;
    this.#bar = new FindBar({
      find: (text, backward) => this.#run(() => this.#find(text, backward)),
      jump: (text) => this.#run(() => this.#jump(text.trim())),
      typed: () => {
        host.cancel();
        this.#bar.report('');
      },
      closed: () => {
        host.cancel();
        host.closed();
      },
    });
  }

  get root(): HTMLElement {
    return this.#bar.root;
  }

  open(mode: 'find' | 'jump'): void {
    this.#bar.open(mode);
  }

  /** Repeats the search. */
  again(backward: boolean): void {
    this.#bar.again(backward);
  }

  #run(work: () => Promise<string>): void {
    this.#host.cancel();
    this.#bar.report('Searching …');
    work().then(
      (text) => this.#bar.report(text),
      (error: unknown) => {
        if (!(error instanceof Superseded)) this.#bar.report(messageOf(error));
      },
    );
  }

  /**
   * Goes to the next match, and at the end on to the first one. Reports where it is at once, and returns that with its
   * number among all matches, once they are counted.
   */
  async #find(text: string, backward: boolean): Promise<string> {
    const columns = this.#host.columns().map(({ name }) => name);
    const match = { text, columns };
    const from = this.#host.focus();
    const next = await this.#host.find({ match, start: { ...from, backward } });
    const edge = backward ? { row: this.#host.rowCount(), column: 0, backward } : { row: -1, column: 0 };
    const found = next ?? (await this.#host.find({ match, start: edge }));
    if (found === null) return 'Not found';
    const row = this.#show(found);
    const where = next !== null ? row : backward ? 'Continued from the end' : 'Continued from the start';
    this.#bar.report(where);
    const key = JSON.stringify([match, this.#host.view()]);
    const to = { row: found.row, column: columns.indexOf(found.column) };
    return `${positionText(await this.#positionOf(match, { key, from, to, backward }))} · ${where}`;
  }

  /** The position of the match that a step leads to: known after a step from a known one, else counted. */
  async #positionOf(match: RequestParams<'countMatches'>['match'], step: MatchStep): Promise<MatchPosition> {
    const { key, to } = step;
    const known = positionAfter(this.#position, step);
    if (known !== undefined) return (this.#position = known);
    const { total, upTo } = await this.#host.count({ match, at: to });
    return (this.#position = { key, cell: to, index: upTo, total });
  }

  /** Goes to a row by its number, or to that of a time, or of the next time that there is, in any order of the rows. */
  async #jump(text: string): Promise<string> {
    const number = Number(text.replaceAll(/[,_\s]/g, ''));
    if (text !== '' && Number.isSafeInteger(number)) {
      const row = Math.min(Math.max(1, number), this.#host.rowCount()) - 1;
      this.#host.select({ row: Math.max(0, row), column: this.#host.focus().column });
      return `Row ${numberText(row + 1)}`;
    }
    const column = this.#timeColumn();
    if (column === undefined) return 'Write the number of a row: no column has times.';
    const wanted = isSeconds(column) ? secondsOfTime(text) : text;
    if (wanted === undefined) return 'Write the number of a row, or a time such as 2026-05-25 10:00.';
    const value = await this.#host.leastFrom(column.name, wanted);
    if (value === undefined) return `No ${column.name} is at ${text} or later`;
    const match = { column: column.name, kind: 'compare', operator: '=', value } as const;
    const found = await this.#host.find({ match, start: { row: -1, column: 0 } });
    return found === null ? 'Not found' : this.#show(found);
  }

  /** The column of times to search: that of the selection, else the first one. */
  #timeColumn(): Column | undefined {
    const columns = this.#host.columns();
    const focused = columns[this.#host.focus().column];
    return focused !== undefined && isTimeColumn(focused) ? focused : columns.find(isTimeColumn);
  }

  #show({ row, column }: FoundCell): string {
    const index = this.#host.columns().findIndex(({ name }) => name === column);
    this.#host.select({ row, column: Math.max(0, index) });
    return `Row ${numberText(row + 1)}`;
  }
}
