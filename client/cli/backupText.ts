import { type BackupInfo } from '../../server/src/protocol/commands.ts';
import { plural } from './format.ts';

/** Commits that a state counts at most. */
const countedMax = 1000;

/** Returns the state of a copy on one line: `Backup/nas: 3 commits not backed up, last 2 h ago`. */
export function backupLine({ resource, missing, time, commit }: BackupInfo, nowMs = Date.now()): string {
  if (commit === null) return `${resource}: not backed up from this computer yet`;
  const count = missing >= countedMax ? `${countedMax} commits or more` : plural(missing, 'commit');
  const last = time === null ? 'last at an unknown time' : `last ${agoText(nowMs - Date.parse(time))}`;
  return missing === 0 ? `${resource}: backed up, ${last}` : `${resource}: ${count} not backed up, ${last}`;
}

/** Returns an age in its largest whole unit: `just now`, `5 min ago`, `2 h ago`, `3 days ago`. */
export function agoText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
