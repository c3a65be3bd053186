/**
 * Verifies host files against the hash in their name before a program unaware of hashes opens them. A file is read once
 * for that, or hashed while it is written: its inode, size and times show whether it is unchanged. Results for large
 * files are kept in a folder of the user for other processes. A disk may lose bytes without a change of the times, so a
 * result counts for a week: a hash at each read would cost as much as a sum over a column of a Parquet file, and seven
 * times as much as reading the rows of one key.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecent } from '../base/age.ts';
import { sha256Of } from '../base/sha256.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { LruCache } from '../base/lruCache.ts';
import { fileState } from './fileState.ts';
import { openHandle } from './hostOpen.ts';
import { scanHostStream } from './hostStream.ts';
import { makeMissingFolders } from './missingFolders.ts';
import { raise } from './storageError.ts';
import { userTemporaryFolder } from './userFolder.ts';

/** Expected content of a file. */
interface ExpectedContent {
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Files of at least this size get a mark in the user's folder. */
const markedBytesMin = 4 * 1024 * 1024;
/** Files up to this size are read in one call: a stream costs several times as much. */
const wholeBytesMax = 256 * 1024;
const marksMax = 10_000;
/** Start of the names of one mark in 256: with these alone the marks are counted, which costs more than a mark. */
const countedStart = '00';
const rememberedMax = 200_000;

/** Time for which the hash of a file in the same state counts, milliseconds. */
const countsMs = 7 * 24 * 60 * 60 * 1000;

/** The hash of a content, and when it was read or written, milliseconds since 1970 UTC. */
interface ReadHash {
  readonly sha256: string;
  readonly atMs: number;
}

/** States of files that this process read or wrote whole. */
const hashes = new LruCache<string, ReadHash>({ max: rememberedMax });

/** A host file in the state in which its content was found to be the expected one. */
export interface SoundFile {
  readonly hostPath: string;
  readonly content: ExpectedContent;
  /** Key of its state. */
  readonly state: string;
  readonly isSettled: boolean;
}

/** The latest check of each path that found the expected content. */
const soundFiles = new LruCache<string, SoundFile>({ max: rememberedMax });

/**
 * Returns the problem of a host file, as the end of a sentence; undefined when it is a regular file with the expected
 * content. Fails `cancelled` when the signal is aborted, and with the storage codes when the file cannot be read.
 */
export async function contentProblem(
  hostPath: string,
  content: ExpectedContent,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { sizeBytes, sha256 } = content;
  const before = fileState(hostPath);
  if (typeof before === 'string') return before;
  if (before.sizeBytes !== sizeBytes) return `it has ${before.sizeBytes} bytes; expected ${sizeBytes}`;
  const known = knownHash(before.key, content);
  const hash = known ?? (await hashOf(hostPath, sizeBytes, signal));
  if (known === undefined) {
    const after = fileState(hostPath);
    if (typeof after === 'string' || after.key !== before.key) return 'it is being changed';
    if (before.isSettled) hashes.set(before.key, { sha256: hash, atMs: Date.now() });
    if (before.isSettled && hash === sha256) mark(before.key, sizeBytes, sha256);
  }
  if (hash !== sha256) return `its content was altered: its hash is ${hash}; expected ${sha256}`;
  const isSettled = before.isSettled || known !== undefined;
  keepSound({ hostPath, content: { sizeBytes, sha256 }, state: before.key, isSettled });
  return undefined;
}

/** True when contentProblem has to read the file: its content in this state is not known. */
export function isUnknownContent(hostPath: string, content: ExpectedContent): boolean {
  const state = fileState(hostPath);
  return (
    typeof state !== 'string' && state.sizeBytes === content.sizeBytes && knownHash(state.key, content) === undefined
  );
}

/** The hash of the content of a file in a state that was read in the last week; undefined for any other. */
function knownHash(key: string, content: ExpectedContent): string | undefined {
  const known = stillCounts(hashes.get(key)) ?? stillCounts(markedHash(key, content));
  return known && hashes.set(key, known).sha256;
}

function stillCounts(read: ReadHash | undefined): ReadHash | undefined {
  return read !== undefined && isRecent(read.atMs, Date.now(), countsMs) ? read : undefined;
}

/** Registers a file that this process has just written, whose content is as expected. */
export function noteWritten(hostPath: string, { sizeBytes, sha256 }: ExpectedContent): void {
  const state = fileState(hostPath);
  if (typeof state === 'string') return;
  keepSound({ hostPath, content: { sizeBytes, sha256 }, state: state.key, isSettled: false });
}

/**
 * Registers a large file whose content this process hashed while it wrote it, up to `writtenMs`, milliseconds since 1970:
 * it is not read for its hash again. Only where its last write is not a later one, and so old that every later one has
 * another time: a flush usually takes as long. Any other file is compared when it is first read.
 */
export function noteHashed(hostPath: string, { sizeBytes, sha256 }: ExpectedContent, writtenMs: number): void {
  if (sizeBytes < markedBytesMin) return;
  const state = attempt(() => fileState(hostPath));
  if (state === undefined || typeof state === 'string' || state.sizeBytes !== sizeBytes) return;
  // The clock of the process has whole milliseconds.
  if (!state.isWriteSettled || state.writtenNs > BigInt(writtenMs + 1) * 1_000_000n) return;
  hashes.set(state.key, { sha256, atMs: Date.now() });
  mark(state.key, sizeBytes, sha256);
}

/** The latest state in which the content of a path was as expected; undefined for a path that was not compared. */
export function soundFile(hostPath: string): SoundFile | undefined {
  return soundFiles.get(hostPath);
}

function keepSound(file: SoundFile): void {
  soundFiles.set(file.hostPath, file);
}

async function hashOf(hostPath: string, sizeBytes: number, signal: AbortSignal | undefined): Promise<string> {
  const requireWanted = (): void => throwIfCancelled(signal, 'the check of the content');
  requireWanted();
  const hash = createHash('sha256');
  if (sizeBytes <= wholeBytesMax) return hash.update(wholeFile(hostPath)).digest('hex');
  for await (const chunk of scanHostStream(hostPath, 0, sizeBytes)) {
    requireWanted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}

function wholeFile(hostPath: string): Uint8Array {
  try {
    const handle = openHandle(hostPath, { flags: constants.O_RDONLY }, 'refused');
    try {
      return readFileSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return raise(error, 'read', hostPath);
  }
}

/** The folder of the marks. A mark is a file without content; its name depends on the state and on the hash. */
const markFolder = (): string => join(userTemporaryFolder(), 'checked');

const markName = (key: string, sha256: string): string => sha256Of(`${key}\0${sha256}`);

function markedHash(key: string, { sizeBytes, sha256 }: ExpectedContent): ReadHash | undefined {
  if (sizeBytes < markedBytesMin) return undefined;
  const mark = attempt(() => statSync(join(markFolder(), markName(key, sha256)), { throwIfNoEntry: false }));
  return mark && { sha256, atMs: mark.mtimeMs };
}

function mark(key: string, sizeBytes: number, sha256: string): void {
  if (sizeBytes < markedBytesMin) return;
  attempt(() => {
    const folder = markFolder();
    makeMissingFolders(folder, 0o700);
    const name = markName(key, sha256);
    if (name.startsWith(countedStart) && readdirSync(folder).length >= marksMax) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { mode: 0o700 });
    }
    writeFileSync(join(folder, name), '');
  });
}

/** Without a mark the file is read again, so a failure to find its state, or to read or write marks is ignored. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
