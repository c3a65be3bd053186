import { type ChangeInfo, type CommitInfo, type LogFilters } from '../../../server/src/protocol/commands.ts';

/** Filters of the History view, for one pond. */
export interface HistoryFilters extends LogFilters {
  readonly path?: string;
}

/** A row of the History view. */
export type HistoryNode =
  | { readonly type: 'pond'; readonly pond: string }
  | { readonly type: 'filters'; readonly pond: string; readonly filters: HistoryFilters }
  | CommitNode
  | FileNode
  | { readonly type: 'more'; readonly pond: string; readonly text: string }
  | { readonly type: 'note'; readonly pond: string; readonly text: string; readonly isFailure: boolean };

/** A commit. */
export interface CommitNode {
  readonly type: 'commit';
  readonly pond: string;
  readonly commit: CommitInfo;
}

/** A path that a commit changed. */
export interface FileNode {
  readonly type: 'file';
  readonly pond: string;
  readonly commit: CommitInfo;
  readonly change: ChangeInfo;
}

/** Id of a row, stable when the commits are loaded again. */
export function nodeId(node: HistoryNode): string {
  switch (node.type) {
    case 'commit':
      return `${node.pond} ${node.commit.number}`;
    case 'file':
      return `${node.pond} ${node.commit.number} ${node.change.kind} ${node.change.path}`;
    case 'note':
      return `${node.pond} note ${node.text}`;
    default:
      return `${node.pond} ${node.type}`;
  }
}

/** Returns the filters as a text; '' without any. */
export function filtersText({ path, author, message, since, until, noRuns }: HistoryFilters): string {
  const parts = [
    path,
    author === undefined ? undefined : `author “${author}”`,
    message === undefined ? undefined : `message “${message}”`,
    since === undefined ? undefined : `since ${since}`,
    until === undefined ? undefined : `until ${until}`,
    noRuns === true ? 'without runs' : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
