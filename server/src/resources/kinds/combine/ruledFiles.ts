import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type InputRun } from '../../series/inputRuns.ts';
import { parquetFilesOfRun } from '../../series/parquetFiles.ts';
import { type TextSource } from '../../series/textSource.ts';
import { type InputRules, withRules } from './inputRules.ts';
import { mergeFiles, mergeSmall } from './merge.ts';

/** Number of files in progress at a time. */
const filesAtOnce = 2;

/** Inputs of a series, with its rules. */
export interface RuledInput {
  readonly run: InputRun;
  readonly source: TextSource;
  readonly rules: InputRules;
}

/** Returns the files of inputs with small adjacent ones merged, in order, before the rules are applied. */
export async function mergedFiles(
  { run, source }: Omit<RuledInput, 'rules'>,
  materializer: Materializer,
  job: Job,
): Promise<readonly HostFile[]> {
  const files = await parquetFilesOfRun(run, { source }, materializer, job);
  // Several series in a run have the same columns.
  const isOfSeries = run.matches.length > 1 && run.texts === undefined;
  return isOfSeries ? [await mergeFiles(files, materializer, job)] : await mergeSmall(files, materializer, job);
}

/** Returns the same files with the rules applied. Fails as parquetFilesOf and withRules. */
export async function ruledFiles(
  input: RuledInput,
  materializer: Materializer,
  job: Job,
): Promise<readonly HostFile[]> {
  const files = await mergedFiles(input, materializer, job);
  return await mapLimit(files, filesAtOnce, (file) => withRules(file, input.rules, materializer, job));
}
