import { type ListedObject, type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { imageOf } from './diskImage.ts';

/** A call of a store, for tests that stop before or after one. */
export type StoreCall = (what: string) => void;

/** A store for reading that has the files of a disk, as the folder of a pond is one. Writing is not for it. */
export function diskStore(disk: Disk, onCall: StoreCall = () => undefined): ObjectStore {
  const unused = (): never => {
    throw new Error('a copy reads the store, and nothing else');
  };
  return {
    address: 'file:///store',
    stat: unused,
    read: unused,
    async readStream(key, { signal, onBytes, start = 0 } = {}) {
      onCall(`get ${key}`);
      signal?.throwIfAborted();
      const content = disk.stat(key)?.kind === 'file' ? disk.readStream(key, start) : undefined;
      return await Promise.resolve(content && observed(content, onBytes));
    },
    async *list(prefix, { startAfter = '' } = {}): AsyncIterable<ListedObject> {
      onCall(`list ${prefix}`);
      const keys = [...imageOf(disk).files].map(([path, { length }]) => ({
        key: path,
        sizeBytes: length,
        modifiedMs: 0,
      }));
      yield* keys
        .filter(({ key }) => key.startsWith(prefix) && key > startAfter)
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    putIfAbsent: unused,
    put: unused,
    remove: unused,
    close: () => undefined,
  };
}

async function* observed(
  content: AsyncIterable<Uint8Array>,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of content) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}
