import { type Issue } from '../../documents/issue.ts';
import { type ResourceKind } from './kind.ts';
import { entryOf, type MapNode, textOf, type YamlNode } from '../../documents/yamlNode.ts';
import {
  type ChoiceSchema,
  map,
  object,
  type ObjectSchema,
  optional,
  required,
  type Schema,
  text,
  type TextSchema,
} from '../../documents/schema.ts';
import { suggest } from '../../base/suggest.ts';
import { checkName, isUuid, plainText, verbatimText } from '../../documents/fieldTypes.ts';

const sniffLength = 65_536;

/** Keys of every resource document, in the order of writing. */
const envelopeKeys = ['apiVersion', 'kind', 'name', 'desc', 'metadata', 'spec'] as const;

/** A whole document of a resource. */
export interface Envelope {
  readonly name: string;
  readonly desc: string;
  /** As the kind decodes it. */
  readonly spec: unknown;
}

/** Returns the schema of a whole document of one kind or, without a kind, of a document whose `spec` is not checked. */
export function documentSchema(kinds: readonly ResourceKind[], kind: ResourceKind | undefined): ObjectSchema<Envelope> {
  const spec: Schema = kind?.spec ?? { type: 'anything' };
  return object({
    apiVersion: required(plainText, "Version of the kind's document format; any text is accepted.", 'duckpond/v1'),
    kind: required(kindSchema(kinds), 'Kind of the resource.', kind?.kind ?? kinds[0]?.kind ?? ''),
    name: required(nameSchema(kinds), 'Name of the resource; its path in the pond is `/KIND/NAME`.', 'stations'),
    desc: required(plainText, 'Purpose of the resource, in a sentence for people.', 'readings of all stations'),
    metadata: optional(
      map(verbatimText, verbatimText, { mayBeEmpty: true }),
      'Texts of your own, stored with the resource.',
      '{ owner: field team }',
    ),
    spec: required(spec, kind?.summary ?? 'Settings of the kind.', '…'),
  });
}

/** Returns the kind that a document declares; undefined if it declares no known kind. */
export function kindOf(kinds: readonly ResourceKind[], root: YamlNode | undefined): ResourceKind | undefined {
  const name = textOf(root, 'kind');
  return kinds.find((kind) => kind.kind === name);
}

/** True for the name of a kind, and for one that is close to it. */
function isNearKind(kinds: readonly ResourceKind[], name: string): boolean {
  return (
    suggest(
      name,
      kinds.map(({ kind }) => kind),
    ) !== undefined
  );
}

function kindSchema(kinds: readonly ResourceKind[]): ChoiceSchema<string> {
  const choices = kinds.map((kind) => ({ value: kind.kind, doc: kind.summary }));
  return { type: 'choice', label: 'a kind of resource', choices, ignoreCase: false, unknownCode: 'kind-unknown' };
}

function nameSchema(kinds: readonly ResourceKind[]): TextSchema<string> {
  return text('a name', { check: (name) => [...checkName(name), ...reservedName(kinds, name)] });
}

/** `/KIND/KIND` is reserved for the table of a kind, and `/KIND/<UUID>` for a resource directory. */
function reservedName(kinds: readonly ResourceKind[], name: string): readonly Issue[] {
  if (kinds.some((kind) => kind.kind === name)) {
    return [{ code: 'name-reserved', message: `"${name}" is the name of a kind` }];
  }
  return isUuid(name) ? [{ code: 'name-reserved', message: 'a UUID is the name of a resource directory' }] : [];
}

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
  if (kind !== undefined && isNearKind(kinds, kind)) return keys.length >= 2;
  return keys.includes('apiVersion') && keys.includes('name') && (keys.includes('spec') || keys.includes('desc'));
}

/** Like isResource, for text that is not valid YAML: searches for lines typical of a resource. */
export function looksLikeResource(kinds: readonly ResourceKind[], text: string): boolean {
  const start = text.slice(0, sniffLength);
  const kind = /^kind:[ \t]*["']?(\w+)/m.exec(start)?.[1];
  if (kind === undefined || !isNearKind(kinds, kind)) return false;
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
