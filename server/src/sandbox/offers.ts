import { type PondError } from '../base/error.ts';
import { identifier, sql } from '../duckdb/sql.ts';
import { isOfText } from './redactHostPaths.ts';
import { type SourceFile, type ViewSpec } from './sources.ts';
import { readerSql } from './formats.ts';
import { type FormatOffer } from './textTables/description.ts';
import { offersOf } from './textTables/missingWords.ts';
import { mayHaveUnits, offerOfSheetUnits, sheetHeadSql } from './textTables/rowsOfUnits.ts';
import { type TextScope } from './textTables/decoded.ts';
import { cachedScan } from './textTables/scanCache.ts';
import { withWords } from './wordsAmongNumbers.ts';

/**
 * Returns the error of a query over files. That of a column of text in place of numbers or times has what may be stated about
 * the first file that suggests it, such as a row of units.
 */
export async function withOffers(error: PondError, views: readonly ViewSpec[], scope: TextScope): Promise<PondError> {
  if (!isOfText(error) && !/^Could not convert string /.test(error.message)) return error;
  for (const { file, table } of views.flatMap(filesOf)) {
    const offer = await offerFor({ file, table }, scope);
    if (offer === undefined) continue;
    const { reason, format } = offer;
    const options = Object.entries(format).map(([name, value]) => `\`${name}: ${String(value)}\``);
    return error.with({
      path: file.pondPath,
      hint: `In ${file.pondPath}, ${reason}: state ${options.join(' and ')}${format.nulls === undefined ? '' : ' if that stands for a missing value'}.`,
      formats: [{ ...format }],
    });
  }
  return error;
}

/** A file of a query. */
interface QueriedFile {
  readonly file: SourceFile;
  /** Name of the table that has its rows, and no others; undefined without one. */
  readonly table: string | undefined;
}

function filesOf(view: ViewSpec): readonly QueriedFile[] {
  if (!('source' in view)) return [];
  const { name, files } = view.source;
  return files.map((file) => ({ file, table: files.length === 1 ? name : undefined }));
}

async function offerFor({ file, table }: QueriedFile, scope: TextScope): Promise<FormatOffer | undefined> {
  const { reading, sizeBytes, format } = file;
  if (reading.reader === 'read_csv' && sizeBytes > 0) {
    const offers = offersOf(await cachedScan(scope, file), format);
    if (table === undefined) return offers[0];
    const [connection, name] = [await scope.connect(), identifier(table)];
    const texts = (await connection.columnsOf(sql`FROM ${name}`)).filter(({ type }) => type === 'VARCHAR');
    const columns = texts.map((column) => column.name);
    return (await withWords(offers, { table: name, columns, format }, (query) => connection.rows(query)))[0];
  }
  if (reading.converted !== 'xlsx' || !mayHaveUnits(file.format)) return undefined;
  const rows = await (await scope.connect()).rows(sheetHeadSql(readerSql(reading, [file.hostPath])));
  return offerOfSheetUnits(rows.map((row) => row.map((value) => (value === null ? null : String(value)))));
}
