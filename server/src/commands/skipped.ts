import { type SkippedInfo } from '../protocol/commands.ts';
import { type DisplayPaths } from '../resources/displayPath.ts';

/** A skipped item of a copy; the reason is for people, after the path and a colon. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly path: string;
  readonly reason: string;
}

/** A result is one message: it must not grow with the size of a disk. */
const shownMax = 100;

/** A pattern without matches, which is rarely intended. */
export function matchless(pattern: string): Skipped {
  return { kind: 'skipped', path: pattern, reason: 'nothing matches it' };
}

/** As skippedInfo, for pond paths, with resource names from `names`. */
export async function skippedInPond(all: readonly Skipped[], names: DisplayPaths): Promise<SkippedInfo> {
  const { skipped, skippedCount } = skippedInfo(all);
  const named = skipped.map(async ({ path, reason }) => ({
    ...(await names.named(path)),
    reason: await names.text(reason),
  }));
  return { skipped: await Promise.all(named), skippedCount };
}

/** Summary of all items that a copy skipped. */
export function skippedInfo(all: readonly Skipped[]): SkippedInfo {
  const skipped = all.slice(0, shownMax).map(({ path, reason }) => ({ path, reason }));
  return { skipped, skippedCount: all.length };
}
