import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { modelSql } from '../support/reduceModel.ts';
import { type GivenInputs, type Reducing, startReducing } from '../support/reducing.ts';

let reducing: Reducing;

before(async () => {
  reducing = await startReducing();
});
after(() => reducing.close());

/** Resolutions as in a document, and as in DuckDB. */
const intervals: Readonly<Record<string, string>> = {
  '30s': '30 seconds',
  '7m': '7 minutes',
  '1h': '1 hour',
  '90m': '90 minutes',
  '36h': '36 hours',
  '2d': '2 days',
  '1w': '1 week',
  '1 month': '1 month',
  '5 months': '5 months',
  '1 year': '1 year',
};

/** Formats of times in the inputs: the SQL that writes seconds, and the SQL that reads them. */
const times = [
  { write: (seconds: string) => `(${seconds})::BIGINT`, read: 'make_timestamp("Timestamp" * 1000000)' },
  { write: (seconds: string) => `(${seconds} + 0.25)::DOUBLE`, read: 'make_timestamp(("Timestamp" * 1e6)::BIGINT)' },
  { write: (seconds: string) => `make_timestamp((${seconds})::BIGINT * 1000000)`, read: '"Timestamp"' },
] as const;

const columns = ['number', 'whole', 'flag', 'name'] as const;
const valueSql: Readonly<Record<(typeof columns)[number], string>> = {
  number: 'CASE WHEN random() < 0.8 THEN round(random() * 1000 - 500, 3) END',
  whole: '(random() * 1e15)::BIGINT',
  flag: 'random() < 0.3',
  name: "'x'",
};

interface Version {
  readonly file: HostFile;
  readonly columns: readonly string[];
}

const usualStatistics = ['avg', 'min', 'max'];
const otherStatistics = ['count', 'sum', 'first', 'last', 'median', 'p05', 'p999', 'circular', 'rate'];

interface State {
  readonly inputs: Version[][];
  resolutions: string[];
  wanted: readonly string[] | undefined;
  statistics: readonly string[];
  /** Those of the column `whole`. */
  special: readonly string[];
}

const documentOf = ({ resolutions, wanted, statistics, special }: State): string => `apiVersion: duckpond/v1
kind: Reduce
name: random
desc: test
spec:
  collections:
    - name: c
      resolutions: [${resolutions.map((text) => `"${text}"`).join(', ')}]
      datasets:
        - in_pattern: /in/*
          out_pattern: out
          statistics: [${statistics.join(', ')}]
          rules: [{ columns: ["w*?e"], statistics: [${special.join(', ')}] }]
${wanted === undefined ? '' : `          columns: [${wanted.join(', ')}]`}
`;

/** Some rows of a file: over up to a few years, or a few around a time long past or in the future. */
async function newVersion(random: (count: number) => number, input: number): Promise<Version> {
  const own = columns.filter(() => random(4) > 0);
  const start = 1_500_000_000 + random(100_000_000);
  const step = [1, 17, 600, 86_400][random(4)]!;
  const seconds = `${start} + i * ${step}`;
  const time =
    random(10) === 0 ? `CASE WHEN i % 3 > 0 THEN ${times[input]!.write(seconds)} END` : times[input]!.write(seconds);
  const selected = [`${time} AS "Timestamp"`, ...own.map((name) => `${valueSql[name]} AS "${name}"`)];
  const file = await reducing.parquet(`SELECT ${selected.join(', ')} FROM range(${random(400)}) t(i)`);
  return { file, columns: own };
}

/** Statistics in any order, at least one. */
function someOf(random: (count: number) => number): readonly string[] {
  const all = [...usualStatistics, ...otherStatistics];
  const from = random(all.length);
  return Array.from({ length: 1 + random(4) }, (_, i) => all[(from + i * 5) % all.length]!);
}

