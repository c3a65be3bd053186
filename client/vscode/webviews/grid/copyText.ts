/** Texts of cells for the clipboard. */
import { type Column } from '../../../../server/src/protocol/commands.ts';
import { isAnyNumber } from '../../../../server/src/base/typeClass.ts';

/** Formats of copied cells. */
export const copyFormats = ['tsv', 'csv', 'json', 'markdown', 'insert'] as const;
export type ClipboardFormat = (typeof copyFormats)[number];

type Row = readonly (string | null)[];

/** Cells to copy. */
interface CopiedCells {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Name of the table in INSERT statements. */
  readonly table: string;
}

/**
 * Returns cells as a text: the names of the columns first, except in JSON and INSERT statements, which repeat them; a single
 * cell as tab-separated text is its value alone. NULL is empty in `tsv` and `csv`.
 */
export function copyText(format: ClipboardFormat, cells: CopiedCells): string {
  return writers[format](cells);
}

const writers: Readonly<Record<ClipboardFormat, (cells: CopiedCells) => string>> = {
  tsv: ({ columns, rows }) => {
    const lines = rows.map((row) => row.map(tabText).join('\t'));
    if (columns.length === 1 && rows.length === 1) return lines.join('\n');
    return [columns.map(({ name }) => tabText(name)).join('\t'), ...lines].join('\n');
  },
  csv: ({ columns, rows }) =>
    [columns.map(({ name }) => csvText(name)).join(','), ...rows.map((row) => row.map(csvText).join(','))].join('\n'),
  json: ({ columns, rows }) => {
    const objects = rows.map((row) => {
      const fields = columns.map(
        (column, index) => `${JSON.stringify(column.name)}: ${jsonText(column, row[index] ?? null)}`,
      );
      return `  {${fields.join(', ')}}`;
    });
    return objects.length === 0 ? '[]' : `[\n${objects.join(',\n')}\n]`;
  },
  markdown: ({ columns, rows }) => {
    const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
    const rule = columns.map(({ type }) => (isAnyNumber(type) ? '---:' : '---'));
    const lines = rows.map((row) => line(row.map((text) => (text === null ? 'NULL' : markdownText(text)))));
    return [line(columns.map(({ name }) => markdownText(name))), line(rule), ...lines].join('\n');
  },
  insert: ({ columns, rows, table }) => {
    if (rows.length === 0) return '';
    const names = columns.map(({ name }) => quoted(name)).join(', ');
    const lines = rows.map(
      (row) => `  (${columns.map((column, index) => sqlText(column, row[index] ?? null)).join(', ')})`,
    );
    return `INSERT INTO ${quoted(table)} (${names}) VALUES\n${lines.join(',\n')};`;
  },
};

/** A cell of tab-separated text: tabs and line breaks become a space. */
function tabText(text: string | null): string {
  return (text ?? '').replace(/[\t\r\n]+/g, ' ');
}

/** A cell of CSV; an empty text differs from NULL. */
function csvText(text: string | null): string {
  if (text === null) return '';
  return text === '' || /[",\r\n]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A number keeps all digits; NaN and infinity are null, as JSON lacks them. */
function jsonText({ type }: Column, text: string | null): string {
  if (text === null) return 'null';
  if (isAnyNumber(type)) return isPlainNumber(text) ? jsonNumber(text) : 'null';
  return type === 'BOOLEAN' ? text : JSON.stringify(text);
}

function jsonNumber(text: string): string {
  return text.replace(/^(-?)\./, '$10.').replace('e+', 'e');
}

function isPlainNumber(text: string): boolean {
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(text);
}

function markdownText(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, String.raw`\$&`).replace(/\s*\r?\n\s*/g, '<br>');
}

function sqlText({ type }: Column, text: string | null): string {
  if (text === null) return 'NULL';
  const isPlain = type === 'BOOLEAN' || (isAnyNumber(type) && isPlainNumber(text));
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
