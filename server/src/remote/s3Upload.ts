/** Sends a large object in parts. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createHash, type Hash } from 'node:crypto';
import { sha256Of } from '../base/sha256.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type ObjectBody, type RequestOptions } from './objectStore.ts';
import { ForeignAnswer } from './s3Answer.ts';
import { base64Of, SentBytes, sendBody, slicesOf } from './s3Body.ts';
import { isConflict, isDenied, isMissing, isTaken } from './s3Failure.ts';
import { type NewObjectFields, type SendOptions } from './s3Put.ts';
import { type S3Requests } from './s3Requests.ts';
import { type PartialUpload, type UploadedPart } from './s3Settings.ts';
import { createMd5, type PutOutcome } from './s3Tags.ts';
import { type ReadPart, UploadState } from './uploadState.ts';

/** Parts in flight: together with the one that is read they are all that is in memory. */
const partsAtOnceMax = 4;
/** Number of parts that a store accepts. */
const partsMax = 10_000;
/** Uploads of one object that are begun before it fails: a store may forget one. */
const uploadsMax = 3;

const mebibyte = 1024 * 1024;

/** The object that is sent, and how. */
interface UploadTarget {
  readonly requests: S3Requests;
  readonly bucket: string;
  /** Whole key. */
  readonly key: string;
  /** Object and store, for errors. */
  readonly what: string;
  readonly fields: NewObjectFields;
  readonly isSingleWriter: boolean;
  readonly sending: SendOptions;
  readonly partBytes: number;
  readonly ledger: { get(): PartialUpload | undefined; set(state: PartialUpload | undefined): void } | undefined;
  /** Asks whether the object is there. */
  readonly isThere: () => Promise<boolean>;
}

/** Outcome of an upload; `lost`: the store no longer knows it. */
type UploadOutcome = PutOutcome | 'lost';

/** One object on its way in parts. With a ledger, a part that arrived is not sent again, also by a later process. */
export class S3Upload {
  readonly #target: UploadTarget;

  constructor(target: UploadTarget) {
    this.#target = target;
  }

