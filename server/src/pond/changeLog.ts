import { type CommitNumber } from '../delta/commitNumber.ts';
import { type Disk } from '../storage/disk.ts';
import { isPondError, PondError } from '../base/error.ts';
import { nowUs } from './clock.ts';
import { changeEvent } from './events.ts';
import { spoolPrefix, journalPath } from './workPaths.ts';
import { type Journal, type JournalContents } from './journal.ts';
import { type FillJournal } from './journalParts.ts';
import { encodeChanges, type StagedBatch } from './changeFrames.ts';
import { type InPart, type EntryChange, type Overlay } from './overlay.ts';
import { type PondNode, type StagedContent } from './node.ts';
import { type Spool } from './stagedContent.ts';
import { TransactionSpool } from './transactionSpool.ts';
import { type PathEvent } from './change.ts';
import { type UnusedBlobs } from './unusedBlobs.ts';
import { type ChangeLog } from './workingTreeParts.ts';

/** Applies the journal's changes to the overlay. */
export function replay(contents: Pick<JournalContents, 'batches'>, overlay: Overlay): void {
  overlay.touched.pausing(() => {
    for (const { changes, timeUs } of contents.batches) for (const change of changes) overlay.apply(change, timeUs);
  });
}

/** A journal shorter than this is not worth rewriting. */
const shortenAtBytesMin = 8 * 1024 * 1024;

const nothing = new Uint8Array();

/** Interface of the pond to a change log. */
interface ChangeLogHooks {
  /** Number of the latest commit. */
  readonly head: () => CommitNumber;
  readonly unusedBlobs: UnusedBlobs;
  /** Rebuilds the overlay from the journal. */
  readonly reread: () => void;
  /** Receives changes once they are durable. */
  readonly onChange: (events: readonly PathEvent[]) => void;
}

interface RewriteOptions {
  readonly base?: CommitNumber;
  /** Returns the id of the commit that takes an entry alone; undefined for the others. */
  readonly partOf?: (directoryId: string, name: string) => string | undefined;
}

/** Change log of the journal: each change is synced to the journal before it becomes visible. */
export class JournalChangeLog implements ChangeLog, Spool {
  readonly #journal: Journal;
  readonly #overlay: Overlay;
  readonly #hooks: ChangeLogHooks;
  /** Events of the open batch. */
  #batchEvents: PathEvent[] | undefined;
  #batchError: unknown;
  /** Blobs of the failed changes of the open batch. */
  #batchBlobs: string[] = [];
  #shortenAtBytes = shortenAtBytesMin;

  constructor(journal: Journal, overlay: Overlay, hooks: ChangeLogHooks) {
    this.#journal = journal;
    this.#overlay = overlay;
    this.#hooks = hooks;
  }

