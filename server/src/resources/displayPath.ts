/**
 * Paths as users read them. A resource is stored in `/KIND/<uuid>` and known by its name, so `/KIND/<uuid>/data/a.csv`
 * is shown as `/KIND/NAME/data/a.csv`. A name belongs to one tree: a deleted or renamed resource has the name from the
 * version that is shown.
 */
import { lazyAsync } from '../base/lazy.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { isKindName } from './model/kindNames.ts';

/** Names of resources in some trees. */
export interface DisplayPaths {
  /**
   * Returns the path with the name of its resource; the path itself if it is in no resource, or the trees have no name.
   */
  path(path: string): Promise<string>;
  /** Returns a text for users, with resource names in all its paths. */
  text(text: string): Promise<string>;
}

/** Loaded for the first path of a resource: a pond without resources does not need the document parser. */
const names = lazyAsync(() => import('./resourceName.ts'));

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const directoryAtStart = new RegExp(`^/([A-Z][A-Za-z0-9]*)/(${uuid})(?=/|$)`);
/** Does not match within a longer path, which is a host path, or within a longer name. */
const directoryInText = new RegExp(`(?<![\\w./-])/([A-Z][A-Za-z0-9]*)/(${uuid})(?![\\w-])`, 'g');

/** True if a text contains the directory of a resource. */
export function namesResourceDirectory(text: string): boolean {
  return [...text.matchAll(directoryInText)].some(([, kind = '']) => isKindName(kind));
}

/** Returns the names of resources in the trees; if several trees have a resource, the first one determines its name. */
export function displayPaths(trees: readonly FileSystem[]): DisplayPaths {
  const known = new Map<string, Promise<string>>();

  /** `/KIND/NAME`, or `/KIND/<uuid>` if no tree has a name for it. */
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
