/**
 * Directories as tries of pages. Up to pageEntriesMax entries are kept in the directory's own row; more are distributed
 * over pages by the hex digits of sha256Of(name), recursively. The shape follows from the set of names alone, so equal
 * directories have equal hashes, and a change rewrites only the pages on its path.
 *
 * Invariants: a leaf's entries are in name order and at most pageEntriesMax; a fork's pages are in digit order, none
 * empty, and together hold more than pageEntriesMax entries.
 */
import { sha256Of } from '../base/sha256.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { assert } from '../base/assert.ts';
import { groupBy } from '../base/groupBy.ts';
import { LruCache } from '../base/lruCache.ts';
import { type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { forkHash, leafHash } from './hash.ts';

export const pageEntriesMax = 128;

/** A page as stored in a row: entries, or pages named by one hex digit. */
export type Page =
  | { readonly kind: 'leaf'; readonly entries: readonly DirectoryEntry[] }
  | { readonly kind: 'fork'; readonly pages: readonly DirectoryEntry[] };

/** Address of a stored page. `prefix` is '' for the directory's own row. */
export interface PageAddress {
  readonly directoryId: string;
  readonly prefix: string;
  readonly txn: CommitNumber;
  /** Hash of the page, as the entry that leads to it says; lower-case hex. */
  readonly sha256: string;
}

/** Returns the page at an address. Fails `pond-damaged` when it has another hash. */
export type LoadPage = (address: PageAddress) => Promise<Page>;

/** New state of an entry; null removes it. */
type EntryChanges = ReadonlyMap<string, DirectoryEntry | null>;

/** A page to be written, and its entry in the parent. */
export interface NewPage {
  readonly prefix: string;
  readonly page: Page;
  /** Entries in it and below. */
  readonly count: number;
  readonly sha256: string;
}

const emptyPage: Page = { kind: 'leaf', entries: [] };

/** Node id of the row that holds a page. */
export const pageNodeId = (directoryId: string, prefix: string): string =>
  prefix === '' ? directoryId : `${directoryId}.${prefix}`;

/** The entry of that name, or undefined; reads the pages on the path to it. */
export async function lookupEntry(
  load: LoadPage,
  address: PageAddress,
  name: string,
): Promise<DirectoryEntry | undefined> {
  const page = await load(address);
  if (page.kind === 'leaf') return findByName(page.entries, name);
  const child = pageOf(page.pages, name, address.prefix.length);
  return child === undefined ? undefined : await lookupEntry(load, childAddress(address, child), name);
}

/** The pages on the way to the entry of that name, from the directory's own; the last one has the entry, if any has. */
export async function pagesTo(load: LoadPage, address: PageAddress, name: string): Promise<readonly Page[]> {
  const page = await load(address);
  const child = page.kind === 'fork' ? pageOf(page.pages, name, address.prefix.length) : undefined;
  return child === undefined ? [page] : [page, ...(await pagesTo(load, childAddress(address, child), name))];
}

/** The page of a fork at a depth that has the entry of that name, if any has; undefined without one. */
export function pageOf<P extends { readonly name: string }>(
  pages: readonly P[],
  name: string,
  depth: number,
): P | undefined {
  return pages.find((candidate) => candidate.name === digitOf(name, depth));
}

/** All entries, in name order. */
export async function listEntries(load: LoadPage, address: PageAddress): Promise<readonly DirectoryEntry[]> {
  const page = await load(address);
  return page.kind === 'leaf' ? page.entries : (await collectEntries(load, address, page)).sort(compareNames);
}

/** Applies changes to a directory and returns its new pages, the directory's own (prefix '') last. */
export async function applyChanges(
  load: LoadPage,
  address: PageAddress | undefined,
  changes: EntryChanges,
  context: { readonly directoryId: string; readonly txn: CommitNumber },
): Promise<readonly NewPage[]> {
  const written: NewPage[] = [];
  const top = await applyToPage({ load, written, ...context }, address, '', changes);
  return [...written, top];
}

interface Writing {
  readonly load: LoadPage;
  /** Finished pages below the current one. */
  readonly written: NewPage[];
  readonly directoryId: string;
  readonly txn: CommitNumber;
}

async function applyToPage(
  writing: Writing,
  address: PageAddress | undefined,
  prefix: string,
  changes: EntryChanges,
): Promise<NewPage> {
  const page = address === undefined ? emptyPage : await writing.load(address);
  if (page.kind === 'leaf') return buildPage(writing, prefix, merge(page.entries, changes));
  assert(address !== undefined, () => 'a fork is stored somewhere');

  const byDigit = groupBy([...changes], ([name]) => digitOf(name, prefix.length));
  const below: Writing = { ...writing, written: [] };
  const pages = new Map(page.pages.map((child) => [child.name, child]));
  for (const [digit, group] of byDigit) {
    const child = pages.get(digit);
    const childAt = child && childAddress(address, child);
    const next = await applyToPage(below, childAt, prefix + digit, new Map(group));
    if (next.count === 0) pages.delete(digit);
    else {
      below.written.push(next);
      pages.set(digit, pageEntry(writing, next));
    }
  }
  const count = [...pages.values()].reduce((sum, child) => sum + child.sizeBytes, 0);
  if (count <= pageEntriesMax) {
    // The fork shrank below its limit: the shape must be the one that these entries alone produce.
    const entries = await collectEntries(writing.load, address, page);
    return buildPage(writing, prefix, merge(entries.sort(compareNames), changes));
  }
  writing.written.push(...below.written);
  return newFork(prefix, [...pages.values()].sort(compareNames), count);
}

/** Builds the page for a full set of entries, in name order, and pushes the pages below it. */
function buildPage(writing: Writing, prefix: string, entries: readonly DirectoryEntry[]): NewPage {
  if (entries.length <= pageEntriesMax) {
    return { prefix, page: { kind: 'leaf', entries }, count: entries.length, sha256: leafHash(entries) };
  }
  const pages: DirectoryEntry[] = [];
  for (const [digit, group] of groupBy(entries, (entry) => digitOf(entry.name, prefix.length))) {
    const child = buildPage(writing, prefix + digit, group);
    writing.written.push(child);
    pages.push(pageEntry(writing, child));
  }
  return newFork(prefix, pages.sort(compareNames), entries.length);
}

function newFork(prefix: string, pages: readonly DirectoryEntry[], count: number): NewPage {
  return { prefix, page: { kind: 'fork', pages }, count, sha256: forkHash(pages) };
}

function pageEntry({ directoryId, txn }: Writing, page: NewPage): DirectoryEntry {
  return {
    name: page.prefix.slice(-1),
    childId: pageNodeId(directoryId, page.prefix),
    type: 'page',
    version: 1,
    txn,
    partId: directoryId,
    changedTxn: txn,
    placedTxn: txn,
    sizeBytes: page.count,
    modifiedUs: 0,
    sha256: page.sha256,
    seriesHash: '',
    attributes: {},
  };
}

/** Hash of a page. */
export function pageHash(page: Page): string {
  return page.kind === 'leaf' ? leafHash(page.entries) : forkHash(page.pages);
}

/** Address of a page named in a fork. */
export function childAddress(address: PageAddress, child: DirectoryEntry): PageAddress {
  const { name, txn, sha256 } = child;
  return { directoryId: address.directoryId, prefix: address.prefix + name, txn, sha256 };
}

async function collectEntries(load: LoadPage, address: PageAddress, page: Page): Promise<DirectoryEntry[]> {
  if (page.kind === 'leaf') return [...page.entries];
  const parts: DirectoryEntry[][] = [];
  for (const child of page.pages) {
    const at = childAddress(address, child);
    parts.push(await collectEntries(load, at, await load(at)));
  }
  return parts.flat();
}

function merge(entries: readonly DirectoryEntry[], changes: EntryChanges): readonly DirectoryEntry[] {
  const kept = entries.filter((entry) => !changes.has(entry.name));
  const added = [...changes.values()].filter((entry) => entry !== null);
  return added.length === 0 ? kept : [...kept, ...added].sort(compareNames);
}

function findByName(entries: readonly DirectoryEntry[], name: string): DirectoryEntry | undefined {
  return entries.find((entry) => entry.name === name);
}

/** Orders by the UTF-8 bytes of the names, which is also the order of their code points. */
export function compareNames(a: { readonly name: string }, b: { readonly name: string }): number {
  return isAscii(a.name) && isAscii(b.name)
    ? Number(a.name > b.name) - Number(a.name < b.name)
    : Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}

const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text);

/** The hex digit that selects a name's page at a depth. */
function digitOf(name: string, depth: number): string {
  return nameHash(name)[depth]!;
}

/** A bulk change needs the same name's digits once per level. */
const nameHashes = new LruCache<string, string>({ max: 10_000 });

function nameHash(name: string): string {
  return nameHashes.get(name) ?? nameHashes.set(name, sha256Of(name));
}
