import { randomUUID } from 'node:crypto';

/** A UUID of version 7 (RFC 9562): later ids sort later, so new rows are adjacent. */
export function uuidv7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  // After the version digit both kinds are equally random, and node keeps random bytes ready for this one.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
