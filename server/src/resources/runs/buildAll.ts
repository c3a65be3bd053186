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

/** Who waits for it. */
interface MakeOptions {
  readonly signal: AbortSignal;
  readonly progress: (message: string, done: number, total?: number) => void;
}

/** What one file brought, rows not counted, or why there is none. */
type BuildOutput = RunCounts | PondError;

const nothing: RunCounts = { rows: 0, bytes: 0, files: 0 };

/** Files whose rows are counted by one statement. */
const countedAtOnce = 1000;

/** Failures and patterns that are named in the notes; more are counted. */
const namedMax = 20;

/** Files made at a time: as many as the builder builds at a time. */
const madeAtOnce = 3;

/**
 * Makes all that a resource of the newest commit derives, as far as it is not made yet: the run of a kind that only
 * derives. A file or folder that fails does not keep the others from being made: the first failure, in the order of
 * paths, is the run's, the others are notes.
 */
export async function buildAll(pond: ResourcePond, resource: Resource, options: MakeOptions): Promise<RunOutcome> {
  const version = String(pond.head.number);
  const { derived, failures } = await findDerived(await (await pond.at(version)).root(), resource);
  let done = 0;
  const counted = new Set<string>();
  const tables: HostFile[] = [];
  const made = await mapLimit(derived, madeAtOnce, async (at): Promise<BuildOutput> => {
    if (options.signal.aborted) throw new PondError('cancelled', 'the run was cancelled');
    options.progress(`${titleOf(resource)}: ${at.basename}`, done, derived.length);
    const files = await failing(() => makeOne(pond, at, options));
    done += 1;
    if (isPondError(files)) return files;
    // Files of one key are one in the cache.
    if (files.length === 0 || counted.has(at.node.sha256)) return nothing;
    counted.add(at.node.sha256);
    if (at.node.type !== 'file') tables.push(...files);
    return { rows: 0, bytes: files.reduce((total, { sizeBytes }) => total + sizeBytes, 0), files: 1 };
  });
  const all = [...failures, ...made.filter((one) => isPondError(one))];
  const [first, ...others] = all;
  const unmatched = await missingInputs(await pond.inputs(version), resource);
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

/** The derived files below the home, in order of path, and why a folder of it cannot be listed. */
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

/** The host files of what is derived; none when they were made before. */
async function makeOne(pond: ResourcePond, at: NodePath, { signal }: MakeOptions): Promise<readonly HostFile[]> {
  return pond.workshop.known(at.node.sha256) === undefined ? await pond.hostFiles(at.node, { signal }) : [];
}

/**
 * The rows of Parquet files, told by their footers: many in one statement, as most of what each takes is the asking.
 */
async function rowsIn(pond: ResourcePond, files: readonly HostFile[], signal: AbortSignal): Promise<number> {
  let rows = 0;
  for (let start = 0; start < files.length; start += countedAtOnce) {
    const reads = files.slice(start, start + countedAtOnce).map(({ hostPath }) => hostPath);
    const sql = `SELECT sum(num_rows) FROM parquet_file_metadata(${literalList(reads)})`;
    const [row] = await pond.workshop.builder.run({ statements: [sql], reads }, signal);
    rows += Number(row?.[0] ?? 0);
  }
  return rows;
}

/** What work gives, or the error that it fails with, unless it was cancelled. */
async function failing<T>(work: () => Promise<T>): Promise<T | PondError> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error) || error.code === 'cancelled') throw error;
    return error;
  }
}

/** All but the rows. */
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
