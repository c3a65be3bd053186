import { randomUUID } from 'node:crypto';

/** A UUID of version 7 (RFC 9562): ids made later sort later, so new rows lie together. */
export function uuidv7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  // Behind the version both kinds are random alike, and node has random bytes for this one in stock.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
