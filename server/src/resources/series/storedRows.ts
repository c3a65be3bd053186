/** Rows of a stored series in a range of time, read without the parts of it that have none. */
import { type RowGroup } from 'hyparquet';
import { assert } from '../../base/assert.ts';
import { chunkRange } from '../../parquet/chunk.ts';
import { damaged, openAnyParquet, type ParquetFile, type ParquetRow, readRowGroup } from '../../parquet/file.ts';
import { footerBytesOf, footerTailBytes, type TimeRange } from '../../parquet/footer.ts';
import { versionFacts } from '../../pond/series.ts';
import { type Node } from '../../tinyfs/backend.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';

interface RowSelection {
  /** Names of columns, the first of which has whole seconds since 1970 UTC; those that a version lacks are skipped. */
  readonly columns: readonly [string, ...string[]];
  readonly range: TimeRange;
}

/**
 * Yields rows in the order of their versions, the oldest first: all that have a time in the range, and some more. Nothing
 * without a series at the path. Fails `pond-damaged`, and as the pond.
 */
export async function* storedRows(
  home: WorkingDirectory,
  path: string,
  selection: RowSelection,
): AsyncIterable<ParquetRow> {
  if ((await home.get(path)) === undefined) return;
  const versions: Node[] = [];
  for await (const version of home.versions(path)) {
    if (mayOverlap(versionFacts(version).time, selection.range)) versions.push(version);
  }
  for (const version of versions.reverse()) yield* rowsOf(home, path, version, selection);
}

async function* rowsOf(
  { backend }: WorkingDirectory,
  path: string,
  version: Node,
  { columns, range }: RowSelection,
): AsyncIterable<ParquetRow> {
  const loaded: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  const load = async (start: number, end: number): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of backend.read(version, { start, end })) chunks.push(chunk);
    const bytes = new Uint8Array(Buffer.concat(chunks));
    loaded.push({ start, bytes });
    return bytes;
  };
  const read = (start: number, end: number): Uint8Array => {
    const part = loaded.find((one) => one.start <= start && end <= one.start + one.bytes.length);
    assert(part !== undefined, () => `bytes ${start} to ${end} are loaded`);
    return part.bytes.subarray(start - part.start, end - part.start);
  };
  const { sizeBytes } = version;
  const source = { path, sizeBytes, read };
  const footerBytes = footerBytesOf(await load(Math.max(0, sizeBytes - footerTailBytes), sizeBytes), sizeBytes);
  if (footerBytes === undefined) throw damaged(source, undefined, new Error('its footer is longer than the file'));
  await load(sizeBytes - footerBytes, sizeBytes);
  const file = openFile(source);
  for (const [index, group] of file.metadata.row_groups.entries()) {
    if (!mayOverlap(timesOf(group, columns[0]), range)) continue;
    const ends = group.columns.map(({ meta_data: chunk }) => chunkRange(chunk!, sizeBytes));
    await load(Math.min(...ends.map(({ start }) => start)), Math.max(...ends.map(({ end }) => end)));
    yield* await readRowGroup(file, index, { columns });
    loaded.pop();
  }
}

function openFile(source: ParquetFile['source']): ParquetFile {
  try {
    return openAnyParquet(source);
  } catch (cause) {
    throw damaged(source, undefined, cause);
  }
}

/** Returns the times of a row group by its statistics; undefined without them. */
function timesOf({ columns }: RowGroup, time: string): TimeRange | undefined {
  const chunk = columns.find(({ meta_data: data }) => data?.path_in_schema.join('.') === time)?.meta_data;
  const { min_value: min, max_value: max } = chunk?.statistics ?? {};
  if (typeof min !== 'bigint' || typeof max !== 'bigint') return undefined;
  return { minUs: Number(min) * 1e6, maxUs: Number(max) * 1e6 };
}

function mayOverlap(time: TimeRange | undefined, { minUs, maxUs }: TimeRange): boolean {
  return time === undefined || (time.minUs <= maxUs && time.maxUs >= minUs);
}
