/** Ponds in memory that are pushed to stores in memory. */
import { Ledger } from '../../server/src/replica/ledger.ts';
import { push, type PushOptions, type PushReport } from '../../server/src/replica/push.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { commitAll } from './committing.ts';
import { initPondOn, openPondOn } from './pond.ts';
import { createMemoryStore, type MemoryStore } from './memoryStore.ts';
import { bytesOf } from './tree.ts';

/** UUID of the Backup resource that pushes. */
export const backupId = '2f1d8a4e-6c3b-4f5a-9d7e-0b1c2d3e4f50';

/** A pond and the store that it is pushed to. */
export interface BackedUp {
  readonly disk: Disk;
  readonly pond: Pond;
  readonly store: MemoryStore;
  /** The disk of the user's cache folder. */
  readonly cache: Disk;
}

/** Creates a pond on a disk in memory, with an empty store. */
export async function createBackedUp(): Promise<BackedUp> {
  const disk = createMemoryDisk();
  return { disk, pond: await initPondOn(disk, 'pond'), store: createMemoryStore(), cache: createMemoryDisk() };
}

/** Pushes a pond, by default as the Backup does. */
export function pushTo(
  { pond, cache }: Pick<BackedUp, 'pond' | 'cache'>,
  store: ObjectStore,
  options: Partial<PushOptions> = {},
): Promise<PushReport> {
  const ledger = new Ledger(cache, { pond: pond.id, address: store.address });
  return push(
    { source: pond.stored, store, ledger },
    { backup: backupId, by: 'person@computer', now: Date.now, ...options },
  );
}

/** Content that is stored as a blob; another for each number. */
export const large = (number: number): Uint8Array => bytesOf(`${number} of much, `.repeat(6_000));

/** Commits a file. */
export async function commitFileAt(pond: Pond, path: string, content: Uint8Array): Promise<void> {
  await (await pond.fs.root()).writeFile(path, content);
  await commitAll(pond);
}

/** Makes commits that put small and large files, the same again, and remove one. */
export async function fillPond(pond: Pond): Promise<void> {
  await commitFileAt(pond, '/small', bytesOf('small'));
  await commitFileAt(pond, '/large', large(1));
  await commitFileAt(pond, '/again', large(1));
  await (await pond.fs.root()).remove('/large');
  await commitAll(pond);
  await commitFileAt(pond, '/last', large(2));
}

/** Writes the objects of a store to a disk: the folder of a pond, as the store has it. */
function diskOfStore({ objects }: Pick<MemoryStore, 'objects'>): Disk {
  return createMemoryDisk({
    directories: ['_pond'],
    files: [...objects].map(([key, { bytes }]) => [key, bytes] as const),
  });
}

/** Opens what a store has as a pond, for reading. */
export function openCopy(store: Pick<MemoryStore, 'objects'>): Promise<Pond> {
  return openPondOn(diskOfStore(store), 'copy', { mode: 'read' });
}
