/** Which paths a mirror keeps equal, and which names only one of the sides can have. */
import { isPondError } from '../base/error.ts';
import { isWorkName } from '../storage/hostFolder.ts';
import { hostNameProblem } from '../storage/hostNameProblem.ts';
import { type Glob, hasWildcard, matchNames, parseGlob } from '../tinyfs/glob.ts';
import { checkName } from '../tinyfs/path.ts';

/** Name of the file by which a mirror recognizes its folder, and of the folder that keeps what it removed. */
export const markerName = '.pond-mirror.json';
export const trashName = '.pond-trash';

/** Longest host path in bytes: Linux takes no longer one in a call. */
const hostPathBytesMax = 4_000;

/** Paths of a mirror, by the names below the mirrored directory. */
export interface MirrorScope {
  /** The part of the pond path before the first wildcard. */
  readonly directory: string;
  /** True when directories are mirrored too; false below a pattern, which selects files. */
  readonly hasDirectories: boolean;
  /** True for a file that the pattern selects. */
  readonly selects: (names: readonly string[]) => boolean;
  /** True for a path that an ignored pattern matches, or that is below one. */
  readonly ignores: (names: readonly string[]) => boolean;
}

/**
 * Returns the scope of a pond path or pattern. An ignored pattern without a slash matches names at any depth, one with a
 * slash paths from the top. Fails `invalid-path`.
 */
export function scopeOf(path: string, ignore: readonly string[]): MirrorScope {
  const ignores = ignoring(ignore);
  if (!hasWildcard(path)) return { directory: path, hasDirectories: true, selects: () => true, ignores };
  const glob = parseGlob(path);
  const wild = glob.parts.findIndex(({ kind }) => kind !== 'name');
  const names = glob.parts.slice(0, wild).map((part) => (part.kind === 'name' ? part.name : ''));
  const rest: Glob = { text: path, absolute: false, parts: glob.parts.slice(wild) };
  return {
    directory: `/${names.join('/')}`,
    hasDirectories: false,
    selects: (below) => matchNames(rest, below) !== undefined,
    ignores,
  };
}

function ignoring(patterns: readonly string[]): MirrorScope['ignores'] {
  const globs = patterns.map((text) => {
    const pattern = text.replace(/^\/|\/$/g, '');
    return parseGlob(text.replace(/\/$/, '').includes('/') ? pattern : `**/${pattern}`);
  });
  if (globs.length === 0) return () => false;
  return (names) => names.some((_, at) => globs.some((glob) => matchNames(glob, names.slice(0, at + 1)) !== undefined));
}

/** True for a name of the folder that is the mirror's own. */
export function isOwnName(name: string): boolean {
  return name === markerName || name === trashName || isWorkName(name);
}

/** Returns the reason why the host cannot have a path of the pond; undefined when it can. */
export function folderNameProblem(path: string, folder: string): string | undefined {
  if (path.split('/').some(isOwnName)) return 'the mirror has a file of its own under that name';
  const bytes = Buffer.byteLength(folder) + Buffer.byteLength(path);
  if (bytes > hostPathBytesMax) return `its path on this machine has ${bytes} bytes, more than ${hostPathBytesMax}`;
  return hostNameProblem(path);
}

/** Returns the reason why a pond cannot have a name of the host; undefined when it can. */
export function pondNameProblem(name: string): string | undefined {
  try {
    checkName(name);
    return undefined;
  } catch (error) {
    if (isPondError(error, 'invalid-path')) return error.message;
    throw error;
  }
}
