/**
 * Changes as users read and count them. A resource consists of its directory, the document in it and a link with its
 * name; applying, renaming or deleting the resource changes several of these, which count as one change. Changes of the
 * resource's data count separately.
 */
import { type Change } from '../pond/change.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type DisplayPaths, displayPaths } from './displayPath.ts';
import { isKindName } from './kindNames.ts';
import {
  kindAt,
  kindDirectory,
  linkOf,
  parseDocumentPath,
  parseLink,
  parseResourcePath,
} from './model/resourcePath.ts';

/** A change with the paths that users know. */
export interface NamedChange extends Change {
  /** `path` with the name of its resource: the name in the newer tree, or in the older one for a removed path. */
  readonly displayPath: string;
  /** For 'renamed': `from` with the name of its resource in the older tree. */
  readonly displayFrom?: string;
  /** Path of the resource's change that includes this change; undefined for a change that counts. */
  readonly partOf?: string;
}

/**
 * Returns the changes from one tree to another, in order, with the paths that users know. The document of a renamed
 * resource is 'renamed', from and to the same path.
 */
export async function nameChanges(
  changes: readonly Change[],
  before: FileSystem,
  after: FileSystem,
): Promise<readonly NamedChange[]> {
  const names = { older: displayPaths([before, after]), newer: displayPaths([after, before]) };
  const named = [];
  for (const change of changes) named.push(await nameChange(change, names));
  const parts = partsOf(named);
  return named.map((change) => {
    const whole = parts.get(change);
    return whole === undefined ? change : { ...change, partOf: whole.path };
  });
}

/** True if a change is in the directory of a kind; otherwise there are no names to look up. */
export function touchResources(changes: readonly Change[]): boolean {
  return changes.some(({ path, from }) =>
    [path, from].some((one) => one !== undefined && isKindName(kindAt(one) ?? '')),
  );
}

/** Returns the changes that count: those that are not part of another change. */
export function countedChanges(changes: readonly NamedChange[]): readonly NamedChange[] {
  return changes.filter(({ partOf }) => partOf === undefined);
}

async function nameChange(
  change: Change,
  { older, newer }: { readonly older: DisplayPaths; readonly newer: DisplayPaths },
): Promise<NamedChange> {
  const { path, from, before, after } = change;
  const displayPath = await (after === undefined ? older : newer).path(path);
  if (from !== undefined) return { ...change, displayPath, displayFrom: await older.path(from) };
  if (before === undefined || after === undefined || directoryOfDocument(path) === undefined) {
    return { ...change, displayPath };
  }
  const displayFrom = await older.path(path);
  return displayFrom === displayPath
    ? { ...change, displayPath }
    : { ...change, kind: 'renamed', from: path, displayPath, displayFrom };
}

/** `/KIND/<uuid>` for the path of the document in it; undefined for any other path. */
function directoryOfDocument(path: string): string | undefined {
  const document = parseDocumentPath(path);
  return document !== undefined && isKindName(document.kind) ? document.directory : undefined;
}

function isResourceDirectory(path: string): boolean {
  const at = parseResourcePath(path);
  return at?.below.length === 0 && isKindName(at.kind);
}

/** Maps each change that is part of another change to that change. */
function partsOf(changes: readonly NamedChange[]): ReadonlyMap<NamedChange, NamedChange> {
  const parts = new Map<NamedChange, NamedChange>();
  /** The change of each resource, by its link; for a new resource also by the directory of its kind. */
  const wholes = new Map<string, NamedChange>();
  for (const { directory, document } of resourcesIn(changes)) {
    const whole = directory?.kind === 'removed' || document === undefined ? directory : document;
    if (whole === undefined) continue;
    for (const part of [directory, document]) if (part !== undefined && part !== whole) parts.set(part, whole);
    for (const shown of [whole.displayPath, whole.displayFrom ?? whole.displayPath]) {
      const link = parseLink(shown);
      if (link === undefined) continue;
      wholes.set(linkOf(link), whole);
      const directory = kindDirectory(link.kind);
      if (whole.kind === 'added' && !wholes.has(directory)) wholes.set(directory, whole);
    }
  }
  for (const change of changes) {
    const { kind, path, from, before, after } = change;
    const type = (after ?? before)?.type;
    const isPart = type === 'symlink' || (type === 'directory' && kind === 'added');
    const whole = isPart ? (wholes.get(path) ?? wholes.get(from ?? path)) : undefined;
    if (whole !== undefined && whole !== change && !parts.has(change)) parts.set(change, whole);
  }
  return parts;
}

interface ChangedResource {
  readonly directory?: NamedChange;
  readonly document?: NamedChange;
}

/** The resources whose directory or document changed. */
function resourcesIn(changes: readonly NamedChange[]): Iterable<ChangedResource> {
  const found = new Map<string, ChangedResource>();
  for (const change of changes) {
    const home = directoryOfDocument(change.path);
    if (home !== undefined) found.set(home, { ...found.get(home), document: change });
    else if (isResourceDirectory(change.path)) found.set(change.path, { ...found.get(change.path), directory: change });
  }
  return found.values();
}
