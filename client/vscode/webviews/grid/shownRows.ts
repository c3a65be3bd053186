import { type Column, type RowWindow } from '../../../../server/src/protocol/commands.ts';
import { type CellMark, type EditedRows, type RowKey, valueIn } from './rowEdits.ts';
import { RowCache } from './rowCache.ts';

/** Requests rows, which are then put. */
interface RowSource {
  request(start: number, count: number): void;
}

/** Shown part of the rows. */
interface ShownContent {
  readonly columns: readonly Column[];
  readonly edits: EditedRows;
}

/** The rows of a table as they are shown: those of the server, with edits over them. */
export class ShownRows {
  readonly #cache: RowCache;
  readonly #content: () => ShownContent;

  constructor(host: RowSource, content: () => ShownContent) {
    this.#cache = new RowCache((start, count) => host.request(start, count));
    this.#content = content;
  }

  /** Text of a cell; null for NULL, undefined when its row is not loaded. */
  cell(row: number, column: number): string | null | undefined {
    const { edits, columns } = this.#content();
    const added = edits.newRow(row);
    const name = columns[column]?.name ?? '';
    if (added !== undefined) return valueIn(added, name) ?? null;
    const viewRow = edits.viewRow(row);
    const key = this.#cache.position(viewRow);
    const value = key === undefined ? undefined : valueIn(edits.edits.get(key), name);
    return value === undefined ? this.#cache.cell(viewRow, column) : value;
  }

  /** Changes of a cell by edits; undefined without any. */
  mark(row: number, column: number): CellMark | undefined {
    const { edits, columns } = this.#content();
    return edits.mark(this.#key(row), columns[column]?.name ?? '');
  }

  /** Requests the missing rows of those from `start` up to `end`. */
  want(start: number, end: number): void {
    const { edits } = this.#content();
    this.#cache.want(edits.viewRow(start), edits.viewRow(end));
  }

  /** Stores rows of the server. */
  put(rows: RowWindow): void {
    this.#cache.put(rows);
  }

  /** Clears a failed request: the next `want` requests the rows again. */
  failed(start: number): void {
    this.#cache.failed(start);
  }

  #key(row: number): RowKey | undefined {
    const { edits } = this.#content();
    return edits.newRow(row)?.key ?? this.#cache.position(edits.viewRow(row));
  }
}
