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

/** What a frame of the journal says. A frame with content alone has no changes. */
interface ChangeFrame {
  readonly changes?: readonly EntryChange[];
  readonly timeUs?: number;
}

/** Puts what the journal says into the overlay. */
export function replay(contents: Pick<JournalContents, 'frames'>, overlay: Overlay): void {
  for (const { json } of contents.frames) {
    const { changes = [], timeUs = 0 } = json as ChangeFrame;
    for (const change of changes) overlay.apply(change, timeUs);
  }
}

/** A journal shorter than this is not worth writing anew. */
const shortenAtBytesMin = 8 * 1024 * 1024;

const nothing = new Uint8Array();

const spooledBytes = (node: PondNode | null): number => (node?.content?.in === 'journal' ? node.content.sizeBytes : 0);

export interface JournalChangeLog extends ChangeLog, Spool {}

/**
 * Staged changes: each is in the journal, synced, before it shows. `reread` rebuilds the overlay from the journal after
 * a batch that failed; `onChange` hears of changes once they are durable.
 */
export function createJournalChangeLog(
  journal: Journal,
  overlay: Overlay,
  hooks: { readonly reread: () => void; readonly onChange: (events: readonly PathEvent[]) => void },
): JournalChangeLog {
  /** What happened in the batch that is open. */
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

  /** A failed write takes the whole run back: a batch must fail with it, whatever its work makes of the error. */
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
   * A file that is saved a thousand times before it is committed must not make the journal a thousand files long.
   * Failing to shorten it takes nothing back: what is staged stands in the old journal, or in the new one.
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
        // When the directory's names last changed; where only contents did, replaying asks for no time.
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
 * A transaction's changes: nothing is durable before its commit, so they are in memory, and what is large of them in a
 * file.
 */
export interface TransactionChangeLog extends ChangeLog, TransactionSpool {}

export const spoolPrefix = 'spool-';

/** The sink of a transaction; its spool is there until `dispose`. */
export function createTransactionChangeLog(disk: Disk, overlay: Overlay, id: string): TransactionChangeLog {
  return {
    ...createTransactionSpool(disk, `_pond/${spoolPrefix}${id}`),
    record(changes) {
      for (const change of changes) overlay.apply(change, nowUs());
    },
    // A transaction is abandoned as a whole when something in it fails, so its batches need no taking back.
    batch: (work) => work(),
  };
}
