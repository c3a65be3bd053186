/** The `format` section of a Tail: how the lines of CSV files are read. */
import { contradictions, textFormatFields } from '../../../documents/textFormat.ts';
import { type FieldIssue, object, type SpecOf } from '../../../documents/schema.ts';

const { header: _header, names: _names, footer: _footer, ...fields } = textFormatFields;

/**
 * Schema of the section. It leaves out what does not fit a file that grows: the footer, and names in place of those in
 * the first line, which the document gives as `names`.
 */
export const lineFormatSchema = object(fields, {
  check: (format) => [...contradictions(format), ...checkEncoding(format.encoding)],
});

/** A format as decoded from the document of a Tail. */
export type LineFormat = SpecOf<typeof lineFormatSchema>;

/**
 * Options that a document cannot state, and the number of lines above the lines that were read, which is not that of
 * the file.
 */
const notForAllLines: ReadonlySet<string> = new Set(['header', 'names', 'footer', 'skip']);

/** True for options that hold for all lines of a log, as a document states them. */
export const isForAllLines = (format: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(format).every((option) => !notForAllLines.has(option));

/** A line ends at a byte, which in UTF-16 may be half of a character. */
function checkEncoding(stated: string | undefined): readonly FieldIssue[] {
  if (stated?.startsWith('utf-16') !== true) return [];
  return [
    {
      key: 'encoding',
      code: 'value-unknown',
      message: 'lines of UTF-16 cannot be followed',
      hint: 'Let the logger write UTF-8, or copy its files with an Inbox.',
    },
  ];
}
