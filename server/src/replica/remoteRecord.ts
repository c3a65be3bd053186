/** The record that a push leaves at the start of a pond's prefix: `_pond/remote.json`. */
import { PondError } from '../base/error.ts';
import { type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';
import { remoteDamage } from './remoteDamage.ts';

/** Path of the record. */
export const remoteRecordPath = '_pond/remote.json';

const recordBytesMax = 64 * 1024;

/** Returns the id of the pond on a store; undefined where no record says it, as in a pond's own folder. */
export async function remotePondId(store: ObjectStore, options: RequestOptions): Promise<string | undefined> {
  const bytes = await store.read(remoteRecordPath, { ...options, sizeBytesMax: recordBytesMax });
  if (bytes === undefined) return undefined;
  const { format, pond, layout } = parse(store, bytes);
  if (format !== 1 || (layout !== undefined && layout !== 'open')) {
    throw new PondError('pond-too-new', `the pond at ${store.address} has a layout that this program does not read`, {
      path: remoteRecordPath,
      hint: 'Update DuckPond, and clone again; nothing was changed.',
    });
  }
  if (typeof pond === 'string') return pond;
  throw remoteDamage(store, remoteRecordPath, 'does not say which pond this is');
}

function parse(store: ObjectStore, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // The error below says what was expected.
  }
  throw remoteDamage(store, remoteRecordPath, 'is not a JSON object');
}
