/** Stages a change of an earlier state of a path, which conflicts with what other commits made of it since. */
import { assert } from '../base/assert.ts';
import { PondError } from '../base/error.ts';
import { type Mutex } from '../base/mutex.ts';
import { commitNumber, type CommitNumber } from '../delta/commitNumber.ts';
import { type Content, type Backend } from '../tinyfs/backend.ts';
import { normalizePath } from '../tinyfs/path.ts';
import { WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { type JournalChangeLog } from './changeLog.ts';
import { createCommittedTree } from './committedTree.ts';
import { firstVersion, nextVersion, withContent } from './newNodes.ts';
import { type CommittedNode, pondNode, requireCommitted } from './node.ts';
import { type Overlay } from './overlay.ts';
import { directoryAt } from './restore.ts';
import { type CheckedContent, type StagedContents } from './stagedContent.ts';
import { type Store } from './store.ts';

const firstCommit = commitNumber(0);

/** The staged changes of a pond that is open for writing. */
interface StagedPond {
  readonly store: Store;
  readonly tree: Backend;
  readonly overlay: Overlay;
  readonly contents: StagedContents;
  readonly mutex: Mutex;
  readonly changeLog: JournalChangeLog;
}

/** See Pond.stageOn. The directories of the path are made where they are missing. */
export async function stageOn(
  pond: StagedPond,
  path: string,
  content: Content,
  number: CommitNumber | undefined,
): Promise<void> {
  const { names } = normalizePath(path);
  const above = names.slice(0, -1);
  await directoryAt(pond.tree, above, true);
  const base = number === undefined ? undefined : await fileAt(pond.store, path, number);
  const type = base?.type === 'table' ? 'table' : 'file';
  // Content is stored before the mutex is acquired: a slow stream must not block other changes.
  const stored = await pond.contents.store({ type, content });
  try {
    const checked = await pond.contents.check(type, stored);
    await pond.mutex.run(() => record(pond, { above, name: names.at(-1) ?? '', type, base, number, checked }));
    pond.contents.release(stored);
  } catch (error) {
    pond.contents.release(stored);
    if (stored.isNew) pond.changeLog.abandon(stored.sha256);
    throw error;
  }
}

/** The file or table at a path in a commit; undefined for anything else. */
async function fileAt(store: Store, path: string, number: CommitNumber): Promise<CommittedNode | undefined> {
  const root = new WorkingDirectory(createCommittedTree(store, number), []);
  if (!(await root.exists(path))) return undefined;
  const at = await root.get(path, { followLinks: false });
  return at?.node.type === 'file' || at?.node.type === 'table' ? requireCommitted(pondNode(at.node)) : undefined;
}

interface NewChange {
  /** Names of the directories above. */
  readonly above: readonly string[];
  readonly name: string;
  readonly type: 'file' | 'table';
  readonly base: CommittedNode | undefined;
  readonly number: CommitNumber | undefined;
  readonly checked: CheckedContent;
}

async function record(pond: StagedPond, change: NewChange): Promise<void> {
  const { above, name, type, base, number, checked } = change;
  const directories = await directoryAt(pond.tree, above, false);
  const last = directories?.at(-1);
  if (directories === undefined || last === undefined) {
    throw new PondError('not-found', `the directory /${above.join('/')} is not there any more`);
  }
  if (pond.overlay.entry(last.id, name) !== undefined) {
    throw new PondError('already-exists', `${name} has a staged change already`);
  }
  assert(name !== '', () => 'the root is not a file');
  const version = base === undefined ? firstVersion(type, name) : nextVersion(base, base.attributes);
  // Nothing runs between the content and the change that refers to it, so no content is orphaned.
  pond.changeLog.baseOn(number ?? firstCommit);
  const node = withContent(version, pond.contents.stage(checked, version), base);
  const directory = directories.map((step) => ({ id: step.id, name: pondNode(step).name }));
  pond.changeLog.record([{ directory, name, node, base: base ?? null }]);
}
