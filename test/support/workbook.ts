/** Excel workbooks as their makers write them, from the XML of their rows. */
import { zip } from '../../server/src/sql/files/zip.ts';

const namespace = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const relation = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** Styles: 0 number, 1 date, 2 date and time, 3 time of day, 4 duration, 5 number with a color and a text. */
const styles =
  `<styleSheet ${namespace}><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm"/>` +
  '<numFmt numFmtId="165" formatCode="[h]:mm"/><numFmt numFmtId="166" formatCode="[Red]0.0&quot; days&quot;"/></numFmts>' +
  '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/>' +
  '<xf numFmtId="20"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>';

/** Parts of a workbook that most lack. */
export interface WorkbookOptions {
  readonly shared?: string;
  readonly properties?: string;
}

/** A workbook with the XML of the rows of each sheet. */
export async function workbook(
  sheets: Readonly<Record<string, string>>,
  { shared = '', properties = '' }: WorkbookOptions = {},
): Promise<Uint8Array> {
  const names = Object.keys(sheets);
  const listed = names.map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`);
  const related = names.map(
    (_, at) => `<Relationship Id="rId${at + 1}" Type="${relation}/worksheet" Target="worksheets/s${at}.xml"/>`,
  );
  const parts: Readonly<Record<string, string>> = {
    'xl/workbook.xml': `<workbook ${namespace} xmlns:r="${relation}">${properties}<sheets>${listed.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels':
      `<Relationships>${related.join('')}<Relationship Id="a" Type="${relation}/styles" Target="styles.xml"/>` +
      `<Relationship Id="b" Type="${relation}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
    'xl/styles.xml': styles,
    'xl/sharedStrings.xml': `<sst ${namespace}>${shared}</sst>`,
    ...Object.fromEntries(
      Object.values(sheets).map((rows, at) => [
        `xl/worksheets/s${at}.xml`,
        `<worksheet ${namespace}><sheetData>${rows}</sheetData></worksheet>`,
      ]),
    ),
  };
  return archive(parts);
}

/** A zip archive of texts by name. */
export async function archive(parts: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const entries = Object.entries(parts).map(([name, text]) => ({ name, content: [Buffer.from(text)] }));
  for await (const chunk of zip(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const text = (value: string): string => `<c t="inlineStr"><is><t>${value}</t></is></c>`;
export const number = (value: number | string, style = 0): string => `<c s="${style}"><v>${value}</v></c>`;
export const row = (...cells: readonly string[]): string => `<row>${cells.join('')}</row>`;