async function change(state: State, random: (count: number) => number): Promise<void> {
  const input = random(state.inputs.length);
  const versions = state.inputs[input]!;
  switch (random(7)) {
    case 0:
      versions[random(versions.length)] = await newVersion(random, input);
      return;
    case 1:
      if (versions.length > 1) versions.splice(random(versions.length), 1);
      return;
    case 2:
      state.resolutions = Object.keys(intervals).filter(() => random(3) === 0);
      if (state.resolutions.length === 0) state.resolutions = ['1h'];
      return;
    case 3:
      state.wanted = random(2) === 0 ? undefined : ['number', 'whole', 'nothing'].filter(() => random(3) > 0);
      if (state.wanted?.length === 0) state.wanted = undefined;
      return;
    case 5:
      state.statistics = someOf(random);
      state.special = someOf(random);
      return;
    case 4:
      if (state.inputs.length < times.length) state.inputs.push([await newVersion(random, state.inputs.length)]);
      return;
    default:
      for (let i = random(4); i >= 0; i--) versions.push(await newVersion(random, input));
  }
}

/**
 * Checks an output against the plain query: names, times and integers exactly, other numbers within floating-point
 * precision.
 */
async function check(state: State, resolution: string, at: string): Promise<void> {
  const several = state.inputs.length > 1;
  const given: GivenInputs = {
    '/in/*': state.inputs.map((versions, i) => ({ path: `/in/${i}`, captures: [`${i}`], files: filesOf(versions) })),
  };
  const model = state.inputs.map((versions, i) => ({
    prefix: several ? `${i}.` : '',
    files: filesOf(versions),
    time: times[i]!.read,
    columns: [...new Set(versions.flatMap((version) => version.columns))]
      .filter((name) => name !== 'name' && (state.wanted?.includes(name) ?? true))
      .map((name) => ({ name, statistics: name === 'whole' ? state.special : state.statistics })),
  }));
  const parts = await reducing.make(documentOf(state), given, `c/out/res=${resolution}`);
  const table = `read_parquet(${literalList(parts.map(({ hostPath }) => hostPath))}, union_by_name = true)`;
  const names = (await reducing.rows(`SELECT column_name FROM (DESCRIBE FROM ${table})`)).map(([name]) => name);
  const wanted = model.flatMap(({ prefix, columns: own }) =>
    own.flatMap(({ name, statistics }) => statistics.map((what) => `${prefix}${name}.${what}`)),
  );
  assert.deepEqual(names, ['Timestamp', ...wanted], at);
  // Parts are in order of time, and so are the rows of each.
  const rows = await reducing.rows(`SELECT epoch_us("Timestamp"), * EXCLUDE ("Timestamp") FROM ${table}`);
  const expected = await reducing.rows(modelSql(model, intervals[resolution]!));
  assert.equal(rows.length, expected.length, at);
  for (const [i, row] of rows.entries()) {
    for (const [j, value] of row.entries()) {
      const other = expected[i]![j];
      const isNear =
        typeof value === 'number' && typeof other === 'number'
          ? areNear(value, other, String(names[j]).endsWith('.cyclic'))
          : String(value) === String(other);
      assert.ok(isNear, `${at}, ${names[j]} of row ${i}: expected ${String(other)}, got ${String(value)}`);
    }
  }
}

function areNear(value: number, other: number, isAngle: boolean): boolean {
  const distance = Math.abs(value - other);
  return Math.min(distance, isAngle ? 360 - distance : distance) <= 1e-9 * Math.max(1, Math.abs(other));
}

const filesOf = (versions: readonly Version[]): readonly HostFile[] => versions.map(({ file }) => file);

for (const seed of seeds(3)) {
  test(`appended, late, replaced data and changed resolutions give the same as a new reduction: seed ${seed}`, async () => {
    const random = randomOf(seed);
    await reducing.rows(`SELECT setseed(${(seed % 1000) / 1000})`);
    const state: State = {
      inputs: [[await newVersion(random, 0)]],
      resolutions: ['1h', '36h'],
      wanted: undefined,
      statistics: seed % 2 === 0 ? usualStatistics : otherStatistics,
      special: ['count', 'avg', ...otherStatistics.slice(1)],
    };
    for (let step = 0; step < 12; step++) {
      for (let changes = random(2); changes >= 0; changes--) await change(state, random);
      const resolution = state.resolutions[random(state.resolutions.length)]!;
      await check(state, resolution, `seed ${seed}, step ${step}, ${resolution} of ${state.resolutions.join()}`);
    }
  });
}
