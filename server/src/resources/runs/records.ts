/** Records of runs, kept in the resource directory: JSON, one object per line, the latest last. */
import { type PondError } from '../../base/error.ts';
import { fieldsOf, parseJsonText } from '../../base/json.ts';
import { type RunErrorInfo, type RunInfo, runStatuses } from '../../protocol/resources.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { type StoredResource } from '../readResource.ts';
import { longEnough, redact } from '../redact.ts';
import { recordsName } from '../model/resourcePath.ts';

/** Maximum number of records in a resource directory; older ones are in older versions of the file. */
const recordsMax = 100;

/**
 * Maximum size of all records of a resource in bytes, because every run rewrites all of them; the latest is kept
 * regardless of size.
 */
const recordsBytesMax = 256 * 1024;

/** Maximum characters of a text in a record: messages of a query engine quote the text they read. */
const textLengthMax = 2_000;

/**
 * After this time, in milliseconds, a record is kept even if it repeats the latest one: the history of a pond that is
 * copied says each day that its resources ran, and each hour that one still fails.
 */
const sameAgainMs = { ok: 24 * 60 * 60 * 1000, other: 60 * 60 * 1000 };

/** The record of a run. Its fields are the columns of pond.runs. */
export type RunRecord = Omit<RunInfo, 'resource' | 'id' | 'commit' | 'unrecorded'>;

/** Returns the plain data of an error. */
export function failureOf(error: PondError): RunErrorInfo {
  const { code, message, hint, path, position } = error.toPlain();
  return { code, message, ...(hint !== undefined && { hint }), ...(path !== undefined && { path }), ...position };
}

/** Returns a record without the secrets that its messages and notes contain. */
export function withoutSecrets(record: RunRecord, all: readonly string[]): RunRecord {
  const secrets = longEnough(all);
  const { notes, error } = record;
  return {
    ...record,
    notes: notes.map((note) => redact(note, secrets)),
    error: error && {
      ...error,
      message: redact(error.message, secrets),
      ...(error.hint !== undefined && { hint: redact(error.hint, secrets) }),
    },
  };
}

/**
 * Returns the records in a resource directory, oldest first; none if the resource never ran. Invalid lines are skipped.
 */
export async function readRecords(
  fs: FileSystem,
  { home }: Pick<StoredResource, 'home'>,
): Promise<readonly RunRecord[]> {
  const root = await fs.root();
  const path = `${home}/${recordsName}`;
  if (!(await root.exists(path))) return [];
  return parseRecords(await root.readFile(path));
}

/** Adds a record to a resource directory, which belongs to a transaction. */
export async function addRecord(directory: WorkingDirectory, record: RunRecord): Promise<void> {
  const before = (await directory.exists(recordsName)) ? parseRecords(await directory.readFile(recordsName)) : [];
  await directory.writeFile(recordsName, Buffer.concat(latestLines([...before, shortened(record)])));
}

/** True if a run says nothing that the latest record of its resource does not say, and that record is not old. */
export function isSameAgain(record: RunRecord, latest: RunRecord | undefined): latest is RunRecord {
  if (latest === undefined || !repeats(record, latest)) return false;
  const sinceMs = Date.parse(record.started) - Date.parse(latest.started);
  return sinceMs >= 0 && sinceMs < (record.status === 'ok' ? sameAgainMs.ok : sameAgainMs.other);
}

/**
 * True if a run without new data ended as another one: with the same status and error, and with the same notes, or some of
 * them where that one had new data, which its other notes are about.
 */
export function repeats(record: RunRecord, latest: RunRecord): boolean {
  if (record.rows + record.files > 0) return false;
  const { status, notes, error } = shortened(record);
  if (status !== latest.status || JSON.stringify(error) !== JSON.stringify(latest.error)) return false;
  const isRest = latest.rows + latest.files > 0 && notes.every((note) => latest.notes.includes(note));
  return isRest || JSON.stringify(notes) === JSON.stringify(latest.notes);
}

/** The lines of the latest records, up to the limits of a resource directory. */
function latestLines(records: readonly RunRecord[]): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  let bytes = 0;
  for (const record of records.toReversed()) {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    bytes += line.length;
    if (lines.length === recordsMax || (lines.length > 0 && bytes > recordsBytesMax)) break;
    lines.unshift(line);
  }
  return lines;
}

/** Returns a record as it is kept: without the end of long texts. */
export function shortened({ notes, error, ...record }: RunRecord): RunRecord {
  return { ...record, notes: notes.map(short), error: error && { ...error, message: short(error.message) } };
}

const short = (text: string): string => (text.length <= textLengthMax ? text : `${text.slice(0, textLengthMax)}…`);

function parseRecords(content: Uint8Array): readonly RunRecord[] {
  return new TextDecoder().decode(content).split('\n').map(parseJsonText).filter(isRunRecord);
}

/** Validates a record, because any process may write the file. */
export function isRunRecord(value: unknown): value is RunRecord {
  const { status, started, durationMs, rows, bytes, files, notes, error } = fieldsOf(value);
  const hasCounts = [durationMs, rows, bytes, files].every((count) => typeof count === 'number');
  const isEnded = runStatuses.some((known) => known === status) && typeof started === 'string';
  const hasNotes = Array.isArray(notes) && notes.every((note) => typeof note === 'string');
  return hasCounts && isEnded && hasNotes && (error === null || isFailure(error));
}

function isFailure(value: unknown): boolean {
  const { code, message, hint = '', path = '', line = 0, character = 0 } = fieldsOf(value);
  const hasTexts = [code, message, hint, path].every((text) => typeof text === 'string');
  return hasTexts && [line, character].every((number) => typeof number === 'number');
}
