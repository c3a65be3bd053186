import { type SourcePosition } from '../base/lineMap.ts';
import { type ScalarNode } from './yamlNode.ts';

/** Returns the positions of a scalar's text; `written` is the scalar in the source, at `at`. Empty for folded text. */
export function textPositions(
  written: string,
  value: string,
  at: SourcePosition,
): Pick<ScalarNode, 'lineStarts' | 'columns'> {
  const lineStarts = written.startsWith('|') ? blockLines(written, value, at) : plainLine(written, value, at);
  if (lineStarts !== undefined) return { lineStarts };
  const columns = /^["'][^\r\n]*$/.test(written) ? escapedColumns(written, value, at) : undefined;
  return columns === undefined ? {} : { columns };
}

/** A text on one line that the source has unchanged, perhaps in quotes. */
function plainLine(written: string, value: string, at: SourcePosition): readonly SourcePosition[] | undefined {
  const quote = /^["']/.test(written) ? 1 : 0;
  const isExact = written.slice(quote, written.length - quote) === value && !/[\r\n]/.test(value);
  return isExact ? [{ line: at.line, character: at.character + quote }] : undefined;
}

/** The lines of a literal block, which begins with its `|`; undefined unless the source has them unchanged. */
function blockLines(written: string, value: string, { line }: SourcePosition): readonly SourcePosition[] | undefined {
  const [, ...source] = written.split(/\r\n|\n|\r/);
  const values = value.split('\n');
  // The first line with text has the block's indentation, plus the leading spaces of the text itself.
  const first = values.findIndex((text) => text.trim() !== '');
  const indent = (source[first] ?? '').length - (values[first] ?? '').length;
  const isExact = first >= 0 && indent >= 0 && values.every((text, at) => (source[at] ?? '').slice(indent) === text);
  return isExact ? values.map((_, at) => ({ line: line + 1 + at, character: indent })) : undefined;
}

/** `''` between single quotes; an escape with its digits between double quotes; any other character. */
const singleQuoted = /''|[^]/g;
const doubleQuoted = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[^])|[^]/g;

function escapedColumns(written: string, value: string, { character }: SourcePosition): readonly number[] | undefined {
  const parts = written.slice(1, -1).match(written.startsWith("'") ? singleQuoted : doubleQuoted) ?? [];
  const columns: number[] = [];
  let column = character + 1;
  for (const part of parts) {
    columns.push(column);
    // A character above U+FFFF is two units of UTF-16.
    if (/^\\U00(?:0[1-9a-fA-F]|10)/.test(part)) columns.push(column);
    column += part.length;
  }
  // Each part of the source is one character of the text, unless the escapes are others than these.
  return columns.length === value.length ? [...columns, column] : undefined;
}
