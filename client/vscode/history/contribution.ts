import type * as vscode from 'vscode';
import { commitSelected } from '../commands/commit.ts';
import {
  clearHistoryFilters,
  copyCommitNumber,
  filterHistory,
  openCommit,
  refreshHistory,
  setHistoryRuns,
  showHistory,
  showMoreHistory,
} from '../commands/history.ts';
import {
  compareWithPrevious,
  compareWithSelected,
  compareWithWorking,
  openVersion,
  selectForCompare,
} from '../commands/historyFiles.ts';
import { revertChange } from '../commands/revertChange.ts';
import { deleteTag, tagVersion } from '../commands/tags.ts';
import { undoCommit } from '../commands/undo.ts';
import { type Context, registerCommand } from '../context.ts';

/** Registers the commands on commits and their files. */
export function historyCommands(context: Context): readonly vscode.Disposable[] {
  return [
    registerCommand('pond.showHistory', context, showHistory),
    registerCommand('pond.filterHistory', context, filterHistory),
    registerCommand('pond.clearHistoryFilters', context, clearHistoryFilters),
    registerCommand('pond.hideHistoryRuns', context, setHistoryRuns(false)),
    registerCommand('pond.showHistoryRuns', context, setHistoryRuns(true)),
    registerCommand('pond.showMoreHistory', context, showMoreHistory),
    registerCommand('pond.refreshHistory', context, refreshHistory),
    registerCommand('pond.openCommit', context, openCommit),
    registerCommand('pond.copyCommitNumber', context, copyCommitNumber),
    registerCommand('pond.openVersion', context, openVersion),
    registerCommand('pond.compareWithPrevious', context, compareWithPrevious),
    registerCommand('pond.compareWithWorking', context, compareWithWorking),
    registerCommand('pond.selectForCompare', context, selectForCompare),
    registerCommand('pond.compareWithSelected', context, compareWithSelected),
    registerCommand('pond.tagVersion', context, tagVersion),
    registerCommand('pond.deleteTag', context, deleteTag),
    registerCommand('pond.undoCommit', context, undoCommit),
    registerCommand('pond.commitSelected', context, commitSelected),
    registerCommand('pond.revertChange', context, revertChange),
  ];
}
