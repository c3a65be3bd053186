/** A history from elsewhere, as the commits that a migration makes of it. Readers of older systems return it. */
import { type Content } from '../tinyfs/backend.ts';
import { type TextParser } from './appendedText.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';

/**
 * Share of a history that becomes commits: all states; with `every`, each version of a file that was appended to, which else
 * has the last one of each day; or one commit of the latest state.
 */
export type HistoryExtent = 'all' | 'every' | 'none';

/** Options of reading a source. */
export interface SourceOptions {
  /** `all` if omitted. */
  readonly history?: HistoryExtent;
  /** Makes series of texts that were appended to; without it they are files. */
  readonly parser?: TextParser | undefined;
}

/** A state of the source that becomes one commit. */
export interface SourceCommit {
  /** Number of the state in its own system. */
  readonly number: number;
  /** Microseconds since 1970 UTC, as the source states it: the commits of a pond are made to increase. */
  readonly timeUs: number;
  readonly message: string;
  /** Hash of the state, by which a later run recognizes that it continues with the same source. */
  readonly mark: string;
  /** In the order in which they are applied. */
  readonly changes: readonly SourceChange[];
}

/** A change of one path. Paths are absolute in the source, and their names are valid in a pond. */
export type SourceChange =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly from: string }
  | SourceVersion;

/** A new version of a file. */
interface SourceVersion {
  readonly kind: 'version';
  readonly path: string;
  readonly type: 'file' | 'table' | 'series';
  readonly sizeBytes: number;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Returns the content, checked against the hash in the source while it is read. Fails `pond-damaged`. */
  readonly open: () => Content | Promise<Content>;
}

/** A file of the source that is missing, short or altered. */
interface SourceDamage {
  /** Path in the source, as people can find it. */
  readonly path: string;
  /** For people, after the path and a colon. */
  readonly problem: string;
}

/** Something in the source that does not come along, or comes otherwise. */
interface LeftOut {
  readonly path: string;
  /** For people, after the path and a colon. */
  readonly reason: string;
  /** Next step, as a sentence. */
  readonly hint?: string;
}

/** Findings while a source is read. */
export interface SourceFindings {
  readonly damage: SourceDamage[];
  readonly left: LeftOut[];
}

/** The history of a source, read and checked. */
export interface SourceHistory extends SourceFindings {
  /** Name of the system that wrote it, for people. */
  readonly system: string;
  /** In ascending order. */
  readonly commits: readonly SourceCommit[];
  /** Variables that documents refer to in place of secrets of the source, each with the documents. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
  /** Sentences on what a person should know. */
  readonly notes: readonly string[];
  /** Returns what is to be changed once all commits are made, from the tree as they left it. */
  readonly finish: (migrated: WorkingDirectory) => Promise<FinalChanges>;
  /** Compares hashes of the source with those of the tree that the commits made. */
  readonly compare: (migrated: WorkingDirectory) => Promise<readonly TreeComparison[]>;
  /** Ends the access to the source: its contents are read until then. */
  readonly close: () => void;
}

/** Changes after the last commit of a source. */
export interface FinalChanges {
  readonly changes: readonly SourceChange[];
  /** Sentences for people. */
  readonly notes: readonly string[];
}

/** A hash of part of the source, and that of the same part of the migrated tree, by the rules of the source. */
export interface TreeComparison {
  /** Directory, absolute in the source. */
  readonly path: string;
  readonly sourceHash: string;
  readonly migratedHash: string;
}
