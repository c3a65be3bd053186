import { type Job } from '../base/job.ts';
import { type AppendInfo } from '../protocol/commands.ts';
import { SeriesAppender } from '../resources/series/appender.ts';
import { type BatchCache } from '../resources/series/knownBatches.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { createPondCache } from '../storage/cache.ts';
import { makeProcessFolder } from '../storage/processFolder.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { batchOf, fileOfInput, type RowFile } from './appendFiles.ts';
import { formatForRows } from './formatForRows.ts';
import { type Command } from './verb.ts';

/**
 * Stages the rows of host files, or of the input stream, as versions of a series, which is made when missing. All or
 * nothing. A file whose bytes were appended before is left out, and named in the result. Fails `not-found` for a file,
 * `invalid-content` for rows that do not fit, `already-exists` when anything but a series is at the path, and `conflict`
 * when the series changes meanwhile.
 */
export const append: Command<'append'> = async (pond, { sources, path, time, format }, context) => {
  const temporary = makeProcessFolder();
  try {
    const files: RowFile[] = sources.map((hostPath) => ({ hostPath, shownPath: hostPath }));
    if (context.input !== undefined) files.push(await fileOfInput(context.input, temporary.path));
    const root = await pond.fs.root();
    const stated = await formatForRows(root, path);
    const cache = createPondCache(pond, context.effects.openDisk);
    const appender = await openAppender(pond, root, { path, time, cache }, context);
    try {
      const counts = newCounts();
      for (const [index, file] of files.entries()) {
        context.progress('appending', index, files.length);
        const { requireUnchanged, ...batch } = await batchOf(file, format);
        const read = await appender.read({ ...batch, file: { ...batch.file, ...(stated && { format: stated }) } });
        requireUnchanged();
        if (read.isKnown) counts.known.push(file.shownPath);
        else if (read.rows === 0) counts.empty.push(file.shownPath);
        else counts.batches += 1;
        counts.rows += read.rows;
        counts.rowsWithoutTime += read.rowsWithoutTime;
        counts.addedColumns.push(...read.added);
      }
      const version = (await appender.write())?.version ?? 0;
      return { path, version, ...counts };
    } finally {
      appender.close();
    }
  } finally {
    temporary.remove();
  }
};

type Counts = { -readonly [K in keyof Omit<AppendInfo, 'path' | 'version'>]: AppendInfo[K] } & {
  readonly known: string[];
  readonly empty: string[];
  readonly addedColumns: string[];
};

function newCounts(): Counts {
  return { batches: 0, rows: 0, rowsWithoutTime: 0, addedColumns: [], known: [], empty: [] };
}

/** Opens an appender to a series of a pond. The caller closes it. */
export async function openAppender(
  pond: Pick<ResourcePond, 'layer' | 'hostFiles'>,
  home: WorkingDirectory,
  series: { readonly path: string; readonly time: string | undefined; readonly cache?: BatchCache },
  job: Job,
): Promise<SeriesAppender> {
  const { materializer } = pond.layer;
  return await SeriesAppender.open({
    ...series,
    ...{ home, materializer, job },
    columnsOf: async (node) => (await materializer.inspect(await pond.hostFiles(node, job), job)).columns,
  });
}
