/** Every sort of bad input gives one clear error, and affects nothing else. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type RunErrorInfo, type RunInfo } from '../../server/src/protocol/resources.ts';
import { hydroVuDocument } from '../support/hydroVuPond.ts';
import { startHydroVuServer } from '../support/hydroVuServer.ts';
import { deriveDocument, inboxDocument, newPipelineHost, type PipelineHost } from '../support/pipelineHost.ts';
import { newUserCache } from '../support/userCache.ts';

const table = 'Timestamp,v\n1,2\n2,3\n';

/** Problems of a document that is not applied, as `code line: message`. */
async function problemsOf(host: PipelineHost, text: string): Promise<readonly string[]> {
  const sources = [{ text, origin: 'station.yaml' }];
  const { applied, problems } = await host.run('apply', { sources, directory: host.folder });
  assert.deepEqual(applied, []);
  assert.ok(problems.every(({ origin }) => origin === 'station.yaml'));
  assert.deepEqual((await host.run('status', {})).staged, []);
  return problems.map(({ code, line, message }) => `${code} ${line + 1}: ${message}`);
}

/** The error of a failed run. */
function errorOf(runs: ReadonlyMap<string, RunInfo>, resource: string): RunErrorInfo {
  const run = runs.get(resource);
  assert.equal(run?.status, 'failed', `${resource} ${run?.status}`);
  assert.ok(run.error !== null);
  return run.error;
}

test('documents that do not parse, have no kind or have unknown keys are not applied', async (t) => {
  const host = await newPipelineHost(t);
  const good = deriveDocument('series', '/in/*.csv');
  const cases: readonly (readonly [string, RegExp])[] = [
    [`${good}  : [}\n`, /^yaml-\S+ \d+: /],
    [good.replace('kind: Derive', 'kind: Deriv'), /^kind-\S+ 2: .*Deriv/],
    [good.replace('pattern:', 'patern:'), /^key-\S+ \d+: .*pat/],
    [good.replace('name: series', 'name: [series]'), / 3: /],
    [good.replace('/in/*.csv', '/in/[.csv'), / 8: /],
  ];
  for (const [text, expected] of cases) {
    const [first = '', ...others] = await problemsOf(host, text);
    assert.match(first, expected);
    assert.ok(others.length < 3, others.join('\n'));
  }
  await host.checkWhole();
});

test('a pattern without matches is noted, with its document and line', async (t) => {
  const host = await newPipelineHost(t);
  await host.apply(deriveDocument('series', '/Inbox/nowhere/*.csv'));
  const run = (await host.runAll()).get('Derive/series');
  assert.equal(run?.status, 'ok');
  assert.deepEqual(run.notes, [
    'the pattern "/Inbox/nowhere/*.csv" matches nothing (/Derive/series/resource.yaml, line 8)',
  ]);
});

test('a pattern that matches everything is refused as a cycle, with its path', async (t) => {
  const host = await newPipelineHost(t);
  await host.apply(deriveDocument('first', '/Derive/second/all/*'));
  for (const [name, pattern] of [
    ['series', '/**'],
    ['second', '/Derive/first/all/*'],
  ] as const) {
    const [problem = '', ...others] = await problemsOf(host, deriveDocument(name, pattern));
    assert.match(problem, new RegExp(`^resource-cycle \\d+: .*/Derive/${name}/all`));
    assert.deepEqual(others, []);
  }
  await host.checkWhole();
});

test('SQL that fails on the third file of five stores none of the others', async (t) => {
  const host = await newPipelineHost(t);
  for (let index = 1; index <= 5; index += 1) {
    writeFileSync(join(host.inbox, `${index}.csv`), index === 3 ? 'n,v\n1,many\n' : `n,v\n1,${index}\n`);
  }
  const query = "SELECT n, CAST(v AS INTEGER) AS v FROM read_csv('$1', all_varchar = true)";
  const [, id] = await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    deriveDocument('series', '/Inbox/files/*.csv', query),
    deriveDocument('unrelated', '/Inbox/files/1.csv'),
  );
  const runs = await host.runAll();
  const error = errorOf(runs, 'Derive/series');
  assert.match(error.message, /^Derive\/series cannot make all\/3\.csv of .*3\.csv: .*many/s);
  assert.deepEqual([error.path, error.line], [`/Derive/${id}/resource.yaml`, 8]);
  assert.equal(runs.get('Derive/series')?.files, 4);
  assert.equal(runs.get('Derive/unrelated')?.status, 'ok');
  assert.deepEqual(await host.rows('SELECT v FROM "/Derive/series/all/5.csv"'), ['5']);
  await host.checkWhole();
});

test('a table whose columns change in the middle is reported with the line', async (t) => {
  const host = await newPipelineHost(t);
  const rows = Array.from({ length: 30_000 }, (_, index) => `${index},1\n`).join('');
  writeFileSync(join(host.inbox, 'a.csv'), `Timestamp,v\n${rows}1,2,3,4\n`);
  const [inbox] = await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    deriveDocument('series', '/Inbox/files/*.csv'),
  );
  const error = errorOf(await host.runAll(), 'Derive/series');
  assert.match(error.message, /^Derive\/series cannot make all\/a\.csv/);
  assert.deepEqual([error.code, error.path, error.line], ['invalid-content', `/Inbox/${inbox}/a.csv`, 30_001]);
  await host.checkWhole();
});

