/** Input of a person who clones a pond, and messages about the clone. */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CloneInfo } from '../../server/src/protocol/commands.ts';
import { countText } from './numberStrings.ts';

/** Returns the URL of a store that a text names: a URL, or the absolute path of a folder; undefined for other texts. */
export function storeUrl(text: string): string | undefined {
  const trimmed = text.trim();
  if (/^(s3|file):\/\//i.test(trimmed)) return trimmed;
  return isAbsolute(trimmed) ? pathToFileURL(trimmed).href : undefined;
}

/** One sentence on a clone, with what it leaves out. */
export function cloneText({ commits, head, unverifiedCommits }: CloneInfo): string {
  const unverified = unverifiedCommits === 0 ? '' : `, ${unverifiedCommits} of them from before commits had hashes`;
  const day = head.time.slice(0, 10);
  return `Cloned and verified ${countText(commits, 'commit')}${unverified}; the latest is of ${day}.`;
}
