/** A copy of a pond on a store, and what the work on it needs in addition. */
import { type StoredFiles } from '../pond/storedFiles.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { type Ledger } from './ledger.ts';

/** A pond, and the store that has its copy. */
export interface RemoteCopy {
  readonly source: StoredFiles;
  readonly store: ObjectStore;
}

/** A copy with what this computer remembers of it. */
export interface RememberedCopy extends RemoteCopy {
  readonly ledger: Ledger;
}

/** A copy with the same store under credentials that may remove objects, and need not write any. */
export interface PrunableCopy extends RemoteCopy {
  readonly pruner: ObjectStore;
}
