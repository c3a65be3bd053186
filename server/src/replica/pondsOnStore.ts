/** Ponds below one prefix of a store: each has its id as a prefix of its own. */
import { PondError } from '../base/error.ts';
import { logDirectory } from '../delta/logPaths.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { noPond } from './logListing.ts';

/** Ponds that are looked for, and named in an error. */
const pondsMax = 1000;
const namedMax = 20;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Folder in which a working folder keeps its pond. */
const pondFolder = '.pond';

/**
 * Returns the prefix, below the root of a store, of the pond that is there: '' for the root itself, else that of the only
 * one below it. Fails `pond-not-found` without any, and where there are several, which the error names.
 */
export async function findPond(store: ObjectStore, signal: AbortSignal | undefined): Promise<string> {
  if (await hasLog(store, '', signal)) return '';
  if (await hasLog(store, `${pondFolder}/`, signal)) return pondFolder;
  const [only, ...others] = await pondIdsIn(store, signal);
  if (only === undefined) throw noPond(store);
  if (others.length === 0) return only;
  const ids = [only, ...others];
  const more = ids.length > namedMax ? `, and ${ids.length - namedMax} more` : '';
  throw new PondError(
    'pond-not-found',
    `${ids.length} ponds are at ${store.address}: ${ids.slice(0, namedMax).join(', ')}${more}`,
    {
      path: store.address,
      hint: 'Name one: append its id to the address.',
    },
  );
}

/** Returns the ids of the ponds below the root of a store, in their order; [] without any. One request finds each. */
export async function pondIdsIn(store: ObjectStore, signal: AbortSignal | undefined): Promise<readonly string[]> {
  const ids: string[] = [];
  let startAfter = '';
  while (ids.length < pondsMax) {
    const name = await firstName(store, startAfter, signal);
    if (name === undefined) return ids;
    if (uuid.test(name) && (await hasLog(store, `${name}/`, signal))) ids.push(name);
    // The character after the one that ends a name: everything below the name is passed over.
    startAfter = `${name}0`;
  }
  return ids;
}

/** Returns the first name in the root of a store after some key; undefined when there is none. */
async function firstName(
  store: ObjectStore,
  startAfter: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  for await (const { key } of store.list('', { startAfter, signal })) return key.split('/', 1)[0];
  return undefined;
}

async function hasLog(store: ObjectStore, prefix: string, signal: AbortSignal | undefined): Promise<boolean> {
  for await (const _ of store.list(`${prefix}${logDirectory}/`, { signal })) return true;
  return false;
}
