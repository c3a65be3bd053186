import { createHash } from 'node:crypto';
import { readHostStream } from '../storage/hostStream.ts';
import { type Content } from '../tinyfs/backend.ts';

/** SHA-256 of streamed content: lower-case hex. */
export async function contentHash(content: Content): Promise<string> {
  const hash = createHash('sha256');
  if (content instanceof Uint8Array) return hash.update(content).digest('hex');
  for await (const chunk of content) hash.update(chunk);
  return hash.digest('hex');
}

/** SHA-256 of a host file. Fails with the storage codes. */
export async function hostFileHash(path: string): Promise<string> {
  return await contentHash(readHostStream(path, 0, Infinity));
}
