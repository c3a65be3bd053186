import { createHash } from 'node:crypto';
import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError, PondError } from '../base/error.ts';
import { Bandwidth } from './bandwidth.ts';
import { checkedContent, shortStream, tooLarge } from './content.ts';
import { checkKey } from './keys.ts';
import { addressOf, type S3Location } from './location.ts';
import {
  type ListedObject,
  type ListOptions,
  type ObjectBody,
  type ObjectStat,
  type ObjectStore,
  readBytesMax,
  type ReadObjectOptions,
  type RequestOptions,
  type StreamOptions,
} from './objectStore.ts';
import { SentBytes } from './s3Body.ts';
import { ForeignAnswer } from './s3Answer.ts';
import { isMissing, isMissingHead } from './s3Failure.ts';
import { listPage } from './s3List.ts';
import { encryptionFields, newObjectFields, putObject, type SendOptions } from './s3Put.ts';
import { chunksOf, type OpenedObject, openObject } from './s3Read.ts';
import { S3Requests } from './s3Requests.ts';
import { type S3Settings, type StoreCredentials, type UploadLedger } from './s3Settings.ts';
import { ContentTags, type PutOutcome } from './s3Tags.ts';
import { S3Upload } from './s3Upload.ts';
import { realEffects, type RetryEffects } from './storeRetry.ts';

/** Smallest object that is sent in parts, and the size of its parts, bytes. */
const partsBytes = { objectBytesMin: 32 * 1024 * 1024, partBytes: 16 * 1024 * 1024 };

/** Access to a bucket, and the effects that tests replace. */
export interface S3StoreOptions {
  readonly credentials: StoreCredentials;
  readonly settings?: S3Settings | undefined;
  readonly uploads?: UploadLedger | undefined;
  readonly effects?: RetryEffects;
  readonly parts?: typeof partsBytes;
}

/** Objects in a bucket of an S3-compatible service, below a prefix. */
export class S3Store implements ObjectStore {
  readonly address: string;
  readonly #bucket: string;
  /** Prefix with `/` at its end, or ''. */
  readonly #base: string;
  readonly #options: S3StoreOptions;
  readonly #effects: RetryEffects;
  readonly #requests: S3Requests;
  readonly #sending: SendOptions;

  constructor(location: S3Location, options: S3StoreOptions) {
    const { effects = realEffects, credentials, settings: { bytesPerSecond } = {} } = options;
    this.address = addressOf(location);
    this.#bucket = location.bucket;
    this.#base = location.prefix === '' ? '' : `${location.prefix}/`;
    this.#options = options;
    this.#effects = effects;
    this.#requests = new S3Requests(location, credentials, effects);
    const bandwidth = bytesPerSecond === undefined ? undefined : new Bandwidth(bytesPerSecond, effects);
    this.#sending = { checksums: { isSent: true }, tags: new ContentTags(), bandwidth };
  }

  async stat(key: string, { signal }: RequestOptions = {}): Promise<ObjectStat | undefined> {
    return await this.#run(key, signal, (client) => this.#head(client, key, signal));
  }

