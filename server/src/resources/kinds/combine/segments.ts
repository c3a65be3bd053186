/** Input of a scope: the files that its patterns match, with facts about their content. */
import { isPondError, PondError } from '../../../base/error.ts';
import { type Column } from '../../../protocol/results.ts';
import { type Job } from '../../../base/job.ts';
import { type Match } from '../../model/derivedContent.ts';
import { type NotedColumn } from '../../../sandbox/textTables/notation.ts';
import { type InputRules } from './inputRules.ts';
import { ruledFiles } from './ruledFiles.ts';
import { seriesInputs } from './seriesRuns.ts';
import { type Scope } from './scope.ts';
import { type Segment } from './segment.ts';
import { type InputRun, type ReadText, runOrEach } from '../../series/inputRuns.ts';
import { type TextSource, textSource } from '../../series/textSource.ts';
import { areUsualTimes, requireSeconds } from '../../series/seconds.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { noTimeColumn, timeColumnOf, timeSql } from '../../series/time.ts';
import { type Materializer } from '../../../materialize/materializer.ts';

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
  const inputs = await mapLimit([...matched.entries()], 1, async ([series, matches]): Promise<readonly Input[]> => {
    const source = textSource(matches);
    const runs = await seriesInputs({ matches, source }, materializer, job);
    return runs.map((run) => ({ title, series, run, source, rules: rules[series] ?? {} }));
  });
  const segments = await mapLimit(inputs.flat(), inputsAtOnce, (input) =>
    runOrEach(input.run, (run) => segmentsOf({ ...input, run }, materializer, job)),
  );
  return segments.flat();
}

/** Inputs of a series that are read together, or one of them. */
interface Input {
  /** Of the scope. */
  readonly title: string;
  readonly series: number;
  readonly run: InputRun;
  readonly source: TextSource;
  readonly rules: InputRules;
}

/** Undefined for a run that hides what is wrong with one of its inputs. */
async function segmentsOf(
  { title, series, run, source, rules }: Input,
  materializer: Materializer,
  job: Job,
): Promise<readonly Segment[] | undefined> {
  const paths = run.matches.map(({ path }) => path);
  try {
    const files = await ruledFiles({ run, source, rules }, materializer, job);
    const found = await mapLimit(files, filesAtOnce, async (file): Promise<Segment> => {
      const facts = await materializer.inspect([file], job);
      return { paths, pathOf: (column) => pathOf(column, run), series, file, facts, hasNullColumns: false, merged: [] };
    });
    requireTime(found);
    if (paths.length > 1) return haveUsualTimes(run.texts ?? [], found) ? found : undefined;
    for (const { file, facts } of found) await requireSeconds([file], facts, materializer, job);
    return found;
  } catch (error) {
    throw inputError(title, paths[0]!, error);
  }
}

/** True where each file has times, as far as it has values, and none of them is out of the calendar. */
function haveUsualTimes(texts: readonly ReadText[], segments: readonly Segment[]): boolean {
  const isTimed = ({ own }: ReadText): boolean => {
    const columns = own?.columns ?? [];
    return columns.every(({ found }) => found === 0) || (timeColumnIn(columns)?.found ?? 0) !== 0;
  };
  return texts.every(isTimed) && segments.every(({ facts }) => facts.rowCount === 0 || areUsualTimes(facts.time));
}

/** The files of a run have the same columns; one without a value in a column shows no type. */
function pathOf(column: string, { matches, texts = [] }: InputRun): string {
  const name = column.toLowerCase();
  const shown = texts.find(({ own }) => own?.columns.some((each) => each.name === name && each.found !== 0));
  return (shown?.match ?? matches[0]!).path;
}

const timeColumnIn = (columns: readonly NotedColumn[]): NotedColumn | undefined =>
  columns.find(({ name }) => name === 'timestamp');

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
