import { type Disk } from '../storage/disk.ts';
import { isPondError, PondError } from '../base/error.ts';
import { nowUs } from './clock.ts';
import { changeEvent } from './events.ts';
import { type Journal, type JournalContents, journalPath } from './journal.ts';
import { type PondNode } from './node.ts';
import { type EntryChange, type Overlay } from './overlay.ts';
import { type Spool } from './stagedContent.ts';
import { createTransactionSpool, type TransactionSpool } from './transactionSpool.ts';
import { type PathEvent } from './types.ts';
import { type ChangeLog } from './workingTree.ts';

/** JSON of a journal frame. A frame that only carries content has no changes. */
interface ChangeFrame {
  readonly changes?: readonly EntryChange[];
  readonly timeUs?: number;
}

/** Applies the journal's changes to the overlay. */
export function replay(contents: Pick<JournalContents, 'frames'>, overlay: Overlay): void {
  for (const { json } of contents.frames) {
    const { changes = [], timeUs = 0 } = json as ChangeFrame;
    for (const change of changes) overlay.apply(change, timeUs);
  }
}

/** A journal shorter than this is not worth rewriting. */
const shortenAtBytesMin = 8 * 1024 * 1024;

const nothing = new Uint8Array();

const spooledBytes = (node: PondNode | null): number => (node?.content?.in === 'journal' ? node.content.sizeBytes : 0);

export interface JournalChangeLog extends ChangeLog, Spool {}

/**
 * Change log of the journal: each change is synced to the journal before it becomes visible. After a failed batch,
 * `reread` rebuilds the overlay from the journal; `onChange` receives changes once they are durable.
 */
export function createJournalChangeLog(
  journal: Journal,
  overlay: Overlay,
  hooks: { readonly reread: () => void; readonly onChange: (events: readonly PathEvent[]) => void },
): JournalChangeLog {
  /** Events of the open batch. */
  let batchEvents: PathEvent[] | undefined;
  let batchError: unknown;
  let shortenAtBytes = shortenAtBytesMin;

  function record(changes: readonly EntryChange[]): void {
    const timeUs = nowUs();
    writing(() => {
      journal.append({ changes, timeUs }, undefined, { more: batchEvents !== undefined });
      if (batchEvents === undefined) journal.sync();
    });
    const events = changes.map((change) => {
      const event = changeEvent(overlay, change);
      overlay.apply(change, timeUs);
      return event;
    });
    if (batchEvents === undefined) settle(events);
    else batchEvents.push(...events);
  }

  /** A failed write fails the whole batch, even if the batch's work swallows the error. */
  function writing<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      batchError = error;
      throw error;
    }
  }

  function settle(events: readonly PathEvent[]): void {
    if (journal.sizeBytes > shortenAtBytes) shorten();
    if (events.length > 0) hooks.onChange(events);
  }

  /**
   * Shortens the journal: a file saved a thousand times before its commit must not occupy a thousand files' space. A
   * failure to shorten loses nothing: the staged changes are in the old journal or in the new one.
   */
  function shorten(): void {
    const liveBytes = overlay.changes().reduce((sum, { node }) => sum + spooledBytes(node), 0);
    try {
      if (liveBytes * 2 < journal.sizeBytes) rewrite();
    } catch (error) {
      if (!isPondError(error)) throw error;
    }
    shortenAtBytes = Math.max(shortenAtBytesMin, 2 * journal.sizeBytes);
  }

  function rewrite(): void {
    journal.rewrite((frames) => {
      for (const change of overlay.changes()) {
        const node = change.node && moved(change.node, (bytes) => frames.append({}, bytes));
        // Time at which the directory's names last changed; when only contents changed, replay needs no time.
        const timeUs = overlay.modifiedUs(change.directory.at(-1)!.id) ?? 0;
        frames.append({ changes: [{ ...change, node }], timeUs } satisfies ChangeFrame, nothing);
      }
    });
    hooks.reread();
  }

  function moved(node: PondNode, keep: (bytes: Uint8Array) => number): PondNode {
    if (node.content?.in !== 'journal') return node;
    const { offset, sizeBytes } = node.content;
    return { ...node, content: { ...node.content, offset: keep(journal.read(offset, sizeBytes)) } };
  }

  async function batch<T>(work: () => Promise<T>): Promise<T> {
    if (batchEvents !== undefined) return await work();
    const events: PathEvent[] = (batchEvents = []);
    batchError = undefined;
    try {
      const result = await work();
      if (batchError !== undefined) throw batchError as Error;
      if (events.length > 0) {
        journal.append({}, undefined, { more: false });
        journal.sync();
      }
      batchEvents = undefined;
      settle(events);
      return result;
    } catch (error) {
      batchEvents = undefined;
      journal.rollBack();
      takeBack();
      throw error;
    }
  }

  /** Rebuilds the overlay from what was staged before; an overlay that cannot be rebuilt must not be committed. */
  function takeBack(): void {
    try {
      hooks.reread();
    } catch (error) {
      journal.fail(error);
    }
  }

  return {
    record,
    batch,
    keep: (bytes) => writing(() => journal.append({}, bytes, { more: true })),
    read: (offset, sizeBytes) => journal.read(offset, sizeBytes),
  };
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
 * A transaction's changes. Nothing is durable before its commit, so they are kept in memory, with large content in a
 * spool file.
 */
export interface TransactionChangeLog extends ChangeLog, TransactionSpool {}

export const spoolPrefix = 'spool-';

/** Change log of a transaction; its spool exists until `dispose`. */
export function createTransactionChangeLog(disk: Disk, overlay: Overlay, id: string): TransactionChangeLog {
  return {
    ...createTransactionSpool(disk, `_pond/${spoolPrefix}${id}`),
    record(changes) {
      for (const change of changes) overlay.apply(change, nowUs());
    },
    // A failed transaction is abandoned as a whole, so its batches need no rollback.
    batch: (work) => work(),
  };
}
