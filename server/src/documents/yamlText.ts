import { stringify } from 'yaml';

/** Returns a value as a YAML document that ends with a line break; texts of several lines as blocks. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
