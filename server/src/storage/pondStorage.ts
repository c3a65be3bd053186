import { type Job } from '../base/job.ts';
import { type Disk } from './disk.ts';

/** Storage that a pond is opened on. */
export interface PondStorage {
  /** Host directory of the pond, as people name it. */
  readonly directory: string;
  /** The pond's own disk: it refuses links, and never creates its root. */
  readonly disk: Disk;
  /** Opens the disk of another host directory: of a new pond, of a cache. */
  readonly openDisk: (directory: string) => Disk;
  /** Undefined where no contents are ever fetched. */
  readonly origin?: BlobOrigin;
}

/** Path of the record of the store that a thin clone was made from. */
export const originPath = '_pond/origin.json';

/** The store that a thin clone was made from: it has the blobs that are not on the disk. */
export interface BlobOrigin {
  /** True when the pond has an origin: a blob that is not on the disk is then absent, not damaged. Uses no network. */
  exists(): boolean;
  /**
   * Brings a blob to the disk: compared with its hash before it has its name, and durable on return. Concurrent calls
   * share one request, and the progress of the first, in bytes. Does nothing for a pond without an origin. Fails
   * `untrusted`, `not-allowed`, `secret-missing`, `remote-denied`, `remote-failed`, `remote-damaged` (also when the origin
   * does not have it), `cancelled`, and with the storage codes.
   */
  fetch(sha256: string, sizeBytes: number, job?: Job): Promise<void>;
  /** True when the origin has the blob, as far as its size and hash are known without its content. Fails as `fetch`. */
  has(sha256: string, sizeBytes: number, job?: Job): Promise<boolean>;
  /** Fails `remote-unsafe` when the origin is this pond itself, whose blobs are the only ones. Fails as `fetch`. */
  requireElsewhere(job?: Job): Promise<void>;
  close(): Promise<void>;
}
