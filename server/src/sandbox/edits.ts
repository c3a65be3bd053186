import { createLineMap, type SourcePosition } from '../base/lineMap.ts';

/** A replaced range of a text, `start` inclusive, `end` exclusive. Indexes are in UTF-16 code units. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface EditedText {
  readonly text: string;
  /** Index in the new text of an index in the original that is outside every edit. */
  toEdited(index: number): number;
  /** Index in the original of an index in the new text; within a replacement, the start of the replaced range. */
  indexInOriginal(index: number): number;
  /** Position in the original of a position in the new text; within a replacement, the start of the replaced range. */
  toOriginal(position: SourcePosition): SourcePosition;
}

/** Replaces ranges of a text; they are in order and do not overlap. */
export function editText(original: string, edits: readonly TextEdit[]): EditedText {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, text } of edits) {
    parts.push(original.slice(from, start), text);
    from = end;
  }
  const edited = parts.join('') + original.slice(from);

  const lines = createLineMap(original);

  function toEdited(index: number): number {
    return edits.reduce((sum, { start, end, text }) => (end <= index ? sum + text.length - (end - start) : sum), index);
  }

  function indexInOriginal(index: number): number {
    let shift = 0;
    for (const { start, end, text } of edits) {
      if (index < start + shift) break;
      if (index < start + shift + text.length) return start;
      shift += text.length - (end - start);
    }
    return index - shift;
  }

  return {
    text: edited,
    toEdited,
    indexInOriginal,
    toOriginal: (position) => lines.positionAt(indexInOriginal(createLineMap(edited).offsetAt(position))),
  };
}
