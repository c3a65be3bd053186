import { hasWildcard } from '../../../tinyfs/glob.ts';
import { type Flow, type ResourceKind } from '../../model/kind.ts';
import { type MirrorSpec, mirrorSpec } from './spec.ts';

/** Mirror: a directory of the pond and a folder of the host, kept equal. */
export const mirror: ResourceKind<MirrorSpec> = {
  kind: 'Mirror',
  icon: 'folder-library',
  summary: 'keeps a directory of the pond and a folder of this computer equal',
  doc: [
    'Each run compares the directory and the folder with their last common state, and carries each change to the other side. [Mirrors](mirror.md) has the details.',
    '',
    '- What is committed goes to the folder. What changed in the folder is committed, or staged with `commit: none`.',
    '- The first run makes both the union, and deletes nothing.',
    '- A file that changed on both sides is a conflict: the folder’s file is staged, and stays in the folder. Keep it, discard it or merge the two, as with any conflict.',
    '- What the mirror removes or replaces in the folder, and the pond does not have, is in its `.pond-trash` for 30 days.',
    '- Series, and everything that resources derive, are written out as read-only Parquet files. Changes to them in the folder are not taken.',
    '- Renames keep the history of a file. Links are carried only if they stay inside.',
    '- The documents and records of resources are left out.',
    '',
    'A run counts the files and bytes that it copied.',
    '',
    '**Errors.** `not-allowed`: the document is from somebody else, and you did not allow it to use this folder. `run-failed`: the folder is missing, is not the one of the last run, or is inside the pond; too many files would be deleted; or some files cannot be copied, and the others were. `storage-full`: a disk is full.',
    '',
    '**Changing it.** Another `folder` or `path` begins with a first run. Paths that are ignored from now on stay as they are on both sides.',
  ].join('\n'),
  spec: mirrorSpec,
  async run(context) {
    return await (await import('./run.ts')).runMirror(context);
  },
  flows,
  hostAccess: ({ folder, path, direction = 'both' }) => [
    direction === 'in'
      ? `reads ${folder} into ${path}, and leaves a marker there`
      : `${direction === 'both' ? 'reads, ' : ''}writes and removes files in ${folder}, as ${path} of the pond has them`,
  ],
  example: `apiVersion: duckpond/v1
kind: Mirror
name: harbor
desc: The notes and tables of the harbor, as files on this computer
spec:
  folder: /data/harbor
  path: /harbor
  ignore: ['*.tmp', '.git/']
`,
};

/** A mirror runs after what it writes out. It writes to no directory of its own. */
function flows({ path, direction }: MirrorSpec): readonly Flow[] {
  if (direction === 'in' || path === '/') return [];
  const pattern = hasWildcard(path) ? path : `${path.replace(/\/+$/, '')}/**`;
  return [{ writes: 'mirrored', reads: [{ pattern, path: ['path'] }] }];
}
