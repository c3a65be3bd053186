import { type DeltaCommitInfo } from '../delta/actions.ts';
import { type CommitNumber, type CommitRange } from '../delta/commitNumber.ts';

/** A commit of another engine to the table. */
export interface ForeignTableVersion {
  readonly version: CommitNumber;
  /** Operation, such as WRITE or OPTIMIZE, and name of the engine; undefined when not declared. */
  readonly operation: string | undefined;
  readonly engine: string | undefined;
  /** Commits of ours that it took out of the table and that have not been added again; [] for most operations. */
  readonly removedCommits: readonly CommitRange[];
}

/** Returns the description in a commit's own information. */
export function foreignCommit(
  version: CommitNumber,
  { operation, engineInfo }: DeltaCommitInfo = {},
): Omit<ForeignTableVersion, 'removedCommits'> {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return { version, operation: text(operation), engine: text(engineInfo) };
}
