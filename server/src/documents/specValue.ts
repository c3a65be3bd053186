import { entryOf, type YamlNode, type ScalarNode } from './yamlNode.ts';

/**
 * Returns a value without its positions: texts, numbers (bigint for integers), booleans, null, arrays, and objects with
 * keys as written. Each kind declares the type of the `spec` of its checked documents.
 */
export function specValue(node: YamlNode): unknown {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'list') return node.items.map(specValue);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, specValue(value)]));
}

/** Returns the items of the list under a key, none without a list. */
export function itemsOf(node: YamlNode | undefined, key: string): readonly YamlNode[] {
  const list = entryOf(node, key)?.value;
  return list?.type === 'list' ? list.items : [];
}

/** Returns the scalar under a key as a list of one, or an empty list: for callers that collect scalars. */
export function scalarOf(node: YamlNode | undefined, key: string): readonly ScalarNode[] {
  const value = entryOf(node, key)?.value;
  return value?.type === 'scalar' ? [value] : [];
}
