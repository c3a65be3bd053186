/** Bytes of a line that is held in memory; longer ones are not text that a person reads. */
const lineBytesMax = 1024 * 1024;

/**
 * Yields the lines of a text, without their ends. Ends with `undefined` at the first byte that is in no text, NUL, and at a
 * line of more than 1 MiB.
 */
export async function* textLines(content: AsyncIterable<Uint8Array>): AsyncIterable<string | undefined> {
  let begun: Buffer = Buffer.alloc(0);
  for await (const chunk of content) {
    const bytes = begun.length === 0 ? Buffer.from(chunk) : Buffer.concat([begun, chunk]);
    if (chunk.includes(0)) {
      yield undefined;
      return;
    }
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield lineOf(bytes.subarray(start, end));
      start = end + 1;
    }
    begun = bytes.subarray(start);
    if (begun.length > lineBytesMax) {
      yield undefined;
      return;
    }
  }
  if (begun.length > 0) yield lineOf(begun);
}

function lineOf(bytes: Buffer): string {
  return bytes.toString('utf8', 0, bytes.at(-1) === 13 ? bytes.length - 1 : bytes.length);
}
