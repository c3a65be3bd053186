import { contains, type SourcePosition } from '../base/lineMap.ts';
import { type YamlEntry, type YamlNode } from '../documents/yamlNode.ts';
import { type Field, type Schema } from '../documents/schema.ts';

/** Path of a value in a document: keys of mappings and indexes of lists, from the root. */
export type SchemaPath = readonly (string | number)[];

/** An entry of a document, with the path of its mapping. */
export interface EntryRef {
  readonly entry: YamlEntry;
  readonly path: SchemaPath;
}

/** Returns the schema of a value at `path`, or undefined when the path leaves the schema. */
export function schemaAt(root: Schema, path: SchemaPath): Schema | undefined {
  let shape: Schema | undefined = root;
  for (const step of path) {
    if (shape === undefined) return undefined;
    shape = typeof step === 'number' ? itemShape(shape) : (fieldAt(shape, step)?.shape ?? valueShape(shape));
  }
  return shape;
}

/** Returns the field of a key in a mapping of that shape, or undefined. */
export function fieldAt(shape: Schema | undefined, key: string): Field | undefined {
  return shape?.type === 'object' && Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
}

/** Returns the innermost entry whose key or value is at the position, or undefined. */
export function entryAt(node: YamlNode, position: SourcePosition, path: SchemaPath = []): EntryRef | undefined {
  if (node.type === 'scalar') return undefined;
  if (node.type === 'list') {
    return firstOf(node.items, (item, index) =>
      contains(item.range, position) ? entryAt(item, position, [...path, index]) : undefined,
    );
  }
  return firstOf(node.entries, (entry) => {
    if (contains(entry.keyRange, position)) return { entry, path };
    if (!contains(entry.value.range, position)) return undefined;
    return entryAt(entry.value, position, [...path, entry.key]) ?? { entry, path };
  });
}

/** Returns the first entry with this key at any depth, or undefined. */
export function entryWithKey(node: YamlNode, key: string, path: SchemaPath = []): EntryRef | undefined {
  if (node.type === 'scalar') return undefined;
  if (node.type === 'list') return firstOf(node.items, (item, index) => entryWithKey(item, key, [...path, index]));
  return firstOf(node.entries, (entry) =>
    entry.key === key ? { entry, path } : entryWithKey(entry.value, key, [...path, entry.key]),
  );
}

/** Returns the node at `path`, or undefined. */
export function nodeAt(root: YamlNode, path: SchemaPath): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const step of path) {
    if (node?.type === 'list' && typeof step === 'number') node = node.items[step];
    else if (node?.type === 'map') node = node.entries.find((entry) => entry.key === step)?.value;
    else return undefined;
  }
  return node;
}

function itemShape(shape: Schema): Schema | undefined {
  return shape.type === 'list' ? shape.item : undefined;
}

function valueShape(shape: Schema): Schema | undefined {
  return shape.type === 'map' ? shape.value : undefined;
}

function firstOf<T, R>(items: readonly T[], find: (item: T, index: number) => R | undefined): R | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
