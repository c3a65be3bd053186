import { PondError } from '../base/error.ts';
import { isoTimeMs } from '../base/isoTime.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';

const isoTime = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Returns a moment in microseconds since 1970 UTC: an ISO time, in UTC without a zone, a date for its first moment, or the
 * time of a commit, named as a version. Fails `version-not-found`, `usage` for a time that does not exist.
 */
export async function momentOf(pond: ResourcePond, text: string): Promise<number> {
  const match = isoTime.exec(text);
  if (match === null) return (await pond.resolve(text)).timeUs;
  const ms = isoTimeMs(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`);
  if (ms === undefined) throw new PondError('usage', `the time ${text} does not exist`);
  return ms * 1000;
}