  /** Sends the object. Returns `taken`, storing nothing, when the key is taken. */
  async send(body: ObjectBody, options: RequestOptions): Promise<PutOutcome> {
    const { signal } = options;
    for (let uploads = 1; ; uploads += 1) {
      throwIfCancelled(signal);
      const resumed = await this.#resume(body, signal);
      const upload = resumed ?? (await this.#begin(body, signal));
      const outcome = await this.#sendAll(upload, body, options).catch((error: unknown) => {
        // Some stores deny an upload that they do not know.
        if (resumed !== undefined && isPondError(error, 'remote-denied')) return 'lost' as const;
        throw error;
      });
      if (outcome === 'taken' || outcome === 'lost') await this.#abandon(upload.uploadId);
      this.#target.ledger?.set(undefined);
      if (outcome !== 'lost') return outcome;
      if (uploads === uploadsMax)
        throw new PondError('remote-failed', `${this.#target.what}: the store lost ${uploads} uploads`);
    }
  }

  /** Sends the parts that are missing and completes the upload. A failure abandons it unless a ledger keeps it. */
  async #sendAll(upload: PartialUpload, body: ObjectBody, options: RequestOptions): Promise<UploadOutcome> {
    try {
      const { parts, isSuspect } = await this.#sendParts(upload, body, options);
      const outcome = await this.#complete(upload.uploadId, parts, options.signal);
      return outcome === 'stored' && isSuspect ? 'suspect' : outcome;
    } catch (error) {
      if (error instanceof LostUpload) return 'lost';
      if (this.#target.ledger === undefined) await this.#abandon(upload.uploadId);
      throw error;
    }
  }

  /** The upload of an earlier process, with the parts that the store still has. */
  async #resume(body: ObjectBody, signal: AbortSignal | undefined): Promise<PartialUpload | undefined> {
    const { ledger, bucket, key } = this.#target;
    const upload = ledger?.get();
    if (upload?.sha256 !== body.sha256 || upload.partBytes !== this.#partBytes(body)) return undefined;
    const command = new ListPartsCommand({ Bucket: bucket, Key: key, UploadId: upload.uploadId, MaxParts: 1 });
    const isThere = await this.#run(signal, async (client, own) => {
      try {
        await client.send(command, own && { abortSignal: own });
        return true;
      } catch (error) {
        // Credentials that may not list the parts send them again.
        if (isMissing(error) || isDenied(error)) return false;
        throw error;
      }
    });
    return isThere ? upload : undefined;
  }

  async #begin(body: ObjectBody, signal: AbortSignal | undefined): Promise<PartialUpload> {
    const { bucket, key, fields, sending, ledger } = this.#target;
    const command = new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      ...fields,
      ...(sending.checksums.isSent && { ChecksumAlgorithm: 'SHA256' as const }),
    });
    const uploadId = await this.#run(signal, async (client, own) => {
      const { UploadId } = await client.send(command, own && { abortSignal: own });
      if (UploadId === undefined) throw new ForeignAnswer('the id of an upload', 'none');
      return UploadId;
    });
    const upload = { uploadId, sha256: body.sha256, partBytes: this.#partBytes(body), parts: [] };
    ledger?.set(upload);
    return upload;
  }

  #partBytes({ sizeBytes }: ObjectBody): number {
    const { partBytes } = this.#target;
    if (sizeBytes <= partBytes * partsMax) return partBytes;
    return Math.ceil(sizeBytes / partsMax / mebibyte) * mebibyte;
  }

  /** Reads the content in order, and sends parts at once; returns them in order, and whether a tag is not that of a part. */
  async #sendParts(
    upload: PartialUpload,
    body: ObjectBody,
    { signal, onBytes }: RequestOptions,
  ): Promise<{ readonly parts: readonly UploadedPart[]; readonly isSuspect: boolean }> {
    const hash = createHash('sha256');
    const state = new UploadState(upload, (kept) => this.#target.ledger?.set(kept));
    const failed = new AbortController();
    const combined = signal === undefined ? failed.signal : AbortSignal.any([failed.signal, signal]);
    const sending = new Set<Promise<void>>();
    const md5s = new Map<number, string | undefined>();
    try {
      for (let number = 1; (number - 1) * upload.partBytes < body.sizeBytes; number += 1) {
        throwIfCancelled(signal);
        const part = await this.#readPart(body, number, hash);
        md5s.set(number, createMd5()?.update(part.bytes).digest('hex'));
        if (state.has(part)) continue;
        if (sending.size === partsAtOnceMax) await Promise.race(sending);
        const sent = this.#sendPart(upload.uploadId, part, { signal: combined, onBytes })
          .then((etag) => state.add({ number, etag, sha256: part.sha256 }))
          .finally(() => sending.delete(sent));
        sending.add(sent);
        // It may fail while the next part is read, when nothing awaits it.
        sent.catch(() => undefined);
      }
      await Promise.all(sending);
    } catch (error) {
      failed.abort();
      await Promise.allSettled(sending);
      throw error;
    }
    if (hash.digest('hex') !== body.sha256) throw this.#changed(body);
    const parts = state.parts();
    const { tags } = this.#target.sending;
    return { parts, isSuspect: parts.some(({ number, etag }) => tags.suspects(etag, md5s.get(number))) };
  }

  async #readPart(body: ObjectBody, number: number, whole: Hash): Promise<ReadPart> {
    const start = (number - 1) * this.#partBytes(body);
    const end = Math.min(body.sizeBytes, start + this.#partBytes(body));
    const chunks: Uint8Array[] = [];
    for await (const chunk of body.open(start, end)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length !== end - start) throw this.#changed(body);
    whole.update(bytes);
    return { number, bytes, sha256: sha256Of(bytes) };
  }

  #changed({ sizeBytes, sha256 }: ObjectBody): PondError {
    const message = `the content of ${this.#target.what} changed while it was sent: expected ${sizeBytes} bytes of SHA-256 ${sha256}`;
    return new PondError('remote-damaged', message, { hint: 'Nothing was stored. Check the pond, then try again.' });
  }

  /** Returns the tag by which the store knows the part. */
  async #sendPart(uploadId: string, part: ReadPart, { signal, onBytes }: RequestOptions): Promise<string> {
    const { bucket, key, sending } = this.#target;
    const progress = new SentBytes(onBytes);
    return await this.#run(signal, async (client) => {
      const body = sendBody(slicesOf(part.bytes), {
        sha256: part.sha256,
        progress,
        signal,
        bandwidth: sending.bandwidth,
      });
      const command = new UploadPartCommand({
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
        PartNumber: part.number,
        Body: body.stream,
        ContentLength: part.bytes.length,
        ...(sending.checksums.isSent && { ChecksumSHA256: base64Of(part.sha256) }),
      });
      try {
        const { ETag } = await client.send(command, { abortSignal: body.signal });
        if (ETag === undefined) throw new ForeignAnswer('the tag (ETag) of a part', 'none');
        return ETag;
      } catch (error) {
        throw isMissing(error) ? new LostUpload() : error;
      } finally {
        body.end();
      }
    });
  }

  async #complete(
    uploadId: string,
    parts: readonly UploadedPart[],
    signal: AbortSignal | undefined,
  ): Promise<UploadOutcome> {
    const { bucket, key, isSingleWriter, sending, isThere } = this.#target;
    const command = new CompleteMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      UploadId: uploadId,
      ...(!isSingleWriter && { IfNoneMatch: '*' }),
      MultipartUpload: {
        Parts: parts.map(({ number, etag, sha256 }) => ({
          PartNumber: number,
          ETag: etag,
          ...(sending.checksums.isSent && { ChecksumSHA256: base64Of(sha256) }),
        })),
      },
    });
    let attempts = 0;
    return await this.#run(signal, async (client, own) => {
      attempts += 1;
      // The answer to an earlier attempt may be lost.
      if (attempts > 1 && (await isThere())) return 'taken';
      try {
        const { ETag } = await client.send(command, own && { abortSignal: own });
        if (ETag === undefined) throw new ForeignAnswer('the tag (ETag) of an upload', 'none');
        return 'stored';
      } catch (error) {
        if (isTaken(error)) return 'taken';
        // Another object was made meanwhile, or the store forgot the upload.
        if (isMissing(error) || isConflict(error)) return (await isThere()) ? 'taken' : 'lost';
        throw error;
      }
    });
  }

  /** Frees the room of the parts. Credentials that may only append cannot: then the store's own rules do. */
  async #abandon(uploadId: string): Promise<void> {
    const { bucket, key, requests } = this.#target;
    const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId });
    await requests.client.send(command).catch(() => undefined);
  }

  async #run<T>(
    signal: AbortSignal | undefined,
    attempt: (client: S3Client, signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T> {
    return await this.#target.requests.run(this.#target.what, signal, attempt);
  }
}

/** The store no longer knows the upload. */
class LostUpload extends Error {}
