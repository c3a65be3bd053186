/** The records that a copy of a pond has on a store in addition to the pond's own files. */
import { fieldsOf, parseJson } from '../base/json.ts';
import { PondError } from '../base/error.ts';
import { type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';

/** Key of the record that says which pond a prefix of a store holds. */
export const remoteKey = '_pond/remote.json';

const format = 1;

/** Content of the record: written once, before anything else. */
export interface RemoteRecord {
  /** UUID of the pond. */
  readonly pond: string;
  readonly layout: 'open' | 'sealed';
  /** ISO 8601, UTC. */
  readonly created: string;
  /** Person and computer that created it: USER@host. */
  readonly by: string;
}

/**
 * Returns the record of a store; undefined when there is none. Fails `remote-damaged` for a malformed one, and
 * `pond-too-new` for one of a later format.
 */
export async function readRemoteRecord(store: ObjectStore, options: RequestOptions): Promise<RemoteRecord | undefined> {
  const bytes = await store.read(remoteKey, options);
  if (bytes === undefined) return undefined;
  const { format: found, pond, layout, created, by } = fieldsOf(parseJson(bytes));
  if (typeof found === 'number' && found > format) {
    throw new PondError('pond-too-new', `${store.address} has format ${found}; this program knows ${format}`, {
      hint: 'Use a newer DuckPond; nothing was changed.',
    });
  }
  const isLayout = layout === 'open' || layout === 'sealed';
  if (found === format && typeof pond === 'string' && isLayout) {
    return { pond, layout, created: textOf(created), by: textOf(by) };
  }
  throw new PondError('remote-damaged', `${remoteKey} of ${store.address} is not the record of a pond`, {
    hint: 'Nothing was changed. Restore the object from an older version of the bucket, or back up to another prefix.',
  });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Returns the bytes of the record. */
export function remoteRecordBytes(record: RemoteRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify({ format, ...record })}\n`);
}

/** Key of the note that a Backup leaves after each push, by the UUID of the resource. */
export const tipKey = (backup: string): string => `_pond/tips/${backup}.json`;

/** State of a copy after a push, as a note for people: no program believes it. */
interface TipNote {
  /** Number of the latest version that was sent. */
  readonly commit: number;
  readonly rootHash: string | undefined;
  readonly hash: string | undefined;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Counts of what this push sent. */
  readonly objects: number;
  readonly bytes: number;
}

/** Returns the bytes of the note. */
export function tipNoteBytes(note: TipNote): Uint8Array {
  return Buffer.from(`${JSON.stringify(note)}\n`);
}
