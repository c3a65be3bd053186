/**
 * Paths as people read them: a resource is stored in `/KIND/<uuid>` and known by its name, so `/KIND/<uuid>/data/a.csv`
 * is shown as `/KIND/NAME/data/a.csv`. A name is that of one tree: a deleted or renamed resource has the name that it
 * had in the version that is shown.
 */
import { lazyAsync } from '../base/lazy.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { isKindName } from './model/kindNames.ts';

/** Names of resources in some trees. */
export interface DisplayPaths {
  /** The path by the name of its resource; the path itself where it is in no resource, or the trees have no name. */
  path(path: string): Promise<string>;
  /** A text for people, with all paths in it by the names of their resources. */
  text(text: string): Promise<string>;
}

/** Loaded for the first path of a resource: a pond without resources does without the parser of documents. */
const names = lazyAsync(() => import('./resourceName.ts'));

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const directoryAtStart = new RegExp(`^/([A-Z][A-Za-z0-9]*)/(${uuid})(?=/|$)`);
/** Not within a longer path, which is one of the host, nor within a longer name. */
const directoryInText = new RegExp(`(?<![\\w./-])/([A-Z][A-Za-z0-9]*)/(${uuid})(?![\\w-])`, 'g');

/** True for a text that has the directory of a resource in it. */
export function namesResourceDirectory(text: string): boolean {
  return [...text.matchAll(directoryInText)].some(([, kind = '']) => isKindName(kind));
}

/** Returns the names of resources in the trees; where several have a resource, the first one says its name. */
export function displayPaths(trees: readonly FileSystem[]): DisplayPaths {
  const known = new Map<string, Promise<string>>();

  /** `/KIND/NAME`, or what was given when no tree has a name for it. */
  function directory(kind: string, id: string): Promise<string> {
    const stored = `/${kind}/${id}`;
    const shown = known.get(stored) ?? (isKindName(kind) ? find(kind, id) : Promise.resolve(stored));
    known.set(stored, shown);
    return shown;
  }

  async function find(kind: string, id: string): Promise<string> {
    const { resourceName } = await names();
    for (const fs of trees) {
      const name = await resourceName(fs, { kind, id });
      if (name !== undefined) return `/${kind}/${name}`;
    }
    return `/${kind}/${id}`;
  }

  return {
    async path(path) {
      const [stored, kind, id] = directoryAtStart.exec(path) ?? [];
      if (stored === undefined || kind === undefined || id === undefined) return path;
      return (await directory(kind, id)) + path.slice(stored.length);
    },
    async text(text) {
      const found = [...text.matchAll(directoryInText)];
      const shown = await Promise.all(found.map(([, kind = '', id = '']) => directory(kind, id)));
      return text.replace(directoryInText, () => shown.shift() ?? '');
    },
  };
}
