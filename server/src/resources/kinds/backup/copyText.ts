import { ageText } from '../../../base/age.ts';
import { type CopyState } from '../../../replica/copyState.ts';

/** Commits that a state counts at most. */
const countedMax = 1000;

/** Returns the state of a copy in words: `3 commits not backed up, last 2 h ago`. */
export function copyText({ version, missingCommits, pushedMs }: CopyState, nowMs: number): string {
  const last = pushedMs === undefined ? 'last at an unknown time' : `last ${ageText(nowMs - pushedMs)}`;
  if (version === undefined) {
    if (pushedMs === undefined) return 'not backed up from this computer yet';
    return `not backed up: the copy is gone, or has another history; ${last}`;
  }
  if (missingCommits === 0) return `backed up, ${last}`;
  const count = missingCommits >= countedMax ? `${countedMax} commits or more` : `${missingCommits} commit`;
  return `${count}${missingCommits > 1 && missingCommits < countedMax ? 's' : ''} not backed up, ${last}`;
}
