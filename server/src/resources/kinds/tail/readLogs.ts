/**
 * Progress of a Tail in its logs. A log may be renamed, copied, compressed or truncated between two runs, so it is
 * recognized by its content: the first and the last bytes of what was read.
 */
import { createHash } from 'node:crypto';
import { PondError } from '../../../base/error.ts';
import { readHostStream } from '../../../storage/hostStream.ts';
import { type LogContent } from './chunks.ts';

/** A log up to the last line that was read. */
export interface ReadLog {
  /** Number of bytes read. */
  readonly offset: number;
  /** Hash of at most `sampleBytes` bytes at the start and at the end of those read. */
  readonly sample: string;
  /** Offset of the header above the lines that follow; undefined for the first header of the file. */
  readonly headAt?: number;
  /** State of its file when it was read: equal for a file that was only renamed since. */
  readonly stamp: string;
  /** True for the file that was written to, false for a rotated one. */
  readonly isLive: boolean;
  /** True while no file has it: it may come back, as from a drive that was not there. */
  readonly isAbsent?: boolean;
}

/** A log as a file, uncompressed. */
export interface LogFile {
  /** Host path for people. */
  readonly hostPath: string;
  /** Returns the host path of the uncompressed content. */
  readonly content: () => Promise<LogContent>;
  readonly isCompressed: boolean;
  readonly stamp: string;
  /** Number of the file on its disk; 0 where there is none. */
  readonly inode: number;
  readonly isLive: boolean;
  /** Bytes of the file as it is on the disk. */
  readonly sizeBytes: number;
}

/** The log in a file, and where to continue. */
export interface MatchedLog {
  readonly file: LogFile;
  readonly offset: number;
  /** Offset in the file of the header above the lines that follow; undefined for its first one. */
  readonly headAt: number | undefined;
  /** The file is as it was then: it need not be read. */
  readonly unchanged?: ReadLog | undefined;
}

/** The files of a log with what is known of each, and the logs that are no longer there. */
interface Matching {
  readonly logs: readonly MatchedLog[];
  readonly lost: readonly ReadLog[];
}

/** Bytes at each end of what was read that recognize a log. */
export const sampleBytes = 4096;

/** Maximum number of absent logs that are remembered of a log, and of logs without any file. */
const [absentMax, absentNamesMax] = [16, 1000];

/**
 * Finds what was read of each file, oldest first: the longest log that its content begins with. Which of two equal ones
 * does not matter. A file whose content begins a later file is a copy of it, and counts as read: its lines are read there.
 */
export async function matchLogs(files: readonly LogFile[], known: readonly ReadLog[]): Promise<Matching> {
  const left = new Set(known);
  const [offsets, matched] = [new Map<LogFile, number>(), new Map<LogFile, ReadLog>()];
  const match = async (accept: (file: LogFile, log: ReadLog) => boolean | Promise<boolean>): Promise<void> => {
    for (const file of files) {
      if (offsets.has(file)) continue;
      for (const log of [...left].sort((a, b) => b.offset - a.offset)) {
        if (!(await accept(file, log))) continue;
        offsets.set(file, log.offset);
        matched.set(file, log);
        left.delete(log);
        break;
      }
    }
  };
  const unchanged = new Map<LogFile, ReadLog>();
  await match(async (file, log) => {
    if (file.stamp !== log.stamp) return false;
    // To uncompress a file only to recognize it would be slow.
    if (file.isCompressed) unchanged.set(file, log);
    return file.isCompressed || (await continues(file, log));
  });
  for (const [index, file] of files.entries()) {
    if (!offsets.has(file) && (await isCopied(file, files.slice(index + 1)))) {
      offsets.set(file, (await file.content()).sizeBytes);
    }
  }
  await match(async (file, log) => isSameFile(file, log) && (await continues(file, log)));
  const logs = files.map((file) => ({
    file,
    offset: offsets.get(file) ?? 0,
    headAt: matched.get(file)?.headAt,
    unchanged: unchanged.get(file),
  }));
  const lost: ReadLog[] = [];
  for (const log of left) if (!(await isIn(log, files, unchanged))) lost.push(log);
  return { logs, lost };
}

/**
 * False for a new file that may begin like a log that was away only by chance: what was read is short, and was in another
 * file.
 */
