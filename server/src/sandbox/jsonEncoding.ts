import { basename, dirname } from 'node:path';
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { openLockedDatabase } from '../duckdb/database.ts';
import { type Reading } from './formats.ts';
import { examplesOfLarge, type LinesScope } from './jsonLines/exampleFiles.ts';
import { mayBeInexact, NumberQuoter, signBytes } from './jsonLines/inexactNumbers.ts';
import { savedOr } from './savedTexts.ts';
import { type SourceFile } from './sources.ts';
import { chunksOf, plainChunks } from './textTables/decoded.ts';
import { requireWholeOnce } from './textTables/wholeFile.ts';

/** A file of any kind, with its name for messages. */
interface JsonInput extends Omit<SourceFile, 'reading'> {
  readonly reading: Reading | undefined;
}

/** Encodings by the first bytes: those of byte order marks, and of a brace or bracket in UTF-16. */
const encodings: readonly (readonly [start: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0x7b, 0x00], 'utf-16le'],
  [[0x5b, 0x00], 'utf-16le'],
  [[0x00, 0x7b], 'utf-16be'],
  [[0x00, 0x5b], 'utf-16be'],
];

/** True for the reading of JSON. */
export const isJson = (reading: Reading | undefined): reading is Reading => reading?.reader === 'read_json';

/** The file that `writeJson` wrote to a host path. Its content is another, and so is its key. */
export function writtenFile(file: SourceFile, hostPath: string): SourceFile {
  const { compression: _, ...reading } = file.reading;
  return { ...file, hostPath, reading, ...(file.key !== undefined && { key: `written ${file.key}` }) };
}

/**
 * The encoding of a JSON file that must be written again before DuckDB reads it, as UTF-8 without a byte order mark and
 * with its inexact numbers in quotes. Undefined for any other file. Fails `cancelled`, and as requireWholeOnce.
 */
export async function jsonEncoding(scope: LinesScope, { reading, ...rest }: JsonInput): Promise<string | undefined> {
  if (!isJson(reading)) return undefined;
  const file = { ...rest, reading };
  const encoding = reading.compression === undefined ? markedEncoding(scope, file) : undefined;
  if (encoding !== undefined) return encoding;
  const find = (): Promise<boolean> => hasInexactNumbers(scope, file);
  const { key, sizeBytes } = file;
  const place = { name: `json numbers ${JSON.stringify([reading, key])}`, sizeBytes, openDisk: scope.openDisk };
  const isInexact =
    key === undefined ? await find() : await savedOr(place, { write: String, read: (text) => text === 'true' }, find);
  return isInexact ? 'utf-8' : undefined;
}

function markedEncoding({ openDisk }: LinesScope, { hostPath }: SourceFile): string | undefined {
  const start = openDisk(dirname(hostPath)).readRange(basename(hostPath), 0, 3) ?? new Uint8Array();
  return encodings.find(([bytes]) => bytes.every((byte, index) => start[index] === byte))?.[1];
}

async function hasInexactNumbers(scope: LinesScope, file: SourceFile): Promise<boolean> {
  if (file.reading.compression !== undefined) await requireWholeOnce(file, scope.openDisk);
  const examples = await examplesOfLarge(scope, file);
  const open = (): AsyncIterable<Uint8Array> | Iterable<Uint8Array> => examples?.lines ?? bytesOf(scope, file);
  let rest = '';
  let isDoubtful = false;
  for await (const bytes of open()) {
    const text = rest + latin1Of(bytes);
    isDoubtful = mayBeInexact.test(text);
    if (isDoubtful) break;
    rest = text.slice(-signBytes);
  }
  if (!isDoubtful) return false;
  const quoter = new NumberQuoter();
  for await (const bytes of open()) {
    quoter.quoted(latin1Of(bytes), false);
    if (quoter.hasQuoted) return true;
  }
  quoter.quoted('', true);
  return quoter.hasQuoted;
}

const latin1Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** The bytes of a file, decompressed. Fails `cancelled`. */
async function* bytesOf(scope: LinesScope, file: SourceFile): AsyncIterable<Uint8Array> {
  const chunks = file.reading.compression === 'zstd' ? zstdChunks(scope, file) : plainChunks(scope, file);
  for await (const chunk of chunks) {
    throwIfCancelled(scope.signal, 'the query');
    yield chunk;
  }
}

async function* zstdChunks({ openDisk }: LinesScope, file: SourceFile): AsyncIterable<Uint8Array> {
  const { database, connection } = await openLockedDatabase({ hostPaths: [file.hostPath], threads: 1 });
  try {
    yield* chunksOf({ connect: () => Promise.resolve(connection), openDisk }, file);
  } finally {
    connection.close();
    database.close();
  }
}

/**
 * Writes a file as UTF-8 without a byte order mark, and with its inexact numbers in quotes, to a new file. Fails
 * `invalid-content` for bytes of no character, and `cancelled`.
 */
export async function writeJson(
  scope: LinesScope,
  file: SourceFile,
  { encoding, target }: { readonly encoding: string; readonly target: string },
): Promise<void> {
  const chunks = quotedChunks(utf8Chunks(bytesOf(scope, file), encoding, file.pondPath));
  await scope.openDisk(dirname(target)).createFromStream(basename(target), chunks);
}

async function* quotedChunks(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const quoter = new NumberQuoter();
  for await (const chunk of chunks) yield Buffer.from(quoter.quoted(latin1Of(chunk), false), 'latin1');
  yield Buffer.from(quoter.quoted('', true), 'latin1');
}

async function* utf8Chunks(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string,
  pondPath: string,
): AsyncIterable<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (chunk?: Uint8Array): Uint8Array => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }));
    } catch {
      throw new PondError('invalid-content', `${pondPath} cannot be read: it is not text in ${encoding}`, {
        path: pondPath,
      });
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}
