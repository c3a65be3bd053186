import * as vscode from 'vscode';
import { type ComparedTable, type TableDiffInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { openParams } from './gridTable.ts';
import { parsePondUri, pondUri } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { type DiffQuery, type FromGridPage, type GridState, type TableQuery } from '../webviews/grid/messages.ts';
import { releaseTable } from './releaseTable.ts';

/** Two files of a pond, each at a version; undefined for the working tree. */
export interface ComparedFiles {
  readonly pond: string;
  readonly before: { readonly path: string; readonly at: string | undefined };
  readonly after: { readonly path: string; readonly at: string | undefined };
}

/** Content of the page of a table: its columns and, for two tables that are compared, their differences. */
type OpenedTable = Pick<Extract<GridState, { type: 'result' }>, 'info' | 'diff'>;

/** Opens the table of a page, or the differences of two. Throws the server's error. */
export async function openTable(
  client: PondClient,
  query: TableQuery,
  token: vscode.CancellationToken,
): Promise<OpenedTable> {
  if (!('diff' in query)) return { info: await client.request('openTable', openParams(query), token) };
  const { before, after, key, all } = query.diff;
  const params = { pond: query.pond, before, after, ...(key && { key }), ...(all === true && { all }) };
  const diff = await client.request('openTableDiff', params, token);
  return { info: diff, diff };
}

/** Comparison of two files, with their names; rows are matched by the key that is found. */
export function diffQuery({ before, after }: Omit<ComparedFiles, 'pond'>): DiffQuery {
  const side = ({ path, at }: ComparedFiles['before']): { path: string; at?: string } => ({
    path,
    ...(at !== undefined && { at }),
  });
  const name = ({ path, at }: ComparedFiles['before']): string => {
    const version = at ?? 'working tree';
    return before.path === after.path ? version : `${path.split('/').at(-1) ?? path} (${version})`;
  };
  return {
    ...{ before: side(before), after: side(after), beforeName: name(before), afterName: name(after) },
    ...(hasText(before.path) && hasText(after.path) && { hasText: true }),
  };
}

/** Does what a button of a page of differences asks for; returns the query to run instead, undefined for none. */
export async function diffAction(
  client: PondClient,
  { query, diff }: Pick<GridState, 'query'> & { readonly diff?: OpenedTable['diff'] },
  { action }: Extract<FromGridPage, { type: 'diff' }>,
): Promise<TableQuery | undefined> {
  if (!('diff' in query)) return undefined;
  const compared = query.diff;
  const { key } = diff ?? compared;
  switch (action) {
    case 'toggleAll':
      return { ...query, diff: { ...compared, all: compared.all !== true, ...(key && { key }) } };
    case 'showText': {
      const [left, right] = [compared.before, compared.after].map((side) => 'path' in side && side);
      if (!left || !right) return undefined;
      const name = left.path.split('/').at(-1) ?? left.path;
      const title = `${name} (${compared.beforeName} ↔ ${compared.afterName})`;
      const uris = [left, right].map(({ path, at }) => pondUri(query.pond, path, at));
      await vscode.commands.executeCommand('vscode.diff', ...uris, title);
      return undefined;
    }
    case 'pickKey': {
      const picked = await pickKey(diff ? sharedIn(diff) : await sharedColumns(client, query.pond, compared), key);
      return picked && { ...query, diff: { ...compared, key: picked } };
    }
  }
}

function sharedIn({ diffColumns }: TableDiffInfo): readonly string[] {
  return diffColumns.flatMap(({ name, before, after }) => (before === null || after === null ? [] : [name]));
}

/** The columns of both tables; for two that could not be compared. */
async function sharedColumns(
  client: PondClient,
  pond: string,
  { before, after }: DiffQuery,
): Promise<readonly string[]> {
  const columnsOf = async (side: ComparedTable): Promise<readonly string[]> => {
    const { source, columns } = await client.request('openTable', openParams({ pond, ...side }));
    await releaseTable(client, pond, source);
    return columns.map(({ name }) => name);
  };
  const [left, right] = [await columnsOf(before), await columnsOf(after)];
  const known = new Set(right.map((name) => name.toLowerCase()));
  return left.filter((name) => known.has(name.toLowerCase()));
}

async function pickKey(
  columns: readonly string[],
  key: readonly string[] | undefined,
): Promise<readonly string[] | undefined> {
  const isInKey = (label: string): boolean => key?.some((name) => name.toLowerCase() === label.toLowerCase()) === true;
  const items = columns.map((label) => ({ label, picked: isInKey(label) }));
  const placeholder = 'Columns that identify a row; none to compare whole rows';
  const picked = await QuickSteps.ask((steps) => steps.chooseMany(items, { placeholder }));
  return picked?.map(({ label }) => label);
}

const textExtension = /\.(csv|tsv|ndjson|jsonl)$/i;
const tableExtension = /\.(parquet|arrow|arrows|feather|ipc|xlsx)$|\.(csv|tsv|txt|json|ndjson|jsonl)\.(gz|zst)$/i;

/** True for a file of text that is compared by its rows unless the user prefers its lines. */
function hasText(path: string): boolean {
  return textExtension.test(path);
}

/** True for a file that is compared by its rows: by its type, or by its name and the settings. */
export function isComparedByRows(path: string, type: string): boolean {
  if (!vscode.workspace.isTrusted) return false;
  if (type === 'series' || type === 'table' || tableExtension.test(path)) return true;
  return hasText(path) && vscode.workspace.getConfiguration('pond').get<string>('diff.textTables') !== 'text';
}

/** The two files of a tab with a text diff; undefined for any other tab. */
export function comparedInTab(tab: vscode.Tab | undefined): ComparedFiles | undefined {
  if (!(tab?.input instanceof vscode.TabInputTextDiff)) return undefined;
  return comparedFiles(tab.input.original, tab.input.modified);
}

/** Two files of one pond; undefined for any others. */
export function comparedFiles(before: vscode.Uri, after: vscode.Uri): ComparedFiles | undefined {
  const [left, right] = [parsePondUri(before), parsePondUri(after)];
  if (left === undefined || right === undefined || left.pond !== right.pond) return undefined;
  return { pond: left.pond, before: left, after: right };
}
