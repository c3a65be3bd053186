/** What documents and kinds compute is the same in each computation, to the last digit of a sum of doubles. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { dependsOnOrder, orderDependent } from '../../server/src/build/orderDependent.ts';
import { sql } from '../../server/src/duckdb/sql.ts';
import { testConnection } from '../support/connection.ts';
import { userBuilds } from '../support/userBuilds.ts';

/** Aggregates of DuckDB that have the same result in any order, and window functions, which state an order. */
const independent =
  `approx_count_distinct bit_and bit_or bit_xor bitstring_agg bool_and bool_or count count_if count_star
  countif cume_dist dense_rank fill first_value histogram histogram_exact lag last_value lead mad max median min nth_value
  ntile percent_rank quantile quantile_cont quantile_disc rank rank_dense regr_count row_number`.split(/\s+/);

it('each aggregate of the bundled DuckDB is judged', async () => {
  const connection = await testConnection({ threads: 1 });
  const rows = await connection.rows(sql`SELECT DISTINCT lower(function_name) FROM duckdb_functions()
    WHERE function_type = 'aggregate' OR macro_definition SIMILAR TO '.*\\b(sum|avg|list|first)\\(.*'`);
  const unjudged = rows.map(String).filter((name) => !orderDependent.has(name) && !independent.includes(name));
  assert.deepEqual(unjudged, []);
});

describe('a query', () => {
  const texts: readonly (readonly [string, boolean])[] = [
    ['SELECT a, b * 2 FROM t', false],
    ['SELECT count(*), min(a), max(b) FROM t GROUP BY c', false],
    ['SELECT sum, "avg" FROM t', false],
    ["SELECT 'sum(x)' FROM t -- sum(x)", false],
    ['SELECT Sum (a) FROM t', true],
    ['SELECT "avg"(a) FROM t', true],
    ['SELECT a.mean() FROM t', true],
    ['PIVOT t ON a USING sum(b)', true],
    ['SELECT DISTINCT ON (a) a, b FROM t', true],
    ['SELECT DISTINCT a FROM t', false],
    ['SUMMARIZE t', true],
  ];
  for (const [text, expected] of texts) {
    it(`${expected ? 'depends' : 'does not depend'} on the order of rows: ${text}`, () => {
      assert.equal(dependsOnOrder(text), expected);
    });
  }
});

describe('sums of many doubles are the same in each computation', () => {
  const { builder, folder, parquet, pondFile, rowsOf } = userBuilds();
  const sums = 'SELECT k, sum(v) AS sum, avg(v) AS avg, stddev(v) AS deviation FROM';
  let content: Uint8Array;

  before(async () => {
    content = await parquet('SELECT range % 7 AS k, (hash(range) % 1000003) / 997.0 AS v FROM range(1500000)');
  });

  /** Fails unless all of some computations return the same rows. */
  async function checkSame(compute: () => Promise<unknown>): Promise<void> {
    const first = await compute();
    for (let i = 0; i < 3; i++) assert.deepEqual(await compute(), first);
  }

  it('by the query of a document', async () => {
    const input = pondFile('/doubles.parquet', [content]);
    await checkSame(() => rowsOf(`${sums} '$1' GROUP BY k ORDER BY k`, { input }));
  });

  it('by a statement of a kind', async () => {
    const file = join(folder, 'doubles.parquet');
    writeFileSync(file, content);
    await checkSame(() =>
      builder().run({
        statements: [`${sums} read_parquet('${file}') GROUP BY k ORDER BY k`],
        reads: [file],
        isOrdered: true,
      }),
    );
  });
});
