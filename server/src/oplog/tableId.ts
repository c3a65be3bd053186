import { PondError } from '../base/error.ts';
import { logDirectory } from '../delta/log.ts';

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Fails `pond-damaged` unless the id of a table is a UUID, like every pond's: host names are derived from it. */
export function requireTableId(id: string): void {
  if (uuidPattern.test(id)) return;
  throw new PondError('pond-damaged', `expected a UUID as the id of the table, got ${JSON.stringify(id)}`, {
    path: logDirectory,
    hint: 'restore the log from a copy; nothing was changed',
  });
}
