/**
 * Runs of inputs: small text files that follow each other are converted together, as a conversion of its own takes a
 * hundred times as long as the rows of such a file.
 */
import { isPondError } from '../../base/error.ts';
import { groupAdjacent } from '../../base/groupAdjacent.ts';
import { type Job } from '../../base/job.ts';
import { mapLimit } from '../../base/mapLimit.ts';
import { formatText, type StatedFormat } from '../../documents/statedFormat.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { statedType } from '../../sandbox/textTables/statedType.ts';
import { smallTexts, type SourceFile } from '../../sandbox/sources.ts';
import { type ColumnsByOthers } from '../../sandbox/textTables/findNotation.ts';
import { type Notation } from '../../sandbox/textTables/notation.ts';
import { type Match } from '../model/derivedContent.ts';
import { type SharedNotation, type SourceText, type TextSource } from './textSource.ts';

/** A text file with all that its reading depends on. */
export interface ReadText extends SourceText {
  readonly match: Match;
  readonly shared: SharedNotation | undefined;
  /** Columns without a value, of which the other files of one table have values. */
  readonly empty: readonly string[];
}

/** Inputs that follow each other, at least one, and are read together. */
export interface InputRun {
  readonly matches: readonly Match[];
  /** The text files of a run of several; undefined for a single input, and for series. */
  readonly texts: readonly ReadText[] | undefined;
}

/** Inputs of a source, in order. */
interface Inputs {
  readonly matches: readonly Match[];
  readonly source: TextSource;
  /** As in parquetFilesOf. */
  readonly isOneTable?: boolean;
}

/** Number of groups in progress at a time. */
const groupsAtOnce = 2;

/**
 * Returns the runs of inputs, in order. A run of several files gives the rows and columns that its files give one by one,
 * but for the type of columns that have whole numbers in some of them and fractions in others. An additional file changes
 * the runs of its own group and of few after it.
 */
export async function inputRuns(inputs: Inputs, materializer: Materializer, job: Job): Promise<readonly InputRun[]> {
  const texts = await mapLimit(inputs.matches, 1, (match) => readText(match, inputs, materializer, job));
  const sized = inputs.matches.map((match, index) => groupable(match, texts[index]));
  const small = groupAdjacent(sized, smallTexts);
  const runs = await mapLimit(small, groupsAtOnce, async (group): Promise<readonly InputRun[]> => {
    const found = group.flatMap(({ text }) => text ?? []);
    return found.length < 2 ? group.map(({ match }) => runOfOne(match)) : await runsOf(found, materializer, job);
  });
  return runs.flat();
}

/**
 * Returns what the work returns for a run. Where it fails for a run of several, or returns undefined, it is done for each
 * input alone: so a failure is that of one input, in their order.
 */
export async function runOrEach<T>(
  run: InputRun,
  work: (run: InputRun) => Promise<readonly T[] | undefined>,
): Promise<readonly T[]> {
  if (run.matches.length > 1) {
    try {
      const together = await work(run);
      if (together !== undefined) return together;
    } catch (error) {
      if (!isFailureOfInput(error)) throw error;
    }
  }
  const each = await mapLimit(run.matches, 1, (match) => work(runOfOne(match)));
  return each.flatMap((found) => found ?? []);
}

/** Returns false for an error that each input would have. */
export const isFailureOfInput = (error: unknown): boolean =>
  isPondError(error) && error.code !== 'cancelled' && error.code !== 'untrusted';

/** Returns an input as a run. */
export const runOfOne = (match: Match): InputRun => ({ matches: [match], texts: undefined });

/** An input without a text is larger than any group, and so alone in its own. */
const groupable = (match: Match, text: ReadText | undefined) => ({
  match,
  text,
  key: text?.key ?? '',
  sizeBytes: text === undefined ? Infinity : (match.sizeBytes ?? Infinity),
});

/** Undefined for an input that no other can be read with. */
async function readText(
  match: Match,
  { source, isOneTable = false }: Inputs,
  materializer: Materializer,
  job: Job,
): Promise<ReadText | undefined> {
  const text = await source.textOf(match, materializer, job);
  if (text?.own === undefined) return undefined;
  const shared = await source.notationFor(match, materializer, job);
  const columns = isOneTable ? await source.columnsFor(match, materializer, job) : undefined;
  return { ...text, match, shared, format: withTypes(text.format, columns?.types), empty: columns?.empty ?? [] };
}

/** Returns a format with types of columns for which it states none. */
export function withTypes(
  format: StatedFormat | undefined,
  types: ColumnsByOthers['types'] = {},
): StatedFormat | undefined {
  const isOpen = ([name]: readonly [string, string]): boolean => statedType(name, format ?? {}) === undefined;
  const open = Object.entries(types).filter(isOpen);
  return open.length === 0 ? format : { ...format, types: { ...format?.types, ...Object.fromEntries(open) } };
}

async function runsOf(texts: readonly ReadText[], materializer: Materializer, job: Job): Promise<readonly InputRun[]> {
  const lengths = await lengthsOf(texts, materializer, job);
  let start = 0;
  return lengths.map((length) => {
    const run = texts.slice(start, (start += length));
    return { matches: run.map(({ match }) => match), texts: length > 1 ? run : undefined };
  });
}

async function lengthsOf(texts: readonly ReadText[], materializer: Materializer, job: Job): Promise<readonly number[]> {
  const source = { files: (shared: Job) => sourceFiles(texts, shared), notation: notationOf(texts) };
  const single = texts.map(() => 1);
  try {
    const found = await materializer.tableRuns(keyOf('table runs', 1, keyOfTexts(texts)), source, job);
    return found.reduce((sum, length) => sum + length, 0) === texts.length ? found : single;
  } catch (error) {
    if (!isFailureOfInput(error)) throw error;
    // A file that cannot be had fails where it is read.
    return single;
  }
}

/** Returns all that the reading of texts together depends on. */
export function keyOfTexts(texts: readonly ReadText[]): string {
  const parts = texts.map(({ key, shared, format, empty }) => [
    key,
    shared === undefined ? null : JSON.stringify(shared.decided),
    format === undefined ? null : formatText(format),
    ...empty,
  ]);
  return keyOf('texts', ...parts);
}

/** Returns the notation of the source of texts; undefined where each is read the same alone. */
export function notationOf(texts: readonly ReadText[]): Notation | undefined {
  return texts.find(({ shared }) => shared !== undefined)?.shared?.notation;
}

/** Returns the host files of texts. */
export async function sourceFiles(texts: readonly ReadText[], job: Job): Promise<readonly SourceFile[]> {
  const files = await mapLimit(texts, 1, async ({ match, reading, format }): Promise<readonly SourceFile[]> => {
    const named = { pondPath: match.path, reading, ...(format !== undefined && { format }) };
    return (await match.files(job)).map((file) => ({ ...file, ...named }));
  });
  return files.flat();
}
