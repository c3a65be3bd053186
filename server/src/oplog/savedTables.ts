/**
 * The state of a pond's table, saved in the user's cache folder so that the next process need not read a checkpoint and
 * all entries of the log after it. It stands for a checkpoint of this user's own: what the log says after it is read as
 * after any checkpoint, and its files are read from the pond when they are needed.
 *
 * A state is believed only where the log has, at its version, exactly the entry with which it was saved. That entry names
 * its parent by the hash that covers the history before it. Anything else is passed over: a damaged or missing text, the
 * state of another pond, and one from before the log was replaced.
 */
import { sha256Of } from '../base/sha256.ts';
import { lazy } from '../base/lazy.ts';
import { isPondError } from '../base/error.ts';
import { serializeCommit } from '../delta/actions.ts';
import { type CommitNumber, firstCommit } from '../delta/commitNumber.ts';
import { Fields } from '../delta/fields.ts';
import { LayeredMap } from '../delta/layeredMap.ts';
import { type LazyTable, type TableBase } from '../delta/lazyTable.ts';
import { readHint } from '../delta/log.ts';
import { commitFile } from '../delta/logPaths.ts';
import { parseCommit } from '../delta/parse.ts';
import { type Cache } from '../storage/cache.ts';
import { type Disk } from '../storage/disk.ts';

/** Tables with fewer versions are read in less time than the cache is found. */
const versionsMin = 250;

/** The text of another program version is passed over. */
const formatVersion = 1;

/** A state as it was saved. */
interface SavedTable extends TableBase {
  /** SHA-256 of the log entry of its version, lower-case hex. */
  readonly entry: string;
  /** True when each version up to it is a commit of ours with a live file, and no other file is live. */
  readonly isOursAlone: boolean;
}

type TextCache = Pick<Cache, 'readText' | 'writeText'>;

/** Saved states of the table of one pond. */
export class SavedTables {
  readonly #cache: () => TextCache;
  readonly #key: string;
  #latest: SavedTable | undefined;

  /** `cache` opens the cache on first use. `directory` names the pond: another one there later has another log. */
  constructor(cache: () => TextCache, directory: string) {
    this.#cache = lazy(cache);
    this.#key = sha256Of(JSON.stringify(['table', formatVersion, directory]));
  }

  /** The state that was read or written last. */
  get latest(): TableBase | undefined {
    return this.#latest;
  }

  /** The version up to which the table is known to have commits of ours alone. */
  get oursUpTo(): CommitNumber | undefined {
    return this.#latest?.isOursAlone === true ? this.#latest.head.version : undefined;
  }

  /** Reads the state that was saved. Returns its version; undefined where none fits the log, or the pond is young. */
  read(disk: Disk): CommitNumber | undefined {
    if ((readHint(disk)?.version ?? 0) < versionsMin) return undefined;
    const saved = parsed(this.#cache().readText(this.#key));
    this.#latest = saved !== undefined && saved.entry === entryHash(disk, saved) ? saved : undefined;
    return this.#latest?.head.version;
  }

  /** Saves a state. Best effort: without it, the next process reads more. */
  write(disk: Disk, { head, rows }: LazyTable, { isOursAlone }: Pick<SavedTable, 'isOursAlone'>): void {
    const entry = head.version < versionsMin ? undefined : entryHash(disk, { head });
    if (entry === undefined) return;
    this.#latest = { head, rows, entry, isOursAlone };
    try {
      this.#cache().writeText(this.#key, textOf(this.#latest));
    } catch (error) {
      if (!isPondError(error)) throw error;
    }
  }
}

function entryHash(disk: Disk, state: Pick<TableBase, 'head'> | undefined): string | undefined {
  const bytes = state && disk.readFile(commitFile(state.head.version));
  return bytes && sha256Of(bytes);
}

/** The text is the actions of the table, as in a log entry, after a line with their hash. */
function textOf({ head, rows, entry, isOursAlone }: SavedTable): string {
  const { version, protocol, metaData, transactions, checkpointVersion } = head;
  const commitInfo = { version, rows, entry, isOursAlone, checkpointVersion };
  const actions = { commitInfo, protocol, metaData, txns: [...transactions.values()], removes: [], adds: [] };
  const text = new TextDecoder().decode(serializeCommit(actions));
  return `${sha256Of(text)}\n${text}`;
}

function parsed(text: string | undefined): SavedTable | undefined {
  const end = text?.indexOf('\n') ?? -1;
  if (text === undefined || end < 0 || sha256Of(text.slice(end + 1)) !== text.slice(0, end)) return undefined;
  try {
    return parsedActions(text.slice(end + 1));
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    return undefined;
  }
}

function parsedActions(text: string): SavedTable | undefined {
  const place = { part: 'the saved table' };
  const { commitInfo = {}, protocol, metaData, txns } = parseCommit(Buffer.from(text), firstCommit, place.part);
  if (protocol === undefined || metaData === undefined) return undefined;
  const fields = new Fields(commitInfo, 'commitInfo', place);
  const transactions = LayeredMap.of(new Map(txns.map((txn) => [txn.appId, txn])));
  const checkpointVersion = fields.has('checkpointVersion') ? fields.commitNumber('checkpointVersion') : undefined;
  const version = fields.commitNumber('version');
  return {
    head: { version, protocol, metaData, transactions, checkpointVersion, unusableCheckpoints: [] },
    rows: fields.count('rows'),
    entry: fields.hash('entry'),
    isOursAlone: fields.flag('isOursAlone'),
  };
}
