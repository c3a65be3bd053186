/** A position in a text, as editors count it: both 0-based, `character` in UTF-16 code units. */
export interface SourcePosition {
  readonly line: number;
  readonly character: number;
}

/** From `start`, inclusive, to `end`, exclusive. */
export interface TextRange {
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

/** Converts offsets of one text to positions. */
export interface LineMap {
  /** Position of a 0-based offset; an offset outside the text is clamped. */
  positionAt(offset: number): SourcePosition;
  /** Offset of a position; a position outside the text, or beyond the end of its line, is clamped. */
  offsetAt(position: SourcePosition): number;
  /** Range from `start`, inclusive, to `end`, exclusive; an `end` before `start` gives an empty range. */
  rangeOf(start: number, end: number): TextRange;
}

/** Returns the offset table of `text`. A line ends with LF, CR LF or a lone CR, as in the language server protocol. */
export function createLineMap(text: string): LineMap {
  const starts = [0];
  const ends: number[] = [];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    ends.push(match.index);
    starts.push(match.index + match[0].length);
  }

  function positionAt(offset: number): SourcePosition {
    const bounded = Math.max(0, Math.min(offset, text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (startOf(middle) <= bounded) low = middle;
      else high = middle - 1;
    }
    // A cursor cannot be between CR and LF, so this is the end of the line.
    return { line: low, character: Math.min(bounded, ends[low] ?? text.length) - startOf(low) };
  }

  function startOf(line: number): number {
    return starts[line] ?? text.length;
  }

  function offsetAt({ line, character }: SourcePosition): number {
    const bounded = Math.max(0, Math.min(line, starts.length - 1));
    return Math.min(startOf(bounded) + Math.max(0, character), ends[bounded] ?? text.length);
  }

  return {
    positionAt,
    offsetAt,
    rangeOf: (start, end) => ({ start: positionAt(start), end: positionAt(Math.max(start, end)) }),
  };
}

/** True when `position` is in `range`, its end included: a cursor after the last letter of a word is on the word. */
export function contains(range: TextRange, position: SourcePosition): boolean {
  return comparePositions(range.start, position) <= 0 && comparePositions(position, range.end) <= 0;
}

/** Less than zero when `a` is before `b`, zero when they are equal. */
export function comparePositions(a: SourcePosition, b: SourcePosition): number {
  return a.line - b.line || a.character - b.character;
}
