import { type CommitNumber, commitNumber, parseCommitNumber } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { isoTimeMs } from '../base/isoTime.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { type Commit, type VersionSpec } from './commitRecord.ts';
import { commitsFrom } from './commitsFrom.ts';
import { ownAtOrBelow, readCommitRecord } from './history.ts';
import { isTagName, tagsAt } from './tags.ts';

/** Resolves "12", "HEAD", a tag, "HEAD~2" or an ISO time to a commit. Fails `version-not-found`. */
export async function resolveVersion(opLog: OpLog, spec: VersionSpec): Promise<Commit> {
  const text = spec.trim();
  if (/^\d+$/.test(text)) {
    const number = parseCommitNumber(Number(text));
    const commit = number === undefined ? undefined : await readCommitRecord(opLog, number);
    if (commit === undefined) throw notFound(spec, `commits go from 0 to ${opLog.head}`);
    return commit;
  }
  const [, name, generations = '0'] = /^(.*?)(?:~(\d+))?$/.exec(text) ?? [];
  if (name?.toUpperCase() === 'HEAD') return await ancestor(opLog, opLog.head, Number(generations), spec);
  if (name === undefined || !isTagName(name)) return await commitAtTime(opLog, spec);
  const tagged = (await tagsAt(opLog, opLog.head)).get(name);
  if (tagged === undefined) throw notFound(spec, `there is no tag '${name}'`);
  return await ancestor(opLog, tagged, Number(generations), spec);
}

async function ancestor(opLog: OpLog, start: CommitNumber, generations: number, spec: VersionSpec): Promise<Commit> {
  let left = generations;
  for await (const commit of commitsFrom(opLog, start)) {
    if (left-- === 0) return commit;
  }
  throw notFound(spec, 'the history is not that long');
}

/** ISO 8601 with at least a date; without a zone it is UTC, so that a script means the same everywhere. */
const isoPattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i;

async function commitAtTime(opLog: OpLog, spec: VersionSpec): Promise<Commit> {
  const match = isoPattern.exec(spec.trim());
  if (match === null) throw notFound(spec, 'expected a commit number, HEAD, a tag, HEAD~n or an ISO time');
  const timeMs = isoTimeMs(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`);
  if (timeMs === undefined) throw notFound(spec, 'this time does not exist');
  // Date drops fractions beyond milliseconds; the whole seconds that people write are exact.
  const timeUs = timeMs * 1000 + fractionUs(match[2]);
  const found = await newestUpTo(opLog, timeUs);
  if (found === undefined) throw notFound(spec, 'the pond did not exist then');
  return found;
}

function fractionUs(time: string | undefined): number {
  const digits = /\.\d{3}(\d{1,3})/.exec(time ?? '')?.[1];
  return digits === undefined ? 0 : Number(digits.padEnd(3, '0'));
}

/**
 * Latest commit at or before a time. Commit times never decrease, so the numbers are binary-searched; other engines'
 * commits are skipped.
 */
async function newestUpTo(opLog: OpLog, timeUs: number): Promise<Commit | undefined> {
  let [low, high]: [number, number] = [0, opLog.head];
  let best: Commit | undefined;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const commit = await ownAtOrBelow(opLog, commitNumber(middle), commitNumber(low));
    if (commit === undefined) low = middle + 1;
    else if (commit.timeUs <= timeUs) {
      best = commit;
      low = middle + 1;
    } else high = commit.number - 1;
  }
  return best;
}

function notFound(spec: VersionSpec, why: string): PondError {
  return new PondError('version-not-found', `no commit is '${spec}': ${why}`, {
    hint: "'pond log' lists the commits, 'pond tag' the tags.",
  });
}
