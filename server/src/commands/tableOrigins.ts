import { type FileOriginInfo } from '../protocol/commands.ts';
import { displayPaths, type DisplayPaths } from '../resources/displayPath.ts';
import { createGraph, dependentsOf } from '../resources/graph.ts';
import { linkOf, parseResourcePath } from '../resources/model/resourcePath.ts';
import { readResource, readResources, resourcesOf } from '../resources/readResource.ts';
import { type Resource } from '../resources/model/kind.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { shownSql } from '../sql/tables/shownSql.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { commitInfo } from './info.ts';
import { treeAt } from '../pond/treeAt.ts';
import { type Command } from './verb.ts';

/** Maximum number of files that are described; the others are counted. */
const describedMax = 20;

/** The files that a table is read from, with what made them, and what is made of them. Fails as `openTable`. */
export const tableOrigins: Command<'tableOrigins'> = async (pond, { table, at }, context) => {
  const engine = await context.queries();
  const request = { sql: 'path' in table ? shownSql({ from: table }) : table.sql, ...(at !== undefined && { at }) };
  const paths = await engine.inputs(pond, request, context.signal);
  const tree = await treeAt(pond, at);
  const graph = createGraph(resourcesOf(await readResources(tree)));
  const scope = { pond, tree, at, names: displayPaths([tree]), graph };
  const files: FileOriginInfo[] = [];
  for (const path of paths.slice(0, describedMax)) files.push(await originOf(scope, path));
  return { files, others: paths.length - files.length };
};

interface Scope {
  readonly pond: ResourcePond;
  readonly tree: FileSystem;
  readonly at: string | undefined;
  readonly names: DisplayPaths;
  readonly graph: ReturnType<typeof createGraph>;
}

async function originOf(scope: Scope, path: string): Promise<FileOriginInfo> {
  const { tree, names, graph } = scope;
  const node = (await (await tree.root()).get(path))?.node;
  const isDerived = node !== undefined && roleOf(node)?.in === 'derived';
  const shown = await names.named(path);
  const within = parseResourcePath(path);
  const owner = within && (await readResource(tree, within.kind, within.id));
  const { committed, isStaged } = isDerived ? { committed: undefined, isStaged: false } : await changeOf(scope, path);
  return {
    ...shown,
    isDerived,
    isStaged,
    commit: committed === undefined ? null : commitInfo(committed),
    resource: owner === undefined ? null : resourceName({ kind: owner.kind.kind, name: owner.name, id: owner.id }),
    readBy: dependentsOf(graph, [path, shown.displayPath ?? path]).map(named),
  };
}

/** The latest commit that changed a file, up to the version, and whether it has changes since. */
async function changeOf({ pond, tree, at }: Scope, path: string) {
  const commit = at === undefined ? pond.head : await pond.resolve(at);
  const before = (await (await (await pond.at(String(commit.number))).root()).get(path))?.node;
  const now = (await (await tree.root()).get(path))?.node;
  const isStaged = now?.sha256 !== before?.sha256 || now?.version !== before?.version;
  if (before === undefined) return { committed: undefined, isStaged };
  for await (const committed of pond.log({ path, limit: 1, start: commit.number })) return { committed, isStaged };
  return { committed: undefined, isStaged };
}

function named({ kind, name, id }: Resource): FileOriginInfo['readBy'][number] {
  return resourceName({ kind: kind.kind, name, id });
}

function resourceName(resource: { readonly kind: string; readonly name: string; readonly id: string }) {
  return { id: resource.id, title: linkOf(resource).slice(1) };
}
