import { createLineMap } from '../base/lineMap.ts';
import { type ErrorDetails, PondError } from '../base/error.ts';
import { didYouMean } from '../base/suggest.ts';
import { joinSql, literalList, sql as sqlOf, type SqlText } from '../duckdb/sql.ts';
import { type EntryRow, type HistorySources, type NodeRow } from '../pond/historyRows.ts';
import { type Commit } from '../pond/commitRecord.ts';
import { type Pond } from '../pond/types.ts';
import { type TableReference } from '../sandbox/pondNames.ts';
import { batchesOf, type History, view } from '../sandbox/historyTable.ts';
import { type PlainValue } from '../sandbox/plainValue.ts';
import { type TableSpec } from '../sandbox/sources.ts';

/** Returns a table of the schema `pond`, up to a version. Its rows are read only with the batches. */
type HistoryMaker = (pond: Pond, at: string | undefined) => Promise<History>;

/** Tables of the schema `pond`, by name. */
export type HistoryTables = Readonly<Record<string, HistoryMaker>>;

/** The tables of a pond itself: pond.commits, pond.nodes and pond.entries. */
export const pondTables: HistoryTables = { commits: commitsHistory, nodes: nodesHistory, entries: entriesHistory };

/**
 * The tables of the schema `pond` that the references need, up to a version. Fails `query-invalid` for a name that is
 * not among them, and `version-not-found`.
 */
export async function historyFor(
  tables: HistoryTables,
  pond: Pond,
  references: readonly TableReference[],
  { sql, at }: { readonly sql: string; readonly at: string | undefined },
): Promise<History> {
  const names = Object.keys(tables);
  const wanted = new Set(references.flatMap((reference) => nameOf(names, reference, sql)));
  const parts = await Promise.all(
    Object.entries(tables).flatMap(([name, make]) => (wanted.has(name) ? [make(pond, at)] : [])),
  );
  return {
    views: parts.flatMap((part) => part.views),
    tables: parts.flatMap((part) => part.tables),
    files: [...new Set(parts.flatMap((part) => part.files))],
  };
}

function nameOf(names: readonly string[], { name, index, certain }: TableReference, sql: string): readonly string[] {
  const known = names.find((candidate) => candidate === name.toLowerCase());
  if (known !== undefined) return [known];
  if (!certain) return [];
  const hint =
    didYouMean(name, names)?.replace('"', '"pond.') ?? `The tables of the history: pond.${names.join(', pond.')}.`;
  const details: ErrorDetails =
    index === undefined ? { hint } : { hint, position: createLineMap(sql).positionAt(index) };
  throw new PondError('query-invalid', `there is no table pond.${name}`, details);
}

const commitsTable: TableSpec = {
  name: 'commits',
  columns: [
    ['number', 'BIGINT'],
    ['id', 'VARCHAR'],
    ['parent', 'BIGINT'],
    ['time_us', 'BIGINT'],
    ['author', 'VARCHAR'],
    ['message', 'VARCHAR'],
    ['operation', 'VARCHAR'],
    ['root_hash', 'VARCHAR'],
    ['added', 'BIGINT'],
    ['modified', 'BIGINT'],
    ['removed', 'BIGINT'],
    ['renamed', 'BIGINT'],
    ['bytes', 'BIGINT'],
  ],
};

const commitsSql = sqlOf`SELECT number, id, parent, make_timestamptz(time_us) AS time, author, message, operation, root_hash,
  added, modified, removed, renamed, bytes FROM pond.commits_rows`;

async function commitsHistory(pond: Pond, at: string | undefined): Promise<History> {
  const last = at === undefined ? Infinity : (await pond.resolve(at)).number;
  const spec = { ...commitsTable, name: 'commits_rows' };
  return {
    tables: [{ spec, batches: () => batchesOf(commitRows(pond, last), spec) }],
    views: [view('commits', commitsSql)],
    files: [],
  };
}

async function* commitRows(pond: Pond, last: number): AsyncIterable<readonly PlainValue[]> {
  for await (const commit of pond.log()) if (commit.number <= last) yield commitRow(commit);
}

function commitRow({ number, id, parent, timeUs, author, message, operation, rootHash, counts }: Commit) {
  const { added, modified, removed, renamed, bytes } = counts;
  return [
    BigInt(number),
    id,
    parent === undefined ? null : BigInt(parent),
    BigInt(timeUs),
    author,
    message,
    operation,
    rootHash,
    BigInt(added),
    BigInt(modified),
    BigInt(removed),
    BigInt(renamed),
    BigInt(bytes),
  ];
}

