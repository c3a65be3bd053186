/** The verb that shows how files are read. */
import { plural } from '../../server/src/base/plural.ts';
import { type DescriptionInfo, type TextInfo } from '../../server/src/protocol/commands.ts';
import { formatCommand } from './errorText.ts';
import { humanSize, shownPath, table } from './format.ts';
import { filesNamed } from './namedPaths.ts';
import { atOf, show } from './runner.ts';
import { atHelp } from './options.ts';
import { type Session, type TerminalVerb } from './verb.ts';

/** Shows what was decided about tables, and why. */
export const describe = {
  usage: '[--at V] PATH|GLOB...',
  summary: 'show how files are read: columns, types, rows, times, and what was decided about their text',
  details: [atHelp],
  options: { at: { type: 'string' } },
  positionals: [1],
  takesPatterns: true,
  run,
} as const satisfies TerminalVerb;

async function run(session: Session): Promise<void> {
  const { line } = session;
  const found = await session.call('describe', { paths: await filesNamed(session), ...atOf(line) });
  await show(session, found, found.map(textOf).join('\n'));
}

const readers: Readonly<Record<NonNullable<DescriptionInfo['reader']>, string>> = {
  csv: 'CSV',
  json: 'JSON',
  parquet: 'Parquet',
  arrow: 'Arrow',
  xlsx: 'Excel',
  delta: 'Delta table',
};

function textOf(info: DescriptionInfo): string {
  const { reader, type, size, rowCount, time, text, format, notes, offers, columns } = info;
  const kind = type === 'table' || type === 'series' ? type : reader === null ? 'no table' : readers[reader];
  const rows = [
    ['path', shownPath(info)],
    ['kind', reader === 'delta' ? kind : `${kind}, ${humanSize(size)}`],
    ...(rowCount === null ? [] : [['rows', String(rowCount)]]),
    ...(time === null || time.first === null
      ? []
      : [['time', `${time.first} to ${time.last ?? ''} UTC, in ${time.column}`]]),
    ...(text === null ? [] : textRows(text)),
    ...format.map((option) => [
      'stated',
      `${option.option}=${option.text} for ${shownPath(option)}${option.inDocument === true ? ', in its document' : ''}`,
    ]),
    ...notes.map((note) => ['note', note]),
    ...offers.flatMap(({ reason, options }) => [
      ['note', `${reason}; it is stated by:`],
      ['', formatCommand(shownPath(info), options)],
    ]),
  ];
  const cells = columns.map(({ name, type: column, unit = '', reason = '' }) => [`  ${name}`, column, unit, reason]);
  return `${table(rows)}${cells.length === 0 ? '' : `${plural(cells.length, 'column')}\n${table(cells)}`}`;
}

function textRows(text: TextInfo): readonly (readonly string[])[] {
  const { delimiter, quote, encoding, lineEnds, headerLine, laterHeaderLines, unitsLine, skipped, dates } = text;
  return [
    ['encoding', `${encoding}, lines end with ${lineEnds.join(' and ') || 'nothing'}`],
    ['delimiter', named.get(delimiter) ?? delimiter],
    ['quote', quote === '' ? 'none' : quote],
    [
      'header',
      headerLine === null ? 'none' : [headerLine, ...laterHeaderLines].map((line) => `line ${line}`).join(', '),
    ],
    ...(unitsLine === null ? [] : [['units', `line ${unitsLine}`]]),
    ...skipped.map(({ reason, count, firstLine }) => [
      'skipped',
      `${plural(count, 'line')} from line ${firstLine}: ${reason}`,
    ]),
    ...(dates === null ? [] : [['dates', `${dates.text}, decided by ${dates.decidedBy}`]]),
  ];
}

const named: ReadonlyMap<string, string> = new Map([
  ['\t', 'tab'],
  [' ', 'space'],
  // Lines that are one field each.
  ['\u001f', 'none'],
]);
