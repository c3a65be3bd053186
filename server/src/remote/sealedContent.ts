/**
 * Content of the sealed layout: `DPS1`, a salt of 16 bytes, then chunks of 64 KiB, each encrypted with AES-256-GCM and
 * followed by its tag of 16 bytes. The key of an object comes from the data key, the salt and the object's name. The
 * nonce of a chunk is its number (11 bytes, big endian) and a byte that is 1 for the last one; the name is authenticated
 * with each. So altered, shortened, reordered and exchanged content is refused.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { type ObjectBody } from './objectStore.ts';

const magic = Buffer.from('DPS1');
const saltBytes = 16;
/** Size of the header of sealed content, bytes. */
export const sealedHeaderBytes = magic.length + saltBytes;
const tagBytes = 16;
const chunkBytes = 64 * 1024;
const sealedChunkBytes = chunkBytes + tagBytes;

/** Returns the size of sealed content, bytes. */
export function sealedSize(sizeBytes: number): number {
  return sealedHeaderBytes + sizeBytes + tagBytes * Math.max(1, Math.ceil(sizeBytes / chunkBytes));
}

/** Returns the size of the content that is sealed in so many bytes; undefined when no content has that size. */
export function unsealedSize(sealedBytes: number): number | undefined {
  const chunks = Math.max(1, Math.ceil((sealedBytes - sealedHeaderBytes) / sealedChunkBytes));
  const sizeBytes = sealedBytes - sealedHeaderBytes - chunks * tagBytes;
  return sizeBytes >= 0 && sealedSize(sizeBytes) === sealedBytes ? sizeBytes : undefined;
}

/** Returns how much content the first `position` bytes of its sealed form hold. */
export function unsealedPosition(position: number): number {
  const chunks = Math.floor(Math.max(0, position - sealedHeaderBytes) / sealedChunkBytes);
  const rest = Math.max(0, position - sealedHeaderBytes - chunks * sealedChunkBytes);
  return chunks * chunkBytes + Math.min(chunkBytes, Math.max(0, rest - tagBytes));
}

/** Returns the offset in the sealed content of the chunk that has a byte of the content, and the number of the chunk. */
export function chunkAt(position: number): { readonly chunk: number; readonly sealedStart: number } {
  const chunk = Math.floor(position / chunkBytes);
  return { chunk, sealedStart: sealedHeaderBytes + chunk * sealedChunkBytes };
}

/** Encrypts and decrypts the content of objects. */
export class SealedContent {
  readonly #dataKey: Uint8Array;
  readonly #saltKey: Uint8Array;

  constructor(keys: { readonly data: Uint8Array; readonly salt: Uint8Array }) {
    this.#dataKey = keys.data;
    this.#saltKey = keys.salt;
  }

