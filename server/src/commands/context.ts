import { type Job } from '../base/job.ts';
import { type Resource } from '../resources/model/kind.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type QueryEngine } from '../sql/engine.ts';
import { type FileSystem } from '../tinyfs/fs.ts';

/** Context of a command, apart from its pond and its params. */
export interface CommandContext extends Required<Job> {
  /** The query engine, loaded on first use. Fails `engine-unavailable`. */
  readonly queries: () => Promise<QueryEngine>;
  /** Input stream, which replaces the content in the params. Undefined when the params hold all of it. */
  readonly input: AsyncIterable<Uint8Array> | undefined;
  /** Receives the output stream, which replaces the result; undefined when the result holds all of it. */
  readonly output: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
  readonly effects: Effects;
  /** Returns a checked resource of a kind in a tree. Fails `resource-not-found`, `resource-invalid`. */
  readonly findResource: (tree: FileSystem, kind: string, name: string) => Promise<Resource>;
}

/** The outside world, as commands see it. */
export interface Effects {
  /** Author of commits when the params name none: USER@host. */
  readonly author: string;
  /** The value of an environment variable; undefined when it is not set. */
  readonly env: (name: string) => string | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/** The set of open ponds, as verbs on it see it. */
export interface PondAccess {
  /** Creates a pond and keeps it open. Fails `pond-exists`. */
  create(directory: string): Promise<ResourcePond>;
  /** Opens a pond, or joins the process that holds it. */
  open(directory: string): Promise<{ readonly pond: string; readonly id: string; readonly mode: SessionKind }>;
  /** Closes a pond; does nothing when it is not open. */
  close(directory: string): Promise<void>;
}

/** Role of this process in a pond: it holds the lock, goes through the process that does, or only reads. */
export type SessionKind = 'owner' | 'attached' | 'read';
