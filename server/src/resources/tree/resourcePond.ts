import { assert } from '../../base/assert.ts';
import { lazyAsync } from '../../base/lazy.ts';
import {
  type HostFile,
  type HostFilesJob,
  type PathEvent,
  type Pond,
  type PondEvent,
  type VersionSpec,
} from '../../pond/types.ts';
import { literal, literalList } from '../../duckdb/sql.ts';
import { type Backend, type Node } from '../../tinyfs/backend.ts';
import { FileSystem } from '../../tinyfs/fs.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { countedChanges, nameChanges, touchResources } from '../countedChanges.ts';
import { type InputMatcher } from '../model/derivedContent.ts';
import { createDerivedBackend } from './derivedBackend.ts';
import { createDerivedState, type DerivedState } from './derivedEntries.ts';
import { createDerivedEvents } from './derivedEvents.ts';
import { baseOf, roleOf } from './nodeRole.ts';
import { createInputs, rememberMatches } from './inputs.ts';
import { type StoredResource } from '../readResource.ts';
import { type Materializer } from '../../materialize/materializer.ts';

/** A pond whose trees include the content that resources derive. */
export interface ResourcePond extends Pond {
  readonly workshop: Materializer;
  /** Returns the inputs of resources at a version; in the working tree if undefined. */
  inputs(version: VersionSpec | undefined): Promise<InputMatcher>;
}

/** A tree, and the content derived in it so far. */
interface Tree {
  readonly fs: FileSystem;
  readonly inputs: InputMatcher;
  readonly state: () => DerivedState;
  readonly readHome: (kind: string, id: string) => Promise<StoredResource | undefined>;
  forget(): void;
}

/** Loaded when a tree has its first resource directory: a pond without resources does not need it. */
const reader = lazyAsync(() => import('../readResource.ts'));

/** The key of several parts as one file. */
const wholeKey = (files: readonly HostFile[]): string => keyOf('one file', 1, ...files.map(({ key }) => key));

/** Maximum number of old versions whose derived directories are cached. */
const versionsMax = 16;

/** Returns the pond with the content that its resources derive. Closing it closes the pond. */
export function withResources(pond: Pond, workshop: Materializer): ResourcePond {
  const working = createTree(pond.fs.backend, () => changed([]));
  const versions = new Map<number, Tree>();
  const listeners = new Set<(event: PondEvent) => void>();
  const tell = (event: PondEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const derivedEvents = createDerivedEvents({ ...working, tell: (changes) => tell({ kind: 'changed', changes }) });
  pond.onEvent((event) => changed(event.kind === 'changed' ? event.changes : [], event));

  function changed(changes: readonly PathEvent[], event?: PondEvent): void {
    const before = working.state();
    working.forget();
    if (event !== undefined) tell(event);
    derivedEvents.changed(before, changes);
  }

  function createTree(base: Backend, onChange = (): void => undefined): Tree {
    let state: DerivedState;
    let homes: Map<string, Promise<StoredResource | undefined>>;
    const stored = new FileSystem(base);
    const backend = createDerivedBackend({
      base,
      state: () => state,
      readHome,
      onChange,
      sizeOf,
      content,
    });
    const fs = new FileSystem(backend);
    const inputs = rememberMatches(createInputs({ fs, contentKey, hostFiles }));
    forget();
    return { fs, inputs, state: () => state, readHome, forget };

    function forget(): void {
      inputs.forget();
      state = createDerivedState(inputs);
      homes = new Map();
    }

    /** The reader caches parsed documents; this state caches that the document is unchanged. */
    function readHome(kind: string, id: string): Promise<StoredResource | undefined> {
      const path = `${kind}/${id}`;
      const memory = homes;
      const known = memory.get(path);
      if (known !== undefined) return known;
      const home = reader().then((module) => module.readResource(stored, kind, id));
      memory.set(path, home);
      home.catch(() => memory.delete(path));
      return home;
    }
  }

  function contentKey(node: Node): string {
    return roleOf(node)?.in === 'derived' ? node.sha256 : pond.contentKey(baseOf(node));
  }

  async function hostFiles(node: Node, job: HostFilesJob = {}): Promise<readonly HostFile[]> {
    const at = roleOf(node);
    if (at?.in !== 'derived') return await pond.hostFiles(baseOf(node), job);
    const file = at.node;
    assert(file.type !== 'directory', () => `${at.path} is a directory`);
    return await workshop.files(file.key, (shared) => file.make(workshop, shared), job);
  }

  /** A series in several parts is merged into one file, because bytes are read as one sequence. */
  async function content(node: Node): Promise<HostFile> {
    const files = await hostFiles(node);
    const key = wholeKey(files);
    const reads = files.map(({ hostPath }) => hostPath);
    const write = async (target: string): Promise<void> => {
      const sql = `SELECT * FROM read_parquet(${literalList(reads)}, union_by_name = true)`;
      const statements = [`COPY (${sql}) TO ${literal(target)} (FORMAT parquet)`];
      await workshop.builder.run({ statements, reads, writes: [target] });
    };
    const whole = async (job: HostFilesJob) => [await workshop.file(key, write, job)];
    const [only] = files.length === 1 ? files : await workshop.files(key, whole, {});
    assert(only !== undefined, () => 'a derived file has content');
    return only;
  }

  /**
   * The number of bytes that reading returns; for a series in several parts that was not read yet, the sum of its
   * parts.
   */
  function sizeOf(key: string): number | undefined {
    const files = workshop.known(key);
    const [whole] = files === undefined || files.length === 1 ? [] : (workshop.known(wholeKey(files)) ?? []);
    return whole?.sizeBytes ?? files?.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  async function treeAt(version: VersionSpec): Promise<Tree> {
    // A commit that was found once exists forever.
    const number = versions.has(Number(version)) ? Number(version) : (await pond.resolve(version)).number;
    const tree = versions.get(number) ?? createTree((await pond.at(String(number))).backend);
    versions.delete(number);
    versions.set(number, tree);
    if (versions.size > versionsMax) versions.delete(versions.keys().next().value!);
    return tree;
  }

  return {
    id: pond.id,
    directory: pond.directory,
    mode: pond.mode,
    notices: pond.notices,
    get head() {
      return pond.head;
    },
    fs: working.fs,
    workshop,
    at: async (version) => (await treeAt(version)).fs,
    inputs: async (version) => (version === undefined ? working : await treeAt(version)).inputs,
    resolve: (version) => pond.resolve(version),
    requireOwned: () => pond.requireOwned(),
    status: () => pond.status(),
    diff: (from, to, paths) => pond.diff(from, to, paths),
    commit: async (request) =>
      await pond.commit({
        ...request,
        counted: async (changes) =>
          touchResources(changes)
            ? countedChanges(await nameChanges(changes, await pond.at('HEAD'), pond.fs))
            : changes,
      }),
    discard: (paths) => pond.discard(paths),
    keepStaged: (paths) => pond.keepStaged(paths),
    log: (options) => pond.log(options),
    restore: (paths, at) => pond.restore(paths, at).finally(() => changed([])),
    begin: () => pond.begin(),
    hostFiles,
    contentKey,
    history: (at) => pond.history(at),
    check: (version, onProgress) => pond.check(version, onProgress),
    async refresh() {
      await pond.refresh();
      // Changes that another process staged arrive without an event.
      if (pond.mode === 'read') working.forget();
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await derivedEvents.close();
      await pond.close();
    },
  };
}
