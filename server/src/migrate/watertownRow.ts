/** Rows of a Watertown table: each is one version of one node. */
import { fieldsOf, parseJson } from '../base/json.ts';
import { type ParquetRow } from '../parquet/file.ts';
import { type TimeRange } from '../parquet/footer.ts';
import { damagedSource } from './checkedContent.ts';

/** Types of nodes as the rows and the entries of directories name them. */
const nodeTypes = [
  ...['dir:physical', 'dir:dynamic', 'symlink', 'file:physical:version', 'file:dynamic', 'table:physical:version'],
  ...['file:physical:series', 'table:physical:series', 'table:dynamic'],
] as const;

type WatertownType = (typeof nodeTypes)[number];

/** A row without its content, which is read when it is needed. */
export interface WatertownRow {
  readonly pondId: string;
  readonly nodeId: string;
  readonly type: WatertownType;
  readonly timestampUs: number;
  readonly version: number;
  /** Lower-case hex. */
  readonly blake3: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  /** Times of the rows in its content, as the source recorded them. */
  readonly times: TimeRange | undefined;
  readonly factory: string | undefined;
  readonly isSnapshot: boolean;
  readonly txn: number;
  /** Versions that the row stands for, both inclusive: its own, unless others were merged into it. */
  readonly range: { readonly first: number; readonly last: number; readonly isMerged: boolean };
  readonly location: RowLocation;
}

/** Location of a row: a data file, and in it a row group and a row, 0-based. */
interface RowLocation {
  readonly file: string;
  readonly group: number;
  readonly row: number;
}

/** Ids become part of paths. */
export const nodeIdForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Columns of a row that are in its file; those of the partition are in the log. */
export const rowColumns: readonly string[] = [
  ...['node_id', 'file_type', 'timestamp', 'version', 'blake3', 'size', 'min_override', 'max_override'],
  ...['min_event_time', 'max_event_time'],
  ...['extended_attributes', 'factory', 'format', 'txn_seq', 'collapsed_through', 'collapsed_from'],
];

/** Returns a row. Fails `pond-damaged`, naming the first column that is not valid. */
export function watertownRow(row: ParquetRow, pondId: string, location: RowLocation): WatertownRow {
  const wrong = (column: string): never => {
    throw damagedSource(
      location.file,
      `row ${location.row + 1} of row group ${location.group + 1} has no valid ${column}`,
    );
  };
  const whole = (column: string): number => wholeIn(row[column]) ?? wrong(column);
  const text = (column: string): string => textIn(row[column]) ?? wrong(column);
  const type = nodeTypes.find((name) => name === row['file_type']) ?? wrong('file_type');
  const blake3 = textIn(row['blake3']);
  if (blake3 !== undefined && !/^[0-9a-f]{64}$/.test(blake3)) wrong('blake3');
  const version = whole('version');
  const through = wholeIn(row['collapsed_through']);
  return {
    ...{ pondId, type, version, blake3, location },
    nodeId: nodeIdForm.test(text('node_id')) ? text('node_id') : wrong('node_id'),
    timestampUs: whole('timestamp'),
    sizeBytes: wholeIn(row['size']),
    attributes: attributesIn(row),
    times: timesIn(row),
    factory: textIn(row['factory']),
    isSnapshot: text('format') === 'fulldir',
    txn: whole('txn_seq'),
    range:
      through === undefined
        ? { first: version, last: version, isMerged: false }
        : { first: wholeIn(row['collapsed_from']) ?? 0, last: through, isMerged: true },
  };
}

/** The attributes of the source, and bounds of time that a person set. */
function attributesIn(row: ParquetRow): Readonly<Record<string, string>> {
  const stated = fieldsOf(parseJson(Buffer.from(textIn(row['extended_attributes']) ?? '{}')));
  const texts = Object.entries(stated).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const bounds = (['min_override', 'max_override'] as const).flatMap((name) => {
    const value = wholeIn(row[name]);
    return value === undefined ? [] : [[`watertown.${name}`, String(value)] as const];
  });
  return Object.fromEntries([...texts, ...bounds]);
}

function timesIn(row: ParquetRow): TimeRange | undefined {
  const [minUs, maxUs] = [wholeIn(row['min_event_time']), wholeIn(row['max_event_time'])];
  return minUs === undefined || maxUs === undefined ? undefined : { minUs, maxUs };
}

function wholeIn(value: unknown): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
