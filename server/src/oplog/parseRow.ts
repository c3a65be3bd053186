/** Parses rows of data files and their content into types; the files are untrusted. */
import { Fields, type Json, type LogPosition, parseObject } from '../delta/fields.ts';
import { type RowMetadata, rowTypes, type StoredRow } from './rows.ts';

/**
 * Parses a Parquet row with times in microseconds into a row of the op log. Fails `pond-damaged`, with file and row,
 * when a column is missing, of another type or out of range.
 */
export function parseRow(row: Json, place: LogPosition): StoredRow {
  const fields = new Fields(row, 'row', place);
  const time = (name: string): number | undefined => (fields.has(name) ? fields.integer(name) : undefined);
  return {
    partId: fields.text('part_id'),
    nodeId: fields.text('node_id'),
    timestampUs: fields.integer('timestamp'),
    version: fields.count('version'),
    fileType: fields.oneOf('file_type', rowTypes),
    metadata: fields.text('metadata'),
    sizeBytes: fields.count('size'),
    sha256: fields.hash('sha256'),
    minTimeUs: time('min_time'),
    maxTimeUs: time('max_time'),
    txn: fields.commitNumber('txn'),
    content: fields.has('content') ? fields.bytes('content') : undefined,
  };
}

/** Members of a row that describe it to people. */
export type KeyOfRow = Pick<StoredRow, 'fileType' | 'version' | 'txn'>;

/** A row in messages: a row knows no path. */
export const shownRow = ({ fileType, version, txn }: KeyOfRow): string =>
  `version ${version} of a ${fileType} in commit ${txn}`;

/**
 * Returns the content of a row's metadata. Fails `pond-damaged` when it is not a JSON object, or a member has the wrong
 * type.
 */
export function metadataOf(row: KeyOfRow & Pick<StoredRow, 'metadata'>): RowMetadata {
  const place = { part: shownRow(row) };
  return parseMetadata(new Fields(parseObject(row.metadata, 'metadata', place), 'metadata', place));
}

function parseMetadata(fields: Fields): RowMetadata {
  const flag = (name: string): true | undefined => (fields.flag(name) ? true : undefined);
  return {
    ...fields.optional('attributes', () => fields.texts('attributes')),
    ...fields.optional('previous', () => {
      const previous = fields.fields('previous');
      return { txn: previous.commitNumber('txn'), partId: previous.text('partId') };
    }),
    ...fields.optional('seriesHash', () => fields.hash('seriesHash')),
    ...fields.optional('rows', () => fields.count('rows')),
    ...fields.optional('batch', () => fields.hash('batch')),
    ...fields.optional('fork', () => flag('fork')),
    ...fields.optional('deleted', () => flag('deleted')),
    ...fields.optional('name', () => fields.text('name')),
    ...fields.optional('commit', () => fields.fields('commit').object),
  };
}
