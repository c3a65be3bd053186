/** Lines of NDJSON: which of them are JSON objects. */
import { parseJsonText } from '../../../base/json.ts';
import { isUtf8 } from 'node:buffer';

const newline = 0x0a;
const mark = Buffer.from('\ufeff');

/** Lines, divided. */
interface DividedLines {
  /** Those that are JSON objects, and blank ones; all bytes where there are no others. */
  readonly objects: Uint8Array;
  readonly others: readonly Uint8Array[];
}

/**
 * Divides whole lines into JSON objects and others. What the engine reads beyond the standard counts as an object, so that
 * no reading is left out.
 */
export function divideLines(bytes: Uint8Array): DividedLines {
  const [kept, others]: [Uint8Array[], Uint8Array[]] = [[], []];
  // The engine takes a byte-order mark at the start, and in no other line.
  let from = mark.compare(bytes, 0, mark.length) === 0 ? mark.length : 0;
  let keptFrom = 0;
  while (from < bytes.length) {
    const end = bytes.indexOf(newline, from) + 1 || bytes.length;
    const line = bytes.subarray(from, end);
    if (!isObject(line)) {
      others.push(line);
      kept.push(bytes.subarray(keptFrom, from));
      keptFrom = end;
    }
    from = end;
  }
  const objects = others.length === 0 ? bytes : Buffer.concat([...kept, bytes.subarray(keptFrom)]);
  return { objects, others };
}

function isObject(line: Uint8Array): boolean {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString();
  if (/^[ \t\r\n]*$/.test(text)) return true;
  return /^[ \t]*\{/.test(text) && isUtf8(line) && (isJson(text) || isJson(standardJson(text)));
}

const isJson = (text: string): boolean => parseJsonText(text) !== undefined;

/** Text with null in place of numbers that are not finite, and without commas at the end of lists and objects. */
function standardJson(text: string): string {
  return text
    .replace(/"(?:[^"\\]|\\.)*"|[-+]?\b(?:nan|inf(?:inity)?)\b/gi, (found) => (found.startsWith('"') ? found : 'null'))
    .replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (found) => (found === ',' ? '' : found));
}
