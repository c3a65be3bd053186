/** The verb that adds rows to a series. */
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { type Params } from '../../server/src/protocol/commands.ts';
import { argument, hostPath, pondPath, show } from './runner.ts';
import { type Session, type TerminalVerb } from './verb.ts';

type Format = NonNullable<Params<'append'>['format']>;

const formats: readonly Format[] = ['csv', 'ndjson', 'parquet'];

/** The verb that adds rows to a series. */
export const append = {
  usage: '[--time COLUMN] [--format csv|ndjson|parquet] HOST... PATH',
  summary: 'add the rows of host files to a series of the pond, or make one',
  details: [
    'All or none. HOST may be -, which is standard input; it needs --format.',
    'A file that was appended before is left out. Columns keep their types; new ones come last.',
    'The time column is the one that --time names, else one called Timestamp, time or date, else the only one of a type of time.',
  ],
  options: { time: { type: 'string' }, format: { type: 'string' } },
  positionals: [2],
  hints: {
    'not-found': "'pond mkdir -p' creates the directories above a series.",
    'invalid-content': "Correct the file, or state how it is read for the path of the series: 'pond format PATH'.",
  },
  run,
} as const satisfies TerminalVerb;

async function run(session: Session): Promise<void> {
  const { line, terminal } = session;
  const given = line.positionals.slice(0, -1);
  const path = pondPath(argument(line, given.length));
  const format = formatOf(line.texts['format'], given);
  const input = given.includes('-') ? { input: terminal.input() } : {};
  const { time } = line.texts;
  const params = {
    sources: given.filter((name) => name !== '-').map(hostPath),
    path,
    ...(time !== undefined && { time }),
  };
  const result = await session.call('append', { ...params, ...(format && { format }) }, input);
  for (const file of result.known) terminal.warn(`pond: ${printable(file)} was appended before`);
  for (const file of result.empty) terminal.warn(`pond: ${printable(file)} has no rows`);
  const { rows, rowsWithoutTime, addedColumns, batches, version } = result;
  const without = rowsWithoutTime === 0 ? '' : `, ${plural(rowsWithoutTime, 'row')} without a time`;
  const columns = version === batches || addedColumns.length === 0 ? '' : `, new columns: ${addedColumns.join(', ')}`;
  await show(session, result, `appended ${plural(rows, 'row')} to ${path}${without}${printable(columns)}`);
}

function formatOf(text: string | undefined, given: readonly string[]): Format | undefined {
  const found = formats.find((format) => format === text);
  if (text !== undefined && found === undefined) {
    throw new PondError('usage', `--format takes ${formats.join(', ')}, got '${text}'`);
  }
  if (found === undefined && given.includes('-')) {
    throw new PondError('usage', 'the format of standard input is not known', {
      hint: `Give it: --format ${formats.join(', ')}.`,
    });
  }
  return found;
}
