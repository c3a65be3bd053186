/** Input of a scope: the files that its patterns match, with facts about their content. */
import { isPondError, PondError } from '../../../base/error.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type FileFacts } from '../../../sandbox/build.ts';
import { type Column } from '../../../protocol/results.ts';
import { type Job } from '../../../base/job.ts';
import { type Match } from '../../model/derivedContent.ts';
import { withRules } from './inputRules.ts';
import { mergeSmall } from './merge.ts';
import { type Scope } from './scope.ts';
import { parquetFilesOf } from '../../series/parquetFiles.ts';
import { textSource } from '../../series/textSource.ts';
import { requireSeconds } from '../../series/seconds.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { noTimeColumn, timeColumnOf, timeSql } from '../../series/time.ts';
import { type Materializer } from '../../../materialize/materializer.ts';

/** A file of a series: a version, or several small ones that have the same columns. */
export interface Segment {
  /** Absolute pond path, for users. */
  readonly path: string;
  /** 0-based index of the series in the document. */
  readonly series: number;
  readonly file: HostFile;
  /** Excludes columns without values whose type differs in other files. */
  readonly facts: FileFacts;
  /** True if the file has columns that the facts exclude. */
  readonly hasNullColumns: boolean;
  /** The files in which adjacent segments were merged into this one: rows of equal time are missing in each. */
  readonly merged: readonly HostFile[];
}

/** Number of inputs inspected, and built if needed, concurrently. */
const inputsAtOnce = 4;

/** Number of files of an input inspected concurrently. */
const filesAtOnce = 2;

/**
 * Returns the segments of the files that the patterns of each series match, in the order in which a later one takes
 * precedence within its series. Fails `invalid-content`, with the input's path, for a file that is not a series.
 */
export async function collectSegments(
  { title, rules }: Pick<Scope, 'title' | 'rules'>,
  matched: readonly (readonly Match[])[],
  materializer: Materializer,
  job: Job,
): Promise<readonly Segment[]> {
  const inputs = matched.flatMap((matches, series) => {
    const source = textSource(matches);
    return matches.map((match) => ({ series, match, source }));
  });
  const segments = await mapLimit(inputs, inputsAtOnce, async ({ series, match, source }) => {
    const { path } = match;
    try {
      const small = await parquetFilesOf({ match, source }, materializer, job);
      const merged = await mergeSmall(small, materializer, job);
      const files = await mapLimit(merged, filesAtOnce, (file) =>
        withRules(file, rules[series] ?? {}, materializer, job),
      );
      const found = await mapLimit(files, filesAtOnce, async (file): Promise<Segment> => {
        const facts = await materializer.inspect([file], job);
        return { path, series, file, facts, hasNullColumns: false, merged: [] };
      });
      requireTime(found);
      for (const { file, facts } of found) await requireSeconds([file], facts, materializer, job);
      return found;
    } catch (error) {
      throw inputError(title, path, error);
    }
  });
  return segments.flat();
}

function requireTime(segments: readonly Segment[]): void {
  const filled = segments.filter(({ facts }) => facts.rowCount > 0);
  // Fails for a type that cannot represent a time. Types of a text file without rows are unknown.
  for (const time of timeColumnsOf(filled)) timeSql(time);
  // An empty file has no columns at all.
  const read = filled.length > 0 ? filled : segments;
  const [first] = read;
  if (first !== undefined && timeColumnsOf(read).length === 0) throw noTimeColumn(first.facts.columns);
}

function timeColumnsOf(segments: readonly Segment[]): readonly Column[] {
  return segments.flatMap(({ facts }) => timeColumnOf(facts.columns) ?? []);
}

/** Names the resource and the input, unless the error concerns the document that derives the input. */
function inputError(title: string, path: string, error: unknown): unknown {
  if (!isPondError(error) || error.code === 'cancelled' || error.code === 'untrusted') return error;
  if (error.path !== undefined && error.path !== path) return error;
  const { code, message, hint, formats } = error;
  const prefix = error.path === undefined ? `${path}: ` : '';
  return new PondError(code, `${title}: ${prefix}${message}`, {
    path,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
    ...(formats === undefined ? {} : { formats }),
  });
}
