/** Reads texts of older systems as rows, in the sandbox. */
import { createHash, type Hash } from 'node:crypto';
import { basename, join } from 'node:path';
import { isPondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { followedStream } from '../migrate/followed.ts';
import { type AppendedRows, type ParsedText, recordsUpTo, type TextParser } from '../migrate/appendedText.ts';
import { findTimeColumn } from '../resources/series/findTime.ts';
import { rowNumberColumn, writeRowRange } from '../resources/series/rowRange.ts';
import { requireSecondsIn } from '../resources/series/seconds.ts';
import { type Builder, type FileFacts } from '../sandbox/build.ts';
import { isJsonLines, readingOf, type Reading } from '../sandbox/formats.ts';
import { readHostStream, writeHostStream } from '../storage/hostStream.ts';
import { makeProcessFolder } from '../storage/processFolder.ts';

/**
 * Parses each text once, so that the types of its columns are those of all of its values; the rows of an append are cut
 * out of the result when they are written. Closed by the caller.
 */
export class SandboxTextParser implements TextParser {
  readonly #builder: () => Builder;
  readonly #job: Job;
  readonly #directory = makeProcessFolder();
  #count = 0;

  constructor(builder: () => Builder, job: Job) {
    this.#builder = builder;
    this.#job = job;
  }

  async parse(path: string, text: AsyncIterable<Uint8Array>, ends: readonly number[]): Promise<ParsedText | string> {
    const reading = readingOf('file', basename(path));
    const isText = reading?.compression === undefined && (reading?.reader === 'read_csv' || isLines(reading));
    if (reading === undefined || !isText) return 'its name is not that of CSV or of lines of JSON';
    try {
      return await this.#rowsOf(path, { text, ends, reading });
    } catch (error) {
      if (!isPondError(error) || error.code === 'cancelled') throw error;
      return error.message;
    }
  }

  /** Removes the temporary files. */
  close(): void {
    this.#directory.remove();
  }

  async #rowsOf(path: string, { text, ends, reading }: Text): Promise<ParsedText | string> {
    const { signal } = this.#job;
    const builder = this.#builder();
    const name = join(this.#directory.path, String(this.#count++));
    const [hostPath, whole] = [`${name}.text`, `${name}.parquet`];
    const hash = createHash('sha256');
    const follow = (bytes: AsyncIterable<Uint8Array>, step: string): AsyncIterable<Uint8Array> =>
      followedStream(bytes, this.#job, { step: `${step} ${path}`, sizeBytes: ends.at(-1) });
    const sizeBytes = await writeHostStream(hostPath, hashed(follow(text, 'copying'), hash));
    const file = { hostPath, sizeBytes, key: hash.digest('hex'), pondPath: path, type: 'file', reading } as const;
    this.#job.progress?.(`parsing ${path}`, 0);
    await builder.fromUserSql(
      { sql: 'FROM "$1"', input: { name: path, files: [file] }, tables: [], target: whole },
      signal,
    );
    const facts = await builder.inspect([whole], signal);
    if (facts.rowCount === 0) return 'it has no rows';
    if (facts.columns.some((column) => column.name.toLowerCase() === rowNumberColumn))
      return `a column of it is ${rowNumberColumn}`;
    const time = findTimeColumn(facts.columns, undefined, path);
    await requireSecondsIn(time, [whole], { builder }, this.#job);
    const upTo = await rowsUpTo(follow(readHostStream(hostPath, 0, Infinity), 'counting rows of'), ends, {
      reading,
      facts,
    });
    return { timeColumn: time.name, appends: this.#appends(whole, facts, upTo) };
  }

  #appends(whole: string, facts: FileFacts, upTo: readonly number[]): readonly AppendedRows[] {
    return upTo.map((to, index) => {
      const from = upTo[index - 1] ?? 0;
      return { rowCount: to - from, open: () => this.#cut(whole, facts, { from, to }) };
    });
  }

  async #cut(
    source: string,
    { columns }: FileFacts,
    range: { readonly from: number; readonly to: number },
  ): Promise<AsyncIterable<Uint8Array>> {
    const target = join(this.#directory.path, `${this.#count++}.rows`);
    await writeRowRange(this.#builder(), { source, target, columns }, range, this.#job.signal);
    return readHostStream(target, 0, Infinity);
  }
}

interface Text {
  readonly text: AsyncIterable<Uint8Array>;
  readonly ends: readonly number[];
  readonly reading: Reading;
}

const isLines = (reading: Reading | undefined): boolean => reading !== undefined && isJsonLines(reading);

/**
 * Returns the number of rows up to each end. Where the lines of the text are not its rows and at most one header, all rows
 * come with the last append.
 */
async function rowsUpTo(
  text: AsyncIterable<Uint8Array>,
  ends: readonly number[],
  { reading, facts: { rowCount } }: { readonly reading: Reading; readonly facts: FileFacts },
): Promise<readonly number[]> {
  const isCsv = reading.reader === 'read_csv';
  const records = await recordsUpTo(text, ends, { hasQuotes: isCsv });
  const header = (records.at(-1) ?? 0) - rowCount;
  if (header === 0 || (isCsv && header === 1)) return records.map((count) => Math.max(0, count - header));
  return ends.map((_, index) => (index === ends.length - 1 ? rowCount : 0));
}

async function* hashed(text: AsyncIterable<Uint8Array>, hash: Hash): AsyncIterable<Uint8Array> {
  for await (const part of text) {
    hash.update(part);
    yield part;
  }
}
