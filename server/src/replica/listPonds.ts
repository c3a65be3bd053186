/** Lists the ponds at a prefix of a store. */
import { fieldsOf, parseJson } from '../base/json.ts';
import { isPondError } from '../base/error.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { pondIdsIn } from './pondsOnStore.ts';
import { remoteKey } from './remoteRecords.ts';

/** A copy of a pond on a store. */
interface ListedPond {
  /** UUID: the folder of the copy, below the prefix. */
  readonly id: string;
  /** ISO 8601, UTC; '' when the copy does not say. */
  readonly created: string;
  readonly by: string;
  readonly layout: string;
  /** Content of the latest note of a push, for people: undefined without one. */
  readonly latest: { readonly commit: number; readonly time: string } | undefined;
}

/**
 * Yields the copies below a store, in the order of their ids; none for an empty one. Costs a few requests for each, not
 * for each object.
 */
export async function* copiesIn(store: ObjectStore, signal: AbortSignal | undefined): AsyncIterable<ListedPond> {
  for (const id of await pondIdsIn(store, signal)) yield await readPond(store, id, signal);
}

async function readPond(store: ObjectStore, id: string, signal: AbortSignal | undefined): Promise<ListedPond> {
  const { created, by, layout } = fieldsOf(await readJson(store, `${id}/${remoteKey}`, signal));
  let latest: ListedPond['latest'];
  for await (const { key } of store.list(`${id}/_pond/tips/`, { signal })) {
    const { commit, time } = fieldsOf(await readJson(store, key, signal));
    if (typeof commit !== 'number' || typeof time !== 'string') continue;
    if (latest === undefined || commit > latest.commit) latest = { commit, time };
  }
  return { id, created: textOf(created), by: textOf(by), layout: textOf(layout), latest };
}

/** The content of a small object as JSON; undefined for anything else: these are notes for people. */
async function readJson(store: ObjectStore, key: string, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    const bytes = await store.read(key, { signal, sizeBytesMax: 64 * 1024 });
    return bytes && parseJson(bytes);
  } catch (error) {
    if (isPondError(error, 'remote-damaged')) return undefined;
    throw error;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
