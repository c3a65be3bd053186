import { envelopeKeys, nearestKind } from './envelope.ts';
import { type ResourceKind } from './kind.ts';
import { entryOf, type Node, textOf } from './node.ts';

const sniffLength = 65_536;

/**
 * True when a YAML document means to be a resource of a pond: other YAML must stay without problems. It has a kind that
 * is known, or nearly, and another of a resource's keys; or it has most of a resource's keys. Kubernetes objects, whose
 * name stands under `metadata`, are none, though some of their kinds are called the same.
 */
export function isResource(kinds: readonly ResourceKind[], root: Node | undefined): boolean {
  if (root?.type !== 'map') return false;
  const keys = envelopeKeys.filter((key) => entryOf(root, key) !== undefined);
  if (entryOf(root, 'name') === undefined && isObjectMetadata(entryOf(root, 'metadata')?.value)) return false;
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

function isObjectMetadata(metadata: Node | undefined): boolean {
  return entryOf(metadata, 'name') !== undefined || entryOf(metadata, 'namespace') !== undefined;
}
