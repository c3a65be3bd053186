import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { periodsOf } from '../../server/src/resources/kinds/reduce/buckets.ts';
import { groupAdjacent } from '../../server/src/base/groupAdjacent.ts';
import { randomOf } from '../support/random.ts';
import { type Reducing, startReducing } from '../support/reducing.ts';

let reducing: Reducing;

before(async () => {
  reducing = await startReducing();
});
after(() => reducing.close());

const documentOf = (resolutions: string): string => `apiVersion: duckpond/v1
kind: Reduce
name: work
desc: test
spec:
  collections:
    - name: c
      resolutions: [${resolutions}]
      datasets: [{ in_pattern: /in, out_pattern: out }]
`;

/** Computes an output, and returns its parts and the number of files computed for it. */
async function make(
  files: readonly HostFile[],
  { resolution = '1h', resolutions = '1h' } = {},
): Promise<{ readonly parts: readonly HostFile[]; readonly made: number }> {
  const before = reducing.made.count;
  const inputs = { '/in': [{ path: '/in', files }] };
  const parts = await reducing.make(documentOf(resolutions), inputs, `c/out/res=${resolution}`);
  return { parts, made: reducing.made.count - before };
}

const hourly = (from: string, to: string): string =>
  `SELECT range AS "Timestamp", hour(range) AS v FROM range(TIMESTAMP '${from}', TIMESTAMP '${to}', INTERVAL 1 hour)`;

test('only the parts that new data affect are computed: none for nothing, one for appended or late rows', async () => {
  const first = await reducing.parquet(hourly('1996-01-01', '2020-01-01'));
  const whole = await make([first]);
  assert.deepEqual([whole.parts.length, whole.made], [6, 7]);
  assert.deepEqual((await make([first])).made, 0);

  const next = await reducing.parquet(hourly('2020-01-01', '2020-02-01'));
  const appended = await make([first, next]);
  assert.deepEqual([appended.parts.length, appended.made], [7, 2]);
  assert.deepEqual(appended.parts.slice(0, 6), whole.parts);

  const late = await reducing.parquet(`SELECT TIMESTAMP '2010-06-01' AS "Timestamp", -1 AS v`);
  const corrected = await make([first, next, late]);
  const changed = corrected.parts.filter((part) => !appended.parts.some(({ key }) => key === part.key));
  // The late row is in a small file, like the appended one: they share a partial aggregate, which the last part uses
  // too.
  assert.deepEqual([changed.length, corrected.made], [2, 3]);
  assert.equal((await make([first])).made, 0);
});

test('resolutions of a collection share their partial aggregates', async () => {
  const file = await reducing.parquet(hourly('2001-01-01', '2003-01-01'));
  const resolutions = '1h, 2h, 1d, 1 month';
  assert.deepEqual((await make([file], { resolutions, resolution: '1h' })).made, 2);
  assert.deepEqual((await make([file], { resolutions, resolution: '2h' })).made, 1);
  assert.deepEqual((await make([file], { resolutions, resolution: '1d' })).made, 1);
  assert.deepEqual((await make([file], { resolutions, resolution: '1 month' })).made, 1);
});

test('a new column changes the columns of all parts, but causes no other file to be read again', async () => {
  const first = await reducing.parquet(hourly('2001-06-01', '2008-01-01'));
  const { parts } = await make([first]);
  const wider = await reducing.parquet(`SELECT TIMESTAMP '2008-06-01' AS "Timestamp", 1 AS w`);
  const { parts: others } = await make([first, wider]);
  assert.deepEqual([parts.length, others.length], [2, 3]);
  for (const { hostPath } of others) {
    const described = await reducing.rows(
      `SELECT column_name FROM (DESCRIBE FROM read_parquet('${hostPath}')) OFFSET 4`,
    );
    assert.deepEqual(described, [['w.avg'], ['w.min'], ['w.max']]);
  }
});

