import { type Hover, type Position } from '../protocol/language.ts';
import { documentSchema } from '../resources/model/envelope.ts';
import { type ResourceKind } from '../resources/model/kind.ts';
import { type YamlEntry } from '../documents/yamlNode.ts';
import { contains } from '../base/lineMap.ts';
import { readResourceFile } from '../resources/resourceFile.ts';
import { type Schema } from '../documents/schema.ts';
import { describeField, describeKind } from './markdown.ts';
import { templateHover } from './templateWords.ts';
import { entryAt, fieldAt, schemaAt } from './schemaPath.ts';

/** Returns the documentation of the key, kind or word at the position, or undefined without any. */
export function hover(options: {
  readonly text: string;
  readonly position: Position;
  readonly kinds: readonly ResourceKind[];
}): Hover | undefined {
  const { text, position, kinds } = options;
  const inTemplate = templateHover(options);
  if (inTemplate !== undefined) return inTemplate;
  for (const { root, kind } of readResourceFile(text, kinds)) {
    const at = root === undefined ? undefined : entryAt(root, position);
    if (at === undefined) continue;
    const schema = schemaAt(documentSchema(kinds, kind), at.path);
    if (contains(at.entry.keyRange, position)) return hoverKey(at.entry, schema);
    const isKind = at.path.length === 0 && at.entry.key === 'kind';
    return isKind && kind !== undefined ? { contents: describeKind(kind), range: at.entry.value.range } : undefined;
  }
  return undefined;
}

function hoverKey(entry: YamlEntry, schema: Schema | undefined): Hover | undefined {
  const field = fieldAt(schema, entry.key);
  if (field !== undefined) return { contents: describeField(field), range: entry.keyRange };
  if (schema?.type !== 'map' || schema.key.type !== 'choice') return undefined;
  const choice = schema.key.choices.find(({ value }) => value === entry.key.toLowerCase());
  return (
    choice && { contents: { kind: 'markdown', value: `\`${choice.value}\`: ${choice.doc}` }, range: entry.keyRange }
  );
}
