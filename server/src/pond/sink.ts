import { type Disk } from '../storage/disk.ts';
import { PondError } from '../base/error.ts';
import { type Journal, type JournalContents, journalPath } from './journal.ts';
import { nowUs } from './newNodes.ts';
import { type EntryChange, type Overlay } from './overlay.ts';
import { type Spool } from './stagedContent.ts';
import { type ChangeSink } from './workingTree.ts';

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

export interface JournalSink extends ChangeSink, Spool {}

/**
 * Staged changes: each is in the journal, synced, before it shows. `reread` rebuilds the overlay from the journal after a
 * batch that failed; `onChange` hears of changes once they are durable.
 */
export function createJournalSink(
  journal: Journal,
  overlay: Overlay,
  hooks: { readonly reread: () => void; readonly onChange: (changes: readonly EntryChange[]) => void },
): JournalSink {
  let batchChanges: EntryChange[] | undefined;
  let batchError: unknown;

  function record(changes: readonly EntryChange[]): void {
    const timeUs = nowUs();
    try {
      journal.append({ changes, timeUs }, undefined, { more: batchChanges !== undefined });
      if (batchChanges === undefined) journal.sync();
    } catch (error) {
      batchError = error;
      throw error;
    }
    for (const change of changes) overlay.apply(change, timeUs);
    if (batchChanges === undefined) hooks.onChange(changes);
    else batchChanges.push(...changes);
  }

  async function batch<T>(work: () => Promise<T>): Promise<T> {
    if (batchChanges !== undefined) return await work();
    const changes: EntryChange[] = (batchChanges = []);
    batchError = undefined;
    try {
      const result = await work();
      // A failed write took the whole run back, even if the work went on after it.
      if (batchError !== undefined) throw batchError as Error;
      if (changes.length > 0) {
        journal.append({}, undefined, { more: false });
        journal.sync();
      }
      return result;
    } catch (error) {
      journal.rollBack();
      hooks.reread();
      throw error;
    } finally {
      batchChanges = undefined;
      if (changes.length > 0) hooks.onChange(changes);
    }
  }

  return {
    record,
    batch,
    keep: (bytes) => journal.append({}, bytes, { more: true }),
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

/** A transaction's changes: nothing is durable before its commit, so they are in memory, and content is in a spool file. */
export interface TransactionSink extends ChangeSink, Spool {
  dispose(): void;
}

export const spoolPrefix = 'spool-';

export function createTransactionSink(disk: Disk, overlay: Overlay, id: string): TransactionSink {
  const path = `_pond/${spoolPrefix}${id}`;
  const file = disk.create(path);
  return {
    record(changes) {
      for (const change of changes) overlay.apply(change, nowUs());
    },
    // A transaction is abandoned as a whole when something in it fails, so its batches need no taking back.
    batch: (work) => work(),
    keep(bytes) {
      file.append(bytes);
      return file.sizeBytes - bytes.length;
    },
    read: (offset, sizeBytes) => disk.readRange(path, offset, offset + sizeBytes) ?? new Uint8Array(),
    dispose() {
      file.close();
      disk.remove(path);
    },
  };
}
