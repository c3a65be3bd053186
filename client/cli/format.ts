/** Formats values for people. */
import {
  type ChangeInfo,
  type CommitInfo,
  type FileTypeName,
  type NodeInfo,
} from '../../server/src/protocol/commands.ts';
import { plural } from '../../server/src/base/plural.ts';
import { printable } from '../../server/src/base/printable.ts';

/** Characters two columns wide on a terminal: most scripts of East Asia, and pictographs. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Characters without width: marks on the previous character, and joiners. */
const widthless = /[\p{Mn}\p{Me}\u200b-\u200d]/u;

/** Returns the width of a text on a terminal, in columns. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : widthless.test(character) ? 0 : 1;
  return width;
}

/** Truncates a long text, with an ellipsis. */
function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  // Drops half of a surrogate pair.
  return `${text.slice(0, lengthMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** A longer value among differences is cut to this many characters. */
const valueLengthMax = 40;

/** Returns the value of a cell of a table of differences; NULL for a missing value. */
export function shownValue(value: string | null | undefined): string {
  return value === null || value === undefined ? 'NULL' : cut(printable(value), valueLengthMax);
}

/** Truncates a text to a number of columns on a terminal, with an ellipsis. */
export function cutToWidth(text: string, widthMax: number): string {
  if (widthOf(text) <= widthMax) return text;
  let [shown, width] = ['', 1];
  for (const character of text) {
    width += widthOf(character);
    if (width > widthMax) break;
    shown += character;
  }
  return `${shown}…`;
}

/**
 * Returns rows with aligned columns, numbers to the right; '' without rows. Every row is one line. `widths` holds the
 * column widths of earlier rows, and is widened as needed.
 */
export function table(
  cells: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
  widths: number[] = [],
): string {
  const rows = cells.map((row) => row.map(printable));
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, widthOf(cell))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
        return right.has(column) ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** Returns a size with a unit: 812 B, 12.3 kB, 1.4 GB. */
export function humanSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** power;
  return `${power === 0 ? String(bytes) : amount.toFixed(1)} ${units[power]}`;
}

/** Returns a time to the minute, with its zone: 2026-03-01 12:00 UTC. */
export function minute(time: number | string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Returns a name with its type: `/` after a directory, the target after a link. */
export function shownName(node: NodeInfo, name: string): string {
  if (node.type === 'directory') return `${name}/`;
  if (node.type !== 'symlink') return name;
  return `${name} -> ${node.target ?? ''}${node.targetType === undefined ? ' (leads nowhere)' : ''}`;
}

const typeLetters: Readonly<Record<FileTypeName, string>> = {
  directory: 'd',
  file: '-',
  table: 't',
  series: 's',
  symlink: 'l',
};

/** Returns the columns of an `ls -l` line. */
export function longRow(node: NodeInfo, name: string): string[] {
  const size = node.sizeUnknown === true ? '?' : node.type === 'directory' ? `${node.size}` : humanSize(node.size);
  return [typeLetters[node.type], size, minute(node.modified), `v${node.version}`, shownName(node, name)];
}

const changeLetters = { added: 'A', modified: 'M', removed: 'D', renamed: 'R' } as const;

/** Returns a path with the name of its resource. */
export function shownPath({ path, displayPath }: { readonly path: string; readonly displayPath?: string }): string {
  return displayPath ?? path;
}

/** Returns the changes to count: those of a resource's own entries count as one. */
export function counted(changes: readonly ChangeInfo[]): readonly ChangeInfo[] {
  return changes.filter(({ partOf }) => partOf === undefined);
}

/** Returns the first line of a message, as it can be printed. */
export function firstLine(text: string): string {
  return printable(text.split('\n', 1)[0] ?? '');
}

/** Returns the columns of a change: letter, path, sizes. */
export function changeRow(change: ChangeInfo): string[] {
  const from = change.displayFrom ?? change.from;
  const path = from === undefined ? shownPath(change) : `${from} -> ${shownPath(change)}`;
  const name = change.type === 'directory' ? `${path}/` : path;
  const { format } = change;
  const stated = format === undefined ? [] : [format === '' ? 'no stated format' : `format ${format}`];
  return [
    changeLetters[change.kind],
    name,
    change.type === 'directory' ? filesBefore(change) : sizes(change),
    ...stated,
  ];
}

function filesBefore({ filesBefore: files }: ChangeInfo): string {
  if (files === undefined) return '';
  return `${files.isAll ? '' : 'more than '}${plural(files.count, 'file')}`;
}

function sizes({ sizeBefore, sizeAfter }: ChangeInfo): string {
  const shown = [sizeBefore, sizeAfter].flatMap((size) => (size === null ? [] : [humanSize(size)]));
  return shown[0] === shown[1] ? (shown[0] ?? '') : shown.join(' -> ');
}

/** Returns the counts of a commit's changes: +3 ~1 -2. */
export function counts({ added, modified, removed, renamed }: CommitInfo): string {
  const parts = [
    ['+', added],
    ['~', modified],
    ['-', removed],
    ['>', renamed],
  ] as const;
  return parts.flatMap(([sign, count]) => (count === 0 ? [] : [`${sign}${count}`])).join(' ');
}
