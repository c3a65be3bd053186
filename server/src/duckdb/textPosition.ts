/** A position in a text, 0-based, `character` in UTF-16 code units. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

/** Unit of an offset from DuckDB: its scanner counts characters (code points), its binder bytes of UTF-8. */
export type OffsetUnit = 'byte' | 'codePoint';

/** Returns the position `offset` units into `text`; its end when the offset is beyond it. */
export function textPosition(text: string, offset: number, unit: OffsetUnit): TextPosition {
  const before = text.slice(0, stringIndex(text, offset, unit));
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length - 1, character: before.length - lineStart };
}

/** Returns the index into `text`, in UTF-16 code units, that is `offset` units from its start. */
export function stringIndex(text: string, offset: number, unit: OffsetUnit): number {
  let units = 0;
  let index = 0;
  for (const character of text) {
    if (units >= offset) return index;
    units += unit === 'byte' ? Buffer.byteLength(character) : 1;
    index += character.length;
  }
  return text.length;
}
