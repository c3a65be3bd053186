/** Reads what is new in one log: its rotated files first, then the one that grows. */
import { isPondError, PondError } from '../../../base/error.ts';
import { hostFileState } from '../../../storage/hostScan.ts';
import { type RunCounts } from '../../model/runState.ts';
import { type Notes } from '../inbox/notes.ts';
import { type LineChunk, readLines } from './chunks.ts';
import { InvalidLines } from './invalidLines.ts';
import { laterHead } from './laterHead.ts';
import { divideLines } from './objectLines.ts';
import { type FoundLog } from './findLogs.ts';
import { quoteOf, readHead } from './head.ts';
import { logFile } from './logFile.ts';
import { absentLogs, type LogFile, matchLogs, type MatchedLog, type ReadLog, sampleOf } from './readLogs.ts';
import { type Lines, type Written } from './seriesWriter.ts';
import { type LinesSpec } from './spec.ts';

/** Bytes of lines that become a version. */
const versionBytes = 32 * 1024 * 1024;

/** A log to read, and what a run does with what was read. */
export interface Following {
  readonly spec: LinesSpec;
  readonly log: FoundLog;
  readonly known: readonly ReadLog[];
  /** Appends lines to the series. Fails `invalid-content` for lines that do not fit. */
  readonly write: (lines: Lines) => Promise<Written>;
  readonly notes: Notes;
  readonly signal: AbortSignal;
  /** Host path before which temporary files are named. */
  readonly scratch: string;
  /** Called after each version, with how far each file was read then. */
  readonly onRead: (read: readonly ReadLog[], written: RunCounts, bytes: number) => Promise<void>;
}

/** Reads what is new. A failure that concerns this log alone is noted, with what was read before kept. */
export async function followLog(following: Following): Promise<void> {
  const { log, known, notes, onRead, scratch } = following;
  let hostPath = log.names.join('/');
  try {
    const files = log.files.map((file, index) => logFile(file, `${scratch}-${index}`));
    const { logs, lost } = await matchLogs(files, known);
    const read = [...logs];
    const absent = absentLogs(
      lost,
      logs.some(({ file }) => file.isLive),
    );
    const states = async (): Promise<readonly ReadLog[]> => [...(await statesOf(read)), ...absent];
    // A file that fails keeps its offset; those after it wait, since their lines are later.
    for (const [index, matched] of logs.entries()) {
      hostPath = matched.file.hostPath;
      if (matched.unchanged !== undefined) continue;
      const wasSettled = known.some(({ stamp }) => stamp === matched.file.stamp);
      const isFollowed = logs.slice(index + 1).some(({ file }) => file.sizeBytes > 0);
      await readNew(following, matched, { wasSettled, isFollowed }, async (offset, headAt, written) => {
        const bytes = offset - read[index]!.offset;
        read[index] = { file: matched.file, offset, headAt };
        await onRead(await states(), written, bytes);
      });
    }
    await onRead(await states(), noCounts, 0);
    noteLost(lost, logs, notes);
  } catch (error) {
    if (!isPondError(error) || !ofOneLog.has(error.code)) throw error;
    const [format] = error.code === 'ambiguous-dates' ? (error.formats ?? []) : [];
    notes.failed(hostPath, format === undefined ? error.message : `${error.message}; ${statementOf(format)}`);
  }
}

/** A word as it is, anything else in quotes. */
const plainText = (value: unknown): string =>
  typeof value === 'string' && /^[a-z-]+$/.test(value) ? value : JSON.stringify(value);

/** The statement of options in a document, for a hint. */
function statementOf(format: Readonly<Record<string, unknown>>): string {
  const options = Object.entries(format).map(([option, value]) => `${option}: ${plainText(value)}`);
  return `state it in the document, such as \`format: { ${options.join(', ')} }\``;
}

const noCounts: RunCounts = { rows: 0, bytes: 0, files: 0 };

/** Codes of failures that concern a log. */
const ofOneLog: ReadonlySet<string> = new Set([
  ...['invalid-content', 'ambiguous-dates', 'query-failed', 'not-found', 'already-exists', 'storage-denied'],
]);

interface FileFacts {
  /** True when the file is as the last run left it. */
  readonly wasSettled: boolean;
  /** True when a later file is written to. */
  readonly isFollowed: boolean;
}

/** Takes the offset after lines that were read, and that of the header above those that follow. */
type OnLines = (offset: number, headAt: number | undefined, written: RunCounts) => Promise<void>;

