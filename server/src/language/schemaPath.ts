import { contains, type SourcePosition } from '../base/lineMap.ts';
import { type ValuePath, type YamlEntry, type YamlNode } from '../documents/yamlNode.ts';
import { type Field, type Schema } from '../documents/schema.ts';

/** An entry of a document, with the path of its mapping. */
interface EntryRef {
  readonly entry: YamlEntry;
  readonly path: ValuePath;
}

/** Returns the schema of a value at `path`, or undefined when the path leaves the schema. */
export function schemaAt(root: Schema, path: ValuePath): Schema | undefined {
  let schema: Schema | undefined = root;
  for (const step of path) {
    if (schema === undefined) return undefined;
    schema = typeof step === 'number' ? itemSchema(schema) : (fieldAt(schema, step)?.schema ?? valueSchema(schema));
  }
  return schema;
}

/** Returns the field of a key in a mapping of that schema, or undefined. */
export function fieldAt(schema: Schema | undefined, key: string): Field | undefined {
  return schema?.type === 'object' && Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
}

/** Returns the innermost entry whose key or value is at the position, or undefined. */
export function entryAt(node: YamlNode, position: SourcePosition, path: ValuePath = []): EntryRef | undefined {
  if (node.type === 'scalar') return undefined;
  if (node.type === 'list') return firstOf(node.items, (item, index) => entryAt(item, position, [...path, index]));
  return firstOf(node.entries, (entry) => {
    if (contains(entry.keyRange, position)) return { entry, path };
    if (!contains(entry.value.range, position)) return undefined;
    return entryAt(entry.value, position, [...path, entry.key]) ?? { entry, path };
  });
}

/** Returns the first entry with this key at any depth, or undefined. */
export function entryWithKey(node: YamlNode, key: string, path: ValuePath = []): EntryRef | undefined {
  if (node.type === 'scalar') return undefined;
  if (node.type === 'list') return firstOf(node.items, (item, index) => entryWithKey(item, key, [...path, index]));
  return firstOf(node.entries, (entry) =>
    entry.key === key ? { entry, path } : entryWithKey(entry.value, key, [...path, entry.key]),
  );
}

function itemSchema(schema: Schema): Schema | undefined {
  return schema.type === 'list' ? schema.item : undefined;
}

function valueSchema(schema: Schema): Schema | undefined {
  return schema.type === 'map' ? schema.value : undefined;
}

function firstOf<T, R>(items: readonly T[], find: (item: T, index: number) => R | undefined): R | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
