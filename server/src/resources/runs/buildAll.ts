import { throwIfCancelled } from '../../base/cancelled.ts';
import { isPondError, type PondError } from '../../base/error.ts';
import { type Job } from '../../base/job.ts';
import { literalList, sql } from '../../duckdb/sql.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { type NodePath } from '../../tinyfs/nodePath.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { roleOf } from '../tree/nodeRole.ts';
import { type Resource } from '../model/kind.ts';
import { resourceDirectory, titleOf } from '../model/resourcePath.ts';
import { type ResourcePond } from '../tree/resourcePond.ts';
import { type RunCounts, type RunOutcome } from '../model/runState.ts';
import { mapLimit } from '../../base/mapLimit.ts';
import { missingInputs } from '../missingInputs.ts';

/** Size of one built file without its rows, or the error of its build. */
type BuildOutput = RunCounts | PondError;

const nothing: RunCounts = { rows: 0, bytes: 0, files: 0 };

/** Number of files whose rows one statement counts. */
const countedAtOnce = 1000;

/** Maximum number of failures and of patterns listed in the notes; the rest is counted. */
const namedMax = 20;

/** Number of files built concurrently: the concurrency of the builder. */
const concurrencyMax = 3;

/**
 * Builds everything that a resource of the latest commit derives and that is not built yet: the run of a kind that only
 * derives. A file or folder that fails does not stop the others: the first failure, in path order, is the failure of
 * the run, the others are notes.
 */
export async function buildAll(pond: ResourcePond, resource: Resource, job: Required<Job>): Promise<RunOutcome> {
  const tree = await pond.at(String(pond.head.number));
  const { derived, failures } = await listDerived(await tree.root(), resource);
  let done = 0;
  const counted = new Set<string>();
  const tables: HostFile[] = [];
  const built = await mapLimit(derived, concurrencyMax, async (at): Promise<BuildOutput> => {
    throwIfCancelled(job.signal, 'the run');
    const title = `${titleOf(resource)}: ${at.basename}`;
    job.progress(title, done, derived.length);
    const progress: Required<Job>['progress'] = (message, ...counts) => job.progress(`${title}: ${message}`, ...counts);
    const files = await resultOrError(() => buildOne(pond, at, { signal: job.signal, progress }));
    done += 1;
    if (isPondError(files)) return files;
    // Files with the same key are one file in the cache.
    if (files.length === 0 || counted.has(at.node.sha256)) return nothing;
    counted.add(at.node.sha256);
    if (at.node.type !== 'file') tables.push(...files);
    return { rows: 0, bytes: files.reduce((total, { sizeBytes }) => total + sizeBytes, 0), files: 1 };
  });
  const [first, ...others] = [...failures, ...built.filter((one) => isPondError(one))];
  const messages = others.map(({ message }) => message);
  const inputs = pond.layer.inputs(tree);
  const missing = await missingInputs(inputs, resource);
  const { materializer } = pond.layer;
  const rowNotes = await resultOrError(
    async () => (await resource.kind.rowNotes?.(resource, inputs, materializer, job)) ?? [],
  );
  const notes = [
    ...bounded(messages, 'files failed'),
    ...bounded(missing, 'patterns match nothing'),
    ...bounded(isPondError(rowNotes) ? uncounted(rowNotes, first) : rowNotes, 'inputs without some of their rows'),
  ];
  const rows = await countRows(pond, tables, job.signal);
  return { ...sum(built), rows, notes, ...(first && { failure: first }) };
}

/** Note of an error of counting; none if the build failed, because that failure says more. */
function uncounted({ message }: PondError, failure: PondError | undefined): readonly string[] {
  return failure === undefined ? [`rows that are left out could not be counted: ${message}`] : [];
}

interface Listing {
  readonly derived: readonly NodePath[];
  readonly failures: readonly PondError[];
}

/** The derived files in the resource directory, in path order, and the errors of folders that cannot be listed. */
async function listDerived(root: WorkingDirectory, resource: Resource): Promise<Listing> {
  const derived: NodePath[] = [];
  const failures: PondError[] = [];
  for (const entry of await root.list(resourceDirectory(resource))) {
    if (roleOf(entry.node)?.in !== 'derived') continue;
    if (!entry.isDirectory) derived.push(entry);
    else {
      const failure = await resultOrError(async () => {
        for await (const at of root.walk(entry.path)) if (!at.isDirectory) derived.push(at);
      });
      if (isPondError(failure)) failures.push(failure);
    }
  }
  return { derived, failures };
}

/** The host files of a derived file; none if they were already built. */
async function buildOne(pond: ResourcePond, at: NodePath, job: Job): Promise<readonly HostFile[]> {
  const isBuilt = pond.layer.materializer.known(at.node.sha256) !== undefined;
  return isBuilt ? [] : await pond.hostFiles(at.node, job);
}

/**
 * Counts the rows of Parquet files from their footers: many files per statement, because the overhead of a statement
 * dominates.
 */
async function countRows(pond: ResourcePond, files: readonly HostFile[], signal: AbortSignal): Promise<number> {
  let rows = 0;
  for (let start = 0; start < files.length; start += countedAtOnce) {
    const reads = files.slice(start, start + countedAtOnce).map(({ hostPath }) => hostPath);
    const count = sql`SELECT sum(num_rows) FROM parquet_file_metadata(${literalList(reads)})`;
    const [row] = await pond.layer.materializer.builder.run({ statements: [count], reads }, signal);
    rows += Number(row?.[0] ?? 0);
  }
  return rows;
}

/** Returns the result of the work or the error it fails with; rethrows if it was cancelled. */
async function resultOrError<T>(work: () => Promise<T>): Promise<T | PondError> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error) || error.code === 'cancelled') throw error;
    return error;
  }
}

/** Adds up everything but the rows. */
function sum(built: readonly BuildOutput[]): RunCounts {
  const counts = { ...nothing };
  for (const one of built) {
    if (isPondError(one)) continue;
    counts.bytes += one.bytes;
    counts.files += one.files;
  }
  return counts;
}

function bounded(texts: readonly string[], what: string): readonly string[] {
  if (texts.length <= namedMax) return texts;
  return [...texts.slice(0, namedMax), `${texts.length - namedMax} more ${what}`];
}
