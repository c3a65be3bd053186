import assert from 'node:assert/strict';
import { mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type RunInfo } from '../../server/src/protocol/resources.ts';
import { isSameAgain, type RunRecord } from '../../server/src/resources/runs/records.ts';
import { runResources } from '../../server/src/resources/runs/runner.ts';
import { textFile } from '../support/commandHost.ts';
import { temporaryFolder } from '../support/folder.ts';
import { deriveDocument, inboxDocument, newPipelineHost, type PipelineHost } from '../support/pipelineHost.ts';
import { newResourcePond, stageResource } from '../support/resourcePond.ts';

const table = 'Timestamp,v\n1,2\n2,3\n';
const hourMs = 3_600_000;

const headOf = async (host: PipelineHost): Promise<number> => (await host.run('status', {})).head.number;

/** A pond with a series made of one file, and its document. */
async function newDerived(host: PipelineHost, query?: string): Promise<string> {
  await host.run('makeDirectory', { path: '/data' });
  await host.run('write', textFile('/data/a.csv', table));
  const [id] = await host.apply(deriveDocument('series', '/data/*.csv', query));
  return id!;
}

test('a run that says what the latest record says makes no commit, and its time is known', async (t) => {
  const host = await newPipelineHost(t);
  await newDerived(host);
  const first = (await host.runAll()).get('Derive/series')!;
  const head = await headOf(host);
  assert.deepEqual([first.rows, first.unrecorded], [2, 0]);
  for (const count of [1, 2]) {
    const again = (await host.runAll()).get('Derive/series')!;
    assert.deepEqual([again.status, again.rows, again.commit, again.unrecorded], ['ok', 0, null, count]);
    assert.equal(await headOf(host), head);
    const [listed, recorded, ...others] = await host.run('runs', {});
    assert.deepEqual([listed, recorded?.started, others], [again, first.started, []]);
    assert.deepEqual((await host.run('resources', {}))[0]?.lastRun, again);
  }
  await host.checkWhole();
});

test('a run is recorded that ends otherwise, and again once a day, or an hour where it failed', () => {
  const error = { code: 'query-failed', message: 'no column v', path: '/a' };
  const start = '2026-03-01T00:00:00.000Z';
  const latest: RunRecord = {
    ...{ status: 'ok', started: start, durationMs: 5, rows: 0, bytes: 0, files: 0 },
    ...{ notes: ['a', 'b'], error: null },
  };
  const failed: RunRecord = { ...latest, status: 'failed', error };
  const withData: RunRecord = { ...latest, rows: 3 };
  const after = (ms: number): string => new Date(Date.parse(start) + ms).toISOString();
  const check = (before: RunRecord, changes: Partial<RunRecord>, isSame: boolean): void => {
    const record = { ...before, rows: 0, started: after(1), ...changes };
    assert.equal(isSameAgain(record, before), isSame, JSON.stringify([before, changes]));
  };
  check(latest, { durationMs: 50 }, true);
  check(latest, { started: after(24 * hourMs - 1) }, true);
  check(latest, { started: after(24 * hourMs) }, false);
  check(latest, { started: after(-1) }, false);
  check(latest, { started: 'never' }, false);
  check(latest, { rows: 1 }, false);
  check(latest, { files: 1 }, false);
  check(latest, { notes: ['a'] }, false);
  check(latest, { notes: ['a', 'b', 'c'] }, false);
  check(latest, { status: 'cancelled' }, false);
  check(latest, { status: 'failed', error }, false);
  check(failed, {}, true);
  check(failed, { started: after(hourMs - 1) }, true);
  check(failed, { started: after(hourMs) }, false);
  for (const other of [{ message: 'no column w' }, { code: 'not-found' }, { path: '/b' }, { line: 3 }]) {
    check(failed, { error: { ...error, ...other } }, false);
  }
  check(failed, { status: 'ok', error: null }, false);
  // The other notes are about the data.
  check(withData, { notes: ['b'] }, true);
  check(withData, { notes: ['c'] }, false);
  assert.equal(isSameAgain(latest, undefined), false);
});

