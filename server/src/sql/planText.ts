import { redactHostPaths } from '../sandbox/redactHostPaths.ts';
import { type SandboxSpec } from '../sandbox/sources.ts';

/** DuckDB's heading, in EXPLAIN ANALYZE, of the files that a scan read. */
const heading = 'Filename(s):';

/** A query plan with pond paths for its files, including the boxes that DuckDB draws, in which lines are broken. */
export function renamePlan(text: string, files: SandboxSpec['files']): string {
  const lines = redactHostPaths(text, files).text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    for (const cell of lines[index]?.matchAll(/(?<=│)[^│]*(?=│)/g) ?? []) {
      if (cell[0].trim() === heading) renameBelow(lines, index, { from: cell.index, width: cell[0].length }, files);
    }
  }
  return lines.join('\n');
}

interface Box {
  /** Index in a line of the first character inside the box. */
  readonly from: number;
  readonly width: number;
}

/** Writes pond paths into the cells below a heading, up to the first empty one. */
function renameBelow(lines: string[], headingLine: number, { from, width }: Box, files: SandboxSpec['files']): void {
  const cellAt = (index: number) => lines[index]?.slice(from, from + width).trim() ?? '';
  let end = headingLine + 1;
  while (cellAt(end) !== '' && lines[end]?.[from - 1] === '│') end += 1;
  const cells = lines.slice(headingLine + 1, end).map((_, index) => cellAt(headingLine + 1 + index));
  // A space can be lost at a line break.
  const written = withoutSpaces(cells.join(''));
  const found = files.filter(({ hostPath }) => written.includes(withoutSpaces(hostPath)));
  const named = [...new Set(found.map(({ pondPath }) => pondPath))].join(', ');
  const text = named === '' ? '…' : named;
  for (let index = headingLine + 1, at = 0; index < end; index += 1, at += width - 2) {
    const part = text.slice(at, at + width - 2);
    const before = ' '.repeat(Math.floor((width - part.length) / 2));
    const line = lines[index] ?? '';
    lines[index] = line.slice(0, from) + (before + part).padEnd(width) + line.slice(from + width);
  }
}

function withoutSpaces(text: string): string {
  return text.replace(/\s/g, '');
}
