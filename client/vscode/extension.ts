import * as vscode from 'vscode';
import { type Api } from './api.ts';
import { ChangeDecorations } from './sourceControl/changeDecorations.ts';
import { PondClient } from './client.ts';
import { commands } from './commands/contribution.ts';
import { restartServer } from './commands/server.ts';
import { type Context } from './context.ts';
import { openWorkspacePonds } from './discover.ts';
import { PondFileSystem } from './files/fileSystemProvider.ts';
import { ActiveQuery, queryLanguage } from './queries/activeQuery.ts';
import { ColumnFixes } from './queries/columnFixes.ts';
import { FormatFixes } from './queries/formatFixes.ts';
import { historyCommands } from './history/contribution.ts';
import { HistoryView } from './history/view.ts';
import { PathHover } from './queries/pathHover.ts';
import { completionTriggers, QueryCompletion } from './queries/queryCompletion.ts';
import { OpenPonds } from './ponds.ts';
import { parsePondUri, pondUri, scheme } from './pondUri.ts';
import { resourceDocuments } from './resourceDocuments.ts';
import { MirrorWatcher } from './files/mirrors.ts';
import { QueryDocuments } from './queries/queryDocuments.ts';
import { resourceParts } from './resources/contribution.ts';
import { rowsOf } from './resources/shownRows.ts';
import { SearchView } from './search/view.ts';
import { SourceControls } from './sourceControl/sourceControl.ts';
import { StatusBar } from './statusBar.ts';
import { TableDiffs } from './tables/tableDiffs.ts';
import { draftFolder } from './tables/tableDrafts.ts';
import { TableTabs } from './tables/tableTabs.ts';
import { tableEditor, textTableEditor } from './tables/viewTypes.ts';
import { TableEditors } from './tables/tableEditor.ts';

/** Starts the extension: registers everything before the first await; requests wait until the server is ready. */
export function activate(extension: vscode.ExtensionContext): Api {
  const client = new PondClient(vscode.Uri.joinPath(extension.extensionUri, 'out', 'server.mjs').fsPath);
  const ponds = new OpenPonds(client);
  const tableTabs = new TableTabs(client, ponds);
  const files = new PondFileSystem(client, ponds, tableTabs);
  const sourceControls = new SourceControls(client, ponds);
  const fixes = new FormatFixes();
  const queries = new QueryDocuments(client, ponds, extension, fixes);
  const activeQuery = new ActiveQuery(queries);
  const statusBar = new StatusBar(client, ponds, sourceControls);
  const decorations = new ChangeDecorations(sourceControls, ponds);
  const mirrors = new MirrorWatcher(client, ponds);
  const history = new HistoryView(client, ponds);
  const search = new SearchView(client, ponds);
  const pondOf = (document: vscode.TextDocument): string | undefined => queries.pondOfDocument(document);
  const sql = new QueryCompletion(client, pondOf);
  const resources = resourceParts(client, { ponds, pondOf, sql }, extension);
  const tableDiffs = new TableDiffs(queries.gridHost);
  const context: Context = {
    ...{ client, ponds, sourceControls, queries, activeQuery, tableDiffs, history, search },
    ...resources,
  };
  extension.subscriptions.push(
    vscode.workspace.registerFileSystemProvider(scheme, files, { isCaseSensitive: true }),
    vscode.window.registerFileDecorationProvider(decorations),
    ...[tableEditor, textTableEditor].map((editor) =>
      vscode.window.registerCustomEditorProvider(
        editor,
        new TableEditors(client, queries, draftFolder(extension, editor)),
        { supportsMultipleEditorsPerDocument: true },
      ),
    ),
    activeQuery,
    tableDiffs,
    tableTabs,
    history,
    search,
    ...[...resources.disposables, mirrors, decorations, statusBar, queries, sourceControls, files, ponds, client],
    vscode.languages.registerCodeActionsProvider(queryLanguage, fixes),
    vscode.languages.registerCodeActionsProvider([queryLanguage, ...resourceDocuments], new ColumnFixes()),
    vscode.languages.registerCompletionItemProvider(queryLanguage, sql, ...completionTriggers),
    vscode.languages.registerHoverProvider([queryLanguage, ...resourceDocuments], new PathHover(client, pondOf)),
    ...commands(context),
    ...historyCommands(context),
    // The server learns at its start whether the workspace is trusted.
    vscode.workspace.onDidGrantWorkspaceTrust(() => restartServer(context)),
    vscode.workspace.onDidChangeWorkspaceFolders((event) => followFolders(event, ponds)),
  );
  void client.start().then(() => openWorkspacePonds(ponds));
  return {
    version: 1,
    serverState: () => client.state,
    serverPid: () => client.serverPid,
    ponds: () => ponds.all,
    statusText: () => statusBar.text,
    pondUri,
    request: (name, params) => client.request(name, params),
    grid: () => queries.lastGrid,
    staged: (pond) => sourceControls.status(pond)?.staged.map(({ path, kind }) => ({ path, kind })),
    resources: (pond) => rowsOf(resources.view, { type: 'pond', pond }),
    graph: (pond) => resources.graphs.state(pond),
    isWatched: (uri) => files.isWatched(uri),
    setMessage: (pond, text) => {
      sourceControls.inputBox(pond).value = text;
    },
  };
}

/** Opens the ponds of added folders and closes those of removed folders. */
async function followFolders({ removed }: vscode.WorkspaceFoldersChangeEvent, ponds: OpenPonds): Promise<void> {
  for (const { uri } of removed) {
    const pond = parsePondUri(uri)?.pond;
    if (pond !== undefined) await ponds.close(pond);
  }
  await openWorkspacePonds(ponds);
}
