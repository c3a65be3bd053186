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

const json = (columns: Columns): Buffer => Buffer.from(JSON.stringify({ Timestamp: 1, ...columns }));

const writers = { csv, parquet, json };
type Format = keyof typeof writers;
const formats = Object.keys(writers) as readonly Format[];

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
      /expected the columns "[Tt]emp" and "[Tt]emp", in this order, as in .*[ab]\.\w+, got the columns "[Tt]emp" and/,
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

/** DuckDB finds the keys of JSON files, and numbers those that differ in case alone; one object has a key in one form. */
const isOther = (first: Format, second: Format | undefined, what: string): boolean =>
  (first === 'json' && what === 'in two forms in one file') || (first === 'json' && second === 'json');

test('columns of one name are one column in a query, or are refused with both names', async (t) => {
  const host = await newPipelineHost(t);
  let count = 0;
  for (const [what, { files, expected }] of Object.entries(cases)) {
    const pairs = formats.flatMap((first) =>
      formats.slice(0, files.length > 1 ? undefined : 1).map((next) => [first, next] as const),
    );
    for (const [first, next] of pairs.filter((pair) => !isOther(...pair, what))) {
      const folder = `/${(count += 1)}`;
      const named = files.map((file, at) => [['a', 'b'][at]!, at === 0 ? first : next, file] as const);
      await write(
        host,
        folder,
        Object.fromEntries(named.map(([name, format, file]) => [`${name}.${format}`, writers[format](file)])),
      );
      const rows = host.rows(`SELECT * EXCLUDE ("Timestamp") FROM "${folder}/*" ORDER BY ALL`);
      if (expected instanceof RegExp) await assert.rejects(rows, expected, `${first} ${next} ${what}`);
      else assert.deepEqual(await rows, expected, `${first} ${next} ${what}`);
    }
  }
});

test('keys of JSON in two forms are one column of one type, and no object has both', async (t) => {
  const host = await newPipelineHost(t);
  const read = async (...objects: readonly string[]): Promise<readonly string[]> => {
    const text = objects.map((each) => each.replace('mac', mac).replace('other', composed)).join('\n');
    await host.run('write', { ...textFile('/a.ndjson', text), overwrite: true });
    return await host.rows(`SELECT typeof("${composed}"), * FROM "/a.ndjson" ORDER BY n`);
  };
  const time = '2026-01-01T12:00:00+02:00';
  for (const [objects, expected] of [
    [['{"n":1,"mac":2}'], ['BIGINT,1,2']],
    [
      ['{"n":1,"mac":2}', '{"n":2,"other":3}'],
      ['BIGINT,1,2', 'BIGINT,2,3'],
    ],
    [
      ['{"n":1,"mac":2,"other":null}', '{"n":2,"other":0.5}'],
      ['DOUBLE,1,2.0', 'DOUBLE,2,0.5'],
    ],
    [
      ['{"n":1,"mac":2}', '{"n":2,"other":"x"}'],
      ['VARCHAR,1,2', 'VARCHAR,2,x'],
    ],
    [[`{"n":1,"mac":"${time}"}`], ['TIMESTAMP,1,2026-01-01 10:00:00']],
  ] as const) {
    assert.deepEqual(await read(...objects), expected, objects.join(' '));
  }
  await assert.rejects(read('{"n":1,"mac":2,"other":3}'), /an object of \/a\.ndjson has values for two keys "tempé"/);
  await assert.rejects(read('{"n":1,"mac":9007199254740993}', '{"n":2,"other":0.5}'), /not exact in DOUBLE/);
});

test('batches of a series and inputs of a Combine have one column for one name, or both names are said', async (t) => {
  const host = await newPipelineHost(t);
  const append = async (path: string, ...batches: readonly Columns[]): Promise<readonly string[]> =>
    appendAs(path, 'csv', 'csv', ...batches);
  const appendAs = async (
    path: string,
    first: Format,
    next: Format,
    ...batches: readonly Columns[]
  ): Promise<readonly string[]> => {
    for (const [index, batch] of batches.entries()) {
      const format = index === 0 ? first : next;
      const source = join(host.folder, `batch.${format}`);
      writeFileSync(source, writers[format](batch));
      await host.run('append', { path, sources: [source] });
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
  for (const [first, next] of [
    ['csv', 'parquet'],
    ['parquet', 'json'],
    ['json', 'parquet'],
  ] as const) {
    const path = `/${first}-${next}`;
    const both = { Temp: 2, temp: 3 };
    const names = /expected the columns? .*"[Tt]emp".* as in .*, got the columns? "[Tt]emp"/;
    assert.deepEqual(await appendAs(path, first, next, both, both), ['2,3', '2,3']);
    await assert.rejects(appendAs(path, next, next, { temp: 3, Temp: 2 }), names);
    await assert.rejects(appendAs(path, next, next, { temp: 3 }), names);
    await assert.rejects(appendAs(`${path}-one`, first, next, { temp: 3 }, both), names);
  }
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
