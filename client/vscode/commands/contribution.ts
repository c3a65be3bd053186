/** The commands of the palette and the menus; those of the history are next to its view. */
import type * as vscode from 'vscode';
import { registerCommand, type Context } from '../context.ts';
import { appendFiles } from './appendFiles.ts';
import { applyResource } from './applyResource.ts';
import { backUpNow, verifyBackup } from './backups.ts';
import { cancelQuery, newQuery, runQuery } from './queries.ts';
import { cancelRuns, runAllResources, runResources } from './runResources.ts';
import { cancelSearch, findInFiles } from './findInFiles.ts';
import { clonePond } from './clone.ts';
import { commitPond } from './commit.ts';
import { compareQueries } from './compareQueries.ts';
import { deleteResources } from './deleteResources.ts';
import { deriveFromQuery, showQueryHistory } from './keepQuery.ts';
import { discardChanges } from './discard.ts';
import { exportFiles } from './exportFiles.ts';
import { goToFile } from './goToFile.ts';
import { importFiles } from './importFiles.ts';
import { initPond } from './init.ts';
import { mergeRows } from './mergeRows.ts';
import { newResource } from './newResource.ts';
import { openAsTable } from './openAsTable.ts';
import { openDiff } from './openDiff.ts';
import { openMirror } from './openMirror.ts';
import { openOutput, openResource, openRunLog, refreshResources, showGraph } from './openResource.ts';
import { openPond } from './open.ts';
import { openTableDiff } from './openTableDiff.ts';
import { resolveConflicts } from './resolveConflicts.ts';
import { restoreVersion } from './restoreVersion.ts';
import { saveQuery } from './saveQuery.ts';
import { setSchedule } from './setSchedule.ts';
import { showLog } from './showLog.ts';
import { stateFormat } from './stateFormat.ts';
import { restartServer, showServerLog } from './server.ts';

/** Registers the commands. */
export function commands(context: Context): readonly vscode.Disposable[] {
  return [
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
    registerCommand('pond.goToFile', context, goToFile),
    registerCommand('pond.findInFiles', context, findInFiles),
    registerCommand('pond.cancelSearch', context, cancelSearch),
    registerCommand('pond.openAsTable', context, openAsTable),
    registerCommand('pond.newQuery', context, newQuery),
    registerCommand('pond.runQuery', context, runQuery),
    registerCommand('pond.cancelQuery', context, cancelQuery),
    registerCommand('pond.compareQueries', context, compareQueries),
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
    registerCommand('pond.showServerLog', context, showServerLog),
    registerCommand('pond.restartServer', context, restartServer),
  ];
}
