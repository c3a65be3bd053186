/** Small text files that are converted together give what they give one by one: rows, types, notes and errors. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { identifier, literalList } from '../../server/src/duckdb/sql.ts';
import { createMaterializer } from '../../server/src/materialize/createMaterializer.ts';
import { type Materializer } from '../../server/src/materialize/materializer.ts';
import { type DerivedNode, type InputMatcher, type Match } from '../../server/src/resources/model/derivedContent.ts';
import { type Resource } from '../../server/src/resources/model/kind.ts';
import { resourceOf } from '../../server/src/resources/readResource.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { type Builder } from '../../server/src/sandbox/build.ts';
import { createCache } from '../../server/src/storage/cache.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { anySql } from '../support/anySql.ts';
import { dailyTexts } from '../support/dailyTexts.ts';
import { temporaryFolder } from '../support/folder.ts';
import { seeds } from '../support/proof.ts';
import { hostFileOf } from '../support/reducing.ts';
import { randomOf } from '../support/random.ts';

const documents = {
  Combine: 'scopes: [{name: s, series: [{pattern: /in/*}]}]',
  Query: `queries: [{name: s, inputs: [{name: i, pattern: /in/*}], query: FROM i}]`,
} as const;

function resourceFor(kind: keyof typeof documents): Resource {
  const text = `apiVersion: duckpond/v1\nkind: ${kind}\nname: x\ndesc: test\nspec:\n  ${documents[kind]}\n`;
  const [document] = readResourceFile(text, resourceKinds);
  assert.deepEqual(document?.problems, []);
  const resource = resourceOf(document, { id: '0b6a2c1e-6a36-4c0e-8a51-2d1f0f4f3a10', modifiedUs: 1 });
  assert.ok(resource !== undefined);
  return resource;
}

/** Number of conversions and inspections. */
interface Requests {
  count: number;
}

function counting(builder: Builder, requests: Requests): Builder {
  return {
    ...builder,
    fromUserSql: async (build, signal) => {
      requests.count += 1;
      await builder.fromUserSql(build, signal);
    },
  };
}

async function newReader(t: TestContext) {
  const [folder, builder] = [temporaryFolder(t), createBuilder()];
  const database = await openDatabase();
  const connection = await database.connect();
  t.after(async () => {
    connection.close();
    database.close();
    await builder.close();
  });
  const requests: Requests = { count: 0 };
  let caches = 0;
  const newMaterializer = (): Materializer => {
    const cache = createCache(openHostDisk(join(folder, `cache${caches++}`)), { bytesMax: 1e9 });
    return createMaterializer({ cache, builder: () => counting(builder, requests), isTrusted: () => true });
  };
  let folders = 0;
  const matchesOf = (texts: ReadonlyMap<string, string>): readonly Match[] => {
    const inputs = join(folder, `in${folders++}`);
    mkdirSync(inputs);
    return [...texts].map(([name, text]) => {
      const hostPath = join(inputs, name);
      writeFileSync(hostPath, text);
      const file = hostFileOf(hostPath);
      const { key, sizeBytes } = file;
      const files = () => Promise.resolve([file]);
      return { path: `/in/${name}`, name, captures: [], type: 'file', key, sizeBytes, modifiedUs: 1, files };
    });
  };
  return { connection, requests, newMaterializer, matchesOf };
}

/** A materializer whose texts are all converted one by one. */
function oneByOne(materializer: Materializer): Materializer {
  return {
    builder: materializer.builder,
    file: (...request) => materializer.file(...request),
    files: (...request) => materializer.files(...request),
    known: (key) => materializer.known(key),
    notations: (...request) => materializer.notations(...request),
    inspect: (...request) => materializer.inspect(...request),
    tableRuns: async (_key, { files }) => (await files({})).map(() => 1),
  };
}

/** The only series that a resource derives, with the notes of its run; or the error. */
async function outcomeOf(
  resource: Resource,
  matches: readonly Match[],
  { materializer, connection }: { readonly materializer: Materializer; readonly connection: Connection },
): Promise<object> {
  const inputs: InputMatcher = { match: () => Promise.resolve(matches) };
  try {
    let node: DerivedNode = { type: 'directory', list: () => resource.kind.derive!(resource, inputs) };
    while (node.type === 'directory') [node] = [...(await node.list()).values()] as [DerivedNode];
    const files = await node.make(materializer, {});
    // Where several files are one table, the order of columns is that in which they are found.
    const source = `read_parquet(${literalList(files.map(({ hostPath }) => hostPath))}, union_by_name = true)`;
    const described = await connection.rows(anySql(`DESCRIBE FROM ${source}`));
    const columns = described.map(([name, type]) => `${String(name)} ${String(type)}`).sort();
    const names = described.map(([name]) => `${identifier(String(name))}::VARCHAR`).sort();
    const rows = await connection.rows(anySql(`SELECT ${names.join(', ')} FROM ${source}`));
    const notes = await resource.kind.rowNotes?.(resource, inputs, materializer, {});
    // A query promises no order of its own.
    const isOrdered = resource.kind.kind === 'Combine';
    return { columns, rows: isOrdered ? rows : rows.map((row) => row.join()).sort(), notes };
  } catch (error) {
    assert.ok(isPondError(error), String(error));
    return { code: error.code, message: error.message, path: error.path };
  }
}

