import { join } from 'node:path';
import { isPondError, PondError } from '../../base/error.ts';
import { type Job } from '../../base/job.ts';
import { identifier, joinSql, literal, sql } from '../../duckdb/sql.ts';
import { type SqlType, tryCastSql } from '../../duckdb/sqlType.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { defaultTimeColumn, timeAttribute } from '../../pond/versionFacts.ts';
import { type FileFacts, type InputFile, type TypedColumn } from '../../sandbox/build.ts';
import { type FileNotation, type Notation } from '../../sandbox/textTables/notation.ts';
import { readHostStream } from '../../storage/hostStream.ts';
import { makeProcessFolder } from '../../storage/processFolder.ts';
import { type TemporaryDirectory } from '../../storage/temporaryDirectory.ts';
import { type Node } from '../../tinyfs/backend.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { type AppendPlan, isInexact, planAppend, typeError } from './appendPlan.ts';
import { flexibleTypes } from './flexibleTypes.ts';
import { findTimeColumn } from './findTime.ts';
import { mayBeInferred, nullColumns } from './nullColumns.ts';
import { type BatchCache, KnownBatches } from './knownBatches.ts';
import { readParquet, writeParquet } from './readParquet.ts';
import { requireSecondsIn } from './seconds.ts';
import { footerTexts, type SeriesState, stateInFooter } from './seriesFooter.ts';
import {
  notationAfter,
  notationForBatch,
  requireNumberedNames,
  requireSameSign,
  requireSeriesNames,
} from './seriesNotation.ts';

/** A series, or a path for a new one, and what rows for it are made with. */
interface AppenderOptions {
  /** Directory from which `path` starts. */
  readonly home: WorkingDirectory;
  readonly path: string;
  /** Name of the time column, for a series that does not have one yet. */
  readonly time?: string | undefined;
  /** Returns the columns of a series whose latest version does not state them. */
  readonly columnsOf: (node: Node) => Promise<readonly TypedColumn[]>;
  /** True for text of which more will follow: the types of new columns have room for later values. */
  readonly isFlexible?: boolean;
  readonly materializer: Materializer;
  /** Cache of the hashes of batches; without it, the versions are asked for them. */
  readonly cache?: BatchCache | undefined;
  readonly job: Job;
}

/** Rows in a file of the host. */
export interface Batch {
  readonly file: InputFile;
  /** SHA-256 by which an equal batch is recognized, lower-case hex; undefined for rows that are appended in any case. */
  readonly hash?: string;
}

/** A batch that was read; `known` when the series has it already. */
interface ReadBatch {
  readonly isKnown: boolean;
  readonly rows: number;
  /** Of the rows, those whose time is NULL. */
  readonly rowsWithoutTime: number;
  /** Names of columns that the series did not have. */
  readonly added: readonly string[];
}

interface PendingVersion {
  readonly hostPath: string;
  readonly attributes: Node['attributes'] | undefined;
}

const knownBatch: ReadBatch = { isKnown: true, rows: 0, rowsWithoutTime: 0, added: [] };

/**
 * Reads batches of rows, checks them against a series, and then writes each as a version. Nothing is changed before
 * `write`.
 */
export class SeriesAppender {
  readonly #options: AppenderOptions;
  #existing: Node | undefined;
  /** One for each pending version. */
  #directories: readonly TemporaryDirectory[] = [];
  #pending: readonly PendingVersion[] = [];
  /** Loaded with the first batch that has a hash. */
  #batches: KnownBatches | undefined;
  #columns: readonly TypedColumn[];
  #notation: FileNotation | undefined;
  #timeColumn: string | undefined;

  private constructor(options: AppenderOptions, existing: Node | undefined, state: SeriesState) {
    const { columns, notation } = state;
    this.#options = options;
    this.#existing = existing;
    this.#columns = columns;
    this.#notation = notation;
    const isUsual = columns.some(({ name }) => name.toLowerCase() === defaultTimeColumn.toLowerCase());
    this.#timeColumn = existing?.attributes[timeAttribute] ?? (isUsual ? defaultTimeColumn : undefined);
  }

  /** Fails `already-exists` when anything but a series is at the path, and as the pond does. */
  static async open(options: AppenderOptions): Promise<SeriesAppender> {
    const { home, path } = options;
    const node = (await home.get(path))?.node;
    if (node === undefined) return new SeriesAppender(options, undefined, { columns: [], notation: undefined });
    if (node.type !== 'series') {
      const hint = 'Rows are appended to a series. Give a path that is not used yet.';
      throw new PondError('already-exists', `${path} is a ${node.type}, not a series`, { path, hint });
    }
    const state = await stateInFooter(home, path, node);
    return new SeriesAppender(options, node, state ?? { columns: await options.columnsOf(node), notation: undefined });
  }

