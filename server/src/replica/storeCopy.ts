import { type ExpectedFile } from '../pond/findings.ts';
import { type OpenCopy } from '../pond/pondCopy.ts';
import { isKey } from '../remote/keys.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { verifiedObject } from './verifiedObject.ts';

/** Returns the copy of a pond at the root of a store; closing it closes the store. */
export function copyAtStore(store: ObjectStore, signal: AbortSignal | undefined): OpenCopy {
  const content = async (file: ExpectedFile): Promise<AsyncIterable<Uint8Array> | undefined> => {
    // The log that names the file may be a stranger's.
    if (!isKey(file.path) || (await store.stat(file.path, { signal })) === undefined) return undefined;
    return verifiedObject(store, { ...file, key: file.path }, { signal });
  };
  return {
    directory: store.address,
    read: (path, sizeBytesMax) => store.read(path, { sizeBytesMax, signal }),
    content,
    close: () => store.close(),
  };
}
