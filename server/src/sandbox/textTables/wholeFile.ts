import { basename, dirname } from 'node:path';
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { PondError } from '../../base/error.ts';
import { openHostDisk } from '../../storage/hostDisk.ts';
import { zstdFault } from './zstdFrames.ts';

/** A host file, with the name that people know it by. */
export interface NamedFile {
  readonly hostPath: string;
  readonly pondPath: string;
  readonly sizeBytes: number;
}

const gzipMark = [0x1f, 0x8b];
const zstdMark = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * Reads a file that is compressed from end to end: DuckDB takes one that was cut short for a shorter one, and looks at
 * no checksum of gzip. Fails `invalid-content`, which says what is wrong with it. All is well with other files, and with
 * one that is gone, which DuckDB reports.
 */
export async function requireWhole(file: NamedFile): Promise<void> {
  const disk = openHostDisk(dirname(file.hostPath));
  const name = basename(file.hostPath);
  if (disk.stat(name)?.kind !== 'file') return;
  const start = disk.readRange(name, 0, zstdMark.length) ?? new Uint8Array();
  const begins = (mark: readonly number[]): boolean => mark.every((byte, index) => start[index] === byte);
  const fault = begins(gzipMark)
    ? await gzipFault(disk.readStream(name) ?? [], file.sizeBytes)
    : begins(zstdMark)
      ? zstdFault((from, to) => disk.readRange(name, from, to) ?? new Uint8Array(), file.sizeBytes)
      : undefined;
  if (fault === undefined) return;
  throw new PondError('invalid-content', `${file.pondPath} cannot be read: the compressed file ${fault}`, {
    path: file.pondPath,
    hint: 'copy it again from where it came from, or restore an older version',
  });
}

/** What is wrong with a gzip file, which may have several members; undefined for nothing. */
async function gzipFault(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sizeBytes: number,
): Promise<string | undefined> {
  const gunzip = createGunzip();
  const source = Readable.from(content);
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    // What comes out is of no interest, only whether all of it does.
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
  const behind = sizeBytes - gunzip.bytesWritten;
  return behind > 0 ? 'has bytes after its end that are not compressed data' : undefined;
}

/** By zlib's words. */
const dataFaults: ReadonlyMap<string, string> = new Map([
  ['incorrect data check', 'is damaged: its checksum is wrong'],
  ['incorrect length check', 'is damaged: its length is wrong'],
  // The first header was seen to be one.
  ['incorrect header check', 'has bytes after its end that are not compressed data'],
]);
