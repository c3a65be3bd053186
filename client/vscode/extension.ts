import * as vscode from 'vscode';
import { type Api } from './api.ts';
import { ChangeDecorations } from './changeDecorations.ts';
import { PondClient } from './client.ts';
import { applyResource } from './commands/applyResource.ts';
import { commitPond } from './commands/commit.ts';
import { deleteResources } from './commands/deleteResources.ts';
import { discardChanges } from './commands/discard.ts';
import { exportFiles } from './commands/exportFiles.ts';
import { appendFiles } from './commands/appendFiles.ts';
import { importFiles } from './commands/importFiles.ts';
import { backUpNow, verifyBackup } from './commands/backups.ts';
import { clonePond } from './commands/clone.ts';
import { cancelSearch, findInFiles } from './commands/findInFiles.ts';
import { goToFile } from './commands/goToFile.ts';
import { initPond } from './commands/init.ts';
import { mergeRows } from './commands/mergeRows.ts';
import { resolveConflicts } from './commands/resolveConflicts.ts';
import { newResource } from './commands/newResource.ts';
import { openMirror } from './commands/openMirror.ts';
import { openPond } from './commands/open.ts';
import { openAsTable } from './commands/openAsTable.ts';
import { openDiff } from './commands/openDiff.ts';
import { openTableDiff } from './commands/openTableDiff.ts';
import { openOutput, openResource, openRunLog, refreshResources, showGraph } from './commands/openResource.ts';
import { deriveFromQuery, showQueryHistory } from './commands/keepQuery.ts';
import { cancelQuery, newQuery, runQuery } from './commands/queries.ts';
import { restoreVersion } from './commands/restoreVersion.ts';
import { cancelRuns, runAllResources, runResources } from './commands/runResources.ts';
import { saveQuery } from './commands/saveQuery.ts';
import { setSchedule } from './commands/setSchedule.ts';
import { showLog } from './commands/showLog.ts';
import { stateFormat } from './commands/stateFormat.ts';
import { registerCommand, type Context } from './context.ts';
import { openWorkspacePonds } from './discover.ts';
import { PondFileSystem } from './fileSystemProvider.ts';
import { FormatFixes } from './formatFixes.ts';
import { historyCommands } from './history/contribution.ts';
import { HistoryView } from './history/view.ts';
import { PathHover } from './pathHover.ts';
import { OpenPonds } from './ponds.ts';
import { parsePondUri, pondUri, scheme } from './pondUri.ts';
import { MirrorWatcher } from './mirrors.ts';
import { queryLanguage, QueryDocuments } from './queryDocuments.ts';
import { resourceParts } from './resources/contribution.ts';
import { rowsOf } from './resources/shownRows.ts';
import { SearchView } from './search/view.ts';
import { SourceControls } from './sourceControl.ts';
import { StatusBar } from './statusBar.ts';
import { TableDiffs } from './tableDiffs.ts';
import { tableEditor, TableEditors, textTableEditor } from './tableEditor.ts';

/** Starts the extension: registers everything before the first await; requests wait until the server is ready. */
export function activate(extension: vscode.ExtensionContext): Api {
  const client = new PondClient(vscode.Uri.joinPath(extension.extensionUri, 'out', 'server.mjs').fsPath);
  const ponds = new OpenPonds(client);
  const files = new PondFileSystem(client, ponds);
  const sourceControls = new SourceControls(client, ponds);
  const fixes = new FormatFixes();
  const queries = new QueryDocuments(client, ponds, extension, fixes);
  const statusBar = new StatusBar(client, ponds, sourceControls);
  const decorations = new ChangeDecorations(sourceControls, ponds);
  const mirrors = new MirrorWatcher(client, ponds);
  const history = new HistoryView(client, ponds);
  const search = new SearchView(client);
  const resources = resourceParts(client, ponds, extension);
  const tableDiffs = new TableDiffs(queries.gridHost);
  const context: Context = { client, ponds, sourceControls, queries, tableDiffs, history, search, ...resources };
  extension.subscriptions.push(
    vscode.workspace.registerFileSystemProvider(scheme, files, { isCaseSensitive: true }),
    vscode.window.registerFileDecorationProvider(decorations),
    ...[tableEditor, textTableEditor].map((editor) =>
      vscode.window.registerCustomEditorProvider(editor, new TableEditors(client, queries), {
        supportsMultipleEditorsPerDocument: true,
      }),
    ),
    tableDiffs,
    history,
    search,
    ...[...resources.disposables, mirrors, decorations, statusBar, queries, sourceControls, files, ponds, client],
    vscode.languages.registerCodeActionsProvider(queryLanguage, fixes),
    vscode.languages.registerHoverProvider(
      [queryLanguage, { language: 'yaml', scheme }],
      new PathHover(client, (document) => queries.pondOfDocument(document)),
    ),
    registerCommand('pond.init', context, initPond),
    registerCommand('pond.clone', context, clonePond),
    registerCommand('pond.open', context, openPond),
    registerCommand('pond.append', context, appendFiles),
    registerCommand('pond.import', context, importFiles),
    registerCommand('pond.export', context, exportFiles),
    registerCommand('pond.commit', context, commitPond),
    registerCommand('pond.discard', context, discardChanges),
    registerCommand('pond.keepStaged', context, resolveConflicts),
    registerCommand('pond.mergeRows', context, mergeRows),
    registerCommand('pond.openDiff', context, openDiff),
    registerCommand('pond.openTableDiff', context, openTableDiff),
    registerCommand('pond.showLog', context, showLog),
    registerCommand('pond.stateFormat', context, stateFormat),
    registerCommand('pond.restoreVersion', context, restoreVersion),
    ...historyCommands(context),
    registerCommand('pond.goToFile', context, goToFile),
    registerCommand('pond.findInFiles', context, findInFiles),
    registerCommand('pond.cancelSearch', context, cancelSearch),
    registerCommand('pond.openAsTable', context, openAsTable),
    registerCommand('pond.newQuery', context, newQuery),
    registerCommand('pond.runQuery', context, runQuery),
    registerCommand('pond.cancelQuery', context, cancelQuery),
    registerCommand('pond.saveQuery', context, saveQuery),
    registerCommand('pond.queryHistory', context, showQueryHistory),
    registerCommand('pond.deriveFromQuery', context, deriveFromQuery),
    registerCommand('pond.applyResource', context, applyResource),
    registerCommand('pond.newResource', context, newResource),
    registerCommand('pond.runResource', context, runResources),
    registerCommand('pond.runAllResources', context, runAllResources),
    registerCommand('pond.setSchedule', context, setSchedule),
    registerCommand('pond.cancelRun', context, cancelRuns),
    registerCommand('pond.openRunLog', context, openRunLog),
    registerCommand('pond.openOutput', context, openOutput),
    registerCommand('pond.openResource', context, openResource),
    registerCommand('pond.deleteResource', context, deleteResources),
    registerCommand('pond.showGraph', context, showGraph),
    registerCommand('pond.refreshResources', context, refreshResources),
    registerCommand('pond.backUp', context, backUpNow),
    registerCommand('pond.verifyBackup', context, verifyBackup),
    registerCommand('pond.openMirror', context, openMirror),
    registerCommand('pond.showServerLog', context, async () => client.log.show()),
    registerCommand('pond.restartServer', context, async () => restart(client, ponds)),
    // The server learns at its start whether the workspace is trusted.
    vscode.workspace.onDidGrantWorkspaceTrust(() => restart(client, ponds)),
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

async function restart(client: PondClient, ponds: OpenPonds): Promise<void> {
  await client.restart();
  await openWorkspacePonds(ponds);
}
