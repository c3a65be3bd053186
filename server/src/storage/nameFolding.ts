/** Names that a host takes for one: many ignore case (macOS, Windows), or the form of accented characters (macOS). */

/** Differences between names that a host ignores. */
export interface NameFolding {
  /** Upper and lower case. */
  readonly ignoresCase: boolean;
  /** Whether an accented character is one code point (NFC) or several (NFD). */
  readonly ignoresForm: boolean;
}

/** Returns the form of a path in which those of one file are equal. */
export function folded(path: string, { ignoresCase, ignoresForm }: NameFolding): string {
  const formed = ignoresForm ? path.normalize('NFC') : path;
  // Upper case first: `ß` and `SS` are one name where case is ignored.
  return ignoresCase ? formed.toUpperCase().toLowerCase() : formed;
}