  record(changes: readonly EntryChange[]): void {
    const timeUs = nowUs();
    const isRemoval = changes.every(({ node }) => node === null || node.state === 'committed');
    this.#write(() => {
      const more = this.#batchEvents !== undefined;
      this.#journal.append(encodeChanges({ changes, timeUs }), nothing, { more, isRemoval });
      if (this.#batchEvents === undefined) this.#journal.sync();
    });
    const events = changes.map((change) => {
      const event = changeEvent(this.#overlay, change);
      this.#overlay.apply(change, timeUs);
      return event;
    });
    if (this.#batchEvents === undefined) this.#publish(events);
    else this.#batchEvents.push(...events);
  }

  async batch<T>(work: () => Promise<T>): Promise<T> {
    if (this.#batchEvents !== undefined) return await work();
    const events: PathEvent[] = (this.#batchEvents = []);
    this.#batchError = undefined;
    this.#batchBlobs = [];
    try {
      const result = await work();
      if (this.#batchError !== undefined) throw this.#batchError as Error;
      if (events.length > 0) {
        this.#journal.append({}, nothing, { more: false, isRemoval: true });
        this.#journal.sync();
      }
      this.#batchEvents = undefined;
      this.#publish(events);
      return result;
    } catch (error) {
      this.#batchEvents = undefined;
      const blobs = [...this.#batchBlobs, ...this.#overlay.newBlobs()];
      this.#journal.rollBack();
      this.#revert();
      this.#removeReverted(blobs);
      throw error;
    }
  }

  abandon(blobHash: string): void {
    if (this.#batchEvents === undefined) this.#removeReverted([blobHash]);
    else this.#batchBlobs.push(blobHash);
  }

  /** Removes what replayed changes left: the process that made them may have been killed before it did. */
  removeUnused(): void {
    this.#hooks.unusedBlobs.remove(this.#overlay.takeUnusedBlobs(), this.#journal.base);
  }

  /** Declares that the next change may be based on commit `base`, which is older than what is staged now. */
  baseOn(base: CommitNumber): void {
    if (this.#journal.base <= base) return;
    if (this.#overlay.isEmpty) this.#journal.reset(base);
    else this.#rewrite({ base });
    // The base no longer says which commits were acknowledged.
    this.#journal.mark(this.#hooks.head());
  }

  /** Rewrites the journal so that it says which entries commit `id` takes, if it is made. */
  beginPart(id: string, isInPart: InPart): void {
    this.#rewrite({ partOf: (directoryId, name) => (isInPart(directoryId, name) ? id : undefined) });
  }

  /** Keeps only the entries of `left`, since commit `id` took the others. */
  endPart(id: string, left: Overlay): void {
    this.#journal.committedParts.add(id);
    this.#overlay.clear();
    const timeUs = (change: EntryChange): number => left.modifiedUs(change.directory.at(-1)!.id) ?? 0;
    replay({ batches: left.changes().map((each) => ({ changes: [each], timeUs: timeUs(each) })) }, this.#overlay);
    this.removeCommitted();
  }

  /** Rewrites the journal without the changes that a commit has taken. If that fails, opening the pond again drops them. */
  removeCommitted(): void {
    try {
      this.#rewrite();
    } catch (error) {
      if (!isPondError(error)) throw error;
      this.#journal.fail(error);
    }
  }

  /** Removes those of the blobs that only reverted changes refer to. */
  #removeReverted(blobs: readonly string[]): void {
    const reverted = blobs.filter((hash) => !this.#overlay.refersTo(hash));
    if (reverted.length > 0 && this.#journal.syncRollback())
      this.#hooks.unusedBlobs.remove(reverted, this.#journal.base);
  }

  keep(bytes: Uint8Array): number {
    return this.#write(() => this.#journal.append({}, bytes, { more: true, isRemoval: false }));
  }

  read(offset: number, sizeBytes: number): Uint8Array {
    return this.#journal.read(offset, sizeBytes);
  }

  /** A failed write fails the whole batch, even if the batch's work swallows the error. */
  #write<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      this.#batchError = error;
      throw error;
    }
  }

  #publish(events: readonly PathEvent[]): void {
    this.#hooks.unusedBlobs.remove([...this.#batchBlobs, ...this.#overlay.takeUnusedBlobs()], this.#journal.base);
    this.#batchBlobs = [];
    // What made nothing staged is synced: a crash that keeps the old frames leaves nothing staged either.
    if (this.#overlay.isEmpty && this.#journal.end !== undefined) this.#journal.reset(this.#hooks.head());
    if (this.#journal.sizeBytes > this.#shortenAtBytes) this.#shorten();
    if (events.length > 0) this.#hooks.onChange(events);
  }

  /** Rebuilds the overlay from what was staged before; an overlay that cannot be rebuilt must not be committed. */
  #revert(): void {
    try {
      this.#hooks.reread();
    } catch (error) {
      this.#journal.fail(error);
    }
  }

  /**
   * Shortens the journal: a file saved a thousand times before its commit must not occupy a thousand files' space. A
   * failure to shorten loses nothing: the staged changes are in the old journal or in the new one.
   */
  #shorten(): void {
    const liveBytes = this.#overlay
      .changes()
      .reduce((sum, { node }) => sum + (journalContent(node)?.sizeBytes ?? 0), 0);
    try {
      if (liveBytes * 2 < this.#journal.sizeBytes) this.#rewrite();
    } catch (error) {
      if (!isPondError(error)) throw error;
    }
    this.#shortenAtBytes = Math.max(shortenAtBytesMin, 2 * this.#journal.sizeBytes);
  }

  #rewrite({ base = this.#journal.base, partOf = () => undefined }: RewriteOptions = {}): void {
    const written: StagedBatch[] = [];
    const fill: FillJournal = (frames) => {
      for (const change of this.#overlay.changes()) {
        const { id } = change.directory.at(-1)!;
        const node = change.node && this.#moved(change.node, (bytes) => frames.append({}, bytes));
        // Time at which the directory's names last changed; when only contents changed, replay needs no time.
        const timeUs = this.#overlay.modifiedUs(id) ?? 0;
        const batch = { changes: [{ ...change, node }], timeUs, part: partOf(id, change.name) };
        frames.append(encodeChanges(batch), nothing);
        written.push(batch);
      }
    };
    try {
      this.#journal.rewrite(fill, base);
    } catch (error) {
      // The new file may have taken the place of the old one; contents are elsewhere in it.
      this.#revert();
      throw error;
    }
    this.#overlay.clear();
    replay({ batches: written }, this.#overlay);
  }

  /** Returns the node with its content at the offset that `keep` returns. */
  #moved(node: PondNode, keep: (bytes: Uint8Array) => number): PondNode {
    const content = journalContent(node);
    if (content === undefined || node.state !== 'staged') return node;
    return { ...node, content: { ...content, offset: keep(this.#journal.read(content.offset, content.sizeBytes)) } };
  }
}

function journalContent(node: PondNode | null): Extract<StagedContent, { in: 'journal' }> | undefined {
  return node?.state === 'staged' && node.content.in === 'journal' ? node.content : undefined;
}

/** Content of staged changes for a pond opened for reading. */
export function journalReader(disk: Disk): Spool {
  return {
    keep: () => {
      throw new PondError('read-only', 'the pond was opened for reading');
    },
    read: (offset, sizeBytes) => disk.readRange(journalPath, offset, offset + sizeBytes) ?? new Uint8Array(),
  };
}

/**
 * Change log of a transaction. Nothing is durable before its commit, so changes are kept in memory, with large content
 * in a spool file, which exists until `dispose`.
 */
export class TransactionChangeLog extends TransactionSpool implements ChangeLog {
  readonly #overlay: Overlay;
  readonly #base: CommitNumber;
  readonly #unusedBlobs: UnusedBlobs;
  readonly #forget: () => void;
  #isEnded = false;

  constructor(
    disk: Disk,
    overlay: Overlay,
    { id, base, unusedBlobs }: { readonly id: string; readonly base: CommitNumber; readonly unusedBlobs: UnusedBlobs },
  ) {
    super(disk, `_pond/${spoolPrefix}${id}`);
    this.#overlay = overlay;
    this.#base = base;
    this.#unusedBlobs = unusedBlobs;
    this.#forget = unusedBlobs.add(overlay);
  }

  record(changes: readonly EntryChange[]): void {
    for (const change of changes) this.#overlay.apply(change, nowUs());
  }

  /** Runs the work. A failed transaction is abandoned as a whole, so its batches need no rollback. */
  batch<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  abandon(blobHash: string): void {
    this.#unusedBlobs.remove([blobHash], this.#base);
  }

  /** Ends the transaction, once; after one that certainly did not commit, removes the blobs that it created. */
  end({ isCommitted }: { readonly isCommitted: boolean }): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#forget();
    if (!isCommitted) this.#unusedBlobs.remove(this.#overlay.newBlobs(), this.#base);
    this.dispose();
  }
}
