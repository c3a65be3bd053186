/** The Delta table of a Watertown pond: rows of all its live files, and what the log says about its transactions. */
import { throwIfCancelled } from '../base/cancelled.ts';
import { fieldsOf } from '../base/json.ts';
import { type Job } from '../base/job.ts';
import { isInsideTable } from '../delta/dataPath.ts';
import { type AddFile } from '../delta/files.ts';
import { listLog, readCommit } from '../delta/log.ts';
import { logDirectory } from '../delta/logPaths.ts';
import { openTable } from '../delta/snapshot.ts';
import { openParquet, type ParquetFile, readRowGroup } from '../parquet/file.ts';
import { type Disk } from '../storage/disk.ts';
import { damagedSource, problemIn } from './checkedContent.ts';
import { type SourceFindings } from './source.ts';
import { rowColumns, type WatertownRow, watertownRow } from './watertownRow.ts';

/** Directory of the table in a pond. */
export const dataDirectory = 'data';

/** Rows of a pond, in the order of its transactions. */
interface WatertownTable {
  /** Of the pond itself, not of the ponds mounted in it. */
  readonly pondId: string;
  readonly rows: readonly WatertownRow[];
  /** Command lines by transaction, where the log still has them. */
  readonly commands: ReadonlyMap<number, string>;
  /** Number of rows of each other pond. */
  readonly foreign: ReadonlyMap<string, number>;
}

/** True when a host directory has the form of such a pond. */
export function isWatertownPond(disk: Disk): boolean {
  return disk.stat(`${dataDirectory}/${logDirectory}`)?.kind === 'directory' && disk.stat(logDirectory) === undefined;
}

/**
 * Reads the table on a disk whose root is the data directory. Damaged data files are added to the findings. Fails
 * `pond-damaged` when the log cannot be read.
 */
export async function readWatertownTable(disk: Disk, findings: SourceFindings, job: Job): Promise<WatertownTable> {
  const snapshot = await openTable(disk);
  if (snapshot === undefined) throw damagedSource(logDirectory, 'its table has no commit');
  const rows: WatertownRow[] = [];
  const files = [...snapshot.files.values()];
  for (const [index, file] of files.entries()) {
    throwIfCancelled(job.signal);
    job.progress?.('reading rows', index, files.length);
    try {
      rows.push(...(await rowsOf(disk, file)));
    } catch (error) {
      findings.damage.push({ path: locationOf(disk, file.path), problem: problemIn(error, file.path) });
    }
  }
  const { commands, pondIds } = readLog(disk);
  const pondId = pondIds[0] ?? mostFrequent(rows);
  const foreign = new Map<string, number>();
  for (const row of rows) if (row.pondId !== pondId) foreign.set(row.pondId, (foreign.get(row.pondId) ?? 0) + 1);
  const own = rows.filter((row) => row.pondId === pondId);
  return { pondId, commands, foreign, rows: own.sort((a, b) => a.txn - b.txn || a.version - b.version) };
}

/** Opens a data file, as its action states it. Fails `pond-damaged`. */
export function openDataFile(disk: Disk, path: string): ParquetFile {
  const sizeBytes = disk.stat(path)?.sizeBytes;
  if (sizeBytes === undefined) throw damagedSource(path, 'it is missing');
  const read = (start: number, end: number): Uint8Array => {
    const bytes = disk.readRange(path, start, end);
    if (bytes?.length !== end - start) throw damagedSource(path, 'it was cut while it was read');
    return bytes;
  };
  return openParquet({ path, sizeBytes, read });
}

async function rowsOf(disk: Disk, { path, add }: AddFile): Promise<readonly WatertownRow[]> {
  if (!isInsideTable(path)) throw damagedSource(path, 'it is outside of the table');
  const sizeBytes = disk.stat(path)?.sizeBytes;
  if (sizeBytes !== undefined && sizeBytes !== add.size) {
    throw damagedSource(path, `it has ${sizeBytes} bytes, expected ${add.size}`);
  }
  const pondId = add.partitionValues['pond_id'];
  if (typeof pondId !== 'string') throw damagedSource(path, 'the log does not say to which pond it belongs');
  const file = openDataFile(disk, path);
  const rows: WatertownRow[] = [];
  for (const group of file.metadata.row_groups.keys()) {
    const read = await readRowGroup(file, group, { columns: rowColumns, rawTimes: true });
    rows.push(...read.map((row, index) => watertownRow(row, pondId, { file: path, group, row: index })));
  }
  return rows;
}

/** Returns what the log says about transactions: old commits may have been cleaned up. */
function readLog(disk: Disk): { readonly commands: ReadonlyMap<number, string>; readonly pondIds: readonly string[] } {
  const commands = new Map<number, string>();
  const pondIds: string[] = [];
  for (const version of listLog(disk).commits) {
    const transaction = fieldsOf(readCommit(disk, version)?.commitInfo?.['pond_txn']);
    const { txn_seq: txn, pond_id: pondId } = transaction;
    const args = fieldsOf(transaction['user'])['args'] ?? transaction['args'];
    if (typeof pondId === 'string' && pondId !== '') pondIds.push(pondId);
    if (typeof txn !== 'number' || !Array.isArray(args)) continue;
    const words = args.filter((arg): arg is string => typeof arg === 'string');
    if (words.length > 0) commands.set(txn, words.join(' '));
  }
  return { commands, pondIds };
}

function mostFrequent(rows: readonly WatertownRow[]): string {
  const counts = new Map<string, number>();
  for (const { pondId } of rows) counts.set(pondId, (counts.get(pondId) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

/** Returns the host path of a file of the table, for people. */
export function locationOf(disk: Disk, path: string): string {
  try {
    return isInsideTable(path) ? (disk.hostPath(path) ?? path) : path;
  } catch (error) {
    problemIn(error, path);
    return path;
  }
}
