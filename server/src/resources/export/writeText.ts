import { readHostStream } from '../../storage/hostStream.ts';
import { keyOf } from '../contentKey.ts';
import { type Match } from '../derived.ts';
import { type ExportContext } from './exportContext.ts';
import { placeFile, writeChunks } from './place.ts';
import { exportedFile, type ExportPlace, type WrittenSet } from './writeSet.ts';

/** A file that is exported as it is. */
export interface TextSet {
  readonly origin: string;
  readonly match: Match;
  /** Relative to the folder that is exported to. */
  readonly file: string;
  /** What a template is told of the files that were exported before it; undefined when none were. */
  readonly files: ExportContext | undefined;
}

/** Writes a file as it is; one that a template makes is rendered with what was exported before it. */
export async function writeText(place: ExportPlace, { origin, match, file }: TextSet): Promise<WrittenSet> {
  const { disk, directory, job } = place;
  const changed = await placeFile(disk, directory, file, async (temporary) => {
    for (const { hostPath } of await match.files(job)) {
      await writeChunks(disk, temporary, readHostStream(hostPath, 0, Infinity));
    }
  });
  return { origin, key: keyOf('text', match.key), files: [exportedFile(place, file)], unchanged: changed ? 0 : 1 };
}
