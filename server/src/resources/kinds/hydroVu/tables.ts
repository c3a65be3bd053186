/** The tables in the directory of a HydroVu resource, each rewritten when its content changes. */
import { sha256Of } from '../../../base/sha256.ts';
import { PondError } from '../../../base/error.ts';
import { joinPath } from '../../../tinyfs/path.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { byId, type ColumnPart, type ColumnParts, columnParts, partsOfNames } from './columnParts.ts';
import { type Overlap } from './overlap.ts';
import { type TableColumn, tableBytes } from './parquet.ts';
import { type FriendlyNames, type Location } from './shapes.ts';
import { type Device } from './credentials.ts';
import { tableRows } from '../../series/tableRows.ts';

/** Extent of the stored readings of a location. Times are seconds since 1970 UTC. */
export interface Progress {
  readonly minTime: number;
  /** Time of the last stored reading; the next run asks for those after it, and again for those of the overlap. */
  readonly maxTime: number;
  /** Time when the last readings were stored. */
  readonly recordTime: number;
  /** Number of stored values. */
  readonly pointCount: number;
  /** Undefined in a table of a version that did not ask for readings again. */
  readonly overlap: Overlap | undefined;
}

/** A device visible to the account. */
export interface KnownDevice {
  readonly device: Device;
  readonly location: Location;
}

const progressName = 'temporal';
const progressColumns = [
  'location_id',
  'min_time',
  'max_time',
  'record_time',
  'num_points',
  'overlap_from',
  'overlap_sum',
];

const partsName = 'columns';

/**
 * Writes the service's names of its parameters, units and the locations of the devices. Returns them as parts of the names
 * of columns, which it keeps.
 */
export async function writeNames(
  home: WorkingDirectory,
  names: FriendlyNames,
  known: readonly KnownDevice[],
): Promise<ColumnParts> {
  const parts = columnParts(names, await readParts(home));
  await writeParts(home, parts.given);
  await writeTable(home, 'units', indexColumns(names.units));
  await writeTable(home, 'params', indexColumns(names.parameters));
  const degrees = (name: 'latitude' | 'longitude'): TableColumn => ({
    name,
    type: 'DOUBLE',
    data: known.map(({ location }) => location[name] ?? null),
  });
  await writeTable(home, 'locations', [
    { name: 'description', type: 'STRING', data: known.map(({ location }) => location.description) },
    { name: 'id', type: 'INT64', data: known.map(({ device }) => BigInt(device.id)) },
    { name: 'name', type: 'STRING', data: known.map(({ device }) => device.name) },
    { name: 'scope', type: 'STRING', data: known.map(({ device }) => device.scope) },
    degrees('latitude'),
    degrees('longitude'),
  ]);
  return parts;
}

/** Returns the parts of earlier runs; those that the names of an earlier version became where none are kept. */
async function readParts(home: WorkingDirectory): Promise<readonly ColumnPart[]> {
  const kept = await readTable(home, partsName, ['of', 'id', 'name', 'part'], (row) => ({
    of: text(row, 'of') === 'units' ? ('units' as const) : ('parameters' as const),
    id: text(row, 'id'),
    name: text(row, 'name'),
    part: text(row, 'part'),
  }));
  if (kept !== undefined) return kept;
  const stored = async (name: string): Promise<ReadonlyMap<string, string>> =>
    new Map(
      await readTable(home, name, ['index', 'value'], (row) => [text(row, 'index'), text(row, 'value')] as const),
    );
  return partsOfNames({ parameters: await stored('params'), units: await stored('units') });
}

async function writeParts(home: WorkingDirectory, parts: readonly ColumnPart[]): Promise<void> {
  const column = (name: keyof ColumnPart): TableColumn => ({
    name,
    type: 'STRING',
    data: parts.map((part) => part[name]),
  });
  await writeTable(home, partsName, [column('of'), column('id'), column('name'), column('part')]);
}

