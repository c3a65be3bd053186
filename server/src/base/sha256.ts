import crypto from 'node:crypto';

/** Hashes bytes or a text in UTF-8. */
type Sha256 = (data: Uint8Array | string) => string;

/**
 * Returns the function that uses `hash` of Node's crypto; without it, which Node has since 20.12, an object for each
 * hash.
 */
export function sha256By(hash: typeof crypto.hash | undefined): Sha256 {
  if (hash !== undefined) return (data) => hash('sha256', data, 'hex');
  return (data) => crypto.createHash('sha256').update(data).digest('hex');
}

/** Lower-case hex SHA-256 of data that is in memory: for a commit or an entry, in half the time of a hash object. */
export const sha256Of = sha256By(crypto.hash);
