import { type CommitNumber, commitsUp, firstCommit, nextCommit } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { readHint } from '../delta/log.ts';
import { checkpointFile, hintFile } from '../delta/logPaths.ts';
import { fileBody, hashOfFile } from './localFiles.ts';
import { type RememberedCopy } from './remoteCopy.ts';

/**
 * Sends the checkpoints of versions after `from` up to `to`, and then the hint that names the latest, if the store may
 * not have them. They repeat the log, so a failure is returned as a note. Fails `cancelled`.
 */
export async function sendCheckpoints(
  { source, store, ledger }: RememberedCopy,
  { from, to }: { readonly from: CommitNumber | undefined; readonly to: CommitNumber },
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { disk } = source;
  const hint = readHint(disk);
  const hinted = hint?.names === undefined && hint !== undefined && hint.version <= to ? hint.version : undefined;
  const isHintNew = hinted !== undefined && hinted !== ledger.read().checkpoint;
  const first = from === undefined ? firstCommit : nextCommit(from);
  const versions = new Set([...commitsUp(first, to), ...(isHintNew ? [hinted] : [])]);
  try {
    for (const version of versions) {
      const path = checkpointFile(version);
      const sizeBytes = disk.stat(path)?.sizeBytes;
      if (sizeBytes === undefined) continue;
      const body = await fileBody(disk, { path, sizeBytes, sha256: await hashOfFile(disk, path) }, signal);
      if ((await store.putIfAbsent(path, body, { signal })) === 'created' || version !== hinted) continue;
      // The hint has the hash of our checkpoint: one of another program there must not be read by it.
      if ((await store.stat(path, { signal }))?.sizeBytes !== sizeBytes) return [];
    }
    const bytes = isHintNew ? disk.readFile(hintFile) : undefined;
    if (bytes === undefined || hinted === undefined) return [];
    await store.put(hintFile, bytes, { signal });
    ledger.update({ checkpoint: hinted });
    return [];
  } catch (error) {
    if (!(error instanceof PondError) || error.code === 'cancelled') throw error;
    return [`a checkpoint could not be stored, so readers of the copy take longer to open it: ${error.message}`];
  }
}
