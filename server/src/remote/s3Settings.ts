/** Keys of a service; `environment`: those that the environment, a profile or the instance provides. */
export type StoreCredentials = 'environment' | StoreKeys;

interface StoreKeys {
  readonly keyId: string;
  readonly secret: string;
  readonly sessionToken?: string | undefined;
}

/** Settings of the objects that are put into a bucket. */
export interface S3Settings {
  /** Class of blobs, such as `STANDARD_IA`; log entries and rows are read often and stay in the default class. */
  readonly storageClass?: string | undefined;
  readonly serverEncryption?: 'AES256' | 'aws:kms' | undefined;
  /** Id of the key, with `aws:kms`. */
  readonly kmsKey?: string | undefined;
  /** Retention of every object but those that `put` replaces. */
  readonly objectLock?: { readonly mode: 'governance' | 'compliance'; readonly days: number } | undefined;
  readonly bytesPerSecond?: number | undefined;
  /** True: no other process writes here, so a store without conditional puts is asked before each put instead. */
  readonly isSingleWriter?: boolean | undefined;
}

/** A large object of which some parts have arrived. */
export interface PartialUpload {
  readonly uploadId: string;
  /** Hash of the whole content, by which the object is recognized. */
  readonly sha256: string;
  readonly partBytes: number;
  readonly parts: readonly UploadedPart[];
}

export interface UploadedPart {
  /** 1-based. */
  readonly number: number;
  /** As the store named it. */
  readonly etag: string;
  readonly sha256: string;
}

/** Partial uploads by key; a later process resumes them. It may lose entries: then the upload starts again. */
export interface UploadLedger {
  get(key: string): PartialUpload | undefined;
  /** Keeps the state, or forgets it when it is undefined. */
  set(key: string, upload: PartialUpload | undefined): void;
}
