import { throwIfCancelled } from '../../../base/cancelled.ts';
import { FolderEvents } from '../../../mirror/folderEvents.ts';
import { type Pond } from '../../../pond/types.ts';
import { isHostFolder } from '../../../storage/hostScan.ts';
import { watchFolder } from '../../../storage/watchFolder.ts';
import { requireAllowed } from '../../model/hostAccess.ts';
import { type KindCommand } from '../../model/kindVerb.ts';
import { findMirror } from './mirrorsVerb.ts';

/** Without a change, mirrors are compared after this time: a watch may miss one. Milliseconds. */
const fullMs = 60 * 60 * 1000;

/** Interval of comparisons of mirrors whose folder cannot be watched, or is not there. Milliseconds. */
const pollMs = 10_000;

/** A pond that another process may write is looked at after this time. Milliseconds. */
const refreshMs = 2_000;

/** The folders that this process watches, for all ponds. */
const folders = new FolderEvents(watchFolder);

/**
 * Waits until a folder of the mirrors or the pond changed since an earlier call. Fails `resource-not-found`,
 * `not-allowed`, `cancelled`.
 */
export const mirrorEvents: KindCommand<'mirrorEvents'> = async (pond, { names, since }, context) => {
  const mirrors = await Promise.all(names.map((name) => findMirror(pond, name, context)));
  for (const mirror of mirrors) requireAllowed(pond.id, mirror, context.effects.grants);
  const paths = [...new Set(mirrors.map(({ spec }) => spec.folder))];
  const present = paths.filter(isHostFolder);
  const isWatching = (await folders.watch(present)) && present.length === paths.length;
  const isNew = since !== undefined && pond.head.number === since.commit && folders.count <= since.changes;
  if (isNew) await nextChange(pond, since.changes, { timeoutMs: isWatching ? fullMs : pollMs, signal: context.signal });
  throwIfCancelled(context.signal, 'the wait');
  return { changes: folders.count, commit: pond.head.number, isWatching };
};

interface Wait {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function nextChange(pond: Pond, changes: number, { timeoutMs, signal }: Wait): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const timer = setTimeout(end, timeoutMs);
  const { number } = pond.head;
  const forget = pond.onEvent(({ kind }) => (kind === 'changed' ? undefined : end()));
  const look = async (): Promise<void> => {
    await pond.refresh();
    if (pond.head.number !== number) end();
  };
  // A pond that is being written by another process is looked at again at the next time.
  const looking = setInterval(() => void look().catch(() => undefined), refreshMs);
  signal.addEventListener('abort', end);
  try {
    if (!signal.aborted) await folders.after(changes, ended.signal);
  } finally {
    clearTimeout(timer);
    clearInterval(looking);
    forget();
    signal.removeEventListener('abort', end);
  }
}
