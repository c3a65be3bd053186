/** Many small CSV files are read from packs, their rows as one text: with the same result as from a host file each. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { randomOf } from '../support/random.ts';
import { oneOf } from '../support/randomTables.ts';
import { newUserCache } from '../support/userCache.ts';
import { makeTestPond, type TestPond } from './testPond.ts';

/** As many files as are read once into a table. */
const filesMin = 64;

let made: TestPond;
let engine: QueryEngine;
let folder: string;
let folders = 0;
before(async () => {
  made = await makeTestPond();
  engine = new QueryEngine({ openDisk: openHostDisk });
});
beforeEach(() => {
  folder = `/many${(folders += 1)}`;
});
after(async () => {
  await engine.close();
  await made.close();
});

const nameOf = (index: number): string => `${folder}/${String(index).padStart(3, '0')}.csv`;

async function write(contents: readonly (string | Uint8Array)[], from = 0): Promise<void> {
  await made.root.createDirectory(folder, { parents: true });
  await made.root.backend.batch(async () => {
    for (const [index, content] of contents.entries()) {
      await made.root.writeFile(nameOf(from + index), Buffer.from(content as string));
    }
  });
}

type Result =
  | { readonly columns: unknown; readonly rows: readonly string[] }
  | { readonly code: string; readonly message: string; readonly hint?: string; readonly path?: string };

/** The columns and rows of a query by an engine, or its failure. */
async function resultOf(sql: string, by = engine): Promise<Result> {
  try {
    const { resultId, columns, rowCount } = await by.run(made.pond, { sql });
    const found = await by.rows(resultId, 0, 10_000);
    await by.release(resultId);
    const rows = Array.from({ length: rowCount }, (_, row) =>
      JSON.stringify(found.columns.map((column) => column[row])),
    );
    return { columns, rows };
  } catch (error) {
    if (!isPondError(error)) throw error;
    const { code, message, hint, path } = error;
    return { code, message, ...(hint !== undefined && { hint }), ...(path !== undefined && { path }) };
  }
}

const fromAll = (columns: string): string => `SELECT ${columns} FROM '${folder}/*.csv'`;

/** The result of a query with `filename`: the rows of files of equal content that are not packed follow each other. */
const sorted = (result: Result): unknown => ('rows' in result ? { ...result, rows: result.rows.toSorted() } : result);

/** As many files as are not packed, and empty ones with which they are: those have no rows, and do not count otherwise. */
const singleMax = filesMin - 1;
const empty = Array.from({ length: filesMin }, () => '');

/** The result of a query over files that are packed, and over the same that are not, with the same paths. */
async function bothWays(
  contents: readonly (string | Uint8Array)[],
  columns: string,
): Promise<readonly [packed: Result, single: Result]> {
  assert.ok(contents.length <= singleMax);
  const at = folder;
  const results: Result[] = [];
  for (const [name, more] of [
    ['packed', empty],
    ['single', []],
  ] as const) {
    folder = `${at}/${name}`;
    await write([...contents, ...more]);
    const text = JSON.stringify(await resultOf(fromAll(columns))).replaceAll(folder, at);
    results.push(JSON.parse(text) as Result);
  }
  folder = at;
  return [results[0]!, results[1]!];
}

type Random = (count: number) => number;

const cells: readonly ((random: Random) => string)[] = [
  (random) => `2024-01-${String(1 + random(28)).padStart(2, '0')} 0${random(10)}:00:00`,
  (random) => oneOf(random, [String(random(1000)), `${random(99)}.${random(99)}`, '', '-3', '+1', '1e3', ' 7']),
  (random) => oneOf(random, ['a', '"b,c"', '"d ""e"""', '', '""', 'é', '"two\nlines"', ' f ', '#g', "'h"]),
];

/**
 * A file of the columns, in one of the forms in which programs write them; with `isOdd`, of which some cannot be read
 * together.
 */
function textOf(random: Random, isOdd: boolean): string | Uint8Array {
  const header = oneOf(random, ['time,v,name', '"time","v","name"', 'Time,V,Name', '"time",v,"name"']).split(',');
  const width = isOdd ? oneOf(random, [3, 3, 2]) : 3;
  const rows = Array.from({ length: random(6) }, () => {
    const row = cells.slice(0, width).map((cell) => cell(random));
    return oneOf(random, [row, row, row, isOdd ? [...row, ''] : row, []]).join(',');
  });
  const above = oneOf(random, [[], [], [], ['# a logger'], [''], ['Site: B, "north', 'x"', 'since 2020']]);
  const again = isOdd ? oneOf(random, [[], [], [header.join(',')]]) : [];
  const end = oneOf(random, ['\n', '\n', '\r\n', isOdd ? '\r' : '\n']);
  const last = oneOf(random, ['', end, end, `${end}${end}`]);
  const text = [...above, header.slice(0, width).join(','), ...rows, ...again].join(end) + last;
  const marked = `${oneOf(random, ['', '', '\ufeff'])}${text}`;
  return isOdd ? oneOf(random, [marked, Buffer.from(text, 'latin1'), Buffer.from(`\ufeff${text}`, 'utf16le')]) : marked;
}

