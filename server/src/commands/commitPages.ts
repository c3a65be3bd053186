import { isPondError, PondError } from '../base/error.ts';
import { type Commit } from '../pond/commitRecord.ts';
import { type LogFilters } from '../protocol/history.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { momentOf } from './moment.ts';
import { createYield } from '../base/yieldToEventLoop.ts';

/** Commits that are wanted, and where to look for them. */
interface Wanted extends LogFilters {
  /** A real path; the commits that changed it are found without reading the others. */
  readonly path?: string | undefined;
  readonly limit?: number | undefined;
  /** Number of the first commit to read. */
  readonly start?: number | undefined;
  /** Maximum number of commits that are read. */
  readonly searchMax?: number;
}

/** Commits, latest first. */
export interface CommitPage {
  readonly commits: readonly Commit[];
  /** Commit with which the search goes on; undefined when no older one can be wanted. */
  readonly next: number | undefined;
  readonly searched: number;
  readonly oldest: Commit | undefined;
}

/** A day: clocks are wrong by a time zone, not by more. */
const clockToleranceUs = 86_400_000_000;

/** Returns the commits that pass the filters, up to both limits. Fails `version-not-found`, and as momentOf. */
export async function commitPage(pond: ResourcePond, wanted: Wanted, signal: AbortSignal): Promise<CommitPage> {
  const { path, limit = Infinity, searchMax = Infinity } = wanted;
  const start = wanted.start ?? (await latestUntil(pond, wanted.until));
  const accepts = await filterOf(pond, wanted);
  const commits: Commit[] = [];
  let [searched, oldest]: [number, Commit | undefined] = [0, undefined];
  const page = (next: number | undefined): CommitPage => ({ commits, next, searched, oldest });
  if (limit === 0 || start === 'none') return page(undefined);
  const yieldToEventLoop = createYield(signal);
  const options = { ...(path !== undefined && { path }), ...(start !== undefined && { start }) };
  for await (const commit of pond.log(options)) {
    await yieldToEventLoop();
    const verdict = accepts(commit);
    if (verdict === 'end') return page(undefined);
    [searched, oldest] = [searched + 1, commit];
    if (verdict === 'wanted') commits.push(commit);
    if (commits.length === limit || searched === searchMax) return page(commit.parent);
  }
  return page(undefined);
}

/** Returns the number of the latest commit up to a moment; 'none' when the pond is younger, undefined without a moment. */
async function latestUntil(pond: ResourcePond, until: string | undefined): Promise<number | 'none' | undefined> {
  if (until === undefined) return undefined;
  try {
    return (await pond.resolve(until)).number;
  } catch (error) {
    if (isPondError(error, 'version-not-found') && isTime(until)) return 'none';
    throw error;
  }
}

const isTime = (text: string): boolean => /^\d{4}-/.test(text);

type Verdict = 'wanted' | 'unwanted' | 'end';

/** Returns a function that judges commits; after 'end', no older one is wanted. */
async function filterOf(pond: ResourcePond, filters: LogFilters): Promise<(commit: Commit) => Verdict> {
  const { author, message, noRuns = false } = filters;
  const sinceUs = filters.since === undefined ? -Infinity : await momentOf(pond, filters.since);
  const untilUs = filters.until === undefined ? Infinity : await momentOf(pond, filters.until);
  return (commit) => {
    // The clock of a computer may go back, so an older commit can have a later time; only this much is tolerated.
    if (commit.timeUs < sinceUs - clockToleranceUs) return 'end';
    const isWanted =
      commit.timeUs >= sinceUs &&
      commit.timeUs <= untilUs &&
      has(commit.author, author) &&
      has(commit.message, message) &&
      !(noRuns && isRun(commit.operation));
    return isWanted ? 'wanted' : 'unwanted';
  };
}

function has(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase());
}

/** The operation of a run is KIND/NAME, or `run` for the records of several. */
function isRun(operation: string): boolean {
  return operation === 'run' || operation.includes('/');
}

/** Fails `usage` unless the number of commits of a page is in range. */
export function requireLimit(limit: number, limitMax: number): void {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= limitMax) return;
  throw new PondError('usage', `a page has 1 to ${limitMax} commits, not ${limit}`);
}
