import { basename, dirname } from 'node:path';
import { type AsyncRecordBatchStreamReader, type RecordBatch, RecordBatchReader } from 'apache-arrow';
import { PondError } from '../../base/error.ts';
import { type Disk, type OpenDisk } from '../../storage/disk.ts';
import { requireSoundMetadata } from './arrowMetadata.ts';

/** An Arrow file with its name for messages. */
export interface ArrowFile {
  /** Host path of an Arrow IPC file or stream. */
  readonly file: string;
  /** Name of the file in errors. */
  readonly pondPath: string;
}

/** The schema and the batches of a file. */
export type ArrowBatches = RecordBatchReader | AsyncRecordBatchStreamReader;

/** Opens an Arrow file or stream. Fails `invalid-content` for malformed content, and for a file without columns. */
export async function openArrow({ file, pondPath }: ArrowFile, openDisk: OpenDisk): Promise<ArrowBatches> {
  requireArrow({ file, pondPath }, openDisk);
  const [disk, name] = [openDisk(dirname(file)), basename(file)];
  const handle = fileHandle(disk, name, pondPath);
  try {
    const readRange = (start: number, end: number) => disk.readRange(name, start, end) ?? new Uint8Array();
    requireSoundMetadata(readRange, disk.stat(name)?.sizeBytes ?? 0);
    const reader = await RecordBatchReader.from(handle as unknown as Parameters<typeof RecordBatchReader.from>[0]);
    await reader.open();
    if (reader.schema === undefined || reader.schema.fields.length === 0) throw new Error('it has no columns');
    return reader;
  } catch (error) {
    throw arrowError(error, pondPath);
  }
}

/** Yields the batches of a file. Fails as openArrow. */
export async function* batchesOf(batches: ArrowBatches, pondPath: string): AsyncIterable<RecordBatch> {
  try {
    for await (const batch of batches) yield batch;
  } catch (error) {
    throw arrowError(error, pondPath);
  }
}

/** The `invalid-content` error of a file that cannot be read, for an error of apache-arrow or of a check of its content. */
export function arrowError(error: unknown, pondPath: string): PondError {
  if (error instanceof PondError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // Thrown by apache-arrow, and the decompressors, on reading past the end of a buffer or a file.
  const isShort = error instanceof RangeError || /^Expected to read \d+ /.test(message);
  // Thrown by apache-arrow on reading zeros as a message.
  const isDamaged = error instanceof TypeError;
  const type = /^Unrecognized type: "(\w+)"/.exec(message)?.[1];
  const reason = type === undefined ? message : `the Arrow type ${type} is not supported`;
  if (/the Arrow type \w+ is not supported$/.test(reason)) {
    return cannotRead(pondPath, reason, 'Write the file again with its columns cast to lists, texts or numbers.');
  }
  return cannotRead(pondPath, isShort ? 'the file is cut short' : isDamaged ? 'the file is damaged' : message);
}

function cannotRead(pondPath: string, reason: string, hint?: string): PondError {
  return new PondError('invalid-content', `${pondPath} cannot be read as Arrow: ${reason}`, {
    path: pondPath,
    ...(hint !== undefined && { hint }),
  });
}

/** Fails `invalid-content` for an empty file, and for the first version of Feather, another format of the same name. */
function requireArrow({ file, pondPath }: ArrowFile, openDisk: OpenDisk): void {
  const start = openDisk(dirname(file)).readRange(basename(file), 0, 4);
  if (start?.length === 0) throw cannotRead(pondPath, 'the file is empty');
  if (start === undefined || Buffer.from(start).toString('latin1') !== 'FEA1') return;
  const hint =
    'Write it again: pyarrow.feather.write_feather(pyarrow.feather.read_table("old.feather"), "new.feather").';
  throw cannotRead(pondPath, 'it is a Feather file of version 1, which is not Arrow', hint);
}

/** The few methods of a Node file handle that apache-arrow calls to read a file by ranges. */
function fileHandle(disk: Disk, name: string, pondPath: string) {
  const size = disk.stat(name)?.sizeBytes;
  if (size === undefined)
    throw new PondError('pond-damaged', `the content of ${pondPath} is missing`, { path: pondPath });
  return {
    fd: 0,
    stat: async () => ({ size }),
    read: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
      // A length read from a truncated or overwritten file can be any number.
      if (position < 0 || length < 0 || position + length > size) throw new RangeError('out of the file');
      const bytes = disk.readRange(name, position, position + length) ?? new Uint8Array();
      buffer.set(bytes, offset);
      return { bytesRead: bytes.length, buffer };
    },
    close: async () => undefined,
  };
}
