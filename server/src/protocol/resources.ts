/** The requests for resources. See commands.ts for the rules common to all requests. */

import { type TextRange } from '../base/lineMap.ts';
import { type SkippedInfo } from './info.ts';
import { type InPond } from './params.ts';

/** A problem of a document, with its location. */
export interface ProblemInfo {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
  /** Source of the document: a host path, or the pond path of the document in a resource directory. */
  readonly origin: string;
  /** 0-based. */
  readonly line: number;
  readonly character: number;
}

/** Outcome for one document. */
export interface AppliedInfo {
  readonly kind: string;
  readonly name: string;
  readonly id: string;
  /** `/KIND/<uuid>`. */
  readonly directory: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
  /** Absolute paths of the host files whose texts are now part of the document. */
  readonly hostFiles: readonly string[];
  /** Accesses of its runs to the host, now allowed on this computer: `reads /data/*.csv`. */
  readonly allows: readonly string[];
}

/** Access of the runs of a resource to the host. */
export interface HostAccessInfo {
  /** `KIND/NAME`. */
  readonly resource: string;
  /** `/KIND/<uuid>`. */
  readonly directory: string;
  /** In words: `reads /data/*.csv`, `sends HYDROVU_KEY to https://www.hydrovu.com`. */
  readonly access: string;
  /** `committed`: a run does it. `staged`: after the next commit. `former`: it was allowed, and no document does it. */
  readonly state: 'committed' | 'staged' | 'former';
  /** True when the person allowed it on this computer. */
  readonly isAllowed: boolean;
}

/** The failure of a run. */
export interface RunErrorInfo {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** The document or the input that the problem is about. */
  readonly path?: string;
  /** `path` by the name of its resource; omitted when it is the same. */
  readonly displayPath?: string;
  /** 0-based, in the file at `path`. */
  readonly line?: number;
  readonly character?: number;
}

/** Results of runs. */
export const runStatuses = ['ok', 'failed', 'cancelled', 'skipped'] as const;

export type RunStatus = (typeof runStatuses)[number];

/** The record of a run. */
export interface RunInfo {
  /** `KIND/NAME`. */
  readonly resource: string;
  /** UUID of the resource. */
  readonly id: string;
  readonly status: RunStatus;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly durationMs: number;
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
  readonly notes: readonly string[];
  readonly error: RunErrorInfo | null;
  /** Number of the commit with the data; null when there was no new data, and in records that are read back. */
  readonly commit: number | null;
  /**
   * Number of runs since the latest record of the resource, this one included, that said the same and have no record; 0 for
   * a run that has one. This computer alone knows them.
   */
  readonly unrecorded: number;
}

/** Output that a resource derives or holds: a directory or file of its resource directory. */
export interface OutputInfo {
  /** Absolute pond path, by the name of the resource. */
  readonly path: string;
  readonly type: 'directory' | 'file' | 'table' | 'series' | 'symlink';
}

export interface ResourceInfo {
  readonly kind: string;
  /** Icon of its kind: the name of one of VS Code's icons. */
  readonly icon: string;
  readonly name: string;
  readonly id: string;
  readonly desc: string;
  readonly directory: string;
  /** State of the document in the working tree relative to the latest commit. Runs use committed documents. */
  readonly state: 'committed' | 'staged' | 'changed';
  /** Reasons why it cannot work: errors of its document, a cycle. */
  readonly problems: readonly ProblemInfo[];
  /** UUIDs of the resources whose outputs it reads. */
  readonly reads: readonly string[];
  /** The entries of its resource directory, without its document and records. */
  readonly outputs: readonly OutputInfo[];
  readonly lastRun: RunInfo | null;
  /** State of the copy that a Backup makes of the pond, in words; null for other resources. */
  readonly backup: string | null;
}

/** Document of a resource that names a path. */
export interface ReferenceInfo {
  /** `KIND/NAME`. */
  readonly resource: string;
  /** `/KIND/<uuid>`. */
  readonly directory: string;
  /** Places of the path in the text of its document, in order; 0-based. */
  readonly ranges: readonly TextRange[];
}

/** A kind of resource, as presented to users. */
export interface KindInfo {
  readonly kind: string;
  /** Its purpose, beginning with a verb, without a full stop. */
  readonly summary: string;
  /** A complete document without problems. */
  readonly example: string;
}