test('rows that go back in time are all stored, in order', async (t) => {
  const host = await newPipelineHost(t);
  writeFileSync(join(host.inbox, 'a.csv'), 'Timestamp,S.v.C\n7200,3\n3600,2\n7300,5\n0,1\n3600,4\n');
  await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    deriveDocument('series', '/Inbox/files/*.csv'),
    `apiVersion: duckpond/v1
kind: Reduce
name: hours
desc: By hour
spec:
  collections:
    - name: all
      resolutions: [1h]
      datasets:
        - in_pattern: /Derive/series/all/*
          out_pattern: a
`,
  );
  const runs = await host.runAll();
  assert.deepEqual(
    [...runs.values()].filter(({ status }) => status !== 'ok'),
    [],
  );
  assert.deepEqual(
    await host.rows('SELECT epoch("Timestamp")::BIGINT, "S.v.C.max" FROM "/Reduce/hours/all/a/res=1h"'),
    ['0,1', '3600,4', '7200,5'],
  );
});

test('an invalid answer of a service is reported, nothing of it is stored, and the next run continues', async (t) => {
  const host = await newPipelineHost(t);
  const reading = { parameterId: '1', unitId: '1', value: 20 };
  const readings = Array.from({ length: 50 }, (_, index) => ({ ...reading, timestamp: 1_600_000_000 + index * 60 }));
  const service = await startHydroVuServer({ devices: [{ id: '7', name: 'Buoy', readings }], pageSize: 10 });
  t.after(() => service.close());
  process.env['TEST_KEY'] = service.key;
  process.env['TEST_SECRET'] = service.secret;
  writeFileSync(join(host.inbox, 'a.csv'), table);
  await host.apply(
    hydroVuDocument(service.url, [{ id: '7', name: 'Buoy', scope: 'Bay' }]),
    inboxDocument('files', `${host.inbox}/*.csv`),
  );
  service.fault({ kind: 'status', status: 200, body: '<html>Welcome</html>', path: '/data', after: 2, times: 1000 });
  const runs = await host.runAll();
  const error = errorOf(runs, 'HydroVu/buoys');
  assert.equal(error.code, 'remote-failed');
  assert.match(error.message, /Buoy|7/);
  assert.ok(error.path?.startsWith('/HydroVu/'));
  assert.equal(runs.get('Inbox/files')?.status, 'ok');
  await host.checkWhole();
  service.clearFaults();
  assert.equal((await host.runAll()).get('HydroVu/buoys')?.status, 'ok');
  assert.deepEqual(await host.rows('SELECT count(*), count(DISTINCT "Timestamp") FROM "/HydroVu/buoys/data/Buoy-7"'), [
    '50,50',
  ]);
});

test('a template that never ends is stopped, with its position in the document', async (t) => {
  const host = await newPipelineHost(t);
  writeFileSync(join(host.inbox, 'a.csv'), table);
  const [, id] = await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    `apiVersion: duckpond/v1
kind: Template
name: pages
desc: Pages
spec:
  collections:
    - name: all
      in_pattern: /Inbox/files/*.csv
      out_pattern: "$0.md"
      template: |
        {% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}{% endfor %}{% endfor %}{% endfor %}
`,
    deriveDocument('series', '/Inbox/files/*.csv'),
  );
  const runs = await host.runAll();
  const error = errorOf(runs, 'Template/pages');
  assert.equal(error.code, 'template-failed');
  assert.match(error.message, /^Template\/pages/);
  assert.deepEqual([error.path, error.line], [`/Template/${id}/resource.yaml`, 10]);
  assert.equal(runs.get('Derive/series')?.status, 'ok');
  await host.checkWhole();
});

test('a cache that cannot be written fails only the computations; afterwards the run succeeds', async (t) => {
  const cache = newUserCache(t);
  const host = await newPipelineHost(t);
  writeFileSync(join(host.inbox, 'a.csv'), table);
  await host.apply(inboxDocument('files', `${host.inbox}/*.csv`), deriveDocument('series', '/Inbox/files/*.csv'));
  mkdirSync(cache, { recursive: true });
  const names = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'));
  for (const name of names) writeFileSync(join(cache, name), 'in the way');
  const runs = await host.runAll();
  assert.equal(runs.get('Inbox/files')?.status, 'ok');
  assert.match(errorOf(runs, 'Derive/series').code, /^(storage-\w+|already-exists)$/);
  await host.checkWhole();
  for (const name of names) rmSync(join(cache, name));
  assert.equal((await host.runAll()).get('Derive/series')?.status, 'ok');
  assert.deepEqual(await host.rows('FROM "/Derive/series/all/a.csv"'), ['1,2', '2,3']);
});
