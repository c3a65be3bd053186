/** Facts about a version of a series, found in its content when it is stored, and kept in its row. */
import { Fields } from '../delta/fields.ts';
import { type ParquetFooter, type TimeRange } from '../parquet/footer.ts';
import { type KeyOfRow, shownRow } from '../oplog/parseRow.ts';
import { type RowMetadata, type StoredRow } from '../oplog/rows.ts';
import { type Node } from '../tinyfs/backend.ts';

/** Facts about a version; each is undefined when its content does not say. */
export interface VersionFacts {
  /** Number of rows. */
  readonly rows?: number;
  /** Times of its rows: of the column that the attribute `time` of the series names, else of `Timestamp`. */
  readonly time?: TimeRange;
  /** Hash of what was appended: equal batches have equal hashes. Lower-case hex SHA-256. */
  readonly batch?: string;
}

/** Attribute of a series: the name of its time column, where that is not `Timestamp`. */
export const timeAttribute = 'time';

/** Name of the time column of a series without the attribute, in any case. */
export const defaultTimeColumn = 'Timestamp';

/** Key of the text in a Parquet file that holds the hash of the appended batch. */
export const batchKey = 'duckpond.batch';

/** Key of the text with the columns of the whole series, up to this version: JSON, a list of pairs of name and type. */
export const columnsKey = 'duckpond.columns';

/** Key of the text with the notation of the text files that the series was appended from, up to this version: JSON. */
export const notationKey = 'duckpond.notation';

/** Returns the facts that a footer states. */
export function factsIn(footer: ParquetFooter, attributes: Node['attributes']): VersionFacts {
  const time = footer.timeRange(attributes[timeAttribute] ?? defaultTimeColumn);
  const batch = footer.text(batchKey);
  const isHash = batch !== undefined && /^[0-9a-f]{64}$/.test(batch);
  const { rowCount: rows } = footer;
  return { ...(Number.isSafeInteger(rows) && { rows }), ...(time && { time }), ...(isHash && { batch }) };
}

/** Parses facts as the journal and the cache of versions hold them. Fails `pond-damaged`. */
export function parseFacts(fields: Fields): VersionFacts {
  return {
    ...fields.optional('rows', () => fields.count('rows')),
    ...fields.optional('time', () => {
      const time = fields.fields('time');
      return timeRangeIn(time, time.integer('minUs'), time.integer('maxUs'));
    }),
    ...fields.optional('batch', () => fields.hash('batch')),
  };
}

/** Returns the facts in the row of a version. Fails `pond-damaged` for an impossible range of time. */
export function factsOfRow(
  row: KeyOfRow & Pick<StoredRow, 'minTimeUs' | 'maxTimeUs'>,
  { rows, batch }: RowMetadata,
): VersionFacts {
  const { minTimeUs, maxTimeUs } = row;
  const place = { part: shownRow(row) };
  const time = timeRangeIn(new Fields({ max_time: maxTimeUs }, 'row', place), minTimeUs, maxTimeUs);
  return { ...(rows !== undefined && { rows }), ...(time && { time }), ...(batch !== undefined && { batch }) };
}

/**
 * Returns a range from its ends; undefined without both. Fails `pond-damaged` for one end alone, and when they are
 * swapped.
 */
function timeRangeIn(
  row: Pick<Fields, 'wrong'>,
  minUs: number | undefined,
  maxUs: number | undefined,
): TimeRange | undefined {
  if (minUs === undefined && maxUs === undefined) return undefined;
  if (minUs !== undefined && maxUs !== undefined && minUs <= maxUs) return { minUs, maxUs };
  throw row.wrong('max_time', 'a time that is not before min_time, or neither of them');
}
