import { PondError } from '../../base/error.ts';

/** Formats that are not text of a table, by the first bytes of a file as latin-1. */
const formats: readonly (readonly [start: RegExp, name: string])[] = [
  [/^PK\u0003\u0004/, 'a ZIP archive, such as an Excel workbook'],
  [/^\u00d0\u00cf\u0011\u00e0/, 'an Excel workbook of the older format, .xls'],
  [/^\u001f\u008b/, 'compressed with gzip'],
  [/^\u0028\u00b5\u002f\u00fd/, 'compressed with Zstandard'],
  [/^BZh[1-9]1AY&SY/, 'compressed with bzip2'],
  [/^\u00fd7zXZ/, 'compressed with xz'],
  // Columns may have such names: text has no bytes of zero.
  [/^PAR1[^]*\0/, 'a Parquet file'],
  [/^ARROW1\0\0/, 'an Arrow file'],
  [/^%PDF-\d/, 'a PDF'],
  // ._NAME, next to NAME on memory cards and in archives.
  [/^\0\u0005\u0016\u0007/, 'a file of macOS with attributes of the file next to it, which can be removed'],
  [/^SQLite format 3\0/, 'an SQLite database'],
  [/^(\u00ff\u00fe\0\0|\0\0\u00fe\u00ff)/, 'text in UTF-32'],
  [/^(\u00ef\u00bb\u00bf)?\s*<(!doctype html|html|head|body|table)\b/i, 'an HTML page'],
  [/^(\u00ef\u00bb\u00bf)?\s*<\?xml\b/i, 'an XML document'],
];

/** Returns the format of a file that is not text, by its first bytes; undefined for any other. */
export function formatOf(start: Uint8Array): string | undefined {
  const text = Buffer.from(start.subarray(0, 1024)).toString('latin1');
  return formats.find(([pattern]) => pattern.test(text))?.[1];
}

/** Fails `invalid-content` for a file whose first bytes, decompressed, are those of a known format other than CSV. */
export function requireText(start: Uint8Array, pondPath: string): void {
  const name = formatOf(start);
  if (name === undefined) return;
  throw new PondError('invalid-content', `${pondPath} cannot be read as CSV: it is ${name}`, {
    path: pondPath,
    hint: 'A file is read by the extension of its name, such as .xlsx, .parquet or .csv.gz. Store the file under its own, or export it as CSV.',
  });
}