test('any small files have the rows, columns and failures that they have one by one', async () => {
  const seed = Number(process.env['POND_PACKS_SEED'] ?? Date.now() % 1_000_000);
  const random = randomOf(seed);
  let tables = 0;
  // Files of different columns are not a table, so chance decides how many rounds are one.
  for (let round = 0; round < 6 || (tables < 2 && round < 50); round += 1) {
    folder = `/random${round}`;
    const kinds = Array.from({ length: 1 + random(round === 0 ? 30 : 6) }, () =>
      textOf(random, round === 4 || round === 5),
    );
    const contents = Array.from({ length: 30 }, () => oneOf(random, kinds));
    const label = `POND_PACKS_SEED=${seed}, round ${round}`;
    const [packed, single] = await bothWays(contents, '*');
    assert.deepEqual(packed, single, label);
    folder = `${folder}/named`;
    const [named, expected] = await bothWays(contents, '*, filename');
    assert.deepEqual(sorted(named), sorted(expected), label);
    if ('rows' in packed) tables += 1;
  }
  assert.ok(tables >= 2, `${tables} of the rounds are tables`);
});

/** Answers of new processes with the same cache folder. */
async function answers(count: number, sql: string): Promise<readonly Result[]> {
  const found: Result[] = [];
  for (let process = 0; process < count; process += 1) {
    const own = new QueryEngine({ openDisk: openHostDisk });
    found.push(await resultOf(sql, own));
    await own.close();
  }
  return found;
}

/** The files in a cache folder with a text in them. */
const keptWith = (cache: string, text: string): readonly string[] =>
  readdirSync(cache, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path, 'latin1').includes(text));

const small = Array.from({ length: filesMin }, (_, index) => `v,w\n${1000 + index},a\n${2000 + index},b\n`);
const sums = (): string => fromAll('sum(v), count(*), min(v)');
const packMark = '1003,a\n2003,b\n';
const scanMark = '"lineEnds"';

test('files are packed, and scanned, once for all processes of a user; one more file leaves most groups as they are', async (t) => {
  const cache = newUserCache(t);
  await write(small);
  const [first, second] = await answers(2, sums());
  assert.deepEqual(first, second);
  assert.deepEqual('rows' in first! && first.rows, [`["196032","128","1000"]`]);
  const packs = keptWith(cache, packMark);
  assert.equal(packs.length, 1);
  const scans = keptWith(cache, scanMark);
  const groups = scans.length;
  await write(['v,w\n5,c\n'], filesMin);
  const [third] = await answers(1, sums());
  assert.deepEqual('rows' in third! && third.rows, [`["196037","129","5"]`]);
  assert.ok(keptWith(cache, scanMark).length <= groups + 1);
});

test('a pack that was altered is not believed, and one that is gone is made again', async (t) => {
  const cache = newUserCache(t);
  await write(small);
  const [expected] = await answers(1, sums());
  const [pack = ''] = keptWith(cache, packMark);
  for (const change of [
    (text: string) => text.replace('2003,b', '9003,b'),
    (text: string) => text.slice(0, -2),
    (text: string) => `${text}7,x\n`,
    () => '',
  ]) {
    writeFileSync(pack, change(readFileSync(pack, 'latin1')));
    assert.deepEqual(await answers(1, sums()), [expected]);
  }
  rmSync(pack);
  assert.deepEqual(await answers(1, sums()), [expected]);
});

test('the file that cannot be read is named, with its line', async () => {
  await write([...small, 'v,w\n1,a\n2,b,c\n']);
  const [result] = await answers(1, sums());
  assert.ok('message' in result!);
  assert.equal(result.path, nameOf(filesMin));
  assert.match(result.message, /line 3/);
});

test('the hint about a column of text names a file', async () => {
  await write(small);
  const [result] = await answers(1, fromAll('avg(w)'));
  assert.ok('message' in result!);
  assert.match(result.hint ?? '', /'pond describe \/many\d+\/000\.csv'/);
});
