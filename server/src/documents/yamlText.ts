import { stringify } from 'yaml';
import { parseDocuments } from './document.ts';
import { type YamlNode } from './yamlNode.ts';

/** Returns a value as a YAML document that ends with a line break; texts of several lines as blocks. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

/** Returns the value of the first document of a YAML text; undefined when it is empty, malformed or over a limit. */
export function yamlValue(text: string): unknown {
  const [first] = parseDocuments(text);
  return first?.root === undefined || first.broken ? undefined : valueOf(first.root);
}

function valueOf(node: YamlNode): unknown {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'list') return node.items.map(valueOf);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, valueOf(value)]));
}
