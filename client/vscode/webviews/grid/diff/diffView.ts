import { type ColumnFilter, type Column, type TableDiffInfo } from '../../../../../server/src/protocol/commands.ts';
import { numberText } from '../../../numberStrings.ts';

/** Kind of a row of a table of differences. */
export type RowChange = 'added' | 'removed' | 'changed';

/** Signs of kinds, which do not depend on colors. */
export const changeSigns: Readonly<Record<RowChange, string>> = { added: '+', removed: '−', changed: '~' };

/** Text of a loaded cell: null for NULL, undefined while it is not loaded. */
export type CellText = (row: number, column: number) => string | null | undefined;

/**
 * Drawing of a table of differences. Its rows are fetched with columns that are not shown: the kind of the row, its
 * changed cells, and the values before. They follow the shown ones.
 */
export class DiffView {
  /** Notes in the heads of columns: `+`, `−`, `BIGINT → DOUBLE`, `~12`. */
  readonly notes: Readonly<Record<string, string>>;
  readonly #info: TableDiffInfo;
  readonly #shown: readonly Column[];

  constructor(info: TableDiffInfo, shown: readonly Column[]) {
    this.#info = info;
    this.#shown = shown;
    this.notes = Object.fromEntries(info.diffColumns.map(({ name }, index) => [name, noteOf(info, index)]));
  }

  /** Names of the columns to fetch after the shown ones. */
  get fetched(): readonly string[] {
    const { changeColumn, cellsColumn } = this.#info;
    return [changeColumn, cellsColumn, ...this.#shown.map(({ name }) => this.#column(name)?.old ?? changeColumn)];
  }

  /** Kind of a row; undefined for an equal one, and while it is not loaded. */
  kind(row: number, text: CellText): RowChange | undefined {
    const kind = text(row, this.#shown.length);
    return kind === 'added' || kind === 'removed' || kind === 'changed' ? kind : undefined;
  }

  /** Value before of a changed cell; undefined for any other cell. */
  old(row: number, column: number, text: CellText): string | null | undefined {
    const name = this.#shown[column]?.name;
    const index = this.#info.diffColumns.findIndex((one) => one.name === name);
    const cells = text(row, this.#shown.length + 1);
    if (index === -1 || typeof cells !== 'string' || !cells.includes(`,${index},`)) return undefined;
    return text(row, this.#shown.length + 2 + column);
  }

  /** True for the column with the kinds of rows: an equal row has none, which is no missing value. */
  isKind(column: number): boolean {
    return this.#shown[column]?.name === this.#info.changeColumn;
  }

  /** Shown columns with changes in a row that has `cells`, as indexes; none for a row of one table alone. */
  changedColumns(cells: string | null): readonly number[] {
    if (cells === null) return [];
    const changed = new Set(cells.split(',').flatMap((text) => (text === '' ? [] : [Number(text)])));
    return this.#shown.flatMap(({ name }, at) => {
      const index = this.#info.diffColumns.findIndex((one) => one.name === name);
      return changed.has(index) ? [at] : [];
    });
  }

  /** The first rows as they are drawn, by which the width of columns is chosen. */
  texts(columns: readonly (readonly (string | null)[])[]): readonly (readonly (string | null)[])[] {
    const text: CellText = (row, column) => columns[column]?.[row];
    return this.#shown.map((_, at) =>
      (columns[at] ?? []).map((value, row) => {
        const old = this.old(row, at, text);
        return old === undefined ? value : `${old ?? 'NULL'}  →  ${value ?? 'NULL'}`;
      }),
    );
  }

  #column(name: string): TableDiffInfo['diffColumns'][number] | undefined {
    return this.#info.diffColumns.find((column) => column.name === name);
  }
}

function noteOf({ diffColumns, counts, key }: TableDiffInfo, index: number): string {
  const { name, before, after } = diffColumns[index] ?? { name: '', before: null, after: null };
  if (before === null) return '+ column';
  if (after === null) return '− column';
  const changed = counts?.values[index] ?? 0;
  const parts = [
    ...(key.includes(name) ? ['key'] : []),
    ...(before === after ? [] : [`${before.toLowerCase()} → ${after.toLowerCase()}`]),
    ...(changed === 0 ? [] : [`~${numberText(changed)}`]),
  ];
  return parts.join(' ');
}

/** The column of changed cells, by which rows are filtered and which is not shown; none without differences. */
export function hiddenColumns(info: TableDiffInfo | undefined): readonly Column[] {
  return info === undefined ? [] : [{ name: info.cellsColumn, type: 'VARCHAR' }];
}

/** The filter of the rows whose value in a column changed. */
export function changedFilter({ cellsColumn }: TableDiffInfo, index: number): ColumnFilter {
  return { column: cellsColumn, kind: 'contains', text: `,${index},` };
}

/** Text of a filter on changed cells: `level changed`; undefined for any other filter. */
export function changedFilterText(info: TableDiffInfo | undefined, filter: ColumnFilter): string | undefined {
  if (info === undefined || filter.column !== info.cellsColumn || !('text' in filter)) return undefined;
  return `${info.diffColumns[Number(filter.text.replaceAll(',', ''))]?.name ?? ''} changed`;
}
