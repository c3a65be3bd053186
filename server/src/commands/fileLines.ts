import { type LineMatch, type LineMatcher } from './lineMatcher.ts';
import { textLines } from './textLines.ts';

/** A line that matches; `line` is 1-based. */
export interface FoundLine extends LineMatch {
  readonly line: number;
  readonly text: string;
}

/** Lines and UTF-16 code units that are matched at once. */
const batchLines = 512;
const batchLength = 256 * 1024;

/** Yields the lines after line `from` that match. Ends with `undefined` where the content turns out to be no text. */
export async function* matchingLines(
  content: AsyncIterable<Uint8Array>,
  match: LineMatcher,
  from: number,
): AsyncIterable<FoundLine | undefined> {
  let batch: string[] = [];
  let [line, length] = [0, 0];
  function* found(): Iterable<FoundLine> {
    const first = line - batch.length + 1;
    for (const [index, one] of match(batch).entries()) {
      if (one !== undefined) yield { ...one, line: first + index, text: batch[index] ?? '' };
    }
    [batch, length] = [[], 0];
  }
  for await (const text of textLines(content)) {
    if (text === undefined) {
      yield* found();
      yield undefined;
      return;
    }
    line += 1;
    if (line <= from) continue;
    batch.push(text);
    length += text.length;
    if (batch.length === batchLines || length > batchLength) yield* found();
  }
  yield* found();
}
