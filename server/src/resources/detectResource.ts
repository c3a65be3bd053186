import { envelopeKeys, nearestKind } from './model/envelope.ts';
import { type ResourceKind } from './model/kind.ts';
import { entryOf, type MapNode, type YamlNode, textOf } from '../documents/yamlNode.ts';

const sniffLength = 65_536;

/**
 * True when a YAML document means to be a resource of a pond: other YAML must stay without problems. It has a kind that
 * is known, or nearly, and another of a resource's keys; or it has most of a resource's keys. Kubernetes objects, whose
 * name stands under `metadata`, are none, though some of their kinds are called the same.
 */
export function isResource(kinds: readonly ResourceKind[], root: YamlNode | undefined): boolean {
  if (root?.type !== 'map') return false;
  const keys = envelopeKeys.filter((key) => entryOf(root, key) !== undefined);
  if (isKubernetesObject(root)) return false;
  const kind = textOf(root, 'kind');
  if (kind !== undefined && nearestKind(kinds, kind) !== undefined) return keys.length >= 2;
  return keys.includes('apiVersion') && keys.includes('name') && (keys.includes('spec') || keys.includes('desc'));
}

/** As isResource, for a text that could not be read as YAML: looks for the lines that a resource has. */
export function looksLikeResource(kinds: readonly ResourceKind[], text: string): boolean {
  const start = text.slice(0, sniffLength);
  const kind = /^kind:[ \t]*["']?(\w+)/m.exec(start)?.[1];
  if (kind === undefined || nearestKind(kinds, kind) === undefined) return false;
  return /^(apiVersion|name|desc|spec):/m.test(start) && !/^metadata:\s*\r?\n[ \t]+(name|namespace):/m.test(start);
}

/** True for a mapping that could still become a resource by adding keys: it has none that a resource has not. */
export function mayBecomeResource(root: MapNode): boolean {
  const known: readonly string[] = envelopeKeys;
  return !isKubernetesObject(root) && root.entries.every((entry) => known.includes(entry.key));
}

function isKubernetesObject(root: MapNode): boolean {
  const metadata = entryOf(root, 'metadata')?.value;
  const named = entryOf(metadata, 'name') !== undefined || entryOf(metadata, 'namespace') !== undefined;
  return named && entryOf(root, 'name') === undefined;
}