  /**
   * Reads a batch: all its rows become one version, after those of the batches read before. Fails `invalid-content` for
   * rows that do not fit the series, and as Builder.fromUserSql.
   */
  async read({ file, hash }: Batch): Promise<ReadBatch> {
    const { path, materializer, job } = this.#options;
    if (hash !== undefined) {
      const { home, cache } = this.#options;
      this.#batches ??= await KnownBatches.of(this.#existing, cache, () => home.versions(path));
      if (this.#batches.has(hash)) return knownBatch;
    }
    const directory = makeProcessFolder();
    this.#directories = [...this.#directories, directory];
    const [source, target] = [join(directory.path, 'read'), join(directory.path, 'version')];
    const [where, text] = [file.pondPath, await this.#textOf(file)];
    if (text !== undefined) requireSeriesNames(text, this.#columns);
    const facts = await this.#convert(file, text && notationForBatch(text), source);
    if (facts.rowCount === 0) {
      if (this.#columns.length > 0) return { ...knownBatch, isKnown: false };
      throw new PondError('invalid-content', `${where} has no rows to begin a series with`, { path: where });
    }
    const names = { path, known: this.#notation, from: where };
    if (text === undefined) requireNumberedNames(names, facts.columns, this.#columns);
    await this.#requireTimes(source, facts.columns, where);
    const time = this.#timeOf(facts.columns, where);
    if (text !== undefined) requireSameSign(text);
    const plan = await this.#plan(source, facts, file, time);
    await this.#requireExact(source, plan, where);
    const rowsWithoutTime = await this.#checkTime(source, time, facts, where);
    const rows = sql`SELECT ${plan.select} FROM ${readParquet([source])}`;
    const notation = text === undefined ? this.#notation : notationAfter(text, facts.columns);
    const statements = [writeParquet(rows, target, footerTexts({ columns: plan.columns, notation }, hash))];
    await materializer.builder.run({ statements, reads: [source], writes: [target] }, job.signal);
    this.#accept(target, plan, time, hash);
    this.#notation = notation;
    return { isKnown: false, rows: facts.rowCount, rowsWithoutTime, added: plan.added };
  }

  /**
   * Stores the batches read since the last call, each as a version of the series. Returns the series; undefined when
   * there is none. Fails `conflict` when the series has changed since it was opened.
   */
  async write(): Promise<Node | undefined> {
    const { home, path } = this.#options;
    return await home.backend.batch(async () => {
      const now = (await home.get(path))?.node;
      if (now?.id !== this.#existing?.id || now?.version !== this.#existing?.version) {
        throw new PondError('conflict', `${path} was changed meanwhile`, { path, hint: 'Append again.' });
      }
      let node = now;
      for (const { hostPath, attributes } of this.#pending) {
        const content = readHostStream(hostPath, 0, Infinity);
        const options = { type: 'series', ...(attributes && { attributes }) } as const;
        node = (await home.writeFile(path, content, options)).node;
      }
      if (node !== undefined && this.#pending.length > 0) this.#batches?.save(node);
      this.#pending = [];
      this.#existing = node;
      this.close();
      return node;
    });
  }

  /** Removes the temporary files. */
  close(): void {
    for (const directory of this.#directories) directory.remove();
    this.#directories = [];
  }

  /** The notation of a CSV file, with that of the series; undefined for other files, and for an empty one. */
  async #textOf(file: InputFile) {
    const { reading } = file;
    if (reading?.reader !== 'read_csv') return undefined;
    const { materializer, path, job } = this.#options;
    const [own] = await materializer.builder.notations([{ ...file, reading }], job.signal);
    return own && { path, known: this.#notation, from: file.pondPath, own };
  }

  /** Writes the rows as Parquet. A column that is text in the series is read as text, whatever its values look like. */
  async #convert(file: InputFile, notation: Notation | undefined, target: string): Promise<FileFacts> {
    const { builder } = this.#options.materializer;
    const { signal } = this.#options.job;
    const input = { name: file.pondPath, files: [file] };
    const build = { input, tables: [], ...(notation && { notation }) };
    await builder.fromUserSql({ ...build, sql: 'FROM "$1"', target }, signal);
    const facts = await builder.inspect([target], signal);
    const texts = new Set(this.#columns.filter(({ type }) => type === 'VARCHAR').map(({ name }) => name.toLowerCase()));
    const wrong = facts.columns.filter(({ name, type }) => type !== 'VARCHAR' && texts.has(name.toLowerCase()));
    if (wrong.length === 0 || file.reading?.reader !== 'read_csv') return facts;
    const types = joinSql(wrong.map(({ name }) => sql`${literal(name)}: 'VARCHAR'`));
    const asText = `${target}-text`;
    const query = sql`FROM read_csv('$1', types = {${types}})`;
    await builder.fromUserSql({ ...build, sql: query, target: asText }, signal);
    await builder.run(
      { statements: [writeParquet(sql`FROM ${readParquet([asText])}`, target)], reads: [asText], writes: [target] },
      signal,
    );
    return await builder.inspect([target], signal);
  }

  /** Plans the columns; those of a text without any value have no type yet. */
  async #plan(
    source: string,
    { columns }: FileFacts,
    { pondPath, reading }: InputFile,
    time: TypedColumn,
  ): Promise<AppendPlan> {
    const { materializer, path, job, isFlexible = false } = this.#options;
    const isText = reading?.reader !== 'read_parquet';
    const inferred = columns.filter(({ type }) => isText && mayBeInferred(type)).map(({ name }) => name);
    const file = { hostPath: source, sizeBytes: 0, key: '' };
    const empty = inferred.length === 0 ? new Set<string>() : await nullColumns([file], inferred, materializer, job);
    const others = columns.filter(({ name }) => name !== time.name);
    const types =
      isFlexible && isText ? await flexibleTypes(source, others, materializer, job) : new Map<string, SqlType>();
    const plan = planAppend(this.#columns, { columns, empty, types });
    if (plan.misfit !== undefined)
      throw typeError(plan.misfit, path, pondPath, await this.#misfitText(source, plan.misfit));
    return plan;
  }

  /** Fails with the first text where the series has times. */
  async #requireTimes(source: string, columns: readonly TypedColumn[], where: string): Promise<void> {
    const isTime = ({ name }: TypedColumn): boolean => name.toLowerCase() === this.#timeColumn?.toLowerCase();
    const [known, own] = [this.#columns.find(isTime), columns.find(isTime)];
    if (known === undefined || own?.type !== 'VARCHAR' || known.type === 'VARCHAR') return;
    const misfit = { name: own.name, from: own.type, to: known.type };
    const text = await this.#misfitText(source, misfit);
    if (text !== undefined) throw typeError(misfit, this.#options.path, where, text);
  }

  /** The first text that the type of the series does not hold, with its row; undefined for values of another type. */
  async #misfitText(
    source: string,
    { name, from, to }: NonNullable<AppendPlan['misfit']>,
  ): Promise<string | undefined> {
    if (from !== 'VARCHAR') return undefined;
    const text = identifier(name);
    const rows = readParquet([source], sql`file_row_number = true`);
    const isMisfit = sql`${text} IS NOT NULL AND ${tryCastSql(text, to)} IS NULL`;
    const statements = [sql`SELECT ${text}, file_row_number + 1 FROM ${rows} WHERE ${isMisfit} ORDER BY 2 LIMIT 1`];
    const [row] = await this.#options.materializer.builder.run(
      { statements, reads: [source] },
      this.#options.job.signal,
    );
    return row && `"${String(row[0])}" in row ${String(row[1])}`;
  }

  async #requireExact(source: string, { conversions }: AppendPlan, where: string): Promise<void> {
    if (conversions.length === 0) return;
    const { materializer, path, job } = this.#options;
    const values = conversions.map(
      (conversion) => sql`any_value(${identifier(conversion.name)}) FILTER (${isInexact(conversion)})::VARCHAR`,
    );
    const statements = [sql`SELECT ${joinSql(values)} FROM ${readParquet([source])}`];
    const [row = []] = await materializer.builder.run({ statements, reads: [source] }, job.signal);
    const failed = conversions.findIndex((_, index) => row[index] !== null);
    if (failed >= 0) throw typeError(conversions[failed]!, path, where, String(row[failed]));
  }

  #timeOf(columns: readonly TypedColumn[], where: string): TypedColumn {
    const { time, path } = this.#options;
    const own = this.#timeColumn;
    if (own !== undefined && time !== undefined && own.toLowerCase() !== time.toLowerCase()) {
      throw new PondError('invalid-content', `the time column of ${path} is ${own}, not ${time}`, { path });
    }
    return findTimeColumn(columns, own ?? time, where);
  }

  /** Returns the number of rows without a time. */
  async #checkTime(source: string, time: TypedColumn, { rowCount }: FileFacts, where: string): Promise<number> {
    const { materializer, job } = this.#options;
    await requireSecondsIn(time, [source], materializer, job).catch((error: unknown) => {
      throw isPondError(error) ? error.with({ message: `${where}: ${error.message}`, path: where }) : error;
    });
    const statements = [sql`SELECT count(${identifier(time.name)}) FROM ${readParquet([source])}`];
    const [[withTime] = []] = await materializer.builder.run({ statements, reads: [source] }, job.signal);
    return rowCount - Number(withTime);
  }

  #accept(hostPath: string, { columns }: AppendPlan, time: TypedColumn, hash: string | undefined): void {
    const isNamed = this.#timeColumn === undefined && time.name.toLowerCase() !== defaultTimeColumn.toLowerCase();
    const attributes = isNamed ? { ...this.#existing?.attributes, [timeAttribute]: time.name } : undefined;
    this.#pending = [...this.#pending, { hostPath, attributes }];
    this.#columns = columns;
    this.#timeColumn ??= time.name;
    if (hash !== undefined) this.#batches?.add(hash);
  }
}
