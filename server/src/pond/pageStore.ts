import { PondError } from '../base/error.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { decodeEntries, type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { isName } from '../tinyfs/path.ts';
import { type LoadPage, type Page, type PageAddress, pageNodeId } from './pages.ts';

/** Entries kept in all cached pages together; about 300 bytes each. */
const cachedEntriesMax = 200_000;

export interface PageStore {
  readonly load: LoadPage;
  /** Puts a page that was just written into the cache. */
  remember(address: PageAddress, page: Page): void;
}

/** Loads pages from the op log. Pages never change, so the LRU cache is never stale. */
export function createPageStore(opLog: OpLog): PageStore {
  const cache = new Map<string, Page>();
  let cachedEntries = 0;

  function remember(address: PageAddress, page: Page): void {
    const key = keyOf(address);
    if (cache.has(key)) return;
    cache.set(key, page);
    cachedEntries += weight(page);
    for (const [oldest, old] of cache) {
      if (cachedEntries <= cachedEntriesMax || oldest === key) break;
      cache.delete(oldest);
      cachedEntries -= weight(old);
    }
  }

  async function load(address: PageAddress): Promise<Page> {
    const key = keyOf(address);
    const cached = cache.get(key);
    if (cached !== undefined) {
      cache.delete(key);
      cache.set(key, cached);
      return cached;
    }
    const page = await readPage(opLog, address);
    remember(address, page);
    return page;
  }

  return { load, remember };
}

async function readPage(opLog: OpLog, address: PageAddress): Promise<Page> {
  const nodeId = pageNodeId(address.directoryId, address.prefix);
  const row = await opLog.readRow({ partId: address.directoryId, nodeId, txn: address.txn });
  const entries = decodeEntries(row.content ?? new Uint8Array(), () => `${nodeId} in commit ${address.txn}`);
  const { fork } = metadataOf(row);
  const count = fork === true ? entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) : entries.length;
  if (count !== row.sizeBytes) {
    const message = `${nodeId} in commit ${address.txn} has ${count} entries, and should have ${row.sizeBytes}`;
    throw new PondError('pond-damaged', message);
  }
  const wrong = entries.find((entry) => !(fork === true ? isPageEntry(entry) : isNodeEntry(entry)));
  if (wrong !== undefined) {
    const what = `${JSON.stringify(wrong.name)} of type ${wrong.type}`;
    throw new PondError('pond-damaged', `${nodeId} in commit ${address.txn} lists ${what}`);
  }
  return fork === true ? { kind: 'fork', pages: entries } : { kind: 'leaf', entries };
}

const isPageEntry = ({ name, type }: DirectoryEntry): boolean => type === 'page' && /^[0-9a-f]$/.test(name);

/** Names become paths, in the pond and on the host: a name such as '..' would escape the directory. */
const isNodeEntry = ({ name, type }: DirectoryEntry): boolean => type !== 'page' && isName(name);

const keyOf = (address: PageAddress): string => `${address.directoryId}.${address.prefix}@${address.txn}`;

const weight = (page: Page): number => 1 + (page.kind === 'leaf' ? page.entries : page.pages).length;
