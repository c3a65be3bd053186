/** Notes for the user, collected during a run. */
export interface Notes {
  /** A file that is skipped for a reason other than a failure. */
  skipped(hostPath: string, reason: string): void;
  /** A file of which something was left out. */
  partly(hostPath: string, what: string): void;
  /** A file or folder that should have been read. */
  failed(hostPath: string, reason: string): void;
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
  return {
    skipped: (hostPath, reason) => void skips.push(`${hostPath} was skipped: ${reason}`),
    partly: (hostPath, what) => void skips.push(`${hostPath}: ${what}`),
    unmatched: (pattern) => void skips.push(`no file matches ${pattern}`),
    failed: (hostPath, reason) => void failures.push(`${hostPath}: ${reason}`),
    texts: () => [...named(failures, 'more could not be read'), ...named(skips, 'more were skipped')],
    failures: () => failures,
  };
}

function named(texts: readonly string[], rest: string): readonly string[] {
  const more = texts.length - namedMax;
  return more > 0 ? [...texts.slice(0, namedMax), `${more} ${rest}`] : texts;
}
