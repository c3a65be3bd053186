import { type Issue } from '../../documents/issue.ts';
import { type ResourceKind } from './kind.ts';
import { type YamlNode, textOf } from '../../documents/yamlNode.ts';
import { type ObjectSchema, optional, required, type Schema, type TextSchema } from '../../documents/schema.ts';
import { suggest } from '../../base/suggest.ts';
import { isUuid, nameText, plainText, verbatimText } from '../../documents/fieldTypes.ts';

/** Keys of every resource document, in the order of writing. */
export const envelopeKeys = ['apiVersion', 'kind', 'name', 'desc', 'metadata', 'spec'] as const;

/** Returns the schema of a whole document of one kind or, without a kind, of a document whose `spec` is not checked. */
export function documentSchema(kinds: readonly ResourceKind[], kind: ResourceKind | undefined): ObjectSchema {
  const specShape: Schema = kind?.spec ?? { type: 'anything' };
  return {
    type: 'object',
    fields: {
      apiVersion: required(plainText, "Version of the kind's document format; any text is accepted.", 'duckpond/v1'),
      kind: required(kindShape(kinds), 'What the resource does.', kind?.kind ?? 'Inbox'),
      name: required(
        resourceNameShape(kinds),
        'Name of the resource; its place in the pond is `/KIND/NAME`.',
        'stations',
      ),
      desc: required(plainText, 'What the resource is for, in a sentence for people.', 'readings of all stations'),
      metadata: optional(
        { type: 'map', key: verbatimText, value: verbatimText, mayBeEmpty: true },
        'Texts of your own, kept with the resource.',
        '{ owner: field team }',
      ),
      spec: required(specShape, kind?.summary ?? 'What the kind needs to know.', '…'),
    },
  };
}

/** Returns the kind that a document declares; undefined if it declares no known kind. */
export function kindOf(kinds: readonly ResourceKind[], root: YamlNode | undefined): ResourceKind | undefined {
  const name = textOf(root, 'kind');
  return kinds.find((kind) => kind.kind === name);
}

/** Returns the known kind that is closest to a misspelled one, or undefined. */
export function nearestKind(kinds: readonly ResourceKind[], name: string): ResourceKind | undefined {
  const suggestion = suggest(
    name,
    kinds.map((kind) => kind.kind),
  );
  return kinds.find((kind) => kind.kind === suggestion);
}

function kindShape(kinds: readonly ResourceKind[]): Schema {
  const choices = kinds.map((kind) => ({ value: kind.kind, doc: kind.summary }));
  return { type: 'choice', label: 'a kind of resource', choices, ignoreCase: false, unknownCode: 'kind-unknown' };
}

function resourceNameShape(kinds: readonly ResourceKind[]): TextSchema {
  return { ...nameText, check: (text) => [...(nameText.check?.(text) ?? []), ...reservedName(kinds, text)] };
}

/** `/KIND/KIND` is reserved for the table of a kind, and `/KIND/<UUID>` for a resource directory. */
function reservedName(kinds: readonly ResourceKind[], text: string): readonly Issue[] {
  if (kinds.some((kind) => kind.kind === text)) {
    return [{ code: 'name-reserved', message: `"${text}" is the name of a kind` }];
  }
  return isUuid(text) ? [{ code: 'name-reserved', message: "a UUID is the name of a resource's home" }] : [];
}
