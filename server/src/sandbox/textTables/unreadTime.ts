import { PondError } from '../../base/error.ts';
import { type ClockChange } from './clockChanges.ts';
import { type UnreadTime } from './passDecision.ts';
import { type PlacedValue } from './columnFacts.ts';
import { type TextScope } from './decoded.ts';
import { readRows } from './scanFile.ts';
import { shown } from './sourceColumn.ts';
import { type TextTable } from './tables.ts';
import { type LocalColumn } from './valueSql.ts';

/** The error of a time of a text that clocks showed twice or never, with its line. */
export async function unreadTime(
  scope: TextScope,
  table: TextTable,
  { column: { name, zone }, row, change }: UnreadTime & { readonly column: LocalColumn },
): Promise<PondError> {
  const value = await valueIn(scope, table, { row, name });
  const place = `"${shown(value)}" in line ${value.line}, column "${name}",`;
  return unreadError(table.file.pondPath, { place, zone, change });
}

/** The error of a time that clocks showed twice or never, at a place of a file, and the statements that would read it. */
export function unreadError(
  path: string,
  {
    place,
    zone,
    change: { kind, offset },
  }: { readonly place: string; readonly zone: string; readonly change: ClockChange },
): PondError {
  const fixed = `\`zone: ${offset}\` for an instrument whose clock is not changed`;
  if (kind === 'repeated') {
    const problem = `is in an hour that the clocks of ${zone} repeat, and the order of the rows does not show in which pass`;
    return new PondError('ambiguous-dates', `${path} cannot be read: ${place} ${problem}`, {
      path,
      formats: [{ zone: offset }, { repeated: 'first' }, { repeated: 'second' }],
      hint: `State ${fixed}, or the pass of such times: \`repeated: first\` or \`repeated: second\`.`,
    });
  }
  const problem = `does not exist in ${zone}, whose clocks are set forward then`;
  return new PondError('invalid-content', `${path} cannot be read: ${place} ${problem}`, {
    path,
    formats: [{ zone: offset }],
    hint: `State ${fixed}, or the text as a missing value: \`nulls\`.`,
  });
}

async function valueIn(
  scope: TextScope,
  { file, scan }: TextTable,
  { row, name }: { readonly row: number; readonly name: string },
): Promise<PlacedValue> {
  const column = scan.table.columns.findIndex((each) => each.name === name);
  let number = 0;
  let found: PlacedValue | undefined;
  await readRows(scope, file, scan.encoding, {
    take: (record, columns) => {
      number += 1;
      if (number === row) found = { line: record.line, text: record.text(columns.indexOf(column)).trim() };
    },
    afterChunk: async () => {},
  });
  return found!;
}
