import { identifier, sql } from '../../duckdb/sql.ts';
import { type DiffCounts, type DiffScope } from '../../sandbox/tableTypes.ts';
import { type TableReader } from '../tables/tableReader.ts';

/** Counts the rows of a table of differences by their kind, and the changed values of each column. */
export async function countDifferences(
  reader: TableReader,
  { changeColumn, cellsColumn, columns }: DiffScope,
  signal: AbortSignal,
): Promise<DiffCounts> {
  return await reader.read({ sort: [], filters: [] }, [changeColumn, cellsColumn], {
    signal,
    work: async (connection, statement) => {
      const named = sql`(${statement}) AS differences(change, cells)`;
      const kinds = await connection.rows(
        sql`SELECT change, count(*) FROM ${named} WHERE change IS NOT NULL GROUP BY 1`,
      );
      const indexes = sql`SELECT unnest(string_split(trim(cells, ','), ',')) AS at FROM ${named} WHERE cells IS NOT NULL`;
      const values = await connection.rows(sql`SELECT ${identifier('at')}, count(*) FROM (${indexes}) GROUP BY 1`);
      const numberOf = (rows: typeof kinds, key: string): number =>
        Number(rows.find(([name]) => name === key)?.[1] ?? 0);
      const [added, removed, changed] = ['added', 'removed', 'changed'].map((kind) => numberOf(kinds, kind));
      return {
        ...{ added: added ?? 0, removed: removed ?? 0, changed: changed ?? 0 },
        values: Array.from({ length: columns }, (_, index) => numberOf(values, String(index))),
      };
    },
  });
}
