/** Columns of one name in files of several systems: one column, or both names are said. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { planAppend } from '../../server/src/resources/series/appendPlan.ts';
import { requireSqlType } from '../../server/src/duckdb/sqlType.ts';
import { textFile } from '../support/commandHost.ts';
import { newPipelineHost, type PipelineHost } from '../support/pipelineHost.ts';

/** Names as macOS writes them, and as other systems do. */
const [mac, composed] = ['tempe\u0301', 'temp\u00e9'];

/** A file of one row: a time, then the numbers of the columns. */
type Columns = Readonly<Record<string, number>>;

const csv = (columns: Columns): Buffer =>
  Buffer.from(`Timestamp,${Object.keys(columns).join()}\n${Object.values(columns).join()}\n`.replace('\n', '\n1,'));

const parquet = (columns: Columns): Buffer =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: Object.entries({ Timestamp: 1, ...columns }).map(([name, value]) => ({
        name,
        data: [value],
        type: 'INT32',
      })),
    }),
  );

const writers = { csv, parquet };

/** Files of one table, and the rows without their times, or the names in the error. */
const cases: Readonly<
  Record<string, { readonly files: readonly Columns[]; readonly expected: readonly string[] | RegExp }>
> = {
  'in two forms of characters': { files: [{ [mac]: 2 }, { [composed]: 3 }], expected: ['2', '3'] },
  'in two forms in one file': { files: [{ [mac]: 2, [composed]: 3 }], expected: ['2,3'] },
  'in two cases': { files: [{ Temp: 2 }, { temp: 3 }], expected: ['2', '3'] },
  'in two cases in one file': { files: [{ Temp: 2, temp: 3 }], expected: ['2,3'] },
  'in two cases in each file': {
    files: [
      { Temp: 2, temp: 3 },
      { Temp: 4, x: 0, temp: 5 },
    ],
    expected: ['2,3,', '4,5,0'],
  },
  'in two cases in another order': {
    files: [
      { Temp: 2, temp: 3 },
      { temp: 3, Temp: 2 },
    ],
    expected:
      /expected the columns "Temp" and "temp", in this order, as in .*a\.\w+, got the columns "temp" and "Temp"/,
  },
  'in two cases, of which one is alone': {
    files: [{ temp: 3 }, { Temp: 2, temp: 3 }],
    expected: /a\.\w+ cannot be read: expected the columns "Temp" and "temp", .* as in .*b\.\w+, got the column "temp"/,
  },
};

async function write(
  host: PipelineHost,
  folder: string,
  contents: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  await host.run('makeDirectory', { path: folder });
  for (const [name, content] of Object.entries(contents)) {
    await host.run('write', { ...textFile(`${folder}/${name}`, ''), content });
  }
}

test('columns of one name are one column in a query, or are refused with both names', async (t) => {
  const host = await newPipelineHost(t);
  let count = 0;
  for (const [format, content] of Object.entries(writers)) {
    for (const [what, { files, expected }] of Object.entries(cases)) {
      const folder = `/${(count += 1)}`;
      await write(host, folder, Object.fromEntries(files.map((file, at) => [`${'ab'[at]}.${format}`, content(file)])));
      const rows = host.rows(`SELECT * EXCLUDE ("Timestamp") FROM "${folder}/*" ORDER BY ALL`);
      if (expected instanceof RegExp) await assert.rejects(rows, expected, `${format} ${what}`);
      else assert.deepEqual(await rows, expected, `${format} ${what}`);
    }
  }
});

test('batches of a series and inputs of a Combine have one column for one name, or both names are said', async (t) => {
  const host = await newPipelineHost(t);
  const append = async (path: string, ...batches: readonly Columns[]): Promise<readonly string[]> => {
    for (const batch of batches) {
      writeFileSync(join(host.folder, 'batch.csv'), csv(batch));
      await host.run('append', { path, sources: [join(host.folder, 'batch.csv')] });
    }
    return await host.rows(`SELECT * EXCLUDE ("Timestamp") FROM "${path}" ORDER BY ALL`);
  };
  assert.deepEqual(await append('/forms', { [mac]: 2 }, { [composed]: 3 }), ['2', '3']);
  await assert.rejects(
    append('/one', { temp: 3 }, { Temp: 2, temp: 3 }),
    /batch\.csv cannot be read: expected the column "temp", .* as in \/one, got the columns "Temp" and "temp"/,
  );
  await assert.rejects(
    append('/both', { Temp: 2, temp: 3 }, { temp: 3, Temp: 2 }),
    /"Temp" and "temp", .* as in \/both/,
  );
  await write(host, '/in', { 'a.csv': csv({ [mac]: 2 }), 'b.parquet': parquet({ [composed]: 3 }) });
  const spec = 'spec: { scopes: [{ name: all, series: [{ pattern: /in/a.csv }, { pattern: /in/b.parquet }] }] }';
  await host.apply(`apiVersion: duckpond/v1\nkind: Combine\nname: c\ndesc: Both\n${spec}\n`);
  assert.deepEqual(await host.rows('SELECT column_name FROM (DESCRIBE FROM "/Combine/c/all/combine")'), [
    'Timestamp',
    composed,
  ]);
});

test('a series of before, with a name as macOS writes it, takes batches with the other', () => {
  const type = requireSqlType('BIGINT');
  const batch = { empty: new Set<string>(), types: new Map<string, never>() };
  const plan = planAppend([{ name: mac, type }], { ...batch, columns: [{ name: composed, type }] });
  assert.deepEqual([plan.added, plan.select], [[], `"${composed}" AS "${mac}"`]);
  const both = planAppend([{ name: mac, type }], {
    ...batch,
    columns: [mac, composed].map((name) => ({ name, type })),
  });
  assert.deepEqual(both.added, [composed]);
});
