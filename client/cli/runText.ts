import { plural } from '../../server/src/base/plural.ts';
import { type RunInfo } from '../../server/src/protocol/resources.ts';
import { humanSize, minute } from './format.ts';

/** Returns the cells of a run in a table: resource, status, amount, size and duration. */
export function resultRow({ resource, status, rows, files, bytes, durationMs }: RunInfo): string[] {
  return [
    resource,
    status,
    ...(rows + files > 0
      ? [rows > 0 ? plural(rows, 'row') : plural(files, 'file'), humanSize(bytes)]
      : nothing(status)),
    seconds(durationMs),
  ];
}

const nothing = (status: RunInfo['status']): string[] => [status === 'ok' ? 'nothing new' : '', ''];

/** Returns a run on one line. */
export function runLine(run: RunInfo): string {
  const [, ...cells] = resultRow(run);
  const why = run.error === null ? '' : `: ${inOneLine(run.error.message)}`;
  return `${minute(run.started)} ${cells.filter((cell) => cell !== '').join(', ')}${why}`;
}

/** Returns a message of several lines, as DuckDB has them, for a row of a table or a note. */
export const inOneLine = (message: string): string => message.replaceAll(/\s*\n\s*/g, ' ');

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
