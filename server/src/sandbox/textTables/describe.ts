import { type SourceFile } from '../sources.ts';
import { type TextScope } from './decoded.ts';
import { type DescribedColumn, type TextDescription } from './description.ts';
import { type TimePasses } from './passDecision.ts';
import { rowsSql } from './rowsSql.ts';
import { offersOf } from './missingWords.ts';
import { offerOfZone } from './zoneInName.ts';
import { type TextTable, tablesOf } from './tables.ts';
import { timePasses } from './timePasses.ts';

/**
 * Describes how CSV files that form one table are read, in their order; empty files are left out. Fails as
 * tablesOf.
 */
export async function describeTexts(
  scope: TextScope,
  files: readonly SourceFile[],
): Promise<readonly TextDescription[]> {
  const isCsv = ({ reading, sizeBytes }: SourceFile): boolean => reading.reader === 'read_csv' && sizeBytes > 0;
  const described: TextDescription[] = [];
  for (const table of await tablesOf(scope, files.filter(isCsv)))
    described.push(description(table, await passesIn(scope, table)));
  return described;
}

async function passesIn(scope: TextScope, table: TextTable): Promise<readonly TimePasses[]> {
  if (table.columns.every(({ local }) => local === undefined)) return [];
  return await timePasses(scope, table, await rowsSql(scope, table, { table: 'rows to describe', isShared: false }));
}

function description(
  { file, scan, columns, reasons, dates }: TextTable,
  passes: readonly TimePasses[],
): TextDescription {
  const { layout, table, encoding, lineEnds, hasLastEnd } = scan;
  const format = file.format ?? {};
  const units = new Map(table.columns.map(({ name, unit }) => [name, unit]));
  const zone = offerOfZone(
    columns.map(({ name, type }, index) => ({ name, type, facts: table.columns[index]!.facts })),
    format,
  );
  return {
    path: file.pondPath,
    encoding,
    compression: file.reading.compression,
    delimiter: layout.delimiter,
    quote: layout.quote,
    lineEnds,
    hasLastEnd,
    headerLine: layout.hasHeader ? layout.skip + 1 : undefined,
    laterHeaderLines: table.laterHeaderLines,
    unitsLine: table.unitsLine,
    headEnd: table.headEnd,
    skipped: table.skipped,
    dates: dates && { text: dates.order, decidedBy: dates.decidedBy },
    repeated: passes.map(({ column, counts }) => ({ column, zone: format.zone ?? '', ...counts })),
    columns: columns.map(({ name, type }): DescribedColumn => ({
      name,
      type,
      unit: units.get(name),
      reason: reasons.get(name),
    })),
    rowCount: table.rowCount,
    offers: [...offersOf(scan, file.format), ...(zone === undefined ? [] : [zone])],
    stated: Object.keys(format),
  };
}