test('random folders of small texts give the same as one by one', async (t) => {
  const reader = await newReader(t);
  for (const kind of ['Combine', 'Query'] as const) {
    for (const seed of seeds(3)) {
      await t.test(`to a ${kind} (seed ${seed})`, async () => {
        const random = randomOf(seed);
        const matches = reader.matchesOf(dailyTexts(random, 2 + random(8)));
        const resource = resourceFor(kind);
        const [together, apart] = [reader.newMaterializer(), oneByOne(reader.newMaterializer())];
        const expected = await outcomeOf(resource, matches, { ...reader, materializer: apart });
        assert.deepEqual(await outcomeOf(resource, matches, { ...reader, materializer: together }), expected);
      });
    }
  }
});

test('a folder of small texts takes one conversion for each group, and one more file takes one', async (t) => {
  const { newMaterializer, matchesOf, requests, connection } = await newReader(t);
  const texts = new Map<string, string>();
  const add = (day: number): void => {
    texts.set(`d${String(day).padStart(4, '0')}.csv`, `Timestamp,a\n${day * 86_400},${day / 4}\n`);
  };
  for (let day = 0; day < 300; day++) add(day);
  const [materializer, resource] = [newMaterializer(), resourceFor('Combine')];
  const read = () => outcomeOf(resource, matchesOf(texts), { materializer, connection });
  const { rows } = (await read()) as { readonly rows: readonly unknown[] };
  assert.equal(rows.length, 300);
  assert.ok(requests.count <= 8, `${requests.count} conversions`);
  requests.count = 0;
  add(300);
  await read();
  assert.equal(requests.count, 1);
});

for (const [what, bad, message] of [
  ['a quote that is not closed', 'Timestamp,a\n"2024,1\n', /\/in\/d2\.csv cannot be read: line 2: a quote/],
  [
    'text where the others have numbers',
    'Timestamp,a\n9,x\n',
    /"a" is BIGINT in \/in\/d0\.csv, but VARCHAR in \/in\/d2\.csv$/,
  ],
  ['times in milliseconds', 'Timestamp,a\n1700000000000,1\n', /\/in\/d2\.csv: most times are beyond the year 9999/],
  ['rows without a time', 'Timestamp,a\n,1\n', /\/in\/d2\.csv: no time column: Timestamp is VARCHAR$/],
  ['another name of its time', 'when,a\n9,1\n', /\/in\/d2\.csv: there is no column Timestamp among when, a$/],
] as const) {
  test(`a file with ${what} is named among others`, async (t) => {
    const { newMaterializer, matchesOf, connection } = await newReader(t);
    const usual = (day: number) => [`d${day}.csv`, `Timestamp,a\n${day},${day}\n`] as const;
    const matches = matchesOf(new Map([usual(0), usual(1), ['d2.csv', bad], usual(3), usual(4)]));
    const outcome = await outcomeOf(resourceFor('Combine'), matches, { materializer: newMaterializer(), connection });
    assert.match((outcome as { readonly message: string }).message, message);
  });
}

test('a file of rows without any value leaves the types of the others as they are', async (t) => {
  const { newMaterializer, matchesOf, connection } = await newReader(t);
  const texts = new Map([
    ['a.csv', 'Timestamp,a,b\n2026-01-01,1,1.5\n'],
    ['b.csv', 'Timestamp,a,b\n,,\n'],
  ]);
  for (const materializer of [newMaterializer(), oneByOne(newMaterializer())]) {
    const outcome = await outcomeOf(resourceFor('Query'), matchesOf(texts), { materializer, connection });
    const { columns, rows } = outcome as { readonly columns: readonly string[]; readonly rows: readonly string[] };
    assert.deepEqual(
      [columns, rows],
      [
        ['Timestamp DATE', 'a BIGINT', 'b DOUBLE'],
        [',,', '2026-01-01,1,1.5'],
      ],
    );
  }
});
