/** The marks of a Delta table that holds a pond, and the check for them. */
import { PondError } from '../base/error.ts';
import { type CommitNumber, parseCommitNumber } from '../delta/commitNumber.ts';
import { type DeltaCommit } from '../delta/actions.ts';
import { asObject, damaged } from '../delta/fields.ts';
import { commitFile, logDirectory } from '../delta/logPaths.ts';
import { type TableHead } from '../delta/deltaSnapshot.ts';

/** Name under which commits of ours record their number in the table's `txn` actions. */
export const appId = 'duckpond';

/** The tag of our data files: the commits whose rows they hold, as `first-last`. */
export const rangeTag = 'duckpond.txn';

/** Version of the layout of rows and of `_pond`, in the table's configuration. */
const [formatKey, formatVersion] = ['duckpond.format', 1];

/** Foreign DELETE and UPDATE are not allowed, and no engine's cleanup may remove history before its owner does. */
export const tableConfiguration: Readonly<Record<string, string>> = {
  'delta.appendOnly': 'true',
  'delta.logRetentionDuration': 'interval 36500 days',
  'delta.deletedFileRetentionDuration': 'interval 36500 days',
  [formatKey]: String(formatVersion),
};

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Fails unless a table holds a pond that this program can read: `pond-not-found` for another Delta table,
 * `pond-too-new`, and `pond-damaged` for an id or a latest commit that no pond has, or a pond without its configuration.
 */
export function requirePond(table: TableHead): void {
  const format = table.metaData.configuration[formatKey];
  if (!table.transactions.get(appId)) throw notPond();
  if (format === undefined) {
    throw new PondError('pond-damaged', `the table is a pond, but its configuration lacks ${formatKey}`, {
      path: logDirectory,
      hint: 'Another engine replaced the metadata of the table: set the property again. Nothing was changed.',
    });
  }
  requireTableId(table.metaData.id);
  if (Number(format) > formatVersion) {
    throw new PondError('pond-too-new', `the pond has format ${format}; this program knows ${formatVersion}`, {
      hint: 'Use a newer DuckPond; nothing was changed.',
    });
  }
  headOf(table);
}

/** Returns the number of our latest commit. Fails `pond-not-found`, and `pond-damaged` for a number that no pond has. */
export function headOf(table: TableHead): CommitNumber {
  const recorded = table.transactions.get(appId)?.version;
  if (recorded === undefined) throw notPond();
  const head = parseCommitNumber(recorded);
  if (head !== undefined && head <= table.version) return head;
  throw new PondError('pond-damaged', `the latest commit is ${recorded}, of ${table.version}`, {
    path: logDirectory,
  });
}

function notPond(): PondError {
  return new PondError('pond-not-found', 'the Delta table there is not a pond');
}

/** Fails `pond-damaged` unless the id of a table is a UUID, as every pond's is: names on the host are made from it. */
function requireTableId(id: string): void {
  if (uuidPattern.test(id)) return;
  throw new PondError('pond-damaged', `expected a UUID as the id of the table, got ${JSON.stringify(id)}`, {
    path: logDirectory,
    hint: "'pond check --repair --from DIR' restores the log from a copy of the pond; nothing was changed.",
  });
}

/** Returns the record in a log entry; undefined for another engine's. Fails `pond-damaged` as `record`. */
export function recordIn({ version, commitInfo, txns }: DeltaCommit): Readonly<Record<string, unknown>> | undefined {
  const record = commitInfo?.['pond'];
  const own = txns.find((txn) => txn.appId === appId)?.version;
  const place = { file: commitFile(version) };
  if (record === undefined) {
    // Only a commit of ours has its own version as the latest commit.
    if (own === version) throw damaged(place, `commit ${version} has its number, and no record`);
    return undefined;
  }
  if (own === version) return asObject(record, 'pond', place);
  throw damaged(place, `commit ${version} has the record of a commit, and ${own ?? 'no number'} as its number`);
}
