import { draftBytes, parseDraft, type Draft, type NumberedDraft } from './tableDraft.ts';

/** Two files that hold a draft in turns. */
export type DraftSlot = 0 | 1;

/** Disk of one draft. Its calls can fail. */
export interface DraftDisk {
  /** Content of a file; undefined when it is missing. */
  read(slot: DraftSlot): Promise<Uint8Array | undefined>;
  write(slot: DraftSlot, bytes: Uint8Array): Promise<void>;
  /** Removes a file, which may be missing. */
  remove(slot: DraftSlot): Promise<void>;
}

/**
 * The edits of one document on disk. VS Code's own file for a backup changes with each backup, and the window knows its
 * name only after it saved its own state: a window that is closed before then opens the file of an earlier backup, which is
 * removed already. So the files of a document are always the same, and are read whatever VS Code remembers. A write never
 * touches the file with the latest draft, so that a write that is cut off loses nothing.
 */
export class DraftFile {
  readonly #disk: DraftDisk;
  readonly #current: () => Draft | undefined;
  /** Number of the latest write; 0 while nothing is on disk. */
  #sequence = 0;
  /** Writes are made one after another. */
  #last: Promise<void> = Promise.resolve();

  /** `current` returns the edits as they are; undefined without any. */
  constructor(disk: DraftDisk, current: () => Draft | undefined) {
    this.#disk = disk;
    this.#current = current;
  }

  /** Reads the latest draft; undefined without one. Throws when there are only files that cannot be read. */
  async read(): Promise<Draft | undefined> {
    const files = await Promise.all([this.#disk.read(0), this.#disk.read(1)]);
    const found = files.filter((bytes) => bytes !== undefined);
    const [latest] = found
      .map(parseDraft)
      .filter((draft): draft is NumberedDraft => draft !== undefined)
      .sort((a, b) => b.sequence - a.sequence);
    if (latest === undefined && found.length > 0) throw new Error('the file of the edits is damaged');
    this.#sequence = latest?.sequence ?? 0;
    return latest && { base: latest.base, steps: latest.steps };
  }

  /** Brings the files to the present edits. Fails as the disk does; the latest draft on disk is then as it was. */
  sync(): Promise<void> {
    const next = this.#last.then(() => this.#write());
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #write(): Promise<void> {
    const draft = this.#current();
    if (draft !== undefined) {
      const sequence = this.#sequence + 1;
      await this.#disk.write(slotOf(sequence), draftBytes({ ...draft, sequence }));
      this.#sequence = sequence;
    } else if (this.#sequence > 0) {
      // The latest last: an earlier draft alone would be taken for it.
      await this.#disk.remove(slotOf(this.#sequence + 1));
      await this.#disk.remove(slotOf(this.#sequence));
      this.#sequence = 0;
    }
  }
}

function slotOf(sequence: number): DraftSlot {
  return sequence % 2 === 0 ? 0 : 1;
}
