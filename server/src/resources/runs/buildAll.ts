import { isPondError, PondError } from '../../base/error.ts';
import { literalList } from '../../duckdb/sql.ts';
import { type HostFile } from '../../pond/types.ts';
import { type NodePath } from '../../tinyfs/nodePath.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { roleOf } from '../tree/nodeRole.ts';
import { type Resource } from '../model/kind.ts';
import { resourceDirectory, titleOf } from '../model/resourcePath.ts';
import { type ResourcePond } from '../tree/resourcePond.ts';
import { type RunCounts, type RunOutcome } from '../model/runState.ts';
import { mapLimit } from '../../base/mapLimit.ts';
import { missingInputs } from '../missingInputs.ts';

/** Cancellation and progress of the run. */
interface MakeOptions {
  readonly signal: AbortSignal;
  readonly progress: (message: string, done: number, total?: number) => void;
}

/** Size of one built file without its rows, or the error of its build. */
type BuildOutput = RunCounts | PondError;

const nothing: RunCounts = { rows: 0, bytes: 0, files: 0 };

/** Number of files whose rows one statement counts. */
const countedAtOnce = 1000;

/** Maximum number of failures and of patterns listed in the notes; the rest is counted. */
const namedMax = 20;

/** Number of files built concurrently: the concurrency of the builder. */
const madeAtOnce = 3;

/**
 * Builds everything that a resource of the latest commit derives and that is not built yet: the run of a kind that only
 * derives. A file or folder that fails does not stop the others: the first failure, in path order, is the failure of
 * the run, the others are notes.
 */
export async function buildAll(pond: ResourcePond, resource: Resource, options: MakeOptions): Promise<RunOutcome> {
  const version = String(pond.head.number);
  const tree = await pond.at(version);
  const { derived, failures } = await findDerived(await tree.root(), resource);
  let done = 0;
  const counted = new Set<string>();
  const tables: HostFile[] = [];
  const made = await mapLimit(derived, madeAtOnce, async (at): Promise<BuildOutput> => {
    if (options.signal.aborted) throw new PondError('cancelled', 'the run was cancelled');
    options.progress(`${titleOf(resource)}: ${at.basename}`, done, derived.length);
    const files = await failing(() => makeOne(pond, at, options));
    done += 1;
    if (isPondError(files)) return files;
    // Files with the same key are one file in the cache.
    if (files.length === 0 || counted.has(at.node.sha256)) return nothing;
    counted.add(at.node.sha256);
    if (at.node.type !== 'file') tables.push(...files);
    return { rows: 0, bytes: files.reduce((total, { sizeBytes }) => total + sizeBytes, 0), files: 1 };
  });
  const all = [...failures, ...made.filter((one) => isPondError(one))];
  const [first, ...others] = all;
  const unmatched = await missingInputs(pond.layer.inputs(tree), resource);
  const notes = [
    ...bounded(
      others.map(({ message }) => message),
      'files failed',
    ),
    ...bounded(unmatched, 'patterns match nothing'),
  ];
  const rows = await rowsIn(pond, tables, options.signal);
  return { ...sum(made), rows, notes, ...(first && { failure: first }) };
}

interface Found {
  readonly derived: readonly NodePath[];
  readonly failures: readonly PondError[];
}

/** The derived files in the resource directory, in path order, and the errors of folders that cannot be listed. */
async function findDerived(root: WorkingDirectory, resource: Resource): Promise<Found> {
  const derived: NodePath[] = [];
  const failures: PondError[] = [];
  for (const entry of await root.list(resourceDirectory(resource))) {
    if (roleOf(entry.node)?.in !== 'derived') continue;
    if (!entry.isDirectory) derived.push(entry);
    else {
      const failure = await failing(async () => {
        for await (const at of root.walk(entry.path)) if (!at.isDirectory) derived.push(at);
      });
      if (isPondError(failure)) failures.push(failure);
    }
  }
  return { derived, failures };
}

/** The host files of a derived file; none if they were already built. */
async function makeOne(pond: ResourcePond, at: NodePath, { signal }: MakeOptions): Promise<readonly HostFile[]> {
  return pond.layer.materializer.known(at.node.sha256) === undefined ? await pond.hostFiles(at.node, { signal }) : [];
}

/**
 * Counts the rows of Parquet files from their footers: many files per statement, because the overhead of a statement
 * dominates.
 */
async function rowsIn(pond: ResourcePond, files: readonly HostFile[], signal: AbortSignal): Promise<number> {
  let rows = 0;
  for (let start = 0; start < files.length; start += countedAtOnce) {
    const reads = files.slice(start, start + countedAtOnce).map(({ hostPath }) => hostPath);
    const sql = `SELECT sum(num_rows) FROM parquet_file_metadata(${literalList(reads)})`;
    const [row] = await pond.layer.materializer.builder.run({ statements: [sql], reads }, signal);
    rows += Number(row?.[0] ?? 0);
  }
  return rows;
}

/** Returns the result of the work or the error it fails with; rethrows if it was cancelled. */
async function failing<T>(work: () => Promise<T>): Promise<T | PondError> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error) || error.code === 'cancelled') throw error;
    return error;
  }
}

/** Adds up everything but the rows. */
function sum(made: readonly BuildOutput[]): RunCounts {
  const counts = { ...nothing };
  for (const one of made) {
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
