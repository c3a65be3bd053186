/** Lists objects of a bucket. */
import { type _Object, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { PondError } from '../base/error.ts';
import { compareKeys, isKey } from './keys.ts';
import { type ListedObject } from './objectStore.ts';
import { ForeignAnswer } from './s3Answer.ts';

/** One page of a listing. */
interface ListedPage {
  readonly objects: readonly ListedObject[];
  /** Key of the last object of the page, valid or not, relative to the store; where the next page starts. */
  readonly last: string;
  readonly hasMore: boolean;
}

/** The objects to list: keys are relative to `base`. */
interface Listing {
  readonly bucket: string;
  /** Prefix of the store with `/` at its end, or ''. */
  readonly base: string;
  readonly prefix: string;
  /** For errors. */
  readonly what: string;
}

/**
 * Returns the page after the key `startAfter`. Throws what the client throws, ForeignAnswer for an answer that is no
 * listing, and `remote-failed` for one that is not in order, goes on without objects, or lacks a size or a time: it may
 * have gaps.
 */
export async function listPage(
  client: S3Client,
  { bucket, base, prefix, what }: Listing,
  { startAfter, signal }: { readonly startAfter: string; readonly signal: AbortSignal | undefined },
): Promise<ListedPage> {
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: base + prefix,
    ...(startAfter !== '' && { StartAfter: base + startAfter }),
  });
  const { Contents = [], IsTruncated } = await client.send(command, signal && { abortSignal: signal });
  if (typeof IsTruncated !== 'boolean') throw new ForeignAnswer('a listing', 'another answer');
  const objects: ListedObject[] = [];
  let last = startAfter;
  for (const object of Contents) {
    const key = keyOf(object, base, prefix);
    // A store that does not know StartAfter lists from the first key on.
    if (key !== undefined && last === startAfter && compareKeys(key, startAfter) <= 0) continue;
    if (key === undefined || compareKeys(key, last) <= 0) throw nonsense(what, 'is not in the order of the keys');
    last = key;
    if (!isKey(key)) continue;
    const [sizeBytes, modifiedMs] = [object.Size, object.LastModified?.getTime()];
    if (!isCount(sizeBytes) || !isCount(modifiedMs)) throw nonsense(what, `has no size or no time of ${key}`);
    objects.push({ key, sizeBytes, modifiedMs });
  }
  if (IsTruncated && last === startAfter) throw nonsense(what, 'goes on without objects');
  return { objects, last, hasMore: IsTruncated };
}

/** True for a valid number of bytes or milliseconds; the client gives NaN for a text that is not a number. */
function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && value! >= 0;
}

/** Key relative to the store; undefined for an object that was not asked for. */
function keyOf({ Key = '' }: _Object, base: string, prefix: string): string | undefined {
  return Key.startsWith(base + prefix) ? Key.slice(base.length) : undefined;
}

function nonsense(what: string, how: string): PondError {
  return new PondError('remote-failed', `the listing of ${what} ${how}`, {
    hint: 'The store is not one that a pond can be kept in: see docs/stores.md.',
  });
}
