/**
 * Paths of resources: the directory `/KIND/<uuid>`, what is below it, and the link `/KIND/NAME`. Only this file formats
 * and parses them.
 */
import { isUuid } from '../../documents/fieldTypes.ts';

/** Name of the document in a resource directory. */
export const documentName = 'resource.yaml';

/** Name of the run records in a resource directory: JSON, one object per line, the latest last. */
export const recordsName = 'runs.jsonl';

/** Name of the file in which a collector keeps its state between runs. */
export const progressName = 'progress.json';

/** Kind and UUID of a resource. */
export interface ResourceId {
  readonly kind: string;
  readonly id: string;
}

/** A path in a resource directory. */
export interface ResourcePath extends ResourceId {
  /** The resource directory. */
  readonly directory: string;
  /** Components of the path below the resource directory; none for the directory itself. */
  readonly below: readonly string[];
}

/** A kind, or its name. */
type KindRef = string | { readonly kind: string };

/** Parts that identify the directory of a resource. */
interface DirectoryRef {
  readonly kind: KindRef;
  readonly id: string;
}

/** Parts that identify the link of a resource. */
interface LinkRef {
  readonly kind: KindRef;
  readonly name: string;
}

/** Returns the directory of a kind, which has the resource directories and their links: `/Derive`. */
export function kindDirectory(kind: KindRef): string {
  return `/${nameOf(kind)}`;
}

/** Returns the directory of a resource: `/Derive/<uuid>`. */
export function resourceDirectory({ kind, id }: DirectoryRef): string {
  return `${kindDirectory(kind)}/${id}`;
}

/** Returns the path of the document of a resource: `/Derive/<uuid>/resource.yaml`. */
export function documentPath(resource: DirectoryRef): string {
  return `${resourceDirectory(resource)}/${documentName}`;
}

/** Returns the title of a resource for users: `Derive/daily`. */
export function titleOf({ kind, name }: LinkRef): string {
  return `${nameOf(kind)}/${name}`;
}

/** Returns the link to a resource by its name: `/Derive/daily`. */
export function linkOf(resource: LinkRef): string {
  return `/${titleOf(resource)}`;
}

/**
 * Parses an absolute path without links: returns the resource directory at or above it. Undefined for any other path.
 * The kind has the form of a name of a kind; the registry says whether it is one.
 */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const [root, kind = '', id = '', ...below] = path.split('/');
  if (root !== '' || !kindForm.test(kind) || !isUuid(id)) return undefined;
  return { kind, id, directory: resourceDirectory({ kind, id }), below };
}

/** Parses the path of a document; undefined for any other path. */
export function parseDocumentPath(path: string): ResourcePath | undefined {
  const parsed = parseResourcePath(path);
  return parsed?.below.length === 1 && parsed.below[0] === documentName ? parsed : undefined;
}

/** Returns the first two components of an absolute path, `/KIND/NAME`, as a reference; undefined for a shorter path. */
export function parseLink(path: string): (LinkRef & { readonly kind: string }) | undefined {
  const [root, kind = '', name = ''] = path.split('/');
  return root === '' && kindForm.test(kind) && name !== '' ? { kind, name } : undefined;
}

/** Returns the name of the kind in whose directory an absolute path is; undefined outside of such a directory. */
export function kindAt(path: string): string | undefined {
  const [root, kind = ''] = path.split('/');
  return root === '' && kindForm.test(kind) ? kind : undefined;
}

/** True for the files in a resource directory that are not data: the document, the records, the progress. */
export function isBookkeeping(name: string): boolean {
  return name === documentName || name === recordsName || name === progressName;
}

/** The UUID that a link in a kind's directory refers to; undefined if it has another target. */
export function idOfTarget(kind: string, target: string): string | undefined {
  const start = `${kindDirectory(kind)}/`;
  const id = target.startsWith(start) ? target.slice(start.length) : target.replace(/^\.\//, '');
  return isUuid(id) ? id : undefined;
}

/** A resource directory in a text, with its range: 0-based offsets, `end` exclusive. */
interface DirectoryInText extends ResourceId {
  readonly start: number;
  readonly end: number;
}

/** Returns the resource directories that a text contains, in order; none within a longer path, which is a host path. */
export function resourceDirectoriesIn(text: string): readonly DirectoryInText[] {
  return [...text.matchAll(directoryInText)].map((match) => {
    const [all, kind = '', id = ''] = match;
    return { kind, id, start: match.index, end: match.index + all.length };
  });
}

const kindForm = /^[A-Z][A-Za-z0-9]*$/;

const directoryInText =
  /(?<![\w./-])\/([A-Z][A-Za-z0-9]*)\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![\w-])/g;

function nameOf(kind: KindRef): string {
  return typeof kind === 'string' ? kind : kind.kind;
}
