import { type Job } from '../base/job.ts';
import { type RepairReport } from '../pond/findings.ts';
import { type PondCopy } from '../pond/pondCopy.ts';
import { type CommandName, type Params, type Result } from '../protocol/commands.ts';
import { type PondVerbFacts, type VerbFacts } from '../protocol/verb.ts';
import { type Grants } from '../resources/model/grants.ts';
import { type Resource } from '../resources/model/kind.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type Builder } from '../sandbox/build.ts';
import { type QueryEngine } from '../sql/engine.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { type FileSystem } from '../tinyfs/fs.ts';

/**
 * Function of a verb that works on a pond. The host opens the pond as the declaration requires. Fails with a PondError,
 * which the request boundary turns into a response.
 */
export type Command<N extends CommandName> = (
  pond: ResourcePond,
  params: Params<N>,
  context: CommandContext,
) => Promise<Result<N>>;

/** Function of a verb that works on the set of open ponds. Fails with a PondError. */
export type PondsCommand<N extends CommandName> = (
  ponds: PondAccess,
  params: Params<N>,
  job?: Job,
) => Promise<Result<N>>;

/** A verb: its facts, and its function, loaded on the first call. */
export type Verb<N extends CommandName> = PondVerb<N> | PondsVerb<N>;

/** A verb that works on a pond. */
export type PondVerb<N extends CommandName> = PondVerbFacts<N> & { readonly load: () => Promise<Command<N>> };

/** A verb that works on the set of open ponds. */
interface PondsVerb<N extends CommandName> extends VerbFacts<N> {
  readonly access: 'none';
  readonly load: () => Promise<PondsCommand<N>>;
}

/** Declarations of some verbs, by name. */
export type SomeVerbs = { readonly [N in CommandName]?: Verb<N> };

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
  /** Returns one of the latest commit. Fails as findResource; the error says when it is staged. */
  readonly findCommitted: (pond: Pick<ResourcePond, 'at' | 'fs'>, kind: string, name: string) => Promise<Resource>;
}

/** The outside world, as commands see it. */
export interface Effects {
  /** Author of commits when the params name none: USER@host. */
  readonly author: string;
  /** The value of an environment variable; undefined when it is not set. */
  readonly env: (name: string) => string | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  readonly openDisk: OpenDisk;
  readonly grants: Grants;
}

/** The set of open ponds, as verbs on it see it. */
export interface PondAccess {
  /** As in Effects. */
  readonly env: Effects['env'];
  readonly grants: Effects['grants'];
  readonly author: Effects['author'];
  /** Returns the builder, whose process starts on first use. */
  readonly builder: () => Builder;
  /** Opens a pond for reading, does some work with it, and closes it. */
  reading<T>(directory: string, work: (pond: ResourcePond) => Promise<T>): Promise<T>;
  /** Creates a pond and keeps it open. Fails `pond-exists`, and as requirePondDirectory. */
  create(directory: string): Promise<ResourcePond>;
  /** Opens a pond, or joins the process that holds it. */
  open(directory: string): Promise<{ readonly pond: string; readonly id: string; readonly mode: SessionKind }>;
  /** Closes a pond; does nothing when it is not open. */
  close(directory: string): Promise<void>;
  /** Repairs a pond from copies of it; closes it here first. Fails as repairPond. */
  repair(directory: string, copies: readonly PondCopy[], job: Job): Promise<RepairReport>;
}

/** Role of this process in a pond: it holds the lock, goes through the process that does, or only reads. */
export type SessionKind = 'owner' | 'attached' | 'read';
