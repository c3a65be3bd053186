import { type MapNode, type YamlNode, type ScalarNode, textOf } from '../../../documents/yamlNode.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type Resource } from '../../model/kind.ts';
import { itemsOf } from '../../../documents/specValue.ts';

/** A scope of a Combine document. */
export interface Scope {
  readonly name: string;
  /** Title for users: `Combine/stations, scope harbor`. */
  readonly title: string;
  /** Patterns of pond paths, one for each series, in document order. */
  readonly patterns: readonly string[];
  /** Names of the columns to keep, with their positions; undefined for all. The time column is always kept. */
  readonly columns: readonly ColumnName[] | undefined;
}

/** A name in `columns`. */
export interface ColumnName {
  readonly name: string;
  readonly node: ScalarNode;
}

/** Returns the scopes of a checked document. */
export function scopesOf(resource: Resource): readonly Scope[] {
  return itemsOf(resource.spec, 'scopes').flatMap((node) => (node.type === 'map' ? [scopeOf(resource, node)] : []));
}

function scopeOf(resource: Resource, node: MapNode): Scope {
  const name = textOf(node, 'name') ?? '';
  const columns = itemsOf(node, 'columns').flatMap(columnName);
  return {
    name,
    title: `${titleOf(resource)}, scope ${name}`,
    patterns: itemsOf(node, 'series').map((series) => textOf(series, 'pattern') ?? ''),
    columns: columns.length === 0 ? undefined : columns,
  };
}

function columnName(node: YamlNode): readonly ColumnName[] {
  return node.type === 'scalar' && typeof node.value === 'string' ? [{ name: node.value, node }] : [];
}
