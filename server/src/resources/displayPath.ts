/**
 * Paths as users read them. A resource is stored in `/KIND/<uuid>` and known by its name, so `/KIND/<uuid>/data/a.csv`
 * is shown as `/KIND/NAME/data/a.csv`. A name belongs to one tree: a deleted or renamed resource has the name from the
 * version that is shown.
 */
import { lazyAsync } from '../base/lazy.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { isKindName } from './kindNames.ts';
import {
  linkOf,
  parseResourcePath,
  type ResourceId,
  resourceDirectoriesIn,
  resourceDirectory,
} from './model/resourcePath.ts';

/** A path, and how it is shown where that differs. */
export interface NamedPath {
  readonly path: string;
  readonly displayPath?: string;
}

/** Names of resources in some trees. */
export interface DisplayPaths {
  /**
   * Returns the path with the name of its resource; the path itself if it is in no resource, or the trees have no name.
   */
  path(path: string): Promise<string>;
  /** Returns the path with how it is shown, as results have both. */
  named(path: string): Promise<NamedPath>;
  /** Returns a text for users, with resource names in all its paths. */
  text(text: string): Promise<string>;
}

/** Loaded for the first path of a resource: a pond without resources does not need the document parser. */
const names = lazyAsync(() => import('./resourceName.ts'));

/** True if a text contains the directory of a resource. */
export function namesResourceDirectory(text: string): boolean {
  return resourceDirectoriesIn(text).some(({ kind }) => isKindName(kind));
}

/** Texts of a failure, and where it is. */
interface FailureTexts {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly path?: string | undefined;
}

/** Returns the texts of a failure with resource names in their paths. */
export async function namedFailure(
  { message, hint, path }: FailureTexts,
  names: DisplayPaths,
): Promise<{ readonly message: string; readonly hint?: string } & Partial<NamedPath>> {
  return {
    message: await names.text(message),
    ...(hint !== undefined && { hint: await names.text(hint) }),
    ...(path !== undefined && (await names.named(path))),
  };
}

/** Returns the names of resources in the trees; if several trees have a resource, the first one determines its name. */
export function displayPaths(trees: readonly FileSystem[]): DisplayPaths {
  const known = new Map<string, Promise<string>>();

  /** `/KIND/NAME`, or `/KIND/<uuid>` if no tree has a name for it. */
  function directory(resource: ResourceId): Promise<string> {
    const stored = resourceDirectory(resource);
    const shown = known.get(stored) ?? (isKindName(resource.kind) ? find(resource) : Promise.resolve(stored));
    known.set(stored, shown);
    return shown;
  }

  async function find({ kind, id }: ResourceId): Promise<string> {
    const { resourceName } = await names();
    for (const fs of trees) {
      const name = await resourceName(fs, { kind, id });
      if (name !== undefined) return linkOf({ kind, name });
    }
    return resourceDirectory({ kind, id });
  }

  async function shownPath(path: string): Promise<string> {
    const at = parseResourcePath(path);
    return at === undefined ? path : (await directory(at)) + path.slice(at.directory.length);
  }

  return {
    path: shownPath,
    async named(path) {
      const displayPath = await shownPath(path);
      return displayPath === path ? { path } : { path, displayPath };
    },
    async text(text) {
      let [shown, end] = ['', 0];
      for (const found of resourceDirectoriesIn(text)) {
        shown += text.slice(end, found.start) + (await directory(found));
        end = found.end;
      }
      return shown + text.slice(end);
    },
  };
}