test('a record of another day begins the count again, and each other run is an event, since its time is shown', async (t) => {
  const pond = await newResourcePond(t);
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'a'), 'one');
  utimesSync(join(folder, 'a'), 1, 1);
  await stageResource(pond, '5a0c7c55-2b3a-4f0e-9c56-000000000001', inboxDocument('files', `${folder}/*`));
  await pond.commit({ message: 'apply', author: 'a' });
  const events: unknown[] = [];
  pond.onEvent((event) => events.push(event));
  const startMs = statSync(join(folder, 'a')).ctimeMs + hourMs;
  const runAt = async (hours: number): Promise<unknown[]> => {
    const effects = {
      author: 'a',
      env: () => undefined,
      grants: { has: () => true },
      now: () => startMs + hours * hourMs,
    };
    const job = { signal: new AbortController().signal, progress: () => undefined };
    const [result] = await runResources(pond, { effects, ...job });
    return [result?.unrecorded, pond.head.message];
  };
  const nothing = 'run Inbox/files: 1 with nothing new';
  assert.deepEqual(await runAt(0), [0, 'Inbox/files: 1 file, 3 bytes']);
  events.length = 0;
  assert.deepEqual(await runAt(1), [1, 'Inbox/files: 1 file, 3 bytes']);
  const path = '/Inbox/5a0c7c55-2b3a-4f0e-9c56-000000000001/runs.jsonl';
  assert.deepEqual(events, [{ kind: 'changed', changes: [{ path, kind: 'changed' }] }]);
  assert.deepEqual(await runAt(24), [0, nothing]);
  assert.deepEqual(await runAt(30), [1, nothing]);
  assert.deepEqual(await runAt(47), [2, nothing]);
});

