import { createHash } from 'node:crypto';
import { isPondError, PondError } from '../base/error.ts';
import { type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';

/** Content that an object should have. */
interface ExpectedObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Lower-case hex; undefined where nothing says it: then only the size is compared. */
  readonly sha256: string | undefined;
}

/** Maximum number of times that a stream which broke off is continued without any progress. */
const resumesMax = 3;

/**
 * Streams an object whose size is known, and its hash as a rule; a stream that breaks off is continued where it did. It
 * ends only if every byte was as expected, so a consumer keeps nothing of one that fails. Fails `remote-damaged` when
 * the object is missing, longer, shorter or altered, and as the store.
 */
export async function* verifiedObject(
  store: ObjectStore,
  { key, sizeBytes, sha256 }: ExpectedObject,
  options: RequestOptions = {},
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let received = 0;
  for (let failures = 0; ;) {
    const start = received;
    const stream = await store.readStream(key, { ...options, start });
    if (stream === undefined) throw damaged(store, key, 'is missing');
    try {
      for await (const chunk of stream) {
        received += chunk.length;
        if (received > sizeBytes) throw damaged(store, key, `has more than ${sizeBytes} bytes`);
        hash.update(chunk);
        yield chunk;
      }
      break;
    } catch (error) {
      failures = received > start ? 0 : failures + 1;
      if (!isPondError(error, 'remote-failed') || failures > resumesMax) throw error;
    }
  }
  if (received < sizeBytes) throw damaged(store, key, `has ${received} bytes; expected ${sizeBytes}`);
  if (sha256 === undefined) return;
  const got = hash.digest('hex');
  if (got !== sha256) throw damaged(store, key, `is altered: its hash is ${got}; expected ${sha256}`);
}

function damaged({ address }: ObjectStore, key: string, problem: string): PondError {
  return new PondError('remote-damaged', `${key} at ${address} ${problem}`, {
    path: key,
    hint: "Nothing was changed at the store. 'pond backup verify --full --repair' in the pond it comes from repairs it.",
  });
}
