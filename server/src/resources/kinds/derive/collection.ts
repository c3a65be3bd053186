import { itemsOf } from '../../../documents/specValue.ts';
import { entryOf, type ScalarNode, textOf } from '../../../documents/yamlNode.ts';
import { type Resource } from '../../model/kind.ts';

/** A collection of a Derive resource. */
export interface DeriveCollection {
  readonly name: string;
  readonly pattern: ScalarNode;
  /** The query, with its position in the document. */
  readonly query: ScalarNode;
}

/** The collections of a checked document. */
export function collectionsOf({ spec }: Resource): readonly DeriveCollection[] {
  return itemsOf(spec, 'collections').flatMap((item) => {
    const [name, pattern, query] = [
      textOf(item, 'name'),
      entryOf(item, 'pattern')?.value,
      entryOf(item, 'query')?.value,
    ];
    if (name === undefined || pattern?.type !== 'scalar' || query?.type !== 'scalar') return [];
    return [{ name, pattern, query }];
  });
}
