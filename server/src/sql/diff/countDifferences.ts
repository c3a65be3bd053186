import { sql } from '../../duckdb/sql.ts';
import { type KeyedCounts } from '../../sandbox/tableTypes.ts';
import { type TableReader } from '../tables/tableReader.ts';
import { hashSum } from './diffSql.ts';
import { wholeView } from '../../protocol/tableViews.ts';

/** Counts the rows of a result with differences of tables that have a number of columns: see DifferencesSql. */
export async function countDifferences(
  reader: TableReader,
  columns: number,
  signal: AbortSignal,
): Promise<KeyedCounts> {
  const names = [...reader.columns.slice(columns, columns + 2), ...reader.columns.slice(-1)].map(({ name }) => name);
  return await reader.read(wholeView, names, {
    signal,
    work: async (connection, statement) => {
      const found = sql`(${statement}) AS found(change, cells, key_hash)`;
      const kinds = await connection.textColumns(
        sql`SELECT change, count(*)::VARCHAR, ${hashSum(sql`key_hash`)}, (count(*) - count(DISTINCT key_hash))::VARCHAR
          FROM ${found} WHERE change IS NOT NULL GROUP BY 1`,
      );
      const indexes = sql`SELECT unnest(string_split(trim(cells, ','), ',')) AS index FROM ${found} WHERE cells IS NOT NULL`;
      const values = await connection.textColumns(sql`SELECT index, count(*)::VARCHAR FROM (${indexes}) GROUP BY 1`);
      const numberOf = (column: number, kind: string): bigint =>
        BigInt(kinds[column]?.[kinds[0]?.indexOf(kind) ?? -1] ?? 0);
      return {
        counts: {
          added: Number(numberOf(1, 'added')),
          removed: Number(numberOf(1, 'removed')),
          changed: Number(numberOf(1, 'changed')),
          values: Array.from({ length: columns }, (_, index) => {
            const at = values[0]?.indexOf(String(index)) ?? -1;
            return Number(values[1]?.[at] ?? 0);
          }),
        },
        hashes: numberOf(2, 'added') - numberOf(2, 'removed'),
        repeated: Number(numberOf(3, 'changed')),
      };
    },
  });
}
