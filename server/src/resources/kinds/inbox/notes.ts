import { plural } from '../../../base/plural.ts';

/** Notes for the user, collected during a run. */
export interface Notes {
  /** A file that is skipped for a reason other than a failure. */
  skipped(hostPath: string, reason: string): void;
  /** A file of which something was left out. */
  partly(hostPath: string, what: string): void;
  /** A file or folder that should have been read. */
  failed(hostPath: string, reason: string): void;
  /** A file that has fewer bytes than its version before. */
  shortened(hostPath: string, sizes: { readonly before: number; readonly now: number }): void;
  /** No file matches the pattern. */
  unmatched(pattern: string): void;
  /** One sentence for each, failures first; beyond a limit, their number. */
  texts(): readonly string[];
  failures(): readonly string[];
}

/** Files named; more are counted. */
const namedMax = 20;

/** Returns empty notes. */
export function createNotes(): Notes {
  const failures: string[] = [];
  const skips: string[] = [];
  const shorter: string[] = [];
  return {
    skipped: (hostPath, reason) => void skips.push(`${hostPath} was skipped: ${reason}`),
    partly: (hostPath, what) => void skips.push(`${hostPath}: ${what}`),
    shortened: (hostPath, { before, now }) => void shorter.push(`${hostPath}, from ${before} to ${now} bytes`),
    unmatched: (pattern) => void skips.push(`no file matches ${pattern}`),
    failed: (hostPath, reason) => void failures.push(`${hostPath}: ${reason}`),
    texts: () => [
      ...named(failures, 'more could not be read'),
      ...named(skips, 'more were skipped'),
      ...shortenedNote(shorter),
    ],
    failures: () => failures,
  };
}

function named(texts: readonly string[], rest: string): readonly string[] {
  const more = texts.length - namedMax;
  return more > 0 ? [...texts.slice(0, namedMax), `${more} ${rest}`] : texts;
}

/** Some programs write such files again and again, so all of them are one sentence. */
function shortenedNote([first, ...others]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : `, and ${plural(others.length, 'other file')}`;
  return [`shorter than their version before: ${first}${more}; what is gone from a file is in its earlier versions`];
}