const nodesTable: TableSpec = {
  name: 'nodes_pending',
  columns: [
    ['part_id', 'VARCHAR'],
    ['node_id', 'VARCHAR'],
    ['time_us', 'BIGINT'],
    ['version', 'BIGINT'],
    ['file_type', 'VARCHAR'],
    ['metadata', 'VARCHAR'],
    ['size', 'BIGINT'],
    ['sha256', 'VARCHAR'],
  ],
};

async function nodesHistory(pond: Pond, at: string | undefined): Promise<History> {
  const { files, rewritten, pendingNodes } = await pond.history(at);
  const last = at === undefined ? undefined : (await pond.resolve(at)).number;
  return {
    tables: [{ spec: nodesTable, batches: () => batchesOf(pendingNodes.map(nodeRow), nodesTable) }],
    views: [view('nodes', nodesSql(files, rewritten, last))],
    files: [...files, ...(rewritten?.files ?? [])],
  };
}

/** SQL for the committed rows in the op log's files, up to commit `last`, and for the staged rows. */
function nodesSql(files: readonly string[], rewritten: HistorySources['rewritten'], last: number | undefined): SqlText {
  const parts = [
    ...(files.length === 0 ? [] : [committedSql(files, last === undefined ? [] : [sqlOf`txn <= ${last}`])]),
    ...(rewritten === undefined ? [] : [rewrittenSql(rewritten)]),
    sqlOf`SELECT part_id, node_id, make_timestamptz(time_us) AS timestamp, version, file_type, metadata, size, sha256,
      NULL AS txn, true AS pending FROM pond.nodes_pending`,
  ];
  return joinSql(parts, sqlOf` UNION ALL `);
}

function rewrittenSql({ files, commits, mayRepeat }: NonNullable<HistorySources['rewritten']>): SqlText {
  const ofCommits = commits.map(({ from, to }) => sqlOf`txn BETWEEN ${from} AND ${to}`);
  const rows = sqlOf`${committedSql(files, ofCommits)} AND ${isOurs}`;
  return mayRepeat ? sqlOf`SELECT DISTINCT * FROM (${rows})` : rows;
}

/** Rows of op-log files that meet any of the conditions. */
function committedSql(files: readonly string[], conditions: readonly SqlText[]): SqlText {
  const where = conditions.length === 0 ? sqlOf`` : sqlOf` WHERE (${joinSql(conditions, sqlOf` OR `)})`;
  return sqlOf`SELECT part_id, node_id, timestamp, version, file_type, metadata, size, sha256, txn, false AS pending
    FROM read_parquet(${literalList(files)}, union_by_name = true)${where}`;
}

/** Distinguishes our rows from those that another engine appended. */
const isOurs = sqlOf`file_type IN ('directory', 'file', 'table', 'series', 'symlink', 'page', 'commit')`;

function nodeRow({ partId, nodeId, timestampUs, version, fileType, metadata, sizeBytes, sha256 }: NodeRow) {
  return [partId, nodeId, BigInt(timestampUs), BigInt(version), fileType, metadata, BigInt(sizeBytes), sha256];
}

const entriesTable: TableSpec = {
  name: 'entries',
  columns: [
    ['directory_id', 'VARCHAR'],
    ['name', 'VARCHAR'],
    ['node_id', 'VARCHAR'],
    ['file_type', 'VARCHAR'],
    ['version', 'BIGINT'],
    ['txn', 'BIGINT'],
    ['pending', 'BOOLEAN'],
  ],
};

async function entriesHistory(pond: Pond, at: string | undefined): Promise<History> {
  const sources = await pond.history(at);
  async function* rows(): AsyncIterable<readonly PlainValue[]> {
    for await (const entry of sources.entries()) yield entryRow(entry, false);
    for (const entry of sources.pendingEntries) yield entryRow(entry, true);
  }
  return { tables: [{ spec: entriesTable, batches: () => batchesOf(rows(), entriesTable) }], views: [], files: [] };
}

function entryRow({ directoryId, name, nodeId, fileType, version, txn }: EntryRow, pending: boolean) {
  return [directoryId, name, nodeId, fileType, BigInt(version), txn === undefined ? null : BigInt(txn), pending];
}