async function readNew(
  following: Following,
  { file, offset, headAt }: Pick<MatchedLog, 'file' | 'offset' | 'headAt'>,
  facts: FileFacts,
  onLines: OnLines,
): Promise<void> {
  const { spec, notes, signal } = following;
  const isCsv = spec.lines === 'csv';
  const content = await file.content();
  const head = isCsv ? await readHead(content, spec, headAt) : { bytes: new Uint8Array(), end: 0 };
  if (head === undefined) return;
  const start = Math.max(offset, head.end);
  const quote = isCsv ? quoteOf(spec) : undefined;
  const options = { bytesMax: versionBytes, quote, isSettled: facts.wasSettled, isFinished: facts.isFollowed };
  if (start > offset) await onLines(start, headAt, noCounts);
  const invalid = new InvalidLines();
  let [nextHeadAt, readUntil] = [headAt, start];
  try {
    for await (const chunk of readLines(content.path, { start, end: content.sizeBytes }, options)) {
      requireSame(file);
      const lines = { ...chunk, head: head.bytes, hostPath: file.hostPath };
      const { written, others } = await writeLines(following, lines);
      // A line that is cut is the last one.
      if (isCsv && !chunk.isCut) nextHeadAt = (await laterHead(spec, lines, signal)) ?? headAt;
      readUntil = chunk.end;
      await onLines(readUntil, nextHeadAt, { ...written, files: written.rows === 0 ? 0 : 1 });
      for (const line of others) invalid.add(line);
      if (nextHeadAt !== headAt) break;
    }
  } finally {
    const left = invalid.note({ as: 'JSON objects' });
    if (left !== undefined) notes.partly(file.hostPath, left);
  }
  // Below another header.
  if (nextHeadAt !== headAt) await readNew(following, { file, offset: readUntil, headAt: nextHeadAt }, facts, onLines);
}

/**
 * Writes lines of a file; with `invalid: skip`, those that are not JSON objects are returned. A last line without an end
 * that is not a row is noted, and left out.
 */
async function writeLines(
  { spec, write, notes }: Following,
  { bytes, end, isCut, ...rest }: LineChunk & Lines,
): Promise<{ readonly written: Written; readonly others: readonly Uint8Array[] }> {
  const isSkipped = spec.lines === 'ndjson' && spec.invalid === 'skip';
  try {
    const { objects, others } = isSkipped ? divideLines(bytes) : { objects: bytes, others: [] };
    return { written: objects.length === 0 ? noCounts : await write({ bytes: objects, ...rest }), others };
  } catch (error) {
    if (!isPondError(error, 'invalid-content')) throw error;
    if (!isCut) throw faultIn(error, { bytes, end }, spec);
    notes.skipped(rest.hostPath, `its last line, ${bytes.length} bytes without an end, is not a row: ${error.message}`);
    return { written: noCounts, others: [] };
  }
}

/** Adds to an error where its lines are, and what would read the others. */
function faultIn(
  error: PondError,
  { bytes, end }: { readonly bytes: Uint8Array; readonly end: number },
  { lines, invalid }: LinesSpec,
): PondError {
  const hasOthers = lines === 'ndjson' && invalid === undefined && divideLines(bytes).others.length > 0;
  const option = hasOthers ? '; `invalid: skip` leaves out lines that are not JSON objects' : '';
  return error.with({ message: `in the lines after byte ${end - bytes.length}: ${error.message}${option}` });
}

/** Fails `not-found` when another file is at the path by now: the next run reads both. */
function requireSame({ hostPath, inode }: LogFile): void {
  const now = hostFileState(hostPath);
  if (now?.inode === inode) return;
  throw new PondError('not-found', `${hostPath} was renamed while it was read; the next run reads the rest`, {
    path: hostPath,
  });
}

async function statesOf(read: readonly MatchedLog[]): Promise<readonly ReadLog[]> {
  const states: ReadLog[] = [];
  for (const { file, offset, headAt, unchanged } of read) {
    if (unchanged !== undefined) {
      states.push(unchanged);
      continue;
    }
    const { path } = await file.content();
    const { stamp, isLive } = file;
    states.push({
      offset,
      sample: await sampleOf(path, offset),
      stamp,
      isLive,
      ...(headAt !== undefined && { headAt }),
    });
  }
  return states;
}

function noteLost(lost: readonly ReadLog[], logs: readonly MatchedLog[], notes: Notes): void {
  const live = logs.find(({ file }) => file.isLive);
  for (const { isLive, offset } of lost) {
    if (!isLive || live === undefined || offset === 0) continue;
    const what = `it was truncated or replaced after its byte ${offset} was read; lines that were added in between may be lost`;
    notes.partly(live.file.hostPath, what);
  }
}
