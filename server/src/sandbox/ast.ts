/** References of a query, found in DuckDB's serialized syntax tree. Offsets are 0-based bytes of UTF-8. */
import { isRecord } from '../base/record.ts';
interface References {
  readonly tables: readonly AstTable[];
  readonly functions: readonly AstFunction[];
}

interface AstTable {
  readonly schema: string;
  readonly name: string;
  readonly offset: number | undefined;
  /** True when the query itself defines a WITH table of that name. */
  readonly isCommonTable: boolean;
  /** True when AT (VERSION => …) follows. */
  readonly hasVersionClause: boolean;
}

export interface AstFunction {
  /** In lower case. */
  readonly name: string;
  readonly offset: number | undefined;
  readonly isTableFunction: boolean;
}

/** An object of the syntax tree of a statement. */
export type AstFields = Readonly<Record<string, unknown>>;

/** Collects all tables and functions that occur anywhere in a tree. */
export function findReferences(tree: unknown): References {
  const nodes = [...walk(tree)];
  const commonTables = new Set(nodes.flatMap((node) => commonTableNames(node)));
  const tableCalls = new Set(nodes.flatMap((node) => (node['type'] === 'TABLE_FUNCTION' ? [node['function']] : [])));
  return {
    tables: nodes.flatMap((node) => {
      if (node['type'] !== 'BASE_TABLE') return [];
      const name = text(node, 'table_name');
      const schema = text(node, 'schema_name');
      const isCommonTable = schema === '' && commonTables.has(name.toLowerCase());
      const hasVersionClause = isRecord(node['at_clause']);
      return [{ schema, name, offset: offsetOf(node), isCommonTable, hasVersionClause }];
    }),
    functions: nodes.flatMap((node) => {
      if (node['class'] !== 'FUNCTION' && node['class'] !== 'WINDOW') return [];
      const name = text(node, 'function_name').toLowerCase();
      return [{ name, offset: offsetOf(node), isTableFunction: tableCalls.has(node) }];
    }),
  };
}

/** Yields every object in a tree, without recursion: a long chain of operators makes a deep tree. */
export function* walk(tree: unknown): Iterable<AstFields> {
  const open = [tree];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) for (const item of value.toReversed()) open.push(item);
    if (!isRecord(value)) continue;
    yield value;
    for (const item of Object.values(value).toReversed()) if (typeof item === 'object') open.push(item);
  }
}

function commonTableNames(node: AstFields): readonly string[] {
  const map = isRecord(node['cte_map']) ? node['cte_map']['map'] : undefined;
  return Array.isArray(map) ? map.filter(isRecord).map((entry) => text(entry, 'key').toLowerCase()) : [];
}

/** The text under a key; empty for any other value. */
export function text(node: AstFields, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}

/** DuckDB writes 2^64-1 for a missing location. */
function offsetOf(node: AstFields): number | undefined {
  const offset = node['query_location'];
  return typeof offset === 'number' && Number.isSafeInteger(offset) ? offset : undefined;
}
