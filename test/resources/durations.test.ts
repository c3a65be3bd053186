/** Durations of Parquet files in several units: seconds wherever they are read, as those of Arrow files. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TimeUnit } from 'apache-arrow';
import { deriveDocument, inboxDocument, newPipelineHost, type PipelineHost } from '../support/pipelineHost.ts';
import { durationParquet } from '../support/durationParquet.ts';

const { MILLISECOND, MICROSECOND, NANOSECOND } = TimeUnit;

const document = (kind: string, spec: string): string =>
  `apiVersion: duckpond/v1\nkind: ${kind}\nname: ${kind.toLowerCase()}\ndesc: Durations\nspec: ${spec}\n`;

/** 1.5 s in milliseconds and 2.5 s in microseconds. */
const files = {
  'a.parquet': durationParquet(MILLISECOND, [[0, 1500n]]),
  'b.parquet': durationParquet(MICROSECOND, [[3600, 2_500_000n]]),
};

async function write(host: PipelineHost, path: string, content: Uint8Array): Promise<void> {
  await host.run('write', { path, content, create: true, overwrite: true });
}

async function newHost(...[t]: Parameters<typeof newPipelineHost>): Promise<PipelineHost> {
  const host = await newPipelineHost(t);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(host.inbox, name), content);
  return host;
}

test('files of two units are one column of seconds in each kind that derives, and in their files', async (t) => {
  const host = await newHost(t);
  const all = '/Combine/combine/all/combine';
  await host.apply(
    inboxDocument('files', `${host.inbox}/*`),
    deriveDocument('each', '/Inbox/files/*.parquet', "SELECT * FROM read_parquet('$1')"),
    document('Combine', '{ scopes: [{ name: all, series: [{ pattern: /Inbox/files/*.parquet }] }] }'),
    document(
      'Query',
      '{ queries: [{ name: q, inputs: [{ name: a, pattern: /Inbox/files/*.parquet }], query: FROM a }] }',
    ),
    document(
      'Reduce',
      `{ collections: [{ name: c, resolutions: [1d], datasets: [{ in_pattern: ${all}, out_pattern: o, columns: [v] }] }] }`,
    ),
  );
  const failed = [...(await host.runAll()).values()].filter(({ status }) => status !== 'ok');
  assert.deepEqual(failed, []);
  for (const table of ['/Inbox/files/*.parquet', '/Derive/each/all/*', all, '/Query/query/q/result']) {
    const rows = await host.rows(`SELECT v::DOUBLE FROM "${table}" ORDER BY "Timestamp"`);
    assert.deepEqual(rows, ['1.5', '2.5'], table);
  }
  const means = await host.rows('SELECT "v.avg"::DOUBLE, "v.max"::DOUBLE FROM "/Reduce/reduce/c/o/res=1d"');
  assert.deepEqual(means, ['2.0,2.5']);
});

test('a series takes batches of two units, and refuses a value that its type would round', async (t) => {
  const host = await newHost(t);
  const append = async (content: Uint8Array): Promise<unknown> => {
    writeFileSync(join(host.folder, 'batch.parquet'), content);
    return await host.run('append', { path: '/s', sources: [join(host.folder, 'batch.parquet')] });
  };
  for (const content of Object.values(files)) await append(content);
  assert.deepEqual(await host.rows('SELECT v FROM "/s" ORDER BY 1'), ['1.500', '2.500']);
  await assert.rejects(
    append(durationParquet(NANOSECOND, [[7200, 1n]])),
    /column v of .*: expected DECIMAL\(19,3\), as in \/s, .* with 0\.000000001/,
  );
});

test('versions of a table in two units have the same rows', async (t) => {
  const host = await newHost(t);
  await write(host, '/t.parquet', durationParquet(MILLISECOND, [[0, 1500n]]));
  await host.run('commit', { message: 'in milliseconds' });
  await write(host, '/t.parquet', durationParquet(MICROSECOND, [[0, 1_500_000n]]));
  const counts = await host.run('countRows', { from: 'HEAD', paths: ['/t.parquet'], bytesMax: 1e6 });
  assert.deepEqual(counts, [{ path: '/t.parquet', rows: { added: 0, removed: 0, changed: 0 } }]);
});

test('a file with durations is not edited, as its integers would be written as decimals', async (t) => {
  const host = await newHost(t);
  await write(host, '/t.parquet', durationParquet(MILLISECOND, [[0, 1500n]]));
  const { sha256: base } = await host.run('stat', { path: '/t.parquet' });
  const edits = { changed: [{ position: 0, values: [['v', '2']] as const }], inserted: [], deleted: [] };
  await assert.rejects(host.run('editTable', { path: '/t.parquet', base, edits }), { code: 'read-only' });
});