/** Returns the progress by location id, for all locations that ever had readings, in the document or not. */
export async function readProgress(home: WorkingDirectory): Promise<Map<string, Progress>> {
  const progress = await readTable(
    home,
    progressName,
    progressColumns,
    (row) => [String(wholeNumber(row, 'location_id')), progressOf(row)] as const,
  );
  return new Map(progress);
}

/** Returns what the rows of a table say; undefined without the table. Fails `invalid-content` for another one. */
async function readTable<T>(
  home: WorkingDirectory,
  name: string,
  columns: readonly string[],
  parse: (row: Readonly<Record<string, unknown>>) => T,
): Promise<readonly T[] | undefined> {
  try {
    return (await tableRows(home, name, columns))?.map(parse);
  } catch (cause) {
    const path = joinPath(home.path, name);
    throw new PondError('invalid-content', `${path} is not the table that runs left there`, {
      path,
      hint: 'Restore it from a commit before it was changed.',
      cause,
    });
  }
}

/** Writes the progress, one row per location. */
export async function writeProgress(home: WorkingDirectory, progress: ReadonlyMap<string, Progress>): Promise<void> {
  if (progress.size === 0) return;
  const rows = [...progress].sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  const columnOf = (name: string, value: (progress: Progress) => bigint | null): TableColumn => ({
    name,
    type: 'INT64',
    data: rows.map(([, progress]) => value(progress)),
  });
  const column = (name: string, value: (progress: Progress) => number): TableColumn =>
    columnOf(name, (progress) => BigInt(value(progress)));
  await writeTable(home, progressName, [
    { name: 'location_id', type: 'INT64', data: rows.map(([id]) => BigInt(id)) },
    column('min_time', ({ minTime }) => minTime),
    column('max_time', ({ maxTime }) => maxTime),
    column('record_time', ({ recordTime }) => recordTime),
    column('num_points', ({ pointCount }) => pointCount),
    columnOf('overlap_from', ({ overlap }) => (overlap === undefined ? null : BigInt(overlap.from))),
    columnOf('overlap_sum', ({ overlap }) => (overlap?.sum === undefined ? null : BigInt.asIntN(64, overlap.sum))),
  ]);
}

function indexColumns(names: ReadonlyMap<string, string>): readonly TableColumn[] {
  const sorted = [...names].sort(byId);
  return [
    { name: 'index', type: 'STRING', data: sorted.map(([id]) => id) },
    { name: 'value', type: 'STRING', data: sorted.map(([, name]) => name) },
  ];
}

async function writeTable(home: WorkingDirectory, name: string, columns: readonly TableColumn[]): Promise<void> {
  const bytes = tableBytes(columns);
  const current = await home.get(name);
  if (current?.node.sha256 === sha256Of(bytes)) return;
  await home.writeFile(name, bytes, { type: 'table' });
}

function progressOf(row: Readonly<Record<string, unknown>>): Progress {
  const seconds = (name: string): number => Number(wholeNumber(row, name));
  return {
    minTime: seconds('min_time'),
    maxTime: seconds('max_time'),
    recordTime: seconds('record_time'),
    pointCount: seconds('num_points'),
    overlap: overlapOf(row),
  };
}

function overlapOf({ overlap_from: from, overlap_sum: sum }: Readonly<Record<string, unknown>>): Overlap | undefined {
  if (typeof from !== 'bigint') return undefined;
  return { from: Number(from), sum: typeof sum === 'bigint' ? BigInt.asUintN(64, sum) : undefined };
}

function text(row: Readonly<Record<string, unknown>>, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new TypeError(`${name} is not a text`);
  return value;
}

function wholeNumber(row: Readonly<Record<string, unknown>>, name: string): bigint {
  const value = row[name];
  if (typeof value !== 'bigint') throw new TypeError(`${name} is not a BIGINT`);
  return value;
}
