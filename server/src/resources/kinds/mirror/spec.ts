import { scanGlob } from '../../../documents/globPattern.ts';
import { type Issue } from '../../../documents/issue.ts';
import { hostFolderText, pondGlobText } from '../../../documents/fieldTypes.ts';
import {
  boolean,
  choice,
  list,
  object,
  optional,
  parsedText,
  required,
  type SpecOf,
  text,
} from '../../../documents/schema.ts';

/** A pattern of paths below the folder. */
const ignoreText = text('a pattern of paths in the folder', { check: (pattern) => scanGlob(pattern).issues });

/** An absolute path or pattern of the pond. */
const pathText = text('an absolute path or pattern of the pond', { check: checkPath });

/** A share of files, in percent. */
const percentText = parsedText<number>('a percentage', (value) => {
  const percent = Number(/^(\d{1,3}(?:\.\d+)?) ?%$/.exec(value)?.[1]);
  if (percent >= 0 && percent <= 100) return { value: percent };
  return { issues: [{ code: 'format-invalid', message: `expected a share from 0% to 100%, got "${value}"` }] };
});

const directions = choice('a direction', {
  both: 'changes travel both ways',
  out: 'the folder follows the pond',
  in: 'the pond follows the folder',
});

const conflicts = choice('a side', {
  ask: 'the folder’s file is staged as a conflict, and you decide',
  pond: 'the pond’s file goes to the folder, whose file is kept in `.pond-trash`',
  folder: 'the folder’s file becomes the next version in the pond',
});

const commits = choice('a moment', {
  each: 'each run commits what it took from the folder',
  none: 'it stays staged, until you commit or discard it',
});

/** The `spec` of a Mirror resource. */
export const mirrorSpec = object({
  folder: required(hostFolderText, 'Absolute folder of this computer, which exists.', '/data/harbor'),
  path: required(pathText, 'Directory of the pond, or a pattern of files below one.', '/harbor'),
  direction: optional(directions, 'Which way changes travel: `both` (default), `out` or `in`.', 'both'),
  ignore: optional(
    list(ignoreText, { uniqueBy: '.' }),
    'Patterns of paths that are left alone on both sides. One without a slash matches names at any depth.',
    "['*.tmp', '.git/']",
  ),
  conflicts: optional(
    conflicts,
    'What happens to a file that changed on both sides: `ask` (default), or the side that wins.',
    'ask',
  ),
  max_delete: optional(
    percentText,
    'Highest share of the files that a run deletes on a side; more is an error. By default `50%`.',
    '50%',
  ),
  commit: optional(commits, 'When changes of the folder are committed: `each` (default) or `none`.', 'each'),
  watch: optional(
    boolean,
    'Whether an editor that has the pond open runs the mirror after each change. By default `true`.',
    'true',
  ),
});

export type MirrorSpec = SpecOf<typeof mirrorSpec>;

function checkPath(value: string): readonly Issue[] {
  const issues = pondGlobText.parse(value);
  if ('issues' in issues) return issues.issues;
  if (value.startsWith('/')) return [];
  return [{ code: 'glob-relative', message: 'a path of the pond begins with "/"' }];
}
