import { minimatch } from 'minimatch';

/** A watched path of a pond, including the content of a directory. */
export interface WatchedFolder {
  readonly pond: string;
  readonly path: string;
  readonly recursive: boolean;
  readonly excludes: readonly string[];
}

/** True when `watch` covers events on `path` of `pond`. */
export function covers(watch: WatchedFolder, pond: string, path: string): boolean {
  if (watch.pond !== pond) return false;
  if (watch.path === path) return true;
  const prefix = watch.path === '/' ? '/' : `${watch.path}/`;
  if (!path.startsWith(prefix)) return false;
  const relative = path.slice(prefix.length);
  if (!watch.recursive && relative.includes('/')) return false;
  return !watch.excludes.some((glob) => [relative, path].some((name) => minimatch(name, glob, { dot: true })));
}
