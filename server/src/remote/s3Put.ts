/** Puts objects of one request into a bucket. */
import { PutObjectCommand, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { type Bandwidth } from './bandwidth.ts';
import { base64Of, type SentBytes, sendBody } from './s3Body.ts';
import { isTaken, refusesChecksum } from './s3Failure.ts';
import { type S3Settings } from './s3Settings.ts';
import { type ContentTags, type PutOutcome } from './s3Tags.ts';

/** Objects that are stored in the class of the settings. */
const blobPrefix = '_pond/blobs/';
/** Objects that only ask how the store behaves: they are not kept from removal. */
const probePrefix = '_pond/probe/';

const dayMs = 24 * 60 * 60 * 1000;

/** Fields of a new object, of either way to send it. */
export type NewObjectFields = Pick<
  PutObjectCommandInput,
  'StorageClass' | 'ServerSideEncryption' | 'SSEKMSKeyId' | 'ObjectLockMode' | 'ObjectLockRetainUntilDate'
>;

/** Returns the fields of a new object that the settings ask for. `key` is relative to the store. */
export function newObjectFields(key: string, settings: S3Settings, nowMs: number): NewObjectFields {
  const { storageClass, serverEncryption, kmsKey, objectLock } = settings;
  return {
    ...encryptionFields(serverEncryption, kmsKey),
    ...(storageClass !== undefined && key.startsWith(blobPrefix) && { StorageClass: classOf(storageClass) }),
    ...(objectLock !== undefined &&
      !key.startsWith(probePrefix) && {
        ObjectLockMode: objectLock.mode === 'governance' ? ('GOVERNANCE' as const) : ('COMPLIANCE' as const),
        ObjectLockRetainUntilDate: new Date(nowMs + objectLock.days * dayMs),
      }),
  };
}

/** Returns the fields that encrypt an object in the store. */
export function encryptionFields(
  serverEncryption: S3Settings['serverEncryption'],
  kmsKey: string | undefined,
): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
  return {
    ...(serverEncryption !== undefined && { ServerSideEncryption: serverEncryption }),
    ...(kmsKey !== undefined && { SSEKMSKeyId: kmsKey }),
  };
}

/** A store may have classes that the client does not list; it sends any name. */
function classOf(name: string): NonNullable<PutObjectCommandInput['StorageClass']> {
  return name as NonNullable<PutObjectCommandInput['StorageClass']>;
}

/** Conditions and limits of the requests of one store. */
export interface SendOptions {
  /** False once the store refused the header of a checksum. */
  readonly checksums: { isSent: boolean };
  readonly tags: ContentTags;
  readonly bandwidth: Bandwidth | undefined;
}

/** Content of one request. `open` is called for each attempt. */
interface RequestContent {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly progress: SentBytes;
}

/**
 * Sends one object. Returns `taken`, storing nothing, when the condition `IfNoneMatch` does not hold. Throws what the
 * client throws, and the errors of the content.
 */
export async function putObject(
  client: S3Client,
  input: NewObjectFields & { readonly Bucket: string; readonly Key: string; readonly IfNoneMatch?: '*' },
  content: RequestContent,
  options: SendOptions & { readonly signal: AbortSignal | undefined },
): Promise<PutOutcome> {
  const { checksums, tags, bandwidth, signal } = options;
  const { sizeBytes, sha256, open, progress } = content;
  const body = sendBody(open(), { sha256, progress, signal, bandwidth });
  const command = new PutObjectCommand({
    ...input,
    Body: body.stream,
    ContentLength: sizeBytes,
    ...(checksums.isSent && { ChecksumSHA256: base64Of(sha256) }),
  });
  try {
    const { ETag } = await client.send(command, { abortSignal: body.signal });
    body.end();
    return tags.suspects(ETag, body.md5()) ? 'suspect' : 'stored';
  } catch (error) {
    body.end();
    if (isTaken(error)) return 'taken';
    if (!checksums.isSent || !refusesChecksum(error)) throw error;
    checksums.isSent = false;
  }
  return await putObject(client, input, content, options);
}
