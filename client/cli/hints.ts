import { type PondError } from '../../server/src/base/error.ts';
import { isPattern } from './runner.ts';
import { type CommandLine, type VerbHints } from './verb.ts';

/** Next steps by code, for errors without a hint. docs/errors.md has the same in more detail. */
const byCode: VerbHints = {
  'not-found': "'pond ls' shows what is there, and 'pond ls --at V' what was.",
  'already-exists': 'Choose another name, or remove the existing entry first.',
  'not-a-directory': "'pond stat' shows the type of each part of the path.",
  'is-a-directory': 'Name a file in it.',
  'directory-not-empty': "'pond rm -r' removes it with everything in it.",
  'path-escapes': 'Use a path that stays in the pond.',
  'symlink-loop': "'pond ls -l' shows where links point; replace one of them.",
  'visit-loop': 'Use a narrower pattern, or remove the link that leads back up.',
  'invalid-content': 'Correct the file and store it again, or restore an older version.',
  'pond-too-new': 'Update DuckPond; nothing was changed.',
  'pond-damaged': "Restore the file from a copy of the pond: 'pond check --repair --from DIR'.",
  'nothing-staged': "'pond status' shows what is staged.",
  conflict: "'pond status' lists the paths: 'pond resolve' keeps your side, 'pond discard' the committed one.",
  'storage-failed': 'Check the disk; acknowledged changes are kept.',
  'resource-invalid': 'Correct the document at the named position.',
  'run-failed': "'pond runs' shows earlier runs.",
  'remote-failed': 'Run it again later; data collected before are kept.',
  'commit-unknown': "'pond log' shows whether the commit is there; no staged change is lost.",
};

/** Returns a hint for a verb's error; undefined when its message is sufficient. */
export function hintFor(
  { code, path, displayPath = path }: PondError,
  line: Pick<CommandLine, 'name' | 'verb'> | undefined,
): string | undefined {
  if (line === undefined) return byCode[code];
  const { name, verb } = line;
  if (code === 'not-found' && verb.takesPatterns !== true && isPattern(path ?? '')) {
    return `'pond ${name}' takes paths, no patterns; 'pond ls' lists the paths that match a pattern.`;
  }
  if (verb.hints?.[code] === undefined && code === 'invalid-content' && displayPath?.startsWith('/') === true) {
    return `'pond cat ${displayPath}' shows the file: correct it and store it again, or restore an older version.`;
  }
  return verb.hints?.[code] ?? byCode[code];
}
