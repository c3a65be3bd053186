/** The request that migrates a pond of an older system. See commands.ts for the rules common to all requests. */

export interface MigrationCommands {
  /**
   * Writes the history of an older pond (a host directory, or the URL of its backup) into a new pond at the host directory
   * `directory`, or below the path `into` of the one there. The source is only read. A second call goes on where one was
   * interrupted. Reports progress.
   */
  migrate: {
    params: {
      readonly source: string;
      /** Not used by a dry run. */
      readonly directory: string;
      readonly into?: string;
      /**
       * `all`: files that were appended to have a version for each day, with `every` for each of the source. `none`: one
       * commit of the latest state.
       */
      readonly history: 'all' | 'every' | 'none';
      /** Reads and checks the source, and writes nothing. */
      readonly dryRun?: boolean;
      /** Makes series of appended files of CSV and of lines of JSON: each append is a version with its rows. */
      readonly parse?: boolean;
      /** Leaves damaged files out in place of failing. */
      readonly skipDamaged?: boolean;
    };
    result: MigrationInfo;
  };
}

/** Migrated and missing parts of a source. */
export interface MigrationInfo {
  /** Host directory of the pond; null in a dry run. */
  readonly pond: string | null;
  /** Name of the system that wrote the source. */
  readonly system: string;
  /** States of the source that can be read. Times are ISO. */
  readonly states: { readonly count: number; readonly first: string; readonly last: string } | null;
  /** Numbers of what this call wrote; zeros in a dry run. */
  readonly written: MigratedCounts;
  readonly damage: readonly { readonly path: string; readonly problem: string }[];
  /** Parts that are missing in the new pond, or differ there. */
  readonly skipped: readonly { readonly path: string; readonly reason: string; readonly hint?: string }[];
  /** Variables to set in place of the secrets of the source, which are not copied. */
  readonly secrets: readonly { readonly variable: string; readonly resources: readonly string[] }[];
  /** Errors and warnings of the documents of resources. */
  readonly problems: readonly { readonly resource: string; readonly message: string }[];
  /** Hashes by the rules of the source: of the source, and of what was written. */
  readonly trees: readonly { readonly path: string; readonly sourceHash: string; readonly migratedHash: string }[];
  /** Sentences. */
  readonly notes: readonly string[];
}

/** Numbers of what a migration wrote. */
export interface MigratedCounts {
  readonly commits: number;
  readonly directories: number;
  readonly versions: number;
  readonly links: number;
  /** Removals and renames. */
  readonly moves: number;
  /** Bytes of content. */
  readonly bytes: number;
  /** Versions equal to the one before, which are not stored twice. */
  readonly unchanged: number;
}
