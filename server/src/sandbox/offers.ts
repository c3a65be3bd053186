import { type PondError } from '../base/error.ts';
import { isOfText } from './redactHostPaths.ts';
import { type SourceFile, type ViewSpec } from './sources.ts';
import { readerSql } from './formats.ts';
import { type FormatOffer } from './textTables/description.ts';
import { offersOf } from './textTables/missingWords.ts';
import { mayHaveUnits, offerOfSheetUnits, sheetHeadSql } from './textTables/rowsOfUnits.ts';
import { type TextScope } from './textTables/decoded.ts';
import { cachedScan } from './textTables/scanCache.ts';

/**
 * Returns the error of a query over files. That of a column of text in place of numbers or times has what may be stated about
 * the first file that suggests it, such as a row of units.
 */
export async function withOffers(error: PondError, views: readonly ViewSpec[], scope: TextScope): Promise<PondError> {
  if (!isOfText(error) && !/^Could not convert string /.test(error.message)) return error;
  const files = views.flatMap((view) => ('source' in view ? view.source.files : []));
  for (const file of files) {
    const offer = await offerFor(file, scope);
    if (offer === undefined) continue;
    const { reason, format } = offer;
    const options = Object.entries(format).map(([name, value]) => `\`${name}: ${String(value)}\``);
    return error.with({
      path: file.pondPath,
      hint: `In ${file.pondPath}, ${reason}: state ${options.join(' and ')}.`,
      formats: [{ ...format }],
    });
  }
  return error;
}

async function offerFor(file: SourceFile, scope: TextScope): Promise<FormatOffer | undefined> {
  const { reading, sizeBytes } = file;
  if (reading.reader === 'read_csv' && sizeBytes > 0) return offersOf(await cachedScan(scope, file), file.format)[0];
  if (reading.converted !== 'xlsx' || !mayHaveUnits(file.format)) return undefined;
  const rows = await (await scope.connect()).rows(sheetHeadSql(readerSql(reading, [file.hostPath])));
  return offerOfSheetUnits(rows.map((row) => row.map((value) => (value === null ? null : String(value)))));
}
