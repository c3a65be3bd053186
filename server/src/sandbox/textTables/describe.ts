import { type SourceFile } from '../sources.ts';
import { type ColumnFacts } from './columnFacts.ts';
import { type TextScope } from './decoded.ts';
import { type DescribedColumn, type TextDescription } from './description.ts';
import { type TextTable, tablesOf } from './tables.ts';

/**
 * Describes how CSV files that form one table are read, in their order; empty files are left out. `settledBy` are
 * further files that decide the order of dates. Fails as tablesOf.
 */
export async function describeTexts(
  scope: TextScope,
  files: readonly SourceFile[],
  settledBy: readonly SourceFile[],
): Promise<readonly TextDescription[]> {
  const isCsv = ({ reading, sizeBytes }: SourceFile): boolean => reading.reader === 'read_csv' && sizeBytes > 0;
  return (await tablesOf(scope, files.filter(isCsv), settledBy.filter(isCsv))).map(description);
}

function description({ file, scan, columns, reasons, dates }: TextTable): TextDescription {
  const { layout, table, encoding, lineEnds } = scan;
  const format = file.format ?? {};
  const units = new Map(table.columns.map(({ name, unit }) => [name, unit]));
  const local = new Set(table.columns.filter(({ facts }) => hasLocalTimes(facts)).map(({ name }) => name));
  return {
    path: file.pondPath,
    encoding,
    compression: file.reading.compression,
    delimiter: layout.delimiter,
    quote: layout.quote,
    lineEnds,
    headerLine: layout.hasHeader ? layout.skip + 1 : undefined,
    laterHeaderLines: table.laterHeaderLines,
    unitsLine: table.unitsLine,
    headEnd: table.headEnd,
    skipped: table.skipped,
    dates: dates && { text: dates.order, decidedBy: dates.decidedBy },
    zone: format.zone,
    columns: columns.map(({ name, type }): DescribedColumn => ({
      name,
      type,
      unit: units.get(name),
      reason: reasons.get(name),
      isLocal: local.has(name) && type.startsWith('TIMESTAMP'),
    })),
    rowCount: table.rowCount,
    stated: Object.keys(format),
  };
}

const hasLocalTimes = ({ shapes }: ColumnFacts): boolean =>
  [...shapes.values()].some(({ hasTime, hasZone }) => hasTime && !hasZone);
