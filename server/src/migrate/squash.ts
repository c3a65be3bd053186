import { type SourceChange, type SourceCommit } from './source.ts';

/**
 * Returns commits as one, with the time of the last; [] without any. Of a file that no change moves, only the last
 * version is left; of a series all are.
 */
export function squashed(commits: readonly SourceCommit[]): readonly SourceCommit[] {
  const last = commits.at(-1);
  if (last === undefined) return [];
  const changes = commits.flatMap((commit) => commit.changes);
  const isMoving = changes.some(({ kind }) => kind === 'remove' || kind === 'rename');
  return [{ ...last, changes: isMoving ? changes : lastOfEach(changes) }];
}

function lastOfEach(changes: readonly SourceChange[]): readonly SourceChange[] {
  const last = new Map<string, SourceChange>();
  for (const change of changes) last.set(change.path, change);
  return changes.filter(
    (change) => (change.kind === 'version' && change.type === 'series') || last.get(change.path) === change,
  );
}