  async read(key: string, options: ReadObjectOptions = {}): Promise<Uint8Array | undefined> {
    const { signal, onBytes, sizeBytesMax = readBytesMax } = options;
    const progress = new SentBytes(onBytes);
    return await this.#run(key, signal, async (client) => {
      const opened = await openObject(client, this.#range(key, 0), signal);
      if (opened === undefined) return undefined;
      const bytes: Uint8Array[] = [];
      let received = 0;
      for await (const chunk of this.#limited(opened, signal)) {
        if (opened.sizeBytes > sizeBytesMax) throw tooLarge(this.#what(key), opened.sizeBytes, sizeBytesMax);
        received += chunk.length;
        progress.reach(received);
        bytes.push(chunk);
      }
      if (received < opened.sizeBytes) throw shortStream(this.#what(key), received, opened.sizeBytes);
      return Buffer.concat(bytes);
    });
  }

  async readStream(key: string, options: StreamOptions = {}): Promise<AsyncIterable<Uint8Array> | undefined> {
    const { start = 0, signal } = options;
    const opened = await this.#run(key, signal, (client) => openObject(client, this.#range(key, start), signal));
    return opened && this.#resumed(key, opened, options);
  }

  async *list(prefix: string, { startAfter = '', signal }: ListOptions = {}): AsyncGenerator<ListedObject> {
    throwIfCancelled(signal);
    const listing = { bucket: this.#bucket, base: this.#base, prefix, what: this.address };
    for (let [after, hasMore] = [startAfter, true]; hasMore;) {
      const page = await this.#requests.run(this.address, signal, (client) =>
        listPage(client, listing, { startAfter: after, signal }),
      );
      yield* page.objects;
      [after, hasMore] = [page.last, page.hasMore];
    }
  }

  async putIfAbsent(key: string, body: ObjectBody, options: RequestOptions = {}): Promise<'created' | 'exists'> {
    const { objectBytesMin } = this.#options.parts ?? partsBytes;
    const outcome = await (body.sizeBytes < objectBytesMin
      ? this.#putWhole(key, body, options)
      : this.#putParts(key, body, options));
    if (outcome === 'suspect') await this.#requireStored(key, body, options);
    return outcome === 'taken' ? 'exists' : 'created';
  }

  async put(key: string, body: Uint8Array, { signal, onBytes }: RequestOptions = {}): Promise<void> {
    const { serverEncryption, kmsKey } = this.#settings;
    await this.#run(key, signal, async (client) => {
      const input = { Bucket: this.#bucket, Key: this.#base + key, Body: body, ContentLength: body.length };
      const command = new PutObjectCommand({ ...input, ...encryptionFields(serverEncryption, kmsKey) });
      await client.send(command, signal && { abortSignal: signal });
    });
    onBytes?.(body.length);
  }

  async remove(key: string, { signal }: RequestOptions = {}): Promise<void> {
    await this.#run(key, signal, async (client) => {
      const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: this.#base + key });
      await client.send(command, signal && { abortSignal: signal }).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    });
  }

  close(): void {
    this.#requests.close();
  }

  get #settings(): S3Settings {
    return this.#options.settings ?? {};
  }

  #what(key: string): string {
    return `${key} in ${this.address}`;
  }

  #range(key: string, start: number): { bucket: string; key: string; start: number; what: string } {
    return { bucket: this.#bucket, key: this.#base + key, start, what: this.#what(key) };
  }

  async #run<T>(key: string, signal: AbortSignal | undefined, attempt: (client: S3Client) => Promise<T>): Promise<T> {
    checkKey(key);
    return await this.#requests.run(this.#what(key), signal, attempt);
  }

  async #head(client: S3Client, key: string, signal: AbortSignal | undefined): Promise<ObjectStat | undefined> {
    const command = new HeadObjectCommand({
      Bucket: this.#bucket,
      Key: this.#base + key,
      ...(this.#sending.checksums.isSent && { ChecksumMode: 'ENABLED' as const }),
    });
    try {
      const { ContentLength, ChecksumSHA256, LastModified } = await client.send(
        command,
        signal && { abortSignal: signal },
      );
      if (ContentLength === undefined || LastModified === undefined)
        throw new ForeignAnswer('the size and the time', 'an answer without them');
      return { sizeBytes: ContentLength, sha256: hashOf(ChecksumSHA256), modifiedMs: LastModified.getTime() };
    } catch (error) {
      if (isMissingHead(error)) return undefined;
      throw error;
    }
  }

  async #putWhole(key: string, body: ObjectBody, { signal, onBytes }: RequestOptions): Promise<PutOutcome> {
    const content = {
      ...body,
      open: () => checkedContent(body, this.#what(key)),
      progress: new SentBytes(onBytes),
    };
    const { isSingleWriter = false } = this.#settings;
    let attempts = 0;
    return await this.#run(key, signal, async (client) => {
      attempts += 1;
      // The answer to an earlier attempt may be lost, or the connection closed on a body that was not wanted.
      if ((attempts > 1 || isSingleWriter) && (await this.#head(client, key, signal)) !== undefined) return 'taken';
      const input = {
        Bucket: this.#bucket,
        Key: this.#base + key,
        ...newObjectFields(key, this.#settings, this.#effects.now()),
        ...(!isSingleWriter && { IfNoneMatch: '*' as const }),
      };
      return await putObject(client, input, content, { ...this.#sending, signal });
    });
  }

  async #putParts(key: string, body: ObjectBody, options: RequestOptions): Promise<PutOutcome> {
    const { signal } = options;
    if ((await this.stat(key, { signal })) !== undefined) return 'taken';
    const upload = new S3Upload({
      requests: this.#requests,
      bucket: this.#bucket,
      key: this.#base + key,
      what: this.#what(key),
      fields: newObjectFields(key, this.#settings, this.#effects.now()),
      isSingleWriter: this.#settings.isSingleWriter === true,
      sending: this.#sending,
      partBytes: (this.#options.parts ?? partsBytes).partBytes,
      ledger: ledgerOf(key, this.#options.uploads),
      isThere: async () => (await this.stat(key, { signal })) !== undefined,
    });
    return await upload.send(body, options);
  }

  /** Reads back what was stored under an unexpected tag. Fails `remote-damaged` for other content, which it removes. */
  async #requireStored(key: string, { sha256, sizeBytes }: ObjectBody, { signal }: RequestOptions): Promise<void> {
    const hash = createHash('sha256');
    try {
      const content = await this.readStream(key, { signal });
      if (content === undefined)
        throw new PondError('remote-failed', `${this.#what(key)} is missing right after it was stored`);
      for await (const chunk of content) hash.update(chunk);
    } catch (error) {
      // Keys that may not read do not notice; verifying the copy does.
      if (isPondError(error, 'remote-denied')) return;
      throw error;
    }
    const found = hash.digest('hex');
    if (found === sha256) return this.#sending.tags.areNoHashes();
    // Nothing names the object yet.
    const isRemoved = await this.remove(key).then(
      () => true,
      () => false,
    );
    const message = `${this.#what(key)} was altered on its way, and the store does not verify what it gets: expected ${sizeBytes} bytes of SHA-256 ${sha256}, got SHA-256 ${found}`;
    const next = isRemoved ? 'The object was removed. Try' : 'Remove the object from the store, then try';
    throw new PondError('remote-damaged', message, { hint: `${next} again over another connection.` });
  }

  #limited(opened: OpenedObject, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
    const chunks = chunksOf(opened);
    return this.#sending.bandwidth?.limit(chunks, signal) ?? chunks;
  }

  /** Yields the bytes of an object, and goes on where a broken connection ended. */
  async *#resumed(key: string, first: OpenedObject, options: StreamOptions): AsyncGenerator<Uint8Array> {
    const { start = 0, signal, onBytes } = options;
    const [what, { etag, sizeBytes }] = [this.#what(key), first];
    let position = start;
    for (let opened: OpenedObject | undefined = first; ;) {
      try {
        for await (const chunk of this.#limited(opened, signal)) {
          throwIfCancelled(signal);
          position += chunk.length;
          onBytes?.(chunk.length);
          yield chunk;
        }
        if (position >= sizeBytes) return;
      } catch (error) {
        const failure = await this.#requests.failure(error, what, signal);
        if (isPondError(failure)) throw failure;
      }
      const from = position;
      opened = await this.#run(key, signal, (client) => openObject(client, this.#range(key, from), signal));
      if (opened?.sizeBytes !== sizeBytes || opened.etag !== etag) throw changedMeanwhile(what);
    }
  }
}

function ledgerOf(key: string, uploads: UploadLedger | undefined): ConstructorParameters<typeof S3Upload>[0]['ledger'] {
  return uploads && { get: () => uploads.get(key), set: (state) => uploads.set(key, state) };
}

/** The hash of the whole content in hexadecimal; undefined for the hash of the hashes of parts. */
function hashOf(checksum: string | undefined): string | undefined {
  if (checksum === undefined || checksum.includes('-')) return undefined;
  const bytes = Buffer.from(checksum, 'base64');
  return bytes.length === 32 ? bytes.toString('hex') : undefined;
}

function changedMeanwhile(what: string): PondError {
  return new PondError('remote-damaged', `${what} changed while it was read`, { hint: 'Try again.' });
}
