import { envelopeKeys, nearestKind } from './model/envelope.ts';
import { type ResourceKind } from './model/kind.ts';
import { entryOf, type MapNode, type YamlNode, textOf } from '../documents/yamlNode.ts';

const sniffLength = 65_536;

/**
 * True if a YAML document is meant to be a resource of a pond; other YAML must not get problems. It has a known or
 * nearly known kind and another key of a resource, or it has most keys of a resource. Kubernetes objects do not count,
 * though some of their kinds have the same names: their name is under `metadata`.
 */
export function isResource(kinds: readonly ResourceKind[], root: YamlNode | undefined): boolean {
  if (root?.type !== 'map') return false;
  const keys = envelopeKeys.filter((key) => entryOf(root, key) !== undefined);
  if (isKubernetesObject(root)) return false;
  const kind = textOf(root, 'kind');
  if (kind !== undefined && nearestKind(kinds, kind) !== undefined) return keys.length >= 2;
  return keys.includes('apiVersion') && keys.includes('name') && (keys.includes('spec') || keys.includes('desc'));
}

/** Like isResource, for text that is not valid YAML: searches for lines typical of a resource. */
export function looksLikeResource(kinds: readonly ResourceKind[], text: string): boolean {
  const start = text.slice(0, sniffLength);
  const kind = /^kind:[ \t]*["']?(\w+)/m.exec(start)?.[1];
  if (kind === undefined || nearestKind(kinds, kind) === undefined) return false;
  return /^(apiVersion|name|desc|spec):/m.test(start) && !/^metadata:\s*\r?\n[ \t]+(name|namespace):/m.test(start);
}

/** True if a mapping can become a resource by adding keys: it has only keys of a resource. */
export function mayBecomeResource(root: MapNode): boolean {
  const known: readonly string[] = envelopeKeys;
  return !isKubernetesObject(root) && root.entries.every((entry) => known.includes(entry.key));
}

function isKubernetesObject(root: MapNode): boolean {
  const metadata = entryOf(root, 'metadata')?.value;
  const named = entryOf(metadata, 'name') !== undefined || entryOf(metadata, 'namespace') !== undefined;
  return named && entryOf(root, 'name') === undefined;
}
