import { createLineMap, type SourcePosition } from '../base/lineMap.ts';

/** Unit of an offset from DuckDB: its scanner counts characters (code points), its binder bytes of UTF-8. */
export type OffsetUnit = 'byte' | 'codePoint';

/** Returns the position `offset` units into a SQL text; its end when the offset is beyond it. */
export function offsetPosition(sql: string, offset: number, unit: OffsetUnit): SourcePosition {
  return createLineMap(sql).positionAt(stringIndex(sql, offset, unit));
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
