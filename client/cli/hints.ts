import { type PondError } from '../../server/src/base/error.ts';
import { type ErrorCode } from '../../server/src/base/errorCode.ts';
import { isPattern } from './runner.ts';
import { type Verb } from './verbs.ts';

/** Next steps by code, for errors without a hint. docs/errors.md has the same in more detail. */
const byCode: Partial<Record<ErrorCode, string>> = {
  'not-found': "'pond ls' shows what is there, and 'pond ls --at V' what was",
  'already-exists': 'choose another name, or remove what is there first',
  'not-a-directory': "'pond stat' says what each part of the path is",
  'is-a-directory': 'name a file in it',
  'directory-not-empty': "'pond rm -r' removes it with all that is in it",
  'path-escapes': 'use a path that stays in the pond',
  'symlink-loop': "'pond ls -l' shows where links point; replace one of them",
  'visit-loop': 'use a narrower pattern, or remove the link that leads back up',
  'invalid-content': 'export the file and look at it, or restore an older version',
  'pond-too-new': 'update DuckPond; nothing was changed',
  'pond-damaged': 'bring the file back from a backup; what does not need it can still be read',
  'nothing-staged': "'pond status' shows what is staged",
  conflict: "'pond status' lists the paths: 'pond resolve' keeps yours, 'pond discard' takes the other",
  'storage-failed': 'check the disk; what was acknowledged is kept',
  'resource-invalid': 'correct the document at the place that is named',
  'run-failed': "'pond runs' shows what came before",
  'remote-failed': 'run it again later; what was collected before is kept',
  'commit-unknown': "'pond log' says whether the commit is there; nothing staged is lost",
};

/** Hints for verbs with an option that helps. */
const byVerb: Partial<Record<Verb, typeof byCode>> = {
  touch: { 'not-found': "'pond mkdir -p' makes the directories above" },
  write: { 'not-found': "'pond mkdir -p' makes the directories above" },
  mkdir: { 'not-found': "'pond mkdir -p' makes the parents too" },
  cp: { 'is-a-directory': "'pond cp -r' copies a directory with all that is in it" },
  hydrovu: { 'remote-failed': "'pond hydrovu locations NAME' lists what the account can see" },
  import: { 'is-a-directory': 'import into another directory, or remove the one that is there first' },
};

/** Verbs that accept patterns where others accept paths. */
const takingPatterns: ReadonlySet<Verb> = new Set(['ls', 'export', 'query']);

/** Returns a hint for a verb's error; undefined when its message is sufficient. */
export function hintFor({ code, path }: PondError, verb: Verb | undefined): string | undefined {
  if (verb === undefined) return byCode[code];
  if (code === 'not-found' && !takingPatterns.has(verb) && isPattern(path ?? '')) {
    return `'pond ${verb}' takes paths, no patterns; 'pond ls' lists what a pattern matches`;
  }
  return byVerb[verb]?.[code] ?? byCode[code];
}
