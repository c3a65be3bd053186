import { basename, dirname } from 'node:path';
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { PondError } from '../../base/error.ts';
import { LruCache } from '../../base/lruCache.ts';
import { type OpenDisk } from '../../storage/disk.ts';
import { savedOr } from '../savedTexts.ts';
import { type SourceFile } from '../sources.ts';
import { formatOf } from './notText.ts';
import { zstdFault } from './zstdFrames.ts';

/** Maximum number of files that are known to be whole. */
const filesMax = 20_000;

const wholeFiles = new LruCache<string, true>({ max: filesMax });

/** A host file, with its name for messages. */
interface CompressedFile {
  readonly hostPath: string;
  readonly pondPath: string;
  readonly sizeBytes: number;
  readonly reading?: { readonly compression?: 'gzip' | 'zstd' };
}

const gzipMark = [0x1f, 0x8b];
/** Bytes by which any format is known. */
const markBytes = 16;
const zstdMark = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * Reads a compressed file from end to end: DuckDB takes a truncated file for a shorter one, and does not verify gzip
 * checksums. Fails `invalid-content` with the fault, and for a file that is not compressed as its name says. Passes other
 * files, and missing ones, which DuckDB reports.
 */
export async function requireWhole(file: CompressedFile, openDisk: OpenDisk): Promise<void> {
  const disk = openDisk(dirname(file.hostPath));
  const name = basename(file.hostPath);
  if (disk.stat(name)?.kind !== 'file') return;
  const start = disk.readRange(name, 0, markBytes) ?? new Uint8Array();
  const begins = (mark: readonly number[]): boolean => mark.every((byte, index) => start[index] === byte);
  const fault = begins(gzipMark)
    ? await gzipFault(disk.readStream(name) ?? [], file.sizeBytes)
    : begins(zstdMark)
      ? zstdFault((from, to) => disk.readRange(name, from, to) ?? new Uint8Array(), file.sizeBytes)
      : undefined;
  const { compression } = file.reading ?? {};
  // Zstandard may begin with a frame to skip, as pzstd writes them.
  const isZstd = begins(zstdMark) || (start[0] ?? 0) >> 4 === 5;
  if (compression !== undefined && !(compression === 'gzip' ? begins(gzipMark) : isZstd)) throw otherForm(file, start);
  if (fault === undefined) return;
  throw new PondError('invalid-content', `${file.pondPath} cannot be read: the compressed file ${fault}`, {
    path: file.pondPath,
    hint: 'Copy it again from its source, or restore an older version.',
  });
}

/** The error for a file without the mark of the compression that its name states. */
function otherForm({ pondPath, sizeBytes, reading }: CompressedFile, start: Uint8Array): PondError {
  const name = reading?.compression === 'zstd' ? 'Zstandard' : 'gzip';
  const found = sizeBytes === 0 ? 'empty' : (formatOf(start) ?? 'not compressed');
  return new PondError(
    'invalid-content',
    `${pondPath} cannot be read: expected a file compressed with ${name}, got one that is ${found}`,
    {
      path: pondPath,
      hint: 'Store it under a name with the extension of its content: programs that download files may decompress them, and keep the name.',
    },
  );
}

/** Fails `invalid-content` for an incomplete compressed file; each content is checked once. */
export async function requireWholeOnce(file: Omit<SourceFile, 'reading'>, openDisk: OpenDisk): Promise<void> {
  const { key, sizeBytes } = file;
  if (key === undefined) return await requireWhole(file, openDisk);
  if (wholeFiles.get(key) === true) return;
  const find = async (): Promise<true> => {
    await requireWhole(file, openDisk);
    return true;
  };
  const place = { name: `whole ${key}`, sizeBytes, openDisk };
  wholeFiles.set(key, await savedOr(place, { write: () => 'whole', read: (): true => true }, find));
}

/** The fault of a gzip file, which may have several members; undefined for a sound file. */
async function gzipFault(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sizeBytes: number,
): Promise<string | undefined> {
  const gunzip = createGunzip();
  const source = Readable.from(content);
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    // The output is discarded; only complete decompression matters.
    for await (const _ of gunzip) continue;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') return 'is cut short';
    if (code === 'Z_DATA_ERROR') return dataFaults.get(error.message) ?? 'is damaged';
    throw error;
  } finally {
    source.destroy();
  }
  const excess = sizeBytes - gunzip.bytesWritten;
  return excess > 0 ? 'has bytes after its end that are not compressed data' : undefined;
}

/** Keyed by zlib's messages. */
const dataFaults: ReadonlyMap<string, string> = new Map([
  ['incorrect data check', 'is damaged: its checksum is wrong'],
  ['incorrect length check', 'is damaged: its length is wrong'],
  // The first header was valid.
  ['incorrect header check', 'has bytes after its end that are not compressed data'],
]);