test('of many partial aggregates in one part, adjacent ones are merged first', async () => {
  const real: HostFile[] = [];
  for (let i = 0; i < 3; i++) {
    real.push(await reducing.parquet(`SELECT ${i} * 1800 + range * 60 AS "Timestamp", range AS v FROM range(60)`));
  }
  // Keys that each end a group.
  const files = Array.from({ length: 70 }, (_, i) => ({
    ...real[i % 3]!,
    key: `${createHash('sha256').update(String(i)).digest('hex').slice(0, 56)}00000000`,
  }));
  const { parts, made } = await make(files);
  assert.ok(made > 72, 'partials, what merges them and the part');
  const table = `read_parquet(${literalList(parts.map(({ hostPath }) => hostPath))})`;
  const expected = `SELECT time_bucket(INTERVAL 1 hour, make_timestamp("Timestamp" * 1000000)), avg(v), min(v), max(v)
    FROM read_parquet(${literalList(files.map(({ hostPath }) => hostPath))}) GROUP BY 1 ORDER BY 1`;
  assert.deepEqual(await reducing.rows(`FROM ${table}`), await reducing.rows(expected));
  const more = await make([...files, { ...real[0]!, key: '1'.repeat(64) }]);
  assert.ok(more.made <= 3, String(more.made));
});

test('of tens of thousands of small files, few are grouped again when one is added, removed or changed', () => {
  const limits = { sizeBytesMax: 1000, countMax: 64 };
  const files = Array.from({ length: 50_000 }, (_, i) => ({
    key: createHash('sha256').update(String(i)).digest('hex'),
    sizeBytes: 10,
  }));
  const textsOf = (given: typeof files): readonly string[] =>
    groupAdjacent(given, limits).map((group) => group.map(({ key }) => key).join());
  const groups = textsOf(files);
  assert.ok(groups.length > 1000 && groups.length < 3000, String(groups.length));
  assert.equal(groups.join(), files.map(({ key }) => key).join());
  const known = new Set(groups);
  const added = { key: 'f'.repeat(64), sizeBytes: 10 };
  for (const at of [0, 1, 20_000, 49_999, 50_000]) {
    for (const removed of [0, 1]) {
      const fresh = textsOf(files.toSpliced(at, removed, added)).filter((group) => !known.has(group));
      assert.ok(fresh.length <= 4, `${fresh.length} at ${at}`);
    }
  }
});

test('the periods of an output are adjacent, contain whole buckets, and are few', () => {
  const random = randomOf(1);
  const dayUs = 86_400_000_000;
  for (let round = 0; round < 500; round++) {
    const microseconds = [1, 17, 600, 3600, 86_400, 5 * 86_400][random(6)]! * 1_000_000 * (1 + random(9));
    const duration = random(8) === 0 ? { months: 1 + random(40), microseconds: 0 } : { months: 0, microseconds };
    const stretches = Array.from({ length: 1 + random(5) }, () => {
      const minUs = BigInt(random(30_000) - 10_000) * BigInt(dayUs);
      return { minUs, maxUs: minUs + BigInt(random(4)) * BigInt(random(500) * dayUs) };
    });
    const periods = periodsOf(duration, microseconds, stretches);
    assert.ok(periods.length <= 129, String(periods.length));
    for (const [i, { startUs, endUs }] of periods.entries()) {
      assert.ok(startUs < endUs && (i === 0 || startUs >= periods[i - 1]!.endUs), JSON.stringify(duration));
    }
    for (const us of stretches.flatMap(({ minUs, maxUs }) => [minUs, maxUs])) {
      assert.ok(periods.some(({ startUs, endUs }) => startUs <= us && us < endUs));
    }
  }
});

test('large files are not grouped', () => {
  const sizes = [1, 2, 1000, 3, 2000, 2000];
  const files = sizes.map((sizeBytes, i) => ({ key: `${'1'.repeat(63)}${2 * i + 1}`, sizeBytes }));
  const groups = groupAdjacent(files, { sizeBytesMax: 1000, countMax: 64 });
  assert.deepEqual(
    groups.map((group) => group.map(({ sizeBytes }) => sizeBytes)),
    [[1, 2], [1000], [3], [2000], [2000]],
  );
  assert.deepEqual(groupAdjacent([], { sizeBytesMax: 1, countMax: 1 }), []);
});
