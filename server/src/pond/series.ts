/**
 * Rules of a series: which versions count, and their hash.
 *
 * - The value of a series is the union of all its versions, so every version counts: one with equal content holds its
 *   rows once more, and one that is only staged is not replaced by the next. Of any other type the latest version is
 *   the whole value.
 * - The hash of a series is chained over the contents of its versions, oldest first.
 * - Attributes belong to the entry of a series, not to its versions.
 * - Versions staged together are committed together, each following the one before within the commit.
 */
import { type TimeRange } from '../parquet/footer.ts';
import { type Node } from '../tinyfs/backend.ts';
import { chainHash } from './hash.ts';
import { type VersionFacts } from './versionFacts.ts';
import { pondNode, type PondNode, sameAttributes, type StagedNode } from './node.ts';

/** True when the next version of a node replaces it: it was never committed, and nothing else keeps it. */
export function replacesStaged(existing: PondNode): boolean {
  return existing.state === 'staged' && existing.type !== 'series';
}

/** True when a put of content (undefined for none) and attributes (undefined keeps them) changes nothing. */
export function isUnchanged(
  existing: PondNode,
  contentSha256: string | undefined,
  attributes: PondNode['attributes'] | undefined,
): boolean {
  if (existing.type === 'series') return false;
  const sameContent = contentSha256 === undefined || contentSha256 === existing.sha256;
  return sameContent && (attributes === undefined || sameAttributes(existing.attributes, attributes));
}

/** True when two states of a moved node differ in their paths alone. */
export function isSameValue(before: Node, after: Node): boolean {
  if (before.type === 'series' && before.version !== after.version) return false;
  return before.sha256 === after.sha256 && sameAttributes(before.attributes, after.attributes);
}

/** Returns the hash of a node with new content, after the version before it; '' for anything but a series. */
export function seriesHashAfter(type: PondNode['type'], before: PondNode | undefined, contentSha256: string): string {
  return type === 'series' ? chainHash(before?.seriesHash ?? '', contentSha256) : '';
}

/**
 * Returns the facts about a version of a series, as `versions` lists them; empty for the node of an entry, and for a
 * version whose content does not state any.
 */
export function versionFacts(node: Node): VersionFacts {
  return pondNode(node).facts ?? {};
}

/** Returns the hash of a node's whole value: of all versions for a series. */
export function contentKeyOf(node: Node): string {
  const { type, sha256, seriesHash } = pondNode(node);
  return type === 'series' && seriesHash !== '' ? seriesHash : sha256;
}

/** Returns the last of some versions, and those that may have rows with a time in a range: their facts do not exclude it. */
export function versionsWithin(versions: readonly PondNode[], range: TimeRange): readonly PondNode[] {
  return versions.filter((version, index) => {
    const { time } = versionFacts(version);
    const isOutside = time !== undefined && (time.maxUs < range.minUs || time.minUs > range.maxUs);
    return index === versions.length - 1 || !isOutside;
  });
}

/** Returns the hash of all versions of a series up to a node; undefined for anything else. */
export function wholeHashOf(node: Node): string | undefined {
  const { type, seriesHash } = pondNode(node);
  return type === 'series' && seriesHash !== '' ? seriesHash : undefined;
}

/**
 * Returns the versions staged before `node` under one name, oldest first. `last` is the node there now, and `earlier`
 * are the versions staged before that one.
 */
export function earlierVersions(
  last: PondNode | null | undefined,
  earlier: readonly StagedNode[],
  node: PondNode | null,
): readonly StagedNode[] {
  // Another node under the same name is unrelated to the versions of this one.
  if (node === null || last?.id !== node.id) return [];
  const isNext = node.type === 'series' && last.state === 'staged' && last.version < node.version;
  return isNext ? [...earlier, last] : earlier;
}
