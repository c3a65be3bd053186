/**
 * Repairs a copy on a store: objects that are missing are sent again, and altered ones are removed first, with keys that may.
 * This is the only work on a copy that replaces anything, and it is only done when a person asks for it.
 */
import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError } from '../base/error.ts';
import { commitsUp, firstCommit, type CommitNumber } from '../delta/commitNumber.ts';
import { commitFile, logDirectory } from '../delta/logPaths.ts';
import { type ExpectedFile } from '../pond/findings.ts';
import { bodyOf } from '../remote/content.ts';
import { type RequestOptions } from '../remote/objectStore.ts';
import { type KnownTip } from './ledger.ts';
import { fileBody } from './localFiles.ts';
import { isDamagedCopy } from './otherEntry.ts';
import { type PrunableCopy, type RemoteCopy } from './remoteCopy.ts';
import { compareEnd, type RemoteTip, versionOf } from './remoteLog.ts';
import { verifiedObject } from './verifiedObject.ts';

/** An object that is not what it should be. */
export interface DamagedObject extends ExpectedFile {
  /** A sentence. */
  readonly problem: string;
  readonly isMissing: boolean;
}

/** Result of a repair: paths, and sentences on what is left as it was. */
interface CopyRepair {
  readonly repaired: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Puts the pond's own files in the place of damaged objects: contents, then rows, then log entries in their order, so that
 * an entry never comes before what it names. Fails `cancelled`, and as the store; what a store or a damaged pond refuses
 * is a problem that is left.
 */
export async function repairObjects(
  copy: PrunableCopy,
  damaged: readonly DamagedObject[],
  signal: AbortSignal | undefined,
): Promise<CopyRepair> {
  const [repaired, problems]: [string[], string[]] = [[], []];
  const rank = ({ path }: DamagedObject): string => (path.startsWith(`${logDirectory}/`) ? `1 ${path}` : '0');
  for (const object of damaged.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))) {
    throwIfCancelled(signal, 'the repair');
    const reason = await repairObject(copy, object, signal);
    if (reason === undefined) repaired.push(object.path);
    else problems.push(`${object.problem}; ${reason}`);
  }
  return { repaired, problems };
}

/** Repairs an object, and reads it back. Returns why it stays as it is; undefined when it is repaired. */
async function repairObject(
  { source, store, pruner }: PrunableCopy,
  object: DamagedObject,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { path, isMissing } = object;
  try {
    // Ours is compared with its hash first: nothing is removed that cannot be sent again.
    const body = await fileBody(source.disk, object, signal);
    if (!isMissing) await pruner.remove(path, { signal });
    await store.putIfAbsent(path, body, { signal });
    for await (const _ of verifiedObject(store, { ...object, key: path }, { signal })) throwIfCancelled(signal);
    return undefined;
  } catch (error) {
    const isLeft = ['remote-denied', 'remote-damaged', 'pond-damaged'] as const;
    if (!isLeft.some((code) => isPondError(error, code))) throw error;
    return `it was not repaired: ${(error as Error).message}`;
  }
}

/**
 * Sends the log entries that are missing below the last one, when that one is the pond's own or a damaged copy of it: then
 * they are a gap in the pond's history. Returns their paths; none for a log without a gap, and for that of another history.
 * Fails `pond-damaged` when the pond's own entry is the altered one, and as the store.
 */
export async function repairGaps(
  { source, store }: RemoteCopy,
  known: KnownTip | undefined,
  options: RequestOptions,
): Promise<readonly string[]> {
  const present = new Set<CommitNumber>();
  let last: RemoteTip | undefined;
  for await (const { key, sizeBytes, modifiedMs } of store.list(`${logDirectory}/`, options)) {
    const version = versionOf(key);
    if (version === undefined) continue;
    present.add(version);
    if (last === undefined || version > last.version) last = { version, sizeBytes, modifiedMs };
  }
  if (last === undefined || present.size > last.version || last.version > source.latest) return [];
  const end = await compareEnd(source, store, { tip: last, known }, options);
  if (end.end === undefined && !(await isDamagedCopy(source, end))) return [];
  const sent: string[] = [];
  for (const version of commitsUp(firstCommit, last.version)) {
    const bytes = present.has(version) ? undefined : source.disk.readFile(commitFile(version));
    if (bytes === undefined) continue;
    await store.putIfAbsent(commitFile(version), bodyOf(bytes), options);
    sent.push(commitFile(version));
  }
  return sent;
}
