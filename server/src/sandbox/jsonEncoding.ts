import { basename, dirname } from 'node:path';
import { PondError } from '../base/error.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { type Reading } from './formats.ts';

/** A JSON file that DuckDB does not read as it is, with its name for messages. */
interface EncodedJson {
  readonly hostPath: string;
  readonly pondPath: string;
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

/**
 * The encoding of a JSON file that must be written as UTF-8 without a byte order mark before DuckDB reads it; undefined
 * for any other file.
 */
export function jsonEncoding({ hostPath, reading }: EncodedJson, openDisk: OpenDisk): string | undefined {
  if (reading?.reader !== 'read_json' || reading.compression !== undefined) return undefined;
  const start = openDisk(dirname(hostPath)).readRange(basename(hostPath), 0, 3) ?? new Uint8Array();
  return encodings.find(([bytes]) => bytes.every((byte, index) => start[index] === byte))?.[1];
}

/** Writes a file as UTF-8 without a byte order mark to a new file. Fails `invalid-content` for bytes of no character. */
export async function writeAsUtf8(
  { hostPath, pondPath }: EncodedJson,
  { encoding, target }: { readonly encoding: string; readonly target: string },
  openDisk: OpenDisk,
): Promise<void> {
  const chunks = openDisk(dirname(hostPath)).readStream(basename(hostPath));
  if (chunks === undefined) throw new PondError('pond-damaged', `the content of ${pondPath} is missing`);
  await openDisk(dirname(target)).createFromStream(basename(target), utf8Chunks(chunks, encoding, pondPath));
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
