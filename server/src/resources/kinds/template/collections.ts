import { entryOf, type YamlNode, type ScalarNode, textOf } from '../../../documents/yamlNode.ts';
import { type Resource } from '../../model/kind.ts';
import { itemsOf } from '../../../documents/specValue.ts';

/** A collection of a Template, as in its document. */
export interface TemplateCollection {
  readonly name: string;
  readonly inPattern: string;
  readonly outPattern: ScalarNode;
  /** The template itself; always present in an applied document. */
  readonly template: ScalarNode | undefined;
  readonly node: YamlNode;
}

/** Returns the collections of a Template. */
export function collectionsOf({ spec }: Resource): readonly TemplateCollection[] {
  return itemsOf(spec, 'collections').flatMap((node) => {
    const name = textOf(node, 'name');
    const inPattern = textOf(node, 'in_pattern');
    const outPattern = scalarAt(node, 'out_pattern');
    if (name === undefined || inPattern === undefined || outPattern === undefined) return [];
    return [{ name, inPattern, outPattern, template: scalarAt(node, 'template'), node }];
  });
}

function scalarAt(node: YamlNode, key: string): ScalarNode | undefined {
  const value = entryOf(node, key)?.value;
  return value?.type === 'scalar' ? value : undefined;
}
