import { PondError } from '../base/error.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type ResourceKind, type Resource } from './model/kind.ts';
import { documentPath, kindDirectory, resourceDirectory } from './model/resourcePath.ts';
import { createPositions } from '../documents/positions.ts';
import { entryOf, textOf } from '../documents/yamlNode.ts';
import { type Problem } from '../documents/problem.ts';
import { resourceKinds } from './registry.ts';
import { isSound, readResourceFile, type ResourceDocument } from './resourceFile.ts';
import { leftTemplates } from './templatesIn.ts';
import { isUuid } from '../documents/fieldTypes.ts';
import { LruCache } from '../base/lruCache.ts';

/** A resource directory with its parsed document. */
export interface StoredResource {
  readonly kind: ResourceKind;
  readonly id: string;
  /** Absolute pond path. */
  readonly home: string;
  /** Name in the document; the UUID if the document has none. */
  readonly name: string;
  readonly desc: string;
  readonly text: string;
  /** Lower-case hex SHA-256 of the text. */
  readonly sha256: string;
  /** When the document was last changed, microseconds since 1970 UTC. */
  readonly modifiedUs: number;
  readonly problems: readonly Problem[];
  /** Undefined when the document has errors. */
  readonly resource: Resource | undefined;
}

/** Returns the resources of directories, in order, without those whose documents have errors. */
export function resourcesOf(homes: readonly StoredResource[]): readonly Resource[] {
  return homes.flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
}

/** Parsed documents. */
const cache = new LruCache<string, StoredResource>({ max: 500 });

/** Returns the resource in the directory `/KIND/<uuid>`; undefined if it has no document. */
export async function readResource(fs: FileSystem, kindName: string, id: string): Promise<StoredResource | undefined> {
  const kind = resourceKinds.find((candidate) => candidate.kind === kindName);
  if (kind === undefined) return undefined;
  const root = await fs.root();
  const document = await root.get(documentPath({ kind: kindName, id }), { followLinks: false });
  if (document?.node.type !== 'file') return undefined;
  const key = cacheKey(document, kind);
  const cached = cache.get(key);
  if (cached?.modifiedUs === document.node.modifiedUs) return cached;
  const text = new TextDecoder().decode(await root.readFile(document.path));
  const { sha256, modifiedUs } = document.node;
  return cache.set(key, parseStored(kind, id, { text, sha256, modifiedUs }));
}

/** Returns all resources of a tree, by kind in the order of the registry, then by name. */
export async function readResources(fs: FileSystem): Promise<readonly StoredResource[]> {
  const root = await fs.root();
  const homes: StoredResource[] = [];
  for (const { kind } of resourceKinds) {
    const directory = await root.get(kindDirectory(kind), { followLinks: false });
    if (directory?.isDirectory !== true) continue;
    const found: StoredResource[] = [];
    for (const entry of await root.list(directory.path)) {
      const home =
        entry.isDirectory && isUuid(entry.basename) ? await readResource(fs, kind, entry.basename) : undefined;
      if (home !== undefined) found.push(home);
    }
    homes.push(...found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)));
  }
  return homes;
}

function cacheKey({ path, node }: NodePath, kind: ResourceKind): string {
  return `${kind.kind} ${path} ${node.sha256}`;
}

/** Returns the resource of a document without errors; undefined for one that is not. */
export function resourceOf(
  { root, kind, envelope }: ResourceDocument,
  { id, modifiedUs }: Pick<Resource, 'id' | 'modifiedUs'>,
): Resource | undefined {
  const node = entryOf(root, 'spec')?.value;
  if (kind === undefined || envelope === undefined || node === undefined) return undefined;
  const { name, desc, spec } = envelope;
  return { kind, id, name, desc, spec, positions: createPositions(node), modifiedUs };
}

/** A document as stored. */
interface StoredDocument {
  readonly text: string;
  readonly sha256: string;
  readonly modifiedUs: number;
}

function parseStored(kind: ResourceKind, id: string, { text, sha256, modifiedUs }: StoredDocument): StoredResource {
  const documents = readResourceFile(text, resourceKinds);
  const [document] = documents;
  const root = document?.root;
  const problems = [
    ...(document?.problems ?? []),
    ...misplaced(kind, documents.length, document?.kind),
    ...(root === undefined ? [] : leftTemplates(root, resourceKinds, kind)),
  ];
  const resource = document !== undefined && isSound(problems) ? resourceOf(document, { id, modifiedUs }) : undefined;
  const name = textOf(root, 'name') ?? id;
  const desc = textOf(root, 'desc') ?? '';
  return { kind, id, home: resourceDirectory({ kind, id }), name, desc, text, sha256, modifiedUs, problems, resource };
}

/** A resource directory holds one document, of its own kind. */
function misplaced(kind: ResourceKind, count: number, found: ResourceKind | undefined): readonly Problem[] {
  const start = { line: 0, character: 0 };
  const problem = (message: string): Problem => ({
    code: 'document-misplaced',
    severity: 'error',
    message,
    range: { start, end: start },
  });
  if (count !== 1) return [problem(`the home of a resource holds one document, got ${count}`)];
  if (found === undefined || found.kind === kind.kind) return [];
  return [problem(`expected a document of kind ${kind.kind} here, got ${found.kind}`)];
}

/** Returns the error for a resource directory whose document has errors; it reports the first one. */
export function invalidError(home: StoredResource): PondError {
  const errors = home.problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new PondError(
    'resource-invalid',
    `${home.kind.kind}/${home.name} has errors: ${first?.message ?? 'it cannot be read'}${more}`,
    {
      path: documentPath({ kind: home.kind.kind, id: home.id }),
      ...(first && { position: first.range.start }),
      ...(first?.hint === undefined ? {} : { hint: first.hint }),
    },
  );
}
