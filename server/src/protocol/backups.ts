/** The requests on the copies of a pond that Backup resources make. See commands.ts for the rules common to all. */
import { type InPond } from './params.ts';

/** The requests on copies, by name. */
export interface BackupCommands {
  /**
   * State of the copy of a Backup. With `offline` as this computer remembers it; else the store is asked. Fails
   * `resource-not-found`.
   */
  backupStatus: {
    params: InPond & { readonly name: string; readonly offline?: boolean };
    result: BackupStatusInfo;
  };
  /**
   * Verifies the copy of a Backup: presence and size of every object, and the content of a share of them (0 to 1). `at`
   * leaves out the versions after one. Fails `not-found` without a copy; damage is in `problems`. With `repair`, damaged
   * objects are removed with the keys of the pruner, and sent again; `problems` has what is left.
   */
  backupVerify: {
    params: InPond & { readonly name: string; readonly share: number; readonly at?: string; readonly repair?: boolean };
    result: BackupVerifyInfo;
  };
  /** Removes objects that no version names from a copy, of which an earlier call, at least a day ago, made a list. */
  backupPrune: {
    params: InPond & { readonly name: string; readonly dryRun: boolean };
    result: BackupPruneInfo;
  };
  /** Makes a clone take the place of the pond that it was cloned from: its Backups run from now on. */
  backupAdopt: { params: InPond & { readonly name: string }; result: null };
  /** Copies of ponds at the URL of a store. */
  backupList: { params: { readonly url: string }; result: readonly BackupListInfo[] };
}

/** State of a copy, as this computer remembers it. Times are ISO 8601, UTC; null when unknown. */
export interface BackupInfo {
  /** `Backup/NAME`. */
  readonly resource: string;
  /** The state in words: `3 commits not backed up, last 2 h ago`. */
  readonly text: string;
  /** Address of the store. */
  readonly address: string;
  /** Latest commit in the copy; null when there is none, or none is known. */
  readonly commit: number | null;
  /** Commits that are not in the copy, without those of the records of Backups; 1,000 stands for more, too. */
  readonly missing: number;
  /** End of the last backup from this computer. */
  readonly time: string | null;
  readonly verified: string | null;
  /** Share of the objects whose content the last verification read, 0 to 1. */
  readonly verifiedShare: number | null;
}

/** State of a copy with what the next run would send. */
export interface BackupStatusInfo extends BackupInfo {
  /** Bytes that the next run sends at most. */
  readonly missingBytes: number;
}

export interface BackupVerifyInfo {
  readonly resource: string;
  /** Latest version that was verified. */
  readonly commit: number;
  readonly objects: number;
  readonly bytes: number;
  /** Of the objects, those whose content was read, and their bytes. */
  readonly readObjects: number;
  readonly readBytes: number;
  /** Objects that no version names, as interrupted runs leave them. */
  readonly unnamed: number;
  readonly problems: readonly string[];
  /** Paths of the objects that were repaired. */
  readonly repaired: readonly string[];
}

export interface BackupPruneInfo {
  readonly resource: string;
  readonly objects: readonly {
    readonly key: string;
    readonly size: number;
    /** `candidate`: a later call may remove it. `refused`: the store did not let it be removed. */
    readonly state: 'candidate' | 'removed' | 'refused';
    readonly reason: string | null;
  }[];
  /** Time from which a call removes the candidates; null without any. */
  readonly removable: string | null;
}

export interface BackupListInfo {
  /** UUID of the pond. */
  readonly pond: string;
  readonly created: string;
  readonly by: string;
  readonly layout: string;
  /** Latest commit and its time, as the last backup noted them; null without a note. */
  readonly commit: number | null;
  readonly time: string | null;
}
