import { PondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { decodeEntries, type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { isName } from '../tinyfs/path.ts';
import { type LoadPage, type Page, type PageAddress, pageNodeId } from './pages.ts';

/** Entries kept in all cached pages together; about 300 bytes each. */
const cachedEntriesMax = 200_000;

/** Loads pages from the op log. Pages never change, so the cache is never stale. */
export class PageStore {
  readonly #opLog: OpLog;
  readonly #cache = new LruCache<string, Page>({ max: cachedEntriesMax, sizeOf: weight });

  constructor(opLog: OpLog) {
    this.#opLog = opLog;
  }

  readonly load: LoadPage = async (address) => {
    const cached = this.#cache.get(keyOf(address));
    if (cached !== undefined) return cached;
    const page = await readPage(this.#opLog, address);
    this.add(address, page);
    return page;
  };

  /** Puts a page that was just read or written into the cache. */
  add(address: PageAddress, page: Page): void {
    this.#cache.set(keyOf(address), page);
  }
}

async function readPage(opLog: OpLog, address: PageAddress): Promise<Page> {
  const nodeId = pageNodeId(address.directoryId, address.prefix);
  const row = await opLog.readRow({ partId: address.directoryId, nodeId, txn: address.txn });
  const entries = decodeEntries(row.content ?? new Uint8Array(), () => `${nodeId} in commit ${address.txn}`);
  const { fork } = metadataOf(row);
  const count = fork === true ? entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) : entries.length;
  if (count !== row.sizeBytes) {
    const message = `${nodeId} in commit ${address.txn} has ${count} entries; expected ${row.sizeBytes}`;
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

function weight(page: Page): number {
  return 1 + (page.kind === 'leaf' ? page.entries : page.pages).length;
}
