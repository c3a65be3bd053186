/**
 * Combine against a model in plain maps: series of random times, types and gaps, appended to, replaced and read again.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Combining, newCombining } from '../support/combining.ts';
import { randomOf } from '../support/random.ts';

/** A row of a file: a time in seconds, and values by column. */
interface Row {
  readonly time: number | null;
  readonly values: Readonly<Record<string, number | null>>;
}

/** Files by path, each a list of versions. */
type Files = Map<string, Row[][]>;

type Random = (count: number) => number;

const seeds = 8;
const rounds = 4;
const columnNames = ['A.x.u', 'A.y.u', 'B.x.u', 'B.y.u', 'C.z.u'];

test('combined series equal the model', async (t) => {
  const combining = await newCombining(t);
  for (let seed = 1; seed <= seeds; seed++) {
    await t.test(`after each change (seed ${seed})`, () => checkChanges(combining, seed));
  }
});

async function checkChanges(combining: Combining, seed: number): Promise<void> {
  const random = randomOf(seed);
  const folders = ['0', '1', '2'].slice(0, 1 + random(3)).map((name) => `/seed${seed}/${name}`);
  const asked = random(3) === 0 ? columnNames.filter(() => random(2) === 0) : [];
  const columns = asked.length === 0 ? undefined : asked;
  const fractions = random(3) === 0;
  const files: Files = new Map();
  const patterns = folders.map((folder) => `${folder}/*`);
  const home = await combining.stage({ s: { patterns, ...(columns && { columns }) } });
  // All columns exist from the beginning: a missing requested column would be an error.
  await change(combining, files, `${folders[0]!}/all`, [rowOf(random, columnNames, fractions)]);
  // Every fourth time there are enough files for neighbors to be merged.
  const [filesMax, filesFirst] = seed % 4 === 0 ? [60, 25] : [4, 0];
  for (let i = 0; i < filesFirst; i++)
    await change(combining, files, `${folders[0]!}/f${i}`, rowsOf(random, fractions));
  for (let round = 0; round < rounds; round++) {
    for (let changes = 1 + random(4); changes > 0; changes--) {
      const path = `${folders[random(folders.length)]!}/f${random(filesMax)}`;
      await change(combining, files, path, rowsOf(random, fractions));
    }
    const { names, rows } = await combining.read(home, 's');
    const expected = model(folders, files, columns);
    assert.deepEqual(names, expected.names);
    assert.deepEqual(
      rows.map((row) => row.map((value) => (value === null ? null : Number(value)))),
      expected.rows,
    );
  }
}

async function change({ write }: Combining, files: Files, path: string, rows: Row[]): Promise<void> {
  await write(path, queryOf(rows));
  files.set(path, [...(files.get(path) ?? []), rows]);
}

/**
 * Times often coincide, and are sometimes years apart, in order or not; some files are entirely before or after others.
 */
function rowsOf(random: Random, fractions: boolean): Row[] {
  const columns = columnNames.filter(() => random(2) === 0);
  const rows = Array.from({ length: random(12) }, () => rowOf(random, columns, fractions));
  return random(2) === 0 ? rows : rows.sort((a, b) => (a.time ?? 0) - (b.time ?? 0));
}

function rowOf(random: Random, columns: readonly string[], fractions: boolean): Row {
  const year = random(4) === 0 ? random(60) - 30 : 0;
  const seconds = 1_577_836_800 + year * 31_557_600 + random(20) - 10 + (fractions ? random(4) / 4 : 0);
  const values = Object.fromEntries(columns.map((name) => [name, random(4) === 0 ? null : random(1000)]));
  return { time: random(15) === 0 ? null : seconds, values };
}

function queryOf(rows: readonly Row[]): string {
  const names = rows.length === 0 ? [] : Object.keys(rows[0]!.values);
  const isWhole = rows.every(({ time }) => Number.isInteger(time ?? 0));
  const type = isWhole ? 'BIGINT' : 'DOUBLE';
  const header = [`NULL::${type} AS "Timestamp"`, ...names.map((name) => `NULL::INTEGER AS "${name}"`)];
  const empty = `SELECT ${header.join(', ')} WHERE false`;
  const literals = rows.map(
    ({ time, values }) => `(${[time, ...Object.values(values)].map((value) => value ?? 'NULL').join(', ')})`,
  );
  return rows.length === 0 ? empty : `${empty} UNION ALL (VALUES ${literals.join(', ')})`;
}

/** The specified result, row by row. */
function model(folders: readonly string[], files: Files, columns: readonly string[] | undefined) {
  const cells = new Map<number, Map<string, number>>();
  const found = new Set<string>();
  // The row with priority is written last: the last series first, in each the files in order.
  for (const folder of folders.toReversed()) {
    const paths = [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
    for (const { time, values } of paths.flatMap((path) => files.get(path)!.flat())) {
      for (const name of Object.keys(values)) found.add(name);
      if (time === null) continue;
      const row = cells.get(time) ?? new Map<string, number>();
      cells.set(time, row);
      for (const [name, value] of Object.entries(values)) if (value !== null) row.set(name, value);
    }
  }
  const names = columns ?? [...found].sort();
  const times = [...cells.keys()].sort((a, b) => a - b);
  const rows = times.map((time) => [time, ...names.map((name) => cells.get(time)?.get(name) ?? null)]);
  return { names: ['Timestamp', ...names], rows };
}
