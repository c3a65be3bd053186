/** The records of runs that a resource keeps in its home: JSON, one object a line, the newest last. */
import { type PondError } from '../../base/error.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { type StoredResource } from '../readResource.ts';
import { longEnough, redact } from '../redact.ts';
import { recordsName } from '../model/resourcePath.ts';
import { type RunCounts } from '../model/runState.ts';

/** How many records a home keeps; older ones are in older versions of the file. */
const recordsMax = 100;

/** Bytes of all records of a home, of which every run writes all; the newest is kept whatever it takes. */
const recordsBytesMax = 256 * 1024;

/** Characters of a text in a record: messages of a query engine quote what it read. */
const textLengthMax = 2_000;

/** After this time, in milliseconds, the record of a run is kept though it says what the newest says. */
const sameAgainMs = 60 * 60 * 1000;

/** How a run ended. */
export type RecordedStatus = 'ok' | 'failed' | 'cancelled' | 'skipped';

/** The record of a run. Its fields are the columns of pond.runs, and of RunInfo in the protocol. */
export interface RunRecord extends RunCounts {
  readonly status: RecordedStatus;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly durationMs: number;
  readonly notes: readonly string[];
  readonly error: RunFailure | null;
}

/** Why a run failed, as plain data. */
export interface RunFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly path?: string;
  /** 0-based, in the file at `path`. */
  readonly line?: number;
  readonly character?: number;
}

/** The plain data of an error. */
export function failureOf({ code, message, hint, path, position }: PondError): RunFailure {
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { path }),
    ...(position === undefined ? {} : position),
  };
}

/** Returns a record without the secrets that messages and notes repeat. */
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

/** Returns the records in a home, oldest first; none when it never ran. Lines that are no records are left out. */
export async function readRecords(
  fs: FileSystem,
  { home }: Pick<StoredResource, 'home'>,
): Promise<readonly RunRecord[]> {
  const root = await fs.root();
  const path = `${home}/${recordsName}`;
  if (!(await root.exists(path))) return [];
  return parseRecords(await root.readFile(path));
}

/** Adds a record to those of a home, which is a directory of a transaction. */
export async function addRecord(home: WorkingDirectory, record: RunRecord): Promise<void> {
  const before = (await home.exists(recordsName)) ? parseRecords(await home.readFile(recordsName)) : [];
  await home.writeFile(recordsName, Buffer.concat(newestLines([...before, shortened(record)])));
}

/**
 * True for the record of a run that brought nothing and ended as the newest of its home tells of one within the hour.
 */
export function isSameAgain(record: RunRecord, newest: RunRecord | undefined): boolean {
  if (newest === undefined || record.rows + record.files > 0) return false;
  const ending = ({ status, notes, error }: RunRecord): string => JSON.stringify([status, notes, error?.message]);
  const sinceMs = Date.parse(record.started) - Date.parse(newest.started);
  return ending(shortened(record)) === ending(newest) && sinceMs >= 0 && sinceMs < sameAgainMs;
}

/** The lines of the newest records, as many as a home keeps. */
function newestLines(records: readonly RunRecord[]): readonly Uint8Array[] {
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

function shortened({ notes, error, ...record }: RunRecord): RunRecord {
  return { ...record, notes: notes.map(short), error: error && { ...error, message: short(error.message) } };
}

const short = (text: string): string => (text.length <= textLengthMax ? text : `${text.slice(0, textLengthMax)}…`);

function parseRecords(content: Uint8Array): readonly RunRecord[] {
  return new TextDecoder()
    .decode(content)
    .split('\n')
    .flatMap((line) => {
      try {
        const value: unknown = line === '' ? undefined : JSON.parse(line);
        return isRecord(value) ? [value] : [];
      } catch {
        return [];
      }
    });
}

/** Anybody may write the file. */
function isRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { status, started, durationMs, rows, bytes, files, notes, error } = value as Partial<RunRecord>;
  const isCounted = [durationMs, rows, bytes, files].every((count) => typeof count === 'number');
  const isTold = Array.isArray(notes) && notes.every((note) => typeof note === 'string') && typeof error === 'object';
  return isCounted && isTold && typeof status === 'string' && typeof started === 'string';
}