/** Resources are named by NAME where that is unambiguous, KIND/NAME, or UUID. */
export interface ResourceCommands {
  /** All kinds, by name. */
  kinds: { params: Readonly<Record<string, never>>; result: readonly KindInfo[] };
  /**
   * Stages documents, all or none, and allows their accesses to the host: a person named the documents. `sources` may
   * hold several documents each; the absolute host folder `directory` of a source, or else of the request, contains the
   * host files that its documents name. With problems of severity error nothing is staged and `applied` is empty.
   */
  apply: {
    params: InPond & {
      readonly sources: readonly { readonly text: string; readonly origin: string; readonly directory?: string }[];
      readonly variables?: Readonly<Record<string, string>>;
      readonly directory: string;
    };
    result: { readonly applied: readonly AppliedInfo[]; readonly problems: readonly ProblemInfo[] };
  };
  /** Resources of the working tree, by kind and name; all when `names` is omitted. Fails `resource-not-found`. */
  resources: {
    params: InPond & { readonly names?: readonly string[] };
    result: readonly ResourceInfo[];
  };
  /**
   * Resources whose documents name a path literally, or what is below it: in a pattern, as a table of a query, as a
   * directory. Not the resource that the path is in. `name` is the path as a document writes it: it need not exist, and
   * links in it are not followed.
   */
  references: { params: InPond & { readonly name: string }; result: readonly ReferenceInfo[] };
  /** Stages the removal of resources with all their content. Fails `resource-not-found`. */
  deleteResources: {
    params: InPond & { readonly names: readonly string[] };
    result: { readonly removed: readonly string[] };
  };
  /**
   * Runs resources of the latest commit, each after those that it reads; all when `names` is omitted. A failed run is
   * recorded; the resources that read its output are skipped, the others run. Progress: message "KIND/NAME: …"; the
   * last one of a resource is the result of its run, "KIND/NAME: ok". A run that fetches nothing and says what the latest
   * record says is recorded again after a day, after an hour when it did not end well.
   */
  run: {
    params: InPond & { readonly names?: readonly string[] };
    result: { readonly runs: readonly RunInfo[] };
  };
  /**
   * Accesses to the host of resources of the latest commit and of the working tree, by kind and name; of all when
   * `names` is omitted. Fails `resource-not-found`.
   */
  hostAccess: {
    params: InPond & { readonly names?: readonly string[] };
    result: readonly HostAccessInfo[];
  };
  /** Allows accesses, as `hostAccess` returns them, on this computer; or revokes them. */
  allow: {
    params: InPond & {
      readonly accesses: readonly { readonly directory: string; readonly access: string }[];
      readonly isRevoked?: boolean;
    };
    result: null;
  };
  /** Records of runs, latest first. */
  runs: {
    params: InPond & { readonly names?: readonly string[]; readonly limit?: number };
    result: readonly RunInfo[];
  };
  /** All locations that the account of a HydroVu resource can see. */
  hydroVuLocations: {
    params: InPond & { readonly name: string };
    result: readonly { readonly id: string; readonly name: string; readonly description: string }[];
  };
  /**
   * Queries the service for the readings of a location, page by page, and stores nothing. Times are seconds since 1970
   * UTC.
   */
  hydroVuScan: {
    params: InPond & {
      readonly name: string;
      readonly location: string;
      readonly start: number;
      readonly end?: number;
    };
    result: {
      readonly pages: readonly {
        readonly min: number | null;
        readonly max: number | null;
        readonly readings: number;
      }[];
    };
  };
  /**
   * Stages random entries below a directory, which is created when missing; the same seed produces the same entries.
   */
  scribble: {
    params: InPond & {
      readonly path: string;
      readonly seed: number;
      readonly countMin: number;
      readonly countMax: number;
    };
    result: { readonly files: number; readonly directories: number };
  };
  /** Writes an Observable Framework project of the outputs of Reduce and Template resources. */
  site: {
    params: InPond & {
      readonly at?: string;
      readonly directory: string;
      readonly title?: string;
      /** Language tag of its pages, such as `de`; English if missing. */
      readonly lang?: string;
    };
    result: SkippedInfo & {
      readonly pages: number;
      readonly files: number;
      readonly unchanged: number;
      readonly bytes: number;
    };
  };
}
