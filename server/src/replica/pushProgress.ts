import { type Job } from '../base/job.ts';

/** Counts of a push: of files and log entries, and their bytes. */
export interface SentCounts {
  /** Objects that this push created, and their bytes. */
  readonly objects: number;
  readonly bytes: number;
  /** Versions whose log entries this push created. A late listing hides others, which are not counted. */
  readonly commits: number;
}

/** Progress of a push in files and bytes; the totals grow as the push plans further. */
export class PushProgress {
  readonly #report: NonNullable<Job['progress']>;
  readonly #files = { done: 0, total: 0 };
  readonly #bytes = { done: 0, total: 0 };
  /** Bytes of bodies that are being sent. */
  #partial = 0;
  readonly #sent = { objects: 0, bytes: 0, commits: 0 };

  constructor(report: Job['progress']) {
    this.#report = report ?? (() => undefined);
  }

  get counts(): SentCounts {
    return { ...this.#sent };
  }

  /** Adds files to the work. */
  plan(files: number, bytes: number): void {
    this.#files.total += files;
    this.#bytes.total += bytes;
  }

  /** Part of a body was handed to the store. */
  sending(bytes: number): void {
    this.#partial += bytes;
    this.#say();
  }

  /** The store acknowledged a new object. */
  sent(bytes: number): void {
    this.#sent.objects += 1;
    this.#sent.bytes += bytes;
    this.#done(bytes);
  }

  /** The store acknowledged a new log entry. */
  sentEntry(bytes: number): void {
    this.#sent.commits += 1;
    this.sent(bytes);
  }

  /** The store has an object already. */
  present(bytes: number): void {
    this.#done(bytes);
  }

  #done(bytes: number): void {
    this.#files.done += 1;
    this.#bytes.done += bytes;
    this.#partial = Math.max(0, this.#partial - bytes);
    this.#say();
  }

  #say(): void {
    const { done, total } = this.#bytes;
    const bytes = Math.min(total, done + this.#partial);
    this.#report(`sent ${this.#files.done} of ${this.#files.total} files, in bytes`, bytes, total);
  }
}
