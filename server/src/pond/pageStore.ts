import { PondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { decodeEntries, type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { type StoredRow } from '../oplog/rows.ts';
import { isName } from '../tinyfs/path.ts';
import { type LoadPage, type Page, type PageAddress, pageHash, pageNodeId } from './pages.ts';

/** Entries kept in all cached pages together; about 300 bytes each. */
const cachedEntriesMax = 200_000;

/** A page in the cache, with its hash. */
interface HashedPage {
  readonly page: Page;
  readonly sha256: string;
}

/**
 * Loads pages from the op log. A page has the hash that its parent's entry or the commit says, so a sound root vouches
 * for everything below it. Pages never change, so the cache is never stale.
 */
export class PageStore {
  readonly #opLog: OpLog;
  readonly #cache = new LruCache<string, HashedPage>({ max: cachedEntriesMax, sizeOf: weight });

  constructor(opLog: OpLog) {
    this.#opLog = opLog;
  }

  readonly load: LoadPage = async (address) => {
    const { page, sha256 } = this.#cache.get(keyOf(address)) ?? (await this.#read(address));
    if (sha256 === address.sha256) return page;
    const message = `its entries in commit ${address.txn} have hash ${sha256}; expected ${address.sha256}`;
    throw new PondError('pond-damaged', message);
  };

  /** Puts a page that was just written into the cache. */
  add(address: PageAddress, page: Page): void {
    this.#cache.set(keyOf(address), { page, sha256: address.sha256 });
  }

  async #read(address: PageAddress): Promise<HashedPage> {
    const page = await readPage(this.#opLog, address);
    return this.#cache.set(keyOf(address), { page, sha256: pageHash(page) });
  }
}

async function readPage(opLog: OpLog, address: PageAddress): Promise<Page> {
  const nodeId = pageNodeId(address.directoryId, address.prefix);
  const shown = address.prefix === '' ? 'its list of entries' : `its page '${address.prefix}'`;
  return pageOf(await opLog.readRow({ partId: address.directoryId, nodeId, txn: address.txn, shown }));
}

/**
 * Returns the page in a row of a directory or page. Fails `pond-damaged` when its entries cannot be decoded, or are other
 * than the row says.
 */
export function pageOf(row: StoredRow): Page {
  // The caller names the directory: a row knows no path.
  const where = `its page '${row.nodeId.split('.')[1] ?? ''}' in commit ${row.txn}`;
  const entries = decodeEntries(row.content ?? new Uint8Array(), () => where);
  const { fork } = metadataOf(row);
  const count = fork === true ? entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) : entries.length;
  if (count !== row.sizeBytes) {
    const message = `${where} has ${count} entries; expected ${row.sizeBytes}`;
    throw new PondError('pond-damaged', message);
  }
  const wrong = entries.find((entry) => !(fork === true ? isPageEntry(entry) : isNodeEntry(entry)));
  if (wrong !== undefined) {
    const what = `${JSON.stringify(wrong.name)} of type ${wrong.type}`;
    throw new PondError('pond-damaged', `${where} lists ${what}`);
  }
  return fork === true ? { kind: 'fork', pages: entries } : { kind: 'leaf', entries };
}

const isPageEntry = ({ name, type }: DirectoryEntry): boolean => type === 'page' && /^[0-9a-f]$/.test(name);

/** Names become paths, in the pond and on the host: a name such as '..' would escape the directory. */
const isNodeEntry = ({ name, type }: DirectoryEntry): boolean => type !== 'page' && isName(name);

const keyOf = (address: PageAddress): string => `${address.directoryId}.${address.prefix}@${address.txn}`;

function weight({ page }: HashedPage): number {
  return 1 + (page.kind === 'leaf' ? page.entries : page.pages).length;
}
