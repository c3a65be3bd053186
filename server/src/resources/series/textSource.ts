/** Text files that a resource reads as one source: what one of them shows of its notation holds for all. */
import { isPondError } from '../../base/error.ts';
import { groupAdjacent } from '../../base/groupAdjacent.ts';
import { type Job } from '../../base/job.ts';
import { mapLimit } from '../../base/mapLimit.ts';
import { formatText, type StatedFormat } from '../../documents/statedFormat.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import {
  type ColumnsByOthers,
  columnsByOthers,
  type DecidedByOthers,
  decidedByOthers,
  joinNotations,
} from '../../sandbox/textTables/findNotation.ts';
import { type FileNotation, type Notation } from '../../sandbox/textTables/notation.ts';
import { type SourceFile } from '../../sandbox/sources.ts';
import { type Reading, readingVersion } from '../../sandbox/formats.ts';
import { type Match } from '../model/derivedContent.ts';
import { readingOfMatch } from './readingOfMatch.ts';

/** The notation of a source, for one of its files that the others decide something about. */
export interface SharedNotation {
  readonly notation: Notation;
  /** All that the reading of the file depends on in addition to the file. */
  readonly decided: DecidedByOthers;
}

/** A text file of a source. */
export interface SourceText {
  readonly reading: Reading;
  /** As stated. */
  readonly format: StatedFormat | undefined;
  /** Of the content and the format. */
  readonly key: string;
  /** The notation that it shows; undefined for an empty file, and for one that is not a table as stated. */
  readonly own: FileNotation | undefined;
}

/** The files that a pattern matches. */
export interface TextSource {
  /** Key of all files that may decide about each other; undefined when there are fewer than two. */
  readonly key: string | undefined;
  /** Returns a text file, where the source has several; undefined for any other file. */
  textOf(match: Match, materializer: Materializer, job: Job): Promise<SourceText | undefined>;
  /** Returns the notation for a file; undefined for a file that is read the same alone. */
  notationFor(match: Match, materializer: Materializer, job: Job): Promise<SharedNotation | undefined>;
  /** Returns the columns of a file that have another type in one table with the others; undefined without any. */
  columnsFor(match: Match, materializer: Materializer, job: Job): Promise<ColumnsByOthers | undefined>;
}

interface TextMatch extends Omit<SourceText, 'own'> {
  readonly match: Match;
}

/** Maximum number of files whose notation is found together, and cached together. */
const groupMax = 64;

/** Number of groups in progress at a time. */
const concurrencyMax = 2;

/** The source of matches, of which other files than CSV are left out; `formatOf` returns what is stated for one. */
export function textSource(
  matches: readonly Match[],
  formatOf = (match: Match): StatedFormat | undefined => match.format?.(),
): TextSource {
  const texts = matches.flatMap((match): TextMatch[] => {
    const format = formatOf(match);
    const reading = match.type === 'file' ? readingOfMatch(match, format !== undefined) : undefined;
    if (reading?.reader !== 'read_csv') return [];
    const stated = format === undefined ? null : formatText(format);
    const key = keyOf('text', readingVersion, match.key, JSON.stringify(reading), stated);
    return [{ match, reading, format, key }];
  });
  const nothing = (): Promise<undefined> => Promise.resolve(undefined);
  if (texts.length < 2) return { key: undefined, textOf: nothing, notationFor: nothing, columnsFor: nothing };
  const byPath = new Map(texts.map((text) => [text.match.path, text]));
  let known: Promise<FoundNotations> | undefined;
  const notations = async (materializer: Materializer, job: Job): Promise<FoundNotations> => {
    known ??= findNotations(texts, materializer, job);
    try {
      return await known;
    } catch (error) {
      // The job of one caller may be cancelled.
      known = undefined;
      throw error;
    }
  };
  return {
    key: keyOf('text source', ...texts.map(({ key }) => key)),
    textOf: async ({ path }, materializer, job) => {
      const text = byPath.get(path);
      return text && { ...text, own: (await notations(materializer, job)).own.get(path) };
    },
    notationFor: async ({ path }, materializer, job) => {
      const { own, notation } = await notations(materializer, job);
      const found = own.get(path);
      const decided = found && decidedByOthers(found, notation);
      return decided && { notation, decided };
    },
    columnsFor: async ({ path }, materializer, job) => {
      const { own, notation } = await notations(materializer, job);
      const found = own.get(path);
      return found && columnsByOthers(found, notation);
    },
  };
}

interface FoundNotations {
  /** By path. */
  readonly own: ReadonlyMap<string, FileNotation>;
  readonly notation: Notation;
}

async function findNotations(
  texts: readonly TextMatch[],
  materializer: Materializer,
  job: Job,
): Promise<FoundNotations> {
  const limits = { sizeBytesMax: Infinity, countMax: groupMax };
  const groups = groupAdjacent(
    texts.map((text) => ({ ...text, sizeBytes: 0 })),
    limits,
  );
  let done = 0;
  const found = await mapLimit(groups, concurrencyMax, async (group) => {
    const notations = await notationsOf(group, materializer, job);
    job.progress?.('reading text files', (done += group.length), texts.length);
    return notations;
  });
  const own = new Map<string, FileNotation>();
  for (const [index, notation] of found.flat().entries())
    if (notation !== undefined) own.set(texts[index]!.match.path, notation);
  const noted = [...own].map(([path, notation]) => ({ path, notation }));
  return { own, notation: joinNotations(noted) };
}

/** A file that cannot be had, such as one that another resource fails to make, shows nothing, and fails where it is read. */
async function notationsOf(
  group: readonly TextMatch[],
  materializer: Materializer,
  job: Job,
): Promise<readonly (FileNotation | undefined)[]> {
  try {
    const key = keyOf('notations', ...group.map((text) => text.key));
    return await materializer.notations(key, (shared) => filesOf(group, shared), job);
  } catch (error) {
    if (!isPondError(error) || error.code === 'cancelled' || error.code === 'untrusted') throw error;
    if (group.length === 1) return [undefined];
    return (await mapLimit(group, 1, (text) => notationsOf([text], materializer, job))).flat();
  }
}

async function filesOf(group: readonly TextMatch[], job: Job): Promise<readonly SourceFile[]> {
  const files = await mapLimit(group, 1, async ({ match, reading, format }): Promise<readonly SourceFile[]> => {
    const named = { pondPath: match.path, reading, ...(format && { format }) };
    return (await match.files(job)).map((file) => ({ ...file, ...named }));
  });
  return files.flat();
}
