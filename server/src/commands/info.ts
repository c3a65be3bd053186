/** Conversions from a pond's answers to the protocol's types. */
import { type ChangeInfo, type CommitInfo, type NodeInfo, type ReplicaInfo } from '../protocol/commands.ts';
import { type Replica } from '../pond/status.ts';
import { groupBy } from '../base/groupBy.ts';
import { type Tags, type Commit } from '../pond/commitRecord.ts';
import { type NamedChange } from '../resources/countedChanges.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { type Node } from '../tinyfs/backend.ts';
import { type NodePath, rootPath } from '../tinyfs/nodePath.ts';
import { shownFormat } from '../documents/statedFormat.ts';
import { followIfPossible } from '../tinyfs/resolve.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';

/** Metadata of an entry; a link has its text, and the type of its target unless it dangles. */
export async function nodeInfo(root: WorkingDirectory, at: NodePath): Promise<NodeInfo> {
  const info = plainInfo(at);
  if (at.node.type !== 'symlink') return info;
  const { backend } = root;
  const target = await backend.readlink(at.node);
  const end = await followIfPossible(backend, rootPath(await backend.root()), at);
  return end === undefined ? { ...info, target } : { ...info, target, targetType: end.node.type };
}

function plainInfo({ node, path, basename }: NodePath): NodeInfo {
  return {
    path,
    name: basename,
    type: node.type,
    id: node.id,
    version: node.version,
    size: node.sizeBytes,
    modified: Math.floor(node.modifiedUs / 1000),
    sha256: node.sha256,
    attributes: node.attributes,
    ...derivedFacts(node),
  };
}

function derivedFacts(node: Node): Pick<NodeInfo, 'derived' | 'sizeUnknown'> {
  const role = roleOf(node);
  return role?.in === 'derived' ? { derived: true, ...(role.isUnbuilt && { sizeUnknown: true }) } : {};
}

/** A commit as clients see it. */
export function commitInfo(commit: Commit): CommitInfo {
  const { number, id, author, message, operation, rootHash, counts } = commit;
  return {
    number,
    id,
    parent: commit.parent ?? null,
    time: isoTime(commit.timeUs),
    author,
    message,
    operation,
    rootHash,
    hash: commit.hash ?? null,
    ...counts,
  };
}

/** Commits as clients see them, with their tags. */
export async function taggedCommits(
  pond: { tags(): Promise<Tags> },
  commits: readonly Commit[],
): Promise<readonly CommitInfo[]> {
  const names = groupBy(await pond.tags(), ([, number]) => number);
  return commits.map((commit) => {
    const tagged = names.get(commit.number)?.map(([name]) => name);
    return { ...commitInfo(commit), ...(tagged !== undefined && { tags: tagged }) };
  });
}

/** The mark of a copy as clients see it. */
export function replicaInfo({ of, url, at, isPartial, isThin }: Replica): ReplicaInfo {
  return { of, url, at: at ?? null, partial: isPartial, thin: isThin };
}

/** A change as clients see it. */
export function changeInfo(change: NamedChange): ChangeInfo {
  const { kind, path, from, displayPath, displayFrom, partOf, before, after } = change;
  return {
    kind,
    path,
    ...(from === undefined ? {} : { from }),
    ...(displayPath === path ? {} : { displayPath }),
    ...(displayFrom === from ? {} : { displayFrom }),
    ...(partOf === undefined ? {} : { partOf }),
    type: (after ?? before)?.type ?? 'file',
    sizeBefore: contentSize(before),
    sizeAfter: contentSize(after),
    ...changedFormat(before, after),
  };
}

function changedFormat(before: Node | undefined, after: Node | undefined): Pick<ChangeInfo, 'format' | 'formatBefore'> {
  const [former, format] = [before, after].map((node) => shownFormat(node?.attributes ?? {}));
  return format === former || after === undefined ? {} : { format: format ?? '', formatBefore: former ?? '' };
}

function contentSize(node: Node | undefined): number | null {
  return node?.sizeBytes ?? null;
}

/** Returns a time in ISO 8601, in UTC, with all six digits of the microseconds. */
export function isoTime(timeUs: number): string {
  const micros = String(((timeUs % 1000) + 1000) % 1000).padStart(3, '0');
  return new Date(Math.floor(timeUs / 1000)).toISOString().replace('Z', `${micros}Z`);
}
