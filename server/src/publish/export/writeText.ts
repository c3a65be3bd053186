import { readUnchanged } from '../../storage/unchangedFiles.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { type Match } from '../../resources/model/derivedContent.ts';
import { placeFile, writeChunks } from './hostFiles.ts';
import { exportedFile, type ExportTarget, type WrittenSet } from './writeSet.ts';

/** A file exported as it is. */
interface TextSet {
  readonly origin: string;
  readonly match: Match;
  /** Relative to the export folder. */
  readonly file: string;
  /** Replacement for the content; undefined for the content itself. */
  readonly text: string | undefined;
}

/** Writes a file unchanged, or the text that replaces it. */
export async function writeText(
  destination: ExportTarget,
  { origin, match, file, text }: TextSet,
): Promise<WrittenSet> {
  const { disk, directory, job } = destination;
  const changed = await placeFile(disk, directory, file, async (temporary) => {
    if (text !== undefined) return await writeChunks(disk, temporary, [Buffer.from(text)]);
    for (const { hostPath } of await match.files(job)) {
      await writeChunks(disk, temporary, readUnchanged(hostPath));
    }
  });
  const key = keyOf('text', match.key, text ?? null);
  return { origin, key, files: [exportedFile(destination, file)], unchanged: changed ? 0 : 1 };
}