test('a note of the latest run that is lost, damaged or of another run leaves the latest record', async (t) => {
  const host = await newPipelineHost(t);
  const id = await newDerived(host);
  const record = (await host.runAll()).get('Derive/series')!;
  const file = join(host.pond, '_pond', 'runs', `${id}.json`);
  const lastRun = async (): Promise<RunInfo | null | undefined> => (await host.run('resources', {}))[0]?.lastRun;
  const { resource: _, id: _id, commit: _commit, unrecorded: _unrecorded, ...fields } = record;
  const run = { ...fields, rows: 0, bytes: 0, files: 0, notes: [] };
  const note = { after: record.started, count: 7, run };
  writeNote(JSON.stringify(note));
  assert.deepEqual([(await lastRun())?.unrecorded, (await lastRun())?.rows], [7, 0]);
  const wrong: Readonly<Record<string, unknown>> = {
    'of another record': { ...note, after: '2020-01-01T00:00:00.000Z' },
    'of another status': { ...note, run: { ...run, status: 'failed' } },
    'of other notes': { ...note, run: { ...run, notes: ['all is well'] } },
    'with data': { ...note, run: { ...run, rows: 1 } },
    'before the record': { ...note, run: { ...run, started: '2020-01-01T00:00:00.000Z' } },
    'without a time': { ...note, run: { ...run, started: 'now' } },
    'without a run': { after: note.after, count: 7 },
    'no times': { ...note, count: 0 },
    'many times': { ...note, count: 1e300 },
    'a list': [note],
    nothing: '',
    'cut short': JSON.stringify(note).slice(0, 50),
    'too large': `${JSON.stringify(note)}${' '.repeat(1024 * 1024)}`,
  };
  for (const [what, value] of Object.entries(wrong)) {
    writeNote(typeof value === 'string' ? value : JSON.stringify(value));
    assert.deepEqual((await lastRun())?.started, record.started, what);
    assert.equal((await lastRun())?.unrecorded, 0, what);
    assert.equal((await host.runAll()).get('Derive/series')?.unrecorded, 1, what);
  }
  // Something else in its place is not replaced, and the run says so.
  rmSync(file);
  symlinkSync(join(host.folder, 'elsewhere'), file);
  assert.equal((await lastRun())?.started, record.started);
  rmSync(file);
  mkdirSync(join(file, 'x'), { recursive: true });
  const kept = (await host.runAll()).get('Derive/series')!;
  assert.match(kept.notes.join(), /^the record of this run could not be kept: /);
  assert.equal((await lastRun())?.started, record.started);

  function writeNote(text: string): void {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
});

test('a round of all resources removes the notes of those that are gone', async (t) => {
  const host = await newPipelineHost(t);
  const id = await newDerived(host);
  await host.apply(inboxDocument('files', `${host.inbox}/*`));
  for (let round = 0; round < 2; round += 1) await host.runAll();
  const sizeOf = (): number | undefined =>
    statSync(join(host.pond, '_pond', 'runs', `${id}.json`), { throwIfNoEntry: false })?.size;
  assert.ok(sizeOf() !== undefined);
  await host.run('deleteResources', { names: ['Derive/series'] });
  await host.run('commit', { message: 'without' });
  await host.runAll('Inbox/files');
  assert.ok(sizeOf() !== undefined, 'a run of one resource touches no other');
  await host.runAll();
  assert.equal(sizeOf(), undefined);
});

test('in a clone that follows its origin, nothing is written about a run that says nothing new', async (t) => {
  const host = await newPipelineHost(t);
  await newDerived(host);
  await host.runAll();
  const mark = { of: 'x', url: 'file:///x', at: null, last: await headOf(host) };
  writeFileSync(join(host.pond, '_pond', 'replica.json'), JSON.stringify(mark));
  const run = (await host.runAll()).get('Derive/series');
  assert.deepEqual([run?.status, run?.notes, run?.unrecorded], ['ok', [], 0]);
  assert.equal(statSync(join(host.pond, '_pond', 'runs'), { throwIfNoEntry: false }), undefined);
});

test('a failure that repeats is recorded once, and its end at once', async (t) => {
  const host = await newPipelineHost(t);
  await newDerived(host, "SELECT nowhere FROM read_csv('$1')");
  const run = async (): Promise<readonly unknown[]> => {
    const { status, unrecorded } = (await host.runAll()).get('Derive/series')!;
    return [status, unrecorded, (await host.run('runs', {})).filter((info) => info.unrecorded === 0).length];
  };
  assert.deepEqual(
    [await run(), await run(), await run()],
    [
      ['failed', 0, 1],
      ['failed', 1, 1],
      ['failed', 2, 1],
    ],
  );
  await host.apply(deriveDocument('series', '/data/*.csv'));
  assert.deepEqual(await run(), ['ok', 0, 2]);
});

test('a round of all kinds that collect or derive makes no commit where nothing is new', async (t) => {
  const host = await newPipelineHost(t);
  const folders = ['mirrored', 'store', 'logs'].map((name) => join(host.folder, name));
  for (const folder of folders) mkdirSync(folder);
  const [mirrored = '', store = '', logs = ''] = folders;
  for (const file of [join(host.inbox, 'a.csv'), join(logs, 'x.csv')]) {
    writeFileSync(file, 'Timestamp,v.x.m\n2026-01-01 00:00:00,1\n2026-01-01 01:00:00,2\n');
  }
  const document = (kind: string, spec: string): string =>
    `apiVersion: duckpond/v1\nkind: ${kind}\nname: ${kind.toLowerCase()}\ndesc: One of its kind\nspec: ${spec}\n`;
  const all = '/Combine/combine/all/combine';
  await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    document('Tail', `{ pattern: '${logs}/*.csv', lines: csv, time: Timestamp }`),
    deriveDocument('derive', '/Inbox/files/*.csv'),
    document('Combine', `{ scopes: [{ name: all, series: [{ pattern: /Derive/derive/all/* }] }] }`),
    document(
      'Reduce',
      `{ collections: [{ name: c, resolutions: [1h], datasets: [{ in_pattern: ${all}, out_pattern: o }] }] }`,
    ),
    document('Query', `{ queries: [{ name: q, inputs: [{ name: a, pattern: ${all} }], query: FROM a }] }`),
    document('Template', `{ collections: [{ name: t, in_pattern: ${all}, out_pattern: t.md, template: hello }] }`),
    document('Mirror', `{ folder: '${mirrored}', path: /mirror }`),
    document('Backup', `{ endpoint: '${pathToFileURL(store).href}' }`),
  );
  const first = [...(await host.runAll()).values()];
  const brought = first.filter(({ status, rows, files }) => status === 'ok' && rows + files > 0);
  assert.deepEqual(
    first.filter((run) => !brought.includes(run)).map(({ resource, error }) => [resource, error]),
    [['Mirror/mirror', null]],
  );
  // What changed a moment before it was read is read again.
  for (let round = 0; round < 3; round += 1) await host.runAll();
  const head = await headOf(host);
  const runs = [...(await host.runAll()).values()];
  assert.deepEqual(
    runs.filter(({ unrecorded }) => unrecorded === 0),
    [],
  );
  assert.equal(await headOf(host), head);
});