  /**
   * Returns the sealed form of a body. The content is read once to know its hash. The same content under the same name
   * has the same form, so a put that is repeated sends the same bytes.
   */
  async sealBody(name: string, body: ObjectBody, what: string): Promise<ObjectBody> {
    const open = (start: number, end: number): AsyncIterable<Uint8Array> => this.#sealRange(name, body, start, end);
    const sizeBytes = sealedSize(body.sizeBytes);
    const [hash, plainHash] = [createHash('sha256'), createHash('sha256')];
    let plainBytes = 0;
    const observe = (chunk: Uint8Array): void => {
      plainHash.update(chunk);
      plainBytes += chunk.length;
    };
    for await (const chunk of this.#sealRange(name, observed(body, observe), 0, sizeBytes)) hash.update(chunk);
    if (plainBytes !== body.sizeBytes || plainHash.digest('hex') !== body.sha256) {
      const expected = `expected ${body.sizeBytes} bytes of SHA-256 ${body.sha256}`;
      throw new PondError('remote-damaged', `the content of ${what} changed before it was sent: ${expected}`, {
        hint: 'Nothing was stored. Check the pond, then try again.',
      });
    }
    return { sizeBytes, sha256: hash.digest('hex'), open };
  }

  /** Opens the content of an object of which the first bytes are `header`; undefined when it is not sealed content. */
  opener(name: string, header: Uint8Array): ChunkOpener | undefined {
    if (header.length < sealedHeaderBytes || !magic.equals(header.subarray(0, magic.length))) return undefined;
    return new ChunkOpener(this.#keyOf(name, header.subarray(magic.length, sealedHeaderBytes)), name);
  }

  /** Yields bytes of the sealed form; reads the chunks that have them. */
  async *#sealRange(name: string, body: ObjectBody, start: number, end: number): AsyncGenerator<Uint8Array> {
    const salt = createHmac('sha256', this.#saltKey).update(`${name}\0${body.sha256}`).digest().subarray(0, saltBytes);
    const header = Buffer.concat([magic, salt]);
    if (start < sealedHeaderBytes) yield header.subarray(start, end);
    const key = this.#keyOf(name, salt);
    const last = Math.max(1, Math.ceil(body.sizeBytes / chunkBytes)) - 1;
    const first = Math.max(0, Math.floor((start - sealedHeaderBytes) / sealedChunkBytes));
    let chunk = first;
    const content = body.open(
      first * chunkBytes,
      Math.min(body.sizeBytes, chunkBytes * Math.ceil((end - sealedHeaderBytes) / sealedChunkBytes)),
    );
    for await (const bytes of blocksOf(content, chunkBytes)) {
      const sealed = sealChunk(key, name, { chunk, isLast: chunk === last, bytes });
      const at = sealedHeaderBytes + chunk * sealedChunkBytes;
      if (at < end) yield sealed.subarray(Math.max(0, start - at), Math.min(sealed.length, end - at));
      chunk += 1;
    }
  }

  #keyOf(name: string, salt: Uint8Array): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#dataKey, salt, name, 32));
  }
}

/** Decrypts the chunks of one object. */
class ChunkOpener {
  readonly #key: Uint8Array;
  readonly #name: string;

  constructor(key: Uint8Array, name: string) {
    this.#key = key;
    this.#name = name;
  }

  /**
   * Yields the content of `sealed`, which starts with chunk `first` of an object of `sizeBytes`. Calls `fail` for the
   * error of content that is not as it was sealed.
   */
  async *open(
    sealed: AsyncIterable<Uint8Array>,
    { first, sizeBytes, fail }: { readonly first: number; readonly sizeBytes: number; readonly fail: () => PondError },
  ): AsyncGenerator<Uint8Array> {
    const last = Math.max(1, Math.ceil(sizeBytes / chunkBytes)) - 1;
    let chunk = first;
    for await (const bytes of blocksOf(sealed, sealedChunkBytes)) {
      const plain = openChunk(this.#key, this.#name, { chunk, isLast: chunk === last, bytes });
      if (plain === undefined) throw fail();
      chunk += 1;
      yield plain;
    }
    if (chunk !== last + 1) throw fail();
  }
}

/** Returns the bytes of a header, and what follows it. */
export function splitHeader(bytes: Uint8Array): readonly [header: Uint8Array, rest: Uint8Array] {
  return [bytes.subarray(0, sealedHeaderBytes), bytes.subarray(sealedHeaderBytes)];
}

interface Chunk {
  /** 0-based. */
  readonly chunk: number;
  readonly isLast: boolean;
  readonly bytes: Uint8Array;
}

function sealChunk(key: Uint8Array, name: string, { chunk, isLast, bytes }: Chunk): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(chunk, isLast)).setAAD(Buffer.from(name));
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined when the chunk is not as it was sealed. */
function openChunk(key: Uint8Array, name: string, { chunk, isLast, bytes }: Chunk): Buffer | undefined {
  if (bytes.length < tagBytes) return undefined;
  const end = bytes.length - tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(chunk, isLast), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(end));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, end)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function nonceOf(chunk: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(chunk, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Yields the same bytes in blocks of a size, the last one shorter; one empty block for no bytes. */
async function* blocksOf(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  let isEmpty = true;
  for await (const chunk of chunks) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    let at = 0;
    for (; held.length - at >= size; at += size) {
      isEmpty = false;
      yield held.subarray(at, at + size);
    }
    held = held.subarray(at);
  }
  if (held.length > 0 || isEmpty) yield held;
}

function observed(body: ObjectBody, observe: (chunk: Uint8Array) => void): ObjectBody {
  return {
    ...body,
    open: async function* (start, end) {
      for await (const chunk of body.open(start, end)) {
        observe(chunk);
        yield chunk;
      }
    },
  };
}
