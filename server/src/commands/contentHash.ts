import { createHash } from 'node:crypto';
import { type Content } from '../tinyfs/backend.ts';

/** SHA-256 of streamed content: lower-case hex. */
export async function contentHash(content: Content): Promise<string> {
  const hash = createHash('sha256');
  if (content instanceof Uint8Array) return hash.update(content).digest('hex');
  for await (const chunk of content) hash.update(chunk);
  return hash.digest('hex');
}
