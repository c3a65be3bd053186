import { basename, dirname } from 'node:path';
import { assert } from '../../base/assert.ts';
import { type Job } from '../../base/job.ts';
import { lazyAsync } from '../../base/lazy.ts';
import { LruCache } from '../../base/lruCache.ts';
import { literal, literalList, sql } from '../../duckdb/sql.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { type HostFile, type HostFilesJob } from '../../pond/hostFile.ts';
import { type TimeRange, timesOfFiles } from '../../pond/hostFileTimes.ts';
import { type Change, type PathEvent } from '../../pond/change.ts';
import { unchangedStream } from '../../storage/unchangedFiles.ts';
import { type StoredNodes } from '../../pond/types.ts';
import { type Backend, type ByteRange, type Node } from '../../tinyfs/backend.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { countedChanges, nameChanges, touchResources } from '../countedChanges.ts';
import { type InputMatcher } from '../model/derivedContent.ts';
import { baseOf, roleOf } from './nodeRole.ts';
import { type ResourceLayer } from './resourcePond.ts';
import { type NodeFiles } from './nodeFiles.ts';
import { ResourceTree } from './resourceTree.ts';

/** Loaded with the first commit of resources. */
const commitRules = lazyAsync(() => import('./commitRules.ts'));

/** The key of several parts as one file. */
const wholeKey = (files: readonly HostFile[]): string => keyOf('one file', 1, ...files.map(({ key }) => key));

const timesMax = 10_000;

/** The layer that shows derived content. The files of the nodes of all its trees are built on demand. */
export class DerivedLayer implements ResourceLayer, NodeFiles {
  readonly materializer: Materializer;
  readonly #stored: StoredNodes;
  /** Times of derived series by their keys: the same key is the same content. */
  readonly #times = new LruCache<string, { readonly range: TimeRange | undefined }>({ max: timesMax });

  constructor(stored: StoredNodes, materializer: Materializer) {
    this.#stored = stored;
    this.materializer = materializer;
  }

  over(stored: Backend, notify?: (changes: readonly PathEvent[]) => void): ResourceTree {
    return new ResourceTree(stored, this, notify);
  }

  inputs({ backend }: FileSystem): InputMatcher {
    assert(backend instanceof ResourceTree, () => 'the tree comes from a pond with this layer');
    return backend.inputs;
  }

  allowRun({ backend }: FileSystem, directory: string): void {
    assert(backend instanceof ResourceTree, () => 'the tree comes from a pond with this layer');
    backend.allowRun(directory);
  }

  contentKey(node: Node): string {
    return roleOf(node)?.in === 'derived' ? node.sha256 : this.#stored.contentKey(baseOf(node));
  }

  async hostFiles(node: Node, job: HostFilesJob = {}): Promise<readonly HostFile[]> {
    const role = roleOf(node);
    if (role?.in !== 'derived') return await this.#stored.hostFiles(baseOf(node), job);
    const file = role.node;
    assert(file.type !== 'directory', () => `${role.path} is a file`);
    return await this.materializer.files(file.key, (shared) => file.make(this.materializer, shared), job);
  }

  builtTimes(node: Node): TimeRange | undefined {
    const role = roleOf(node);
    if (role?.in !== 'derived' || role.node.type !== 'series') return undefined;
    const { key } = role.node;
    const cached = this.#times.get(key);
    if (cached !== undefined) return cached.range;
    const files = this.materializer.known(key);
    return files && this.#times.set(key, { range: timesOfFiles(this.#stored.openDisk, files) }).range;
  }

  async prepareCommit(changes: readonly Change[], before: FileSystem, after: FileSystem): Promise<readonly Change[]> {
    if (!touchResources(changes)) return changes;
    await (await commitRules()).requireValid(before, after);
    return countedChanges(await nameChanges(changes, before, after));
  }

  /**
   * Returns the one host file with the content of a derived file, built if needed. A series in several parts is merged
   * into one file, because bytes are read as one sequence.
   */
  async wholeFile(node: Node): Promise<HostFile> {
    const files = await this.hostFiles(node);
    const key = wholeKey(files);
    const whole = async (job: Job) => [await this.materializer.file(key, (target) => this.#merge(files, target), job)];
    const [only] = files.length === 1 ? files : await this.materializer.files(key, whole, {});
    assert(only !== undefined, () => 'a derived file has content');
    return only;
  }

  readHostFile(hostPath: string, range?: ByteRange): AsyncIterable<Uint8Array> | undefined {
    const disk = this.#stored.openDisk(dirname(hostPath));
    const stream = disk.readStream(basename(hostPath), range?.start, range?.end);
    return stream && unchangedStream(hostPath, stream);
  }

  /**
   * The number of bytes that reading a derived file returns; for a series in several parts that was not read yet, the
   * sum of its parts. Undefined while it is unknown.
   */
  sizeOf(key: string): number | undefined {
    const files = this.materializer.known(key);
    const [whole] = files === undefined || files.length === 1 ? [] : (this.materializer.known(wholeKey(files)) ?? []);
    return whole?.sizeBytes ?? files?.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  async #merge(files: readonly HostFile[], target: string): Promise<void> {
    const reads = files.map(({ hostPath }) => hostPath);
    const rows = sql`SELECT * FROM read_parquet(${literalList(reads)}, union_by_name = true)`;
    const statements = [sql`COPY (${rows}) TO ${literal(target)} (FORMAT parquet)`];
    await this.materializer.builder.run({ statements, reads, writes: [target] });
  }
}
