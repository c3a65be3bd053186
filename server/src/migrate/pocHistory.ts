/** States of a pond of 2025, and where they are stored. */
import { type Content } from '../tinyfs/backend.ts';
import { type PocEntryType } from './pocEntries.ts';
import { type SourceFindings } from './source.ts';

/** A version that a state added. Nothing is ever removed from such a pond. */
export interface PocVersion {
  /** Absolute path in the pond. */
  readonly path: string;
  readonly number: number;
  readonly type: PocEntryType;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Target of a symlink; undefined for other types, and where the source does not keep it. */
  readonly target: string | undefined;
  /** Location for people: a host path, or a key. */
  readonly location: string;
  /** Returns the content, checked. Fails `pond-damaged`. */
  readonly open: () => Content | Promise<Content>;
}

/** A state of the root: what a command of the source left. */
export interface PocState {
  readonly number: number;
  readonly timeUs: number;
  /** Hash of the file that holds the state. */
  readonly sha256: string;
  readonly added: readonly PocVersion[];
}

/** All states of a source that can be read. */
export interface PocHistory extends SourceFindings {
  /** In ascending order; a damaged state is missing. */
  readonly states: readonly PocState[];
}
