/** Series of bytes of a Watertown pond whose texts become series of rows. */
import { plural } from '../base/plural.ts';
import { readCoverage } from '../pond/seriesCoverage.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { type AppendedRows, type ParsedText, type TextParser } from './appendedText.ts';
import { type SourceChange } from './source.ts';
import { type WatertownContents } from './watertownContent.ts';
import { type WatertownRow } from './watertownRow.ts';

/** Name of the attribute of the time column of a series, where that is not `Timestamp`. */
const timeAttribute = 'time';

interface AppendedSeries extends Omit<ParsedText, 'appends'> {
  /** By the version that ends with them. */
  readonly appends: ReadonlyMap<number, AppendedRows>;
}

/** Parses each appended text once, when its first version is asked for. */
export class AppendedTexts {
  readonly #parser: TextParser | undefined;
  readonly #series = new Map<string, AppendedSeries | undefined>();
  readonly #notes: string[] = [];

  constructor(parser: TextParser | undefined) {
    this.#parser = parser;
  }

  /** Sentences on the texts that stay files. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /**
   * Returns the changes of a version that became rows; undefined for a text that stays a file. `live` are the rows with
   * the content of the whole text.
   */
  async changesOf(
    row: WatertownRow,
    path: string,
    { wanted, live, contents }: AppendedContent,
  ): Promise<readonly SourceChange[] | undefined> {
    if (this.#parser === undefined) return undefined;
    if (!this.#series.has(row.nodeId)) {
      this.#series.set(row.nodeId, await this.#parse(this.#parser, path, { wanted, live, contents }));
    }
    const series = this.#series.get(row.nodeId);
    if (series === undefined) return undefined;
    const append = series.appends.get(row.version);
    if (append === undefined || append.rowCount === 0) return [];
    const isUsual = series.timeColumn.toLowerCase() === 'timestamp';
    const attributes = { ...row.attributes, ...(!isUsual && { [timeAttribute]: series.timeColumn }) };
    const { open } = append;
    return [{ kind: 'version', path, type: 'series', sizeBytes: row.sizeBytes ?? 0, attributes, open }];
  }

  /**
   * Returns sentences that compare the rows of texts with those of the series that they became; none without any.
   * `pathOf` returns where a node is in the end.
   */
  async rowNotes(
    migrated: WorkingDirectory,
    pathOf: (nodeId: string) => string | undefined,
  ): Promise<readonly string[]> {
    const notes: string[] = [];
    let [series, rows] = [0, 0];
    for (const [nodeId, one] of this.#series) {
      const path = pathOf(nodeId);
      if (one === undefined || path === undefined) continue;
      const found = (await readCoverage(migrated, path.slice(1))).rows;
      const expected = [...one.appends.values()].reduce((sum, { rowCount }) => sum + rowCount, 0);
      if (found !== expected) notes.push(`${path} has ${plural(found, 'row')}; its text has ${expected}.`);
      else [series, rows] = [series + 1, rows + expected];
    }
    return series === 0
      ? notes
      : [`Appended files that are series now: ${series}, with all of their ${plural(rows, 'row')}.`, ...notes];
  }

  async #parse(
    parser: TextParser,
    path: string,
    { wanted, live, contents }: AppendedContent,
  ): Promise<AppendedSeries | undefined> {
    const { sizesBytes } = await contents.check(live, path);
    const versions = [...wanted].sort((a, b) => a - b);
    const ends = versions.map((version) =>
      live.reduce((end, { range }, index) => (range.last <= version ? end + sizesBytes[index]! : end), 0),
    );
    const parsed = await parser.parse(path, contents.open(live), ends);
    if (typeof parsed === 'string') {
      this.#notes.push(`${path} stays a file: ${parsed.replace(`${path} `, 'it ')}.`);
      return undefined;
    }
    const appends = new Map(versions.map((version, index) => [version, parsed.appends[index]!] as const));
    return { timeColumn: parsed.timeColumn, appends };
  }
}

/** The content of an appended text. */
interface AppendedContent {
  /** Versions that become versions. */
  readonly wanted: ReadonlySet<number>;
  readonly live: readonly WatertownRow[];
  readonly contents: WatertownContents;
}
