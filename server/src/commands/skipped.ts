import { type SkippedInfo } from '../protocol/commands.ts';
import { type DisplayPaths } from '../resources/displayPath.ts';

/** Something that is not copied; the reason is for people, after the path and a colon. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly path: string;
  readonly reason: string;
}

/** A result is one message: it must not grow with a disk. */
const shownMax = 100;

/** A pattern that stands for nothing, which is rarely meant. */
export function matchless(pattern: string): Skipped {
  return { kind: 'skipped', path: pattern, reason: 'nothing matches it' };
}

/** As skippedInfo, for paths of a pond: with the names that resources have in `names`. */
export async function skippedInPond(all: readonly Skipped[], names: DisplayPaths): Promise<SkippedInfo> {
  const { skipped, skippedCount } = skippedInfo(all);
  const named = skipped.map(async ({ path, reason }) => {
    const displayPath = await names.path(path);
    return { path, reason: await names.text(reason), ...(displayPath === path ? {} : { displayPath }) };
  });
  return { skipped: await Promise.all(named), skippedCount };
}

/** What the answer of a copy says of all that it left out. */
export function skippedInfo(all: readonly Skipped[]): SkippedInfo {
  const skipped = all.slice(0, shownMax).map(({ path, reason }) => ({ path, reason }));
  return { skipped, skippedCount: all.length };
}
