/** Entries of the journal of systemd, as `journalctl --output=json` writes them: one object a line. */
import { fieldsOf, parseJson } from '../../../base/json.ts';

/** An entry of the journal. */
export interface JournalEntry {
  /** Position in the journal, as journalctl takes it. */
  readonly cursor: string;
  /** When the journal got it, microseconds since 1970 UTC. */
  readonly timeUs: bigint;
  /** Texts by the names of their fields. */
  readonly texts: ReadonlyMap<string, string>;
  /** The fields that are not one text, as they were written; none for most entries. */
  readonly exact: Readonly<Record<string, unknown>>;
}

/** Column with the fields of an entry that are not one text. */
export const exactColumn = '__EXACT';

/** Names of systemd's fields. Another name may differ from a column in case alone, as `Timestamp` does. */
const isColumn = (name: string): boolean => /^[A-Z0-9_]+$/.test(name) && name !== 'TIMESTAMP' && name !== exactColumn;

/** True for a position as journalctl writes it: names of its parts and their values. */
export function isCursor(value: unknown): value is string {
  return typeof value === 'string' && /^[\w=;]+$/.test(value);
}

/** Parses a line. Undefined for anything but an entry with its position and its time. */
export function parseEntry(line: Uint8Array): JournalEntry | undefined {
  const { __CURSOR: cursor, __REALTIME_TIMESTAMP: time, ...others } = fieldsOf(parseJson(line));
  if (!isCursor(cursor) || typeof time !== 'string' || !/^\d{1,18}$/.test(time)) return undefined;
  const texts = new Map<string, string>();
  const exact: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(others)) {
    const { text, isExact } = textOf(value);
    if (text !== undefined && isColumn(name)) texts.set(name, text);
    if (!isExact || !isColumn(name)) Object.defineProperty(exact, name, { value, enumerable: true });
  }
  return { cursor, timeUs: BigInt(time), texts, exact };
}

interface FieldText {
  /** Undefined for a value that is left out. */
  readonly text: string | undefined;
  /** True when the text has all of the value. */
  readonly isExact: boolean;
}

/** A value is a text, a list of bytes that are not printable, null when it is too long, or a list of such values. */
function textOf(value: unknown): FieldText {
  if (typeof value === 'string') return { text: value, isExact: true };
  if (!Array.isArray(value)) return { text: undefined, isExact: false };
  if (value.every(isByte)) return textOfBytes(Uint8Array.from(value));
  const texts = value.map((one) => textOf(one).text).filter((text) => text !== undefined);
  return { text: texts.length === 0 ? undefined : texts.join('\n'), isExact: false };
}

function isByte(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
}

/** Texts with control characters are written as bytes too. */
function textOfBytes(bytes: Uint8Array): FieldText {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return { text, isExact: Buffer.compare(Buffer.from(text), bytes) === 0 };
}

/**
 * True for positions of the same entry. The sequence number and its id change when entries are copied to other files of
 * the journal; the boot, the times and the hash do not.
 */
export function isSameEntry(one: string, other: string): boolean {
  const lasting = (cursor: string): string =>
    cursor
      .split(';')
      .filter((part) => /^[bmtx]=/.test(part))
      .join(';');
  return one === other || (lasting(one) !== '' && lasting(one) === lasting(other));
}
