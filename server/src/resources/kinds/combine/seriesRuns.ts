/** Small series that follow each other, such as those that a Derive makes of files, are inspected and merged together. */
import { groupAdjacent } from '../../../base/groupAdjacent.ts';
import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type Match } from '../../model/derivedContent.ts';
import { smallTexts } from '../../../sandbox/sources.ts';
import { areAlike } from '../../series/alike.ts';
import { type InputRun, inputRuns, isFailureOfInput } from '../../series/inputRuns.ts';

/** Number of inputs, and of groups, in progress at a time. */
const concurrencyMax = 4;

interface SmallSeries {
  readonly run: InputRun;
  /** Its only file; undefined for any other input. */
  readonly file: HostFile | undefined;
}

/**
 * Returns the runs of the inputs of a series of a scope, in order: those of inputRuns, where adjacent inputs of one small
 * Parquet file each are a run too, if they have the same columns.
 */
export async function seriesInputs(
  given: Parameters<typeof inputRuns>[0],
  materializer: Materializer,
  job: Job,
): Promise<readonly InputRun[]> {
  const runs = await inputRuns(given, materializer, job);
  const inputs = await mapLimit(runs, concurrencyMax, async (run) => ({ run, file: await onlyFile(run, job) }));
  const groups = groupAdjacent(inputs.map(groupable), smallTexts);
  return (await mapLimit(groups, concurrencyMax, (group) => join(group, materializer, job))).flat();
}

/** Any other input is larger than a group, and so alone in its own. */
const groupable = (input: SmallSeries) => ({
  ...input,
  key: input.file?.key ?? '',
  sizeBytes: input.file?.sizeBytes ?? Infinity,
});

/**
 * Undefined for an input of another type or with several files, and for one that fails, which is reported where it is
 * read.
 */
async function onlyFile({ matches }: InputRun, job: Job): Promise<HostFile | undefined> {
  const [match] = matches;
  if (matches.length > 1 || !isParquetOfPond(match)) return undefined;
  try {
    const files = await match.files(job);
    return files.length === 1 ? files[0] : undefined;
  } catch (error) {
    if (!isFailureOfInput(error)) throw error;
    return undefined;
  }
}

/** A file of Parquet that anyone may have written is checked on its own. */
const isParquetOfPond = (match: Match | undefined): match is Match =>
  match !== undefined && (match.type === 'series' || match.type === 'table');

/** Halves of halves: a series that differs from the others leaves most of them together. */
async function join(group: readonly SmallSeries[], materializer: Materializer, job: Job): Promise<readonly InputRun[]> {
  if (group.length === 1) return [group[0]!.run];
  const files = group.flatMap(({ file }) => file ?? []);
  if (await areAlike(files, materializer, job)) {
    return [{ matches: group.flatMap(({ run }) => run.matches), texts: undefined }];
  }
  const half = Math.ceil(group.length / 2);
  const halves = [group.slice(0, half), group.slice(half)];
  return (await mapLimit(halves, 1, (each) => join(each, materializer, job))).flat();
}
