/** Writes the exported form of a series or table. */
import { type Disk } from '../../storage/disk.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { readUnchanged } from '../../storage/unchangedFiles.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { type Job } from '../../base/job.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { type ExportedFile, type ExportedSet, isAsLeft } from './manifest.ts';
import { type TemporalPart } from './parts.ts';
import { copySql, findPartitions, type Partition, partitionColumn, partitionSql } from './partitions.ts';
import { placeFile, placeFiles, writeChunks } from './hostFiles.ts';

/** Increases when the same inputs give different files. */
const recipeVersion = 1;

/** Destination of exports, and the services that write them. */
export interface ExportTarget {
  readonly disk: Disk;
  /** Absolute host path of the disk's root. */
  readonly directory: string;
  readonly materializer: Materializer;
  readonly job: Job;
}

/** A series or table to export. */
interface SeriesSet {
  readonly origin: string;
  /** Its content, in order. */
  readonly inputs: readonly HostFile[];
  /** Folder for the partitions, '' for the root. */
  readonly folder: string;
  /** The file for an unpartitioned set. */
  readonly file: string;
  /** Empty for one file. */
  readonly parts: readonly TemporalPart[];
}

/** Result of writing a set. */
export interface WrittenSet extends ExportedSet {
  /** Number of its files that were up to date. */
  readonly unchanged: number;
}

/** Partitions written at once. */
const batchMax = 100;

/**
 * Writes a series or table as Parquet: a file for each partition, or one file without parts or without a time column.
 * Reuses the files of an earlier export, `before`, if its key is equal and they are unmodified. `report` receives the
 * files written so far, in case the rest fails, as a set with an empty key, which never matches.
 */
export async function writeSet(
  destination: ExportTarget,
  set: SeriesSet,
  before: ExportedSet | undefined,
  report?: (part: ExportedSet) => void,
): Promise<WrittenSet> {
  const { origin, inputs, folder, file, parts } = set;
  const key = keyOf('export', recipeVersion, folder, file, parts, ...inputs.map((input) => input.key));
  if (before?.key === key && before.files.every((one) => isAsLeft(destination.disk, one))) {
    return { ...before, origin, unchanged: before.files.length };
  }
  const partitions = await partitionsOf(destination, set);
  const reportWritten = (written: readonly Written[]) =>
    report?.({ origin, key: '', files: [...written.map(fileOf), ...(before?.files ?? [])] });
  const written =
    partitions === undefined
      ? [await writeWhole(destination, set)]
      : await writePartitions(destination, set, partitions, reportWritten);
  return { origin, key, files: written.map(fileOf), unchanged: written.filter(({ changed }) => !changed).length };
}

/** Returns the name of a Parquet file, with its extension. */
export function parquetName(name: string): string {
  return name.endsWith('.parquet') ? name : `${name}.parquet`;
}

/** Returns the present state on the disk of a written file. */
export function exportedFile(
  { disk }: Pick<ExportTarget, 'disk'>,
  file: string,
  { startTime, endTime }: Pick<ExportedFile, 'startTime' | 'endTime'> = { startTime: null, endTime: null },
): ExportedFile {
  const { sizeBytes, modifiedMs } = disk.stat(file) ?? { sizeBytes: 0, modifiedMs: 0 };
  return { file, startTime, endTime, sizeBytes, modifiedMs };
}

interface Written extends ExportedFile {
  readonly changed: boolean;
}

function fileOf({ changed: _, ...file }: Written): ExportedFile {
  return file;
}

/** Undefined for a single file. */
async function partitionsOf(
  { materializer, job }: ExportTarget,
  { inputs, parts }: SeriesSet,
): Promise<readonly Partition[] | undefined> {
  const [first, ...rest] = parts;
  if (first === undefined) return undefined;
  const time = partitionColumn((await materializer.inspect(inputs, job)).columns);
  if (time === undefined) return undefined;
  return await findPartitions(materializer.builder, hostPathsOf(inputs), time, [first, ...rest], job.signal);
}

async function writeWhole(destination: ExportTarget, { inputs, file }: SeriesSet): Promise<Written> {
  const { disk, directory, materializer, job } = destination;
  const [first, ...rest] = inputs;
  const changed = await placeFile(disk, directory, file, async (temporary) => {
    const target = disk.hostPath(temporary) ?? temporary;
    // A single input is exported as stored, byte for byte.
    if (first !== undefined && rest.length === 0) {
      await writeChunks(disk, temporary, readUnchanged(first.hostPath));
    } else {
      const reads = hostPathsOf(inputs);
      await materializer.builder.run({ statements: [copySql(reads, target)], reads, writes: [target] }, job.signal);
    }
  });
  return { ...exportedFile(destination, file), changed };
}

async function writePartitions(
  destination: ExportTarget,
  { inputs, folder }: SeriesSet,
  partitions: readonly Partition[],
  report: (written: readonly Written[]) => void,
): Promise<readonly Written[]> {
  const { disk, directory, materializer, job } = destination;
  const written: Written[] = [];
  for (let start = 0; start < partitions.length; start += batchMax) {
    const batch = partitions.slice(start, start + batchMax);
    const files = batch.map(({ file }) => (folder === '' ? file : `${folder}/${file}`));
    const changed = await placeFiles(disk, directory, files, async (temporaries) => {
      const targets = batch.map(({ where }, index) => {
        const temporary = temporaries[index] ?? '';
        return { where, target: disk.hostPath(temporary) ?? temporary };
      });
      const statements = partitionSql(inputs, targets);
      const writes = targets.map(({ target }) => target);
      await materializer.builder.run({ statements, reads: hostPathsOf(inputs), writes }, job.signal);
    });
    for (const [index, partition] of batch.entries()) {
      written.push({ ...exportedFile(destination, files[index] ?? '', partition), changed: changed[index] ?? true });
    }
    report(written);
    job.progress?.(`exporting ${folder}`, written.length, partitions.length);
  }
  return written;
}

function hostPathsOf(inputs: readonly HostFile[]): readonly string[] {
  return inputs.map(({ hostPath }) => hostPath);
}
