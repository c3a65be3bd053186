import { type Bytes } from '../protocol/commands.ts';

/** Returns the bytes of a content, as any transport carries it. */
export function plainBytes(content: Bytes): Uint8Array {
  return content instanceof Uint8Array ? content : Buffer.from(content.base64, 'base64');
}
