/** Transactions of a Watertown pond as commits: the tree by its directories, the versions by the rows of each node. */
import { groupBy } from '../base/groupBy.ts';
import { type TimeRange } from '../parquet/footer.ts';
import { type Content } from '../tinyfs/backend.ts';
import { type TextParser } from './appendedText.ts';
import { blake3Of } from './blake3.ts';
import { damagedSource, problemIn, targetProblem } from './checkedContent.ts';
import { AppendedTexts } from './watertownAppended.ts';
import { type WatertownContents } from './watertownContent.ts';
import { watertownEntries } from './watertownDirectory.ts';
import { type DynamicNode } from './watertownDrafts.ts';
import { type WatertownRow } from './watertownRow.ts';
import { dailyVersions, everyVersion, liveRows, missingVersion } from './watertownSeries.ts';
import { logNode, type PlacedNode, type TreeChanges, WatertownTree } from './watertownTree.ts';
import { joinTimes, type RecordedTimes } from './watertownTimes.ts';
import { type SourceChange, type SourceCommit, type SourceFindings } from './source.ts';

/** Hashes of the contents of a file, or of the versions of a series, in the last state. */
export type ContentHashes = ReadonlyMap<string, readonly string[]>;

/** The rows of a pond, and what becomes of them. */
interface HistoryOptions {
  readonly pondId: string;
  readonly rows: readonly WatertownRow[];
  /** True for each version of an appended text. */
  readonly isEvery: boolean;
  readonly parser: TextParser | undefined;
}

/** Follows the transactions in their order; every content is read and checked. */
export class WatertownHistory {
  readonly #contents: WatertownContents;
  readonly #findings: SourceFindings;
  readonly #tree: WatertownTree;
  /** All rows of each node, in the order of versions. */
  readonly #rows: ReadonlyMap<string, readonly WatertownRow[]>;
  /** Rows of each node up to the present transaction. */
  readonly #seen = new Map<string, WatertownRow[]>();
  readonly #hashes = new Map<string, string[]>();
  /** Times that the versions of each series cover. */
  readonly #times = new Map<string, TimeRange>();
  readonly #recipes = new Map<string, { readonly factory: string; readonly config: string }>();
  /** Versions of each series of bytes that become versions. */
  readonly #wanted = new Map<string, ReadonlySet<number>>();
  readonly #wantedOf: typeof dailyVersions;
  readonly #refused = new Set<string>();
  /** Texts that become series. */
  readonly appended: AppendedTexts;
  /** Ends the marks of commits: a migration goes on with what it began with. */
  readonly #suffix: string;
  #rootHash: string | undefined;

  constructor(
    contents: WatertownContents,
    findings: SourceFindings,
    { pondId, rows, isEvery, parser }: HistoryOptions,
  ) {
    this.appended = new AppendedTexts(parser);
    this.#suffix = parser === undefined ? '' : '\nrows';
    this.#wantedOf = isEvery ? everyVersion : dailyVersions;
    this.#tree = new WatertownTree(pondId);
    this.#contents = contents;
    this.#findings = findings;
    this.#rows = groupBy(rows, ({ nodeId }) => nodeId);
  }

  /** Returns the path of a node in the last state. */
  pathOf(nodeId: string): string | undefined {
    return this.#tree.node(nodeId)?.path;
  }

  /** Hashes by path. */
  get contents(): ContentHashes {
    return this.#byPath(this.#hashes);
  }

  /** Recorded times by path. */
  get times(): RecordedTimes {
    return this.#byPath(this.#times);
  }

