import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Builder } from '../../server/src/sandbox/build.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { type BuildLimits, defaultLimits } from '../../server/src/sandbox/buildLimits.ts';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { temporaryFolder } from '../support/folder.ts';

const mebibyte = 1024 ** 2;

/** A builder with limits, and a function that builds a file in a folder of its own. */
function limited(t: TestContext, limits: Partial<BuildLimits>) {
  const builder = createBuilder({ memoryLimitBytes: 240 * mebibyte, limits: { ...defaultLimits, ...limits } });
  t.after(() => builder.close());
  const folder = temporaryFolder(t);
  const hostPath = join(folder, 'input');
  writeFileSync(hostPath, 'n\n1\n');
  const pondPath = '/in/a.csv';
  const input = {
    name: pondPath,
    files: [{ hostPath, sizeBytes: 4, pondPath, type: 'file' as const, reading: readingOf('file', 'a.csv') }],
  };
  const build = (sql: string, name = 'result'): Promise<void> =>
    builder.fromUserSql({ sql, input, tables: [], target: join(folder, name) });
  return { builder, folder, build };
}

async function rowsIn(builder: Builder, file: string): Promise<unknown> {
  return (await builder.run({ statements: [`SELECT count(*) FROM read_parquet('${file}')`], reads: [file] }))[0]?.[0];
}

for (const [what, limits, sql, message] of [
  [
    'a result without end',
    { resultBytesMax: 4 * mebibyte },
    "SELECT n, range FROM read_csv('$1'), range(1000000000000)",
    /^the result is larger than 4096 KiB/,
  ],
  [
    'a result that is complete, but too large',
    { resultBytesMax: 1024 },
    "SELECT n, hash(range) FROM read_csv('$1'), range(10000)",
    /^the result is larger than 1 KiB/,
  ],
  [
    'rows without end that are to be ordered',
    { spillBytesMax: 16 * mebibyte },
    "SELECT n, a.range * b.range AS x FROM read_csv('$1'), range(1000000) a, range(1000000) b ORDER BY hash(x)",
    /^the query needs more than 16384 KiB on disk for what does not fit in memory/,
  ],
  [
    'work without end',
    { timeMaxMs: 500 },
    "SELECT count(*) FROM read_csv('$1'), range(1000000) a, range(1000000) b WHERE a.range * b.range = -1",
    /^the query took longer than 0.5 s/,
  ],
] as const) {
  test(`${what} ends with an error that names the limit, and leaves nothing`, async (t) => {
    const { builder, folder, build } = limited(t, limits);
    const ended = assert.rejects(build(sql), { code: 'query-failed', message });
    if (!('timeMaxMs' in limits)) {
      await build("SELECT n FROM read_csv('$1')", 'other');
      assert.equal(await rowsIn(builder, join(folder, 'other')), 1n);
    }
    await ended;
    assert.deepEqual(
      readdirSync(folder).filter((name) => name !== 'other'),
      ['input'],
    );
  });
}

test('a build within the limits succeeds', async (t) => {
  const { builder, folder, build } = limited(t, { resultBytesMax: 4 * mebibyte });
  await build("SELECT n, range FROM read_csv('$1'), range(200000)");
  assert.equal(await rowsIn(builder, join(folder, 'result')), 200_000n);
});