function isSameFile({ isLive, inode }: LogFile, { isAbsent = false, offset, stamp }: ReadLog): boolean {
  return !isAbsent || !isLive || offset >= sampleBytes || stamp.startsWith(`${inode} `);
}

/** Returns the logs that no file has any more, to be recognized when they come back; of many, the latest. */
export function absentLogs(lost: readonly ReadLog[], hasLive: boolean): readonly ReadLog[] {
  const read = lost.filter(({ offset }) => offset > 0).slice(0, absentMax);
  // A live log is noted as lost with the first live file that is another.
  return read.map((log) => ({ ...log, isLive: log.isLive && !hasLive, isAbsent: true }));
}

/** Returns the logs with those of the names that have no file, of many the latest, marked as absent. */
export function withAbsentNames(logs: ReadLogs, present: ReadonlySet<string>): ReadLogs {
  const absent = [...logs].filter(([name]) => !present.has(name)).slice(-absentNamesMax);
  return new Map([
    ...absent.map(([name, list]) => [name, list.map((log) => ({ ...log, isAbsent: true }))] as const),
    ...[...logs].filter(([name]) => present.has(name)),
  ]);
}

/** True when the content of a file begins with what was read. */
export async function continues(file: LogFile, { offset, sample }: ReadLog): Promise<boolean> {
  const { path, sizeBytes } = await file.content();
  return sizeBytes >= offset && (await sampleOf(path, offset)) === sample;
}

/** True when the content of any file begins with what was read; those that need not be uncompressed are known. */
async function isIn(log: ReadLog, files: readonly LogFile[], known: ReadonlyMap<LogFile, ReadLog>): Promise<boolean> {
  for (const file of files) if (!known.has(file) && (await continues(file, log))) return true;
  return false;
}

async function isCopied(file: LogFile, later: readonly LogFile[]): Promise<boolean> {
  const { path, sizeBytes } = await file.content();
  if (sizeBytes === 0) return false;
  const sample = await sampleOf(path, sizeBytes);
  for (const other of later) {
    const copy = await other.content();
    if (copy.sizeBytes >= sizeBytes && (await sampleOf(copy.path, sizeBytes)) === sample) return true;
  }
  return false;
}

/** Returns the sample of the first `offset` bytes of a file. */
export async function sampleOf(path: string, offset: number): Promise<string> {
  const hash = createHash('sha256').update(`${offset}\0`);
  for (const [start, end] of [
    [0, Math.min(offset, sampleBytes)],
    [Math.max(0, offset - sampleBytes), offset],
  ] as const) {
    for await (const chunk of readHostStream(path, start, end)) hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Logs by the path of the file that is written to. */
export type ReadLogs = ReadonlyMap<string, readonly ReadLog[]>;

/** Returns the bytes in which the logs are kept. */
export function encodeReadLogs(logs: ReadLogs): Uint8Array {
  return Buffer.from(`${JSON.stringify({ logs: Object.fromEntries(logs) })}\n`);
}

/** Parses what encodeReadLogs returns. Fails `invalid-content` for anything else: to begin again would repeat rows. */
export function decodeReadLogs(bytes: Uint8Array, path: string): ReadLogs {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    const read = record(value);
    // Until now the document named the journal of systemd.
    const logs = 'journal' in read ? [] : Object.entries(record(read['logs']));
    return new Map(logs.map(([name, list]) => [name, (Array.isArray(list) ? list : [undefined]).map(readLog)]));
  } catch (cause) {
    throw new PondError('invalid-content', `${path} does not say how far the logs were read`, {
      path,
      hint: 'Restore it from a commit before it was changed.',
      cause,
    });
  }
}

function readLog(value: unknown): ReadLog {
  const { offset, sample, stamp, isLive, isAbsent = false, headAt } = record(value);
  const isWhole = Number.isSafeInteger(offset) && Number(offset) >= 0;
  if (
    !isWhole ||
    typeof sample !== 'string' ||
    typeof stamp !== 'string' ||
    typeof isLive !== 'boolean' ||
    typeof isAbsent !== 'boolean' ||
    (headAt !== undefined && !Number.isSafeInteger(headAt))
  ) {
    throw new TypeError('expected a log');
  }
  const head = headAt === undefined ? {} : { headAt: Number(headAt) };
  return { offset: Number(offset), sample, stamp, isLive, ...(isAbsent && { isAbsent }), ...head };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new TypeError('expected an object');
}
