/**
 * Checks the rows of commits, oldest first. A row is checked by itself, and each entry of a directory against the row to
 * which it leads: so the trees of all commits are checked without a visit to any, and shared parts once.
 */
import { isDeepStrictEqual } from 'node:util';
import { sha256Of } from '../base/sha256.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { rootId, type RowMetadata, type StoredRow } from '../oplog/rows.ts';
import { inlineBytesMax } from './blobs.ts';
import { rowsHash } from './commitHash.ts';
import { type Findings } from './findings.ts';
import { chainHash } from './hash.ts';
import { commitRow } from './history.ts';
import { type Page, pageHash } from './pages.ts';
import { pageOf } from './pageStore.ts';
import { type Commit } from './commitRecord.ts';

/** Content that a row leaves to a blob, and where it was found first. */
export interface BlobUse {
  readonly sizeBytes: number;
  readonly where: string;
}

/** Facts of a row to which entries and later versions refer. */
type KnownRow = Pick<StoredRow, 'partId' | 'fileType' | 'sizeBytes' | 'sha256' | 'timestampUs'> &
  Pick<RowMetadata, 'seriesHash'>;

const keyOf = (txn: CommitNumber, nodeId: string, version: number): string => `${txn}/${nodeId}/${version}`;

/** The rows checked so far. */
export class RowCheck {
  /** Blobs of the rows, by hash. */
  readonly blobs = new Map<string, BlobUse>();
  rowCount = 0;
  readonly #findings: Findings;
  readonly #known = new Map<string, KnownRow>();
  /** Entry of each directory, where it was listed last. */
  readonly #entries = new Map<string, { readonly directoryId: string; readonly name: string }>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Checks all rows that a commit wrote. */
  async commit(commit: Commit, rows: readonly StoredRow[]): Promise<void> {
    const { number } = commit;
    this.rowCount += rows.length;
    const own = rows.filter(({ fileType }) => fileType !== 'commit');
    await this.#findings.attempt(`commit ${number}`, () => this.#record(commit, rows, own));
    const readable: StoredRow[] = [];
    for (const row of own) {
      await this.#findings.attempt(this.#where(row), () => {
        this.know(row);
        readable.push(row);
      });
    }
    // Paths follow from entries, and the row of a directory may come after those of what it contains.
    const pages = new Map<StoredRow, Page>();
    for (const row of readable.filter(isListing)) {
      await this.#findings.attempt(this.#where(row), () => void pages.set(row, this.#enter(row)));
    }
    for (const [row, page] of pages) await this.#findings.attempt(this.#where(row), () => this.#listing(row, page));
    for (const row of readable.filter((each) => !isListing(each))) {
      await this.#findings.attempt(this.#where(row), () => this.#file(row));
    }
  }

  /** Takes a row to which others refer as it is: one that is checked next, or was checked before. */
  know(row: StoredRow): void {
    const { seriesHash } = metadataOf(row);
    const { partId, fileType, sizeBytes, sha256, timestampUs } = row;
    const known = { partId, fileType, sizeBytes, sha256, timestampUs, ...(seriesHash && { seriesHash }) };
    this.#known.set(keyOf(row.txn, row.nodeId, row.version), known);
  }

  /** Compares the rows with the hashes of their commit, and the commit's own row with its record. */
  #record(commit: Commit, rows: readonly StoredRow[], own: readonly StoredRow[]): void {
    const [row, ...more] = rows.filter(({ fileType }) => fileType === 'commit');
    if (row === undefined || more.length > 0) return this.#findings.add(`commit ${commit.number}: its row is missing`);
    const root = own.find(({ nodeId }) => nodeId === rootId);
    this.#findings.expect(`the root in commit ${commit.number}`, root?.sha256 ?? 'missing', commit.rootHash);
    if (commit.rowsHash === undefined) return;
    this.#findings.expect(`the rows of commit ${commit.number}`, rowsHash(own, commit.number), commit.rowsHash);
    const expected = commitRow(commit);
    const { txn: _, metadata, ...columns } = row;
    const isSame = isDeepStrictEqual({ ...columns, metadata: expected.metadata }, expected);
    if (isSame && isDeepStrictEqual(JSON.parse(metadata), JSON.parse(expected.metadata))) return;
    this.#findings.add(`commit ${commit.number}: its row differs from its record in the log`);
  }

  /** Remembers the directories that a row lists, and returns its page. */
  #enter(row: StoredRow): Page {
    const page = pageOf(row);
    for (const entry of entriesOf(page)) {
      if (entry.type !== 'directory') continue;
      this.#entries.set(entry.childId, { directoryId: row.partId, name: entry.name });
    }
    return page;
  }

  #listing(row: StoredRow, page: Page): void {
    this.#findings.expect(this.#where(row), pageHash(page), row.sha256);
    for (const entry of entriesOf(page)) this.#entry(row, page, entry);
  }

  /** Compares an entry with the row to which it leads. */
  #entry(row: StoredRow, { kind }: Page, entry: DirectoryEntry): void {
    const found = this.#known.get(keyOf(entry.txn, entry.childId, entry.version));
    const isSame =
      found?.partId === entry.partId &&
      found.fileType === entry.type &&
      found.sizeBytes === entry.sizeBytes &&
      found.sha256 === entry.sha256 &&
      (found.seriesHash ?? '') === entry.seriesHash &&
      (kind === 'fork' || found.timestampUs === entry.modifiedUs);
    if (isSame) return;
    const what = kind === 'fork' ? `page ${entry.name}` : JSON.stringify(entry.name);
    const problem = found === undefined ? 'is missing' : 'differs from it';
    this.#findings.add(`${this.#where(row)}: the row of ${what} in commit ${entry.txn} ${problem}`);
  }

  #file(row: StoredRow): void {
    const { content, sizeBytes } = row;
    const metadata = metadataOf(row);
    if (metadata.deleted !== true) {
      if (sizeBytes > inlineBytesMax) this.#blob(row);
      else if (content?.length !== sizeBytes || sha256Of(content) !== row.sha256) {
        this.#findings.add(`${this.#where(row)}: its content is not what was written`);
      }
    }
    this.#previous(row, metadata);
  }

  #blob(row: StoredRow): void {
    const use = { sizeBytes: row.sizeBytes, where: this.#where(row) };
    const known = this.blobs.get(row.sha256) ?? use;
    this.blobs.set(row.sha256, known);
    if (known.sizeBytes === row.sizeBytes && row.content === undefined) return;
    this.#findings.add(`${use.where}: its content has ${row.sizeBytes} bytes; ${known.where} has ${known.sizeBytes}`);
  }

  /** Checks that a later version leads to the one before it, and that the hash of a series continues that one's. */
  #previous(row: StoredRow, { previous, seriesHash, deleted }: RowMetadata): void {
    const before = previous && this.#known.get(keyOf(previous.txn, row.nodeId, row.version - 1));
    if (row.version > 1 && (before === undefined || before.partId !== previous?.partId)) {
      this.#findings.add(`${this.#where(row)}: the row of the version before it is missing`);
    } else if (row.fileType === 'series' && deleted !== true) {
      const expected = chainHash(before?.seriesHash ?? '', row.sha256);
      this.#findings.expect(`${this.#where(row)}, all versions`, seriesHash ?? 'missing', expected);
    }
  }

  /** Names a row for people: by its path, as far as that is known, its version and its commit. */
  #where({ nodeId, partId, fileType, version, txn, metadata }: StoredRow): string {
    if (fileType === 'page') return `${this.#path(partId)} (page ${nodeId.split('.').at(-1)}) in commit ${txn}`;
    const name = /"name":"((?:[^"\\]|\\.)*)"/.exec(metadata)?.[1] ?? '';
    const path = fileType === 'directory' ? this.#path(nodeId) : `${this.#path(partId)}/${name}`;
    return `${path.replace(/^\/\//, '/')} version ${version} in commit ${txn}`;
  }

  #path(directoryId: string, depth = 0): string {
    const entry = this.#entries.get(directoryId);
    if (entry === undefined || depth > depthMax) return directoryId === rootId ? '/' : '/…';
    return `${this.#path(entry.directoryId, depth + 1)}/${entry.name}`.replace(/^\/\//, '/');
  }
}

/** True for a row whose content is entries; a removed directory has none. */
function isListing(row: StoredRow): boolean {
  return (row.fileType === 'directory' || row.fileType === 'page') && metadataOf(row).deleted !== true;
}

const entriesOf = (page: Page): readonly DirectoryEntry[] => (page.kind === 'leaf' ? page.entries : page.pages);

/** Entries of damaged directories may form a cycle. */
const depthMax = 1000;
