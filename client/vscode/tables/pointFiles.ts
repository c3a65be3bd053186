import type * as vscode from 'vscode';
import { type Params, type Result, type TableSource, type TableView } from '../../../server/src/protocol/commands.ts';
import { type PlainTableQuery } from '../webviews/grid/messages.ts';
import { wholeView } from '../../../server/src/protocol/tableViews.ts';
import { releaseTable } from './releaseTable.ts';

type Name = 'tableSql' | 'openTable' | 'tableRows' | 'release' | 'tableOrigins';

/** Sends requests to the server. */
interface Requester {
  request<N extends Name>(name: N, params: Params<N>, token?: vscode.CancellationToken): Promise<Result<N>>;
}

/** Maximum number of files that are listed. */
const filesMax = 20;

/**
 * Returns the files that some rows of a query over several files are from, which the server describes; undefined where
 * the query does not say: one that neither keeps all columns nor has `filename`.
 */
export async function filesOfRows(
  client: Requester,
  { query, source, view }: { readonly query: PlainTableQuery; readonly source: TableSource; readonly view: TableView },
  token?: vscode.CancellationToken,
): Promise<Result<'tableOrigins'>['files'] | undefined> {
  const { pond } = query;
  const version = query.at === undefined ? {} : { at: query.at };
  const own = 'sql' in query ? { source, sql: query.sql } : { source: { path: query.path, ...version } };
  try {
    const { sql } = await client.request('tableSql', { pond, view, ...own }, token);
    // A query that names the column has it in the tables that it reads, also where it selects all of their columns.
    const files = `SELECT DISTINCT filename FROM (\n${sql}\n) AS rows ORDER BY filename LIMIT ${filesMax + 1}`;
    const paths = await textsOf(client, { pond, ...version, table: { sql: files } }, token);
    if (paths.length === 0 || paths.length > filesMax) return undefined;
    const described: Result<'tableOrigins'>['files'][number][] = [];
    for (const path of paths)
      described.push(
        ...(await client.request('tableOrigins', { pond, ...version, table: { path } }, token)).files.slice(0, 1),
      );
    return described.every(({ path }) => paths.includes(path)) ? described : undefined;
  } catch (error) {
    if (token?.isCancellationRequested === true) throw error;
    return undefined;
  }
}

/** Values of the only column of a query with few rows. */
async function textsOf(
  client: Requester,
  params: Params<'openTable'>,
  token: vscode.CancellationToken | undefined,
): Promise<readonly string[]> {
  const { pond } = params;
  const { source } = await client.request('openTable', params, token);
  try {
    const { columns } = await client.request(
      'tableRows',
      { pond, source, view: wholeView, start: 0, count: filesMax + 1 },
      token,
    );
    return (columns[0] ?? []).filter((text) => text !== null);
  } finally {
    await releaseTable(client, pond, source);
  }
}