  #byPath<T>(byNode: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
    return new Map(
      this.#tree.below().flatMap(({ nodeId, path }): [string, T][] => {
        const own = byNode.get(nodeId);
        return own === undefined ? [] : [[path, own]];
      }),
    );
  }

  /** Returns the nodes of the last state whose content is computed. */
  dynamicNodes(): readonly DynamicNode[] {
    return this.#tree.below().flatMap(({ nodeId, path }) => {
      const config = this.#recipes.get(nodeId);
      return config === undefined ? [] : [{ path, ...config }];
    });
  }

  /** Returns the commit of a transaction. */
  async commitOf(txn: number, rows: readonly WatertownRow[], command: string | undefined): Promise<SourceCommit> {
    const changes: SourceChange[] = [];
    const tree = this.#tree.apply(await this.#snapshots(rows));
    for (const refused of tree.refused) this.#refuse(refused);
    changes.push(...this.#treeChanges(tree));
    // Nodes that were written before a directory had them.
    for (const { nodeId, isMoved } of tree.placed) {
      if (!isMoved) changes.push(...(await this.#earlierVersions(nodeId)));
    }
    for (const row of rows) changes.push(...(await this.#rowChanges(row)));
    const message =
      command === undefined ? `Watertown transaction ${txn}` : `${command}\n\nWatertown transaction ${txn}`;
    const hash = this.#rootHash === undefined ? '' : `, root tree hash ${this.#rootHash}`;
    return {
      number: txn,
      timeUs: rows.reduce((latest, { timestampUs }) => Math.max(latest, timestampUs), 0),
      message: `${message}${hash}`,
      mark: await blake3Of([Buffer.from(`${rows.map(markOf).join('\n')}${this.#suffix}`)]),
      changes,
    };
  }

  /** A directory lists an entry in each of its states. */
  #refuse({ path, reason }: TreeChanges['refused'][number]): void {
    const key = `${path}: ${reason}`;
    if (!this.#refused.has(key)) this.#findings.left.push({ path, reason });
    this.#refused.add(key);
  }

  /** Directories that the transaction wrote, by id. One that cannot be read stays as it was. */
  async #snapshots(rows: readonly WatertownRow[]): Promise<Map<string, ReturnType<typeof watertownEntries>>> {
    const snapshots = new Map<string, ReturnType<typeof watertownEntries>>();
    for (const row of rows.filter(({ isSnapshot }) => isSnapshot)) {
      const location = this.#contents.location(row);
      try {
        snapshots.set(row.nodeId, watertownEntries(await this.#contents.read(row), location));
      } catch (error) {
        this.#findings.damage.push({ path: location, problem: problemIn(error, location) });
      }
    }
    return snapshots;
  }

  /** Moves go through names of their own, since two nodes may take each other's. */
  #treeChanges({ gone, placed }: TreeChanges): readonly SourceChange[] {
    const changes: SourceChange[] = [];
    const held = new Map<string, string>();
    for (const { nodeId, path, type, isMoved } of gone) {
      if (isComputed(type)) continue;
      if (!isMoved) changes.push({ kind: 'remove', path });
      else {
        held.set(nodeId, `/.moving-${nodeId}`);
        changes.push({ kind: 'rename', from: path, path: `/.moving-${nodeId}` });
      }
    }
    for (const { nodeId, path, type } of placed) {
      const from = held.get(nodeId);
      if (from !== undefined) changes.push({ kind: 'rename', from, path });
      else if (type === 'dir:physical') changes.push({ kind: 'directory', path });
    }
    return changes;
  }

  async #rowChanges(row: WatertownRow): Promise<readonly SourceChange[]> {
    if (row.nodeId === logNode) await this.#readLog(row);
    if (row.isSnapshot || row.type === 'dir:physical') return [];
    const seen = this.#seen.get(row.nodeId);
    if (seen === undefined) this.#seen.set(row.nodeId, [row]);
    else seen.push(row);
    const node = this.#tree.node(row.nodeId);
    return node === undefined ? [] : await this.#versionOf(row, node);
  }

  /** A node that was linked later than it was written has all of its versions so far at once. */
  async #earlierVersions(nodeId: string): Promise<readonly SourceChange[]> {
    const node = this.#tree.node(nodeId);
    this.#hashes.delete(nodeId);
    if (node === undefined) return [];
    const changes: SourceChange[] = [];
    for (const row of this.#seen.get(nodeId) ?? []) changes.push(...(await this.#versionOf(row, node)));
    return changes;
  }

  async #versionOf(row: WatertownRow, { path }: PlacedNode): Promise<readonly SourceChange[]> {
    const location = this.#contents.location(row);
    try {
      if (isComputed(row.type)) return await this.#recipe(row);
      if (row.type === 'symlink') {
        const target = Buffer.from(await this.#contents.read(row)).toString('utf8');
        const problem = targetProblem(target);
        if (problem !== undefined) throw damagedSource(location, problem);
        return [{ kind: 'link', path, target }];
      }
      return row.type === 'file:physical:series'
        ? await this.#wholeSeries(row, path)
        : await this.#oneVersion(row, path);
    } catch (error) {
      this.#findings.damage.push({ path: `${location}: ${path}`, problem: problemIn(error, location) });
      return [];
    }
  }

  async #recipe(row: WatertownRow): Promise<readonly SourceChange[]> {
    const config = Buffer.from(await this.#contents.read(row)).toString('utf8');
    this.#recipes.set(row.nodeId, { factory: row.factory ?? 'node', config });
    return [];
  }

  async #oneVersion(row: WatertownRow, path: string): Promise<readonly SourceChange[]> {
    if (row.range.isMerged) return [];
    const { blake3: hash, sizesBytes } = await this.#contents.check([row], path);
    const type =
      row.type === 'file:physical:version' ? 'file' : row.type === 'table:physical:series' ? 'series' : 'table';
    this.#hashes.set(row.nodeId, type === 'series' ? [...(this.#hashes.get(row.nodeId) ?? []), hash] : [hash]);
    const times = joinTimes(this.#times.get(row.nodeId), row.times);
    if (type === 'series' && times !== undefined) this.#times.set(row.nodeId, times);
    const attributes = attributesOf(row);
    const open = (): Content => this.#contents.open([row]);
    return [{ kind: 'version', path, type, sizeBytes: sizesBytes[0]!, attributes, open }];
  }

  /** The versions of a series of bytes follow each other: the file has them all. */
  async #wholeSeries(row: WatertownRow, path: string): Promise<readonly SourceChange[]> {
    const all = this.#rows.get(row.nodeId) ?? [];
    const wanted = this.#wanted.get(row.nodeId) ?? this.#wantedOf(all);
    this.#wanted.set(row.nodeId, wanted);
    if (!wanted.has(row.version)) return [];
    const rows = all.filter(({ version }) => version <= row.version);
    const whole = liveRows(all);
    if (missingVersion(whole, all) === undefined) {
      const changes = await this.appended.changesOf(row, path, { wanted, live: whole, contents: this.#contents });
      if (changes !== undefined) return changes;
    }
    const live = liveRows(rows);
    const missing = missingVersion(live, rows);
    // Rows that were merged later may be gone: only the last state is whole.
    if (missing !== undefined && row.version < Math.max(...wanted)) {
      this.#refuse({ path, reason: 'some earlier versions of it are not whole: the source merged their parts' });
      return [];
    }
    if (missing !== undefined) {
      this.#findings.damage.push({ path, problem: `version ${missing} of the series is missing` });
    }
    const { blake3, sizesBytes } = await this.#contents.check(live, path);
    this.#hashes.set(row.nodeId, [blake3]);
    const sizeBytes = sizesBytes.reduce((sum, size) => sum + size, 0);
    const open = (): Content => this.#contents.open(live);
    return [{ kind: 'version', path, type: 'file', sizeBytes, attributes: attributesOf(row), open }];
  }

  /** The log of the source states the hash of the tree after each commit. */
  async #readLog(row: WatertownRow): Promise<void> {
    try {
      this.#rootHash = rootHashIn(await this.#contents.read(row)) ?? this.#rootHash;
    } catch (error) {
      const location = this.#contents.location(row);
      this.#findings.damage.push({ path: location, problem: problemIn(error, location) });
    }
  }
}

const isComputed = (type: string): boolean => type.endsWith(':dynamic');

const markOf = ({ nodeId, version, blake3, txn }: WatertownRow): string => [txn, nodeId, version, blake3].join(' ');

/** Name of the attribute of the source for the time column, and of ours. */
const timeColumn = 'watertown.timestamp_column';

function attributesOf({ attributes, type }: WatertownRow): Readonly<Record<string, string>> {
  const column = attributes[timeColumn];
  const isUsual = column === undefined || column.toLowerCase() === 'timestamp';
  return type !== 'table:physical:series' || isUsual ? attributes : { ...attributes, time: column };
}

const commitForm = /^watertown\.commit\.v2\n$/;

/** Returns the hash of the tree in an entry of the log; undefined for an entry of another form. */
function rootHashIn(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(10) + 1;
  const isKnown = commitForm.test(Buffer.from(bytes.subarray(0, end)).toString('latin1'));
  // One byte states the model of contents.
  const hash = bytes.subarray(end + 1, end + 33);
  return isKnown && hash.length === 32 ? Buffer.from(hash).toString('hex') : undefined;
}
