import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type RunInfo } from '../../server/src/protocol/resources.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { readRecords } from '../../server/src/resources/runs/records.ts';
import { runResources } from '../../server/src/resources/runs/runner.ts';
import { textFile } from '../support/commandHost.ts';
import { deriveDocument, inboxDocument, newPipelineHost, type PipelineHost } from '../support/pipelineHost.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initPond, openPond } from '../support/pond.ts';
import { newResourcePond, resourceLayer, stageResource } from '../support/resourcePond.ts';

const table = 'Timestamp,v\n1,2\n2,3\n';

async function headOf(host: PipelineHost): Promise<number> {
  return (await host.run('status', {})).head.number;
}

test('a run is one commit of data, progress and record', async (t) => {
  const host = await newPipelineHost(t);
  writeFileSync(join(host.inbox, 'a.csv'), table);
  const [id] = await host.apply(inboxDocument('files', `${host.inbox}/*.csv`));
  const before = await headOf(host);
  const run = (await host.runAll()).get('Inbox/files');
  assert.equal(run?.status, 'ok');
  assert.equal(run.commit, before + 1);
  assert.equal(await headOf(host), before + 1);
  const changes = await host.run('diff', { from: String(before), to: String(before + 1) });
  assert.deepEqual(
    changes.map(({ path }) => path).filter((path) => path.endsWith('.csv') || path.endsWith('.jsonl')),
    [`/Inbox/${id}/a.csv`, `/Inbox/${id}/runs.jsonl`],
  );
});

test('a run neither commits nor loses staged changes; at the same path they are a conflict', async (t) => {
  const host = await newPipelineHost(t);
  writeFileSync(join(host.inbox, 'a.csv'), table);
  const [id] = await host.apply(inboxDocument('files', `${host.inbox}/*.csv`));
  await host.run('write', textFile('/notes.txt', 'mine'));
  await host.run('write', textFile(`/Inbox/${id}/a.csv`, 'my own'));
  assert.equal((await host.runAll()).get('Inbox/files')?.status, 'ok');
  const { staged, conflicts } = await host.run('status', {});
  assert.deepEqual(staged.map(({ path }) => path).sort(), [`/Inbox/${id}/a.csv`, '/notes.txt'].sort());
  assert.deepEqual(conflicts, [`/Inbox/${id}/a.csv`]);
  assert.deepEqual(await host.rows(`SELECT count(*) FROM "/Inbox/files/a.csv"`).catch(() => 'unread'), ['0']);
  await assert.rejects(host.run('commit', { message: 'mine' }), (error) => isPondError(error, 'conflict'));
  await host.run('discard', { paths: [`/Inbox/${id}/a.csv`] });
  await host.run('commit', { message: 'mine' });
  assert.deepEqual(await host.rows(`SELECT * FROM "/Inbox/files/a.csv" ORDER BY 1`), ['1,2', '2,3']);
});

test('readers of a failed resource are skipped with a note; unrelated ones run', async (t) => {
  const host = await newPipelineHost(t);
  writeFileSync(join(host.inbox, 'a.csv'), table);
  await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    deriveDocument('broken', '/Inbox/files/*.csv', "SELECT nowhere FROM read_csv('$1')"),
    deriveDocument('dependent', '/Derive/broken/all/*', "SELECT * FROM '$1'"),
    deriveDocument('last', '/Derive/dependent/all/*', "SELECT * FROM '$1'"),
    deriveDocument('sound', '/Inbox/files/*.csv'),
  );
  const runs = await host.runAll();
  const reported = (name: string) => [runs.get(name)?.status, runs.get(name)?.error?.message];
  assert.equal(reported('Derive/broken')[0], 'failed');
  assert.deepEqual(reported('Derive/dependent'), [
    'skipped',
    'Derive/dependent was not run, as Derive/broken did not end well',
  ]);
  assert.deepEqual(reported('Derive/last'), [
    'skipped',
    'Derive/last was not run, as Derive/dependent did not end well',
  ]);
  assert.equal(reported('Derive/sound')[0], 'ok');
  const kept = await host.run('runs', {});
  assert.deepEqual(
    kept.map(({ resource, status }) => `${resource} ${status}`).sort(),
    [...runs.values()].map(({ resource, status }) => `${resource} ${status}`).sort(),
  );
  await host.checkWhole();
});

test('each resource runs after its inputs, and its end is reported at once', async (t) => {
  const host = await newPipelineHost(t);
  writeFileSync(join(host.inbox, 'a.csv'), table);
  await host.apply(
    deriveDocument('third', '/Derive/second/all/*', "SELECT * FROM '$1'"),
    deriveDocument('second', '/Inbox/files/*.csv'),
    inboxDocument('files', `${host.inbox}/*.csv`),
  );
  const reported: string[] = [];
  await host.run('run', {}, { progress: (message, done, total) => reported.push(`${message} ${done}/${total}`) });
  const ends = reported.filter((text) => text.includes(': ok'));
  assert.deepEqual(ends, ['Inbox/files: ok 1/3', 'Derive/second: ok 2/3', 'Derive/third: ok 3/3']);
  const index = (text: string): number => reported.findIndex((one) => one.startsWith(text));
  assert.ok(index('Derive/second: a.csv') > index('Inbox/files: ok'));
});

test('a cancelled run leaves nothing half done, reports it, and completes when it is repeated', async (t) => {
  const host = await newPipelineHost(t);
  for (let index = 0; index < 20; index += 1) writeFileSync(join(host.inbox, `${index}.csv`), `${table}3,${index}\n`);
  const [id] = await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    deriveDocument('series', '/Inbox/files/*.csv'),
    deriveDocument('unrelated', '/elsewhere/*.csv'),
  );
  const controller = new AbortController();
  const progress = (message: string, done: number): void => {
    if (message.startsWith('Inbox/files') && done === 5) controller.abort();
  };
  const outcome = await host.run('run', {}, { progress, signal: controller.signal }).then(
    ({ runs }) => runs.find(({ resource }) => resource === 'Inbox/files')?.status,
    (error: unknown) => (isPondError(error) ? error.code : String(error)),
  );
  assert.equal(outcome, 'cancelled');
  const kept = await host.run('runs', {});
  assert.equal(kept.find(({ resource }) => resource === 'Inbox/files')?.status, 'cancelled');
  const entries = (await host.run('list', { path: `/Inbox/${id}` })).map(({ name }) => name);
  assert.ok(
    entries.every((name) => !name.endsWith('.csv')),
    entries.join(),
  );
  await host.checkWhole();
  const again = await host.runAll();
  assert.ok([...again.values()].every(({ status }) => status === 'ok'));
  assert.equal(again.get('Inbox/files')?.files, 20);
  assert.equal(again.get('Derive/series')?.files, 20);
});

test('two concurrent rounds run a resource once, and neither loses its data', async (t) => {
  const host = await newPipelineHost(t);
  for (let index = 0; index < 30; index += 1) writeFileSync(join(host.inbox, `${index}.csv`), table);
  await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    inboxDocument('others', `${host.inbox}/1*.csv`),
    deriveDocument('series', '/Inbox/files/*.csv'),
    deriveDocument('failing', '/Inbox/others/*.csv', "SELECT nowhere FROM read_csv('$1')"),
  );
  const rounds = await Promise.all([1, 2, 3, 4].map(async () => (await host.run('run', {})).runs));
  const all = rounds.flat();
  assert.deepEqual(
    all.filter(({ error }) => error?.code === 'conflict'),
    [],
  );
  const files = (resource: string): number =>
    all.filter((run) => run.resource === resource).reduce((sum, run) => sum + run.files, 0);
  assert.deepEqual([files('Inbox/files'), files('Inbox/others')], [30, 11]);
  await host.checkWhole();
  const isRecorded = ({ error, unrecorded }: RunInfo): boolean =>
    error?.message.endsWith('is running already') !== true && unrecorded === 0;
  const kept = await host.run('runs', { limit: 100 });
  assert.equal(kept.filter(isRecorded).length, all.filter(isRecorded).length);
});

test('a resource that is deleted while it runs has its run undone, and one that is deleted before is skipped', async (t) => {
  const host = await newPipelineHost(t);
  for (let index = 0; index < 10; index += 1) writeFileSync(join(host.inbox, `${index}.csv`), table);
  await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    deriveDocument('series', '/Inbox/files/*.csv'),
    deriveDocument('unrelated', '/x/*.csv'),
  );
  let deleting: Promise<unknown> | undefined;
  const { runs } = await host.run(
    'run',
    {},
    {
      progress: (message, done) => {
        if (!message.startsWith('Inbox/files') || done !== 2) return;
        deleting ??= host
          .run('deleteResources', { names: ['Inbox/files'] })
          .then(() => host.run('commit', { message: 'away' }))
          .catch(async (error: unknown) => {
            // The run was committed first: the deletion takes effect nevertheless.
            assert.ok(isPondError(error, 'conflict'), String(error));
            await host.run('resolve', { paths: ['/Inbox'] });
            await host.run('commit', { message: 'away' });
          });
      },
    },
  );
  await deleting;
  const inbox = runs.find(({ resource }) => resource === 'Inbox/files');
  assert.ok(inbox?.status === 'failed' || inbox?.status === 'ok', inbox?.status);
  if (inbox.status === 'failed') assert.equal(inbox.error?.code, 'conflict');
  assert.deepEqual(
    (await host.run('resources', {})).map(({ kind, name }) => `${kind}/${name}`),
    ['Derive/series', 'Derive/unrelated'],
  );
  await host.checkWhole();
});

test('a document that changes during a round runs as changed', async (t) => {
  const host = await newPipelineHost(t);
  writeFileSync(join(host.inbox, 'a.csv'), table);
  await host.apply(inboxDocument('files', `${host.inbox}/*.csv`), deriveDocument('series', '/Inbox/files/*.csv'));
  let applying: Promise<unknown> | undefined;
  const { runs } = await host.run(
    'run',
    {},
    {
      progress: (message) => {
        if (message.startsWith('Inbox/files')) {
          applying ??= host.apply(deriveDocument('series', '/Inbox/files/*.csv', "SELECT v FROM read_csv('$1')"));
        }
      },
    },
  );
  await applying;
  assert.ok(runs.every(({ status }) => status === 'ok'));
  assert.deepEqual(await host.rows('FROM "/Derive/series/all/a.csv" ORDER BY 1'), ['2', '3']);
});

test('a resource keeps the last hundred records, and no more than its space limit allows', async (t) => {
  const host = await newPipelineHost(t);
  const [id] = await host.apply(deriveDocument('series', '/nothing/*.csv'));
  const record = {
    status: 'ok',
    started: '2020-01-01T00:00:00.000Z',
    durationMs: 1,
    rows: 0,
    bytes: 0,
    files: 0,
    notes: [],
    error: null,
  };
  const lines = Array.from({ length: 100 }, (_, index) => `${JSON.stringify({ ...record, durationMs: index })}\n`);
  const damaged = ['{"half":', '5\n', 'null\n', '{}\n', '[1]\n', '{"status":"ok"}\n'];
  await host.run('write', textFile(`/Derive/${id}/runs.jsonl`, [...lines, ...damaged].join('')));
  await host.run('commit', { message: 'old records' });
  await host.runAll();
  const kept = await host.run('runs', { limit: 1000 });
  assert.equal(kept.length, 100);
  assert.deepEqual([kept[1]?.durationMs, kept.at(-1)?.durationMs], [99, 1]);
});

test('a record is short whatever fails, and names its subject', async (t) => {
  const host = await newPipelineHost(t);
  for (let index = 0; index < 30; index += 1) writeFileSync(join(host.inbox, `${index}.csv`), table);
  const [, id] = await host.apply(
    inboxDocument('files', `${host.inbox}/*.csv`),
    deriveDocument('series', '/Inbox/files/*.csv', `SELECT error(repeat('x', 100000)) FROM read_csv('$1')`),
  );
  for (let round = 0; round < 3; round += 1) await host.runAll();
  const run = (await host.runAll()).get('Derive/series');
  assert.equal(run?.status, 'failed');
  assert.equal(run.error?.path, `/Derive/${id}/resource.yaml`);
  assert.equal(run.notes.length, 21);
  assert.equal(run.notes.at(-1), '9 more files failed');
  const at = await host.run('stat', { path: `/Derive/${id}/runs.jsonl` });
  assert.ok(at.size < 256 * 1024, String(at.size));
});

test("a commit that only stores the state of an Inbox's files reports nothing new", async (t) => {
  const pond = await newResourcePond(t);
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'a'), 'one');
  await stageResource(pond, '5a0c7c55-2b3a-4f0e-9c56-000000000001', inboxDocument('files', `${folder}/*`));
  await pond.commit({ message: 'apply', author: 'a' });
  for (const [laterMs, message] of [
    [0, 'Inbox/files: 1 file, 3 bytes'],
    [60_000, 'Inbox/files: nothing new'],
    [60_000, 'Inbox/files: nothing new'],
  ] as const) {
    const { mtimeMs, ctimeMs } = statSync(join(folder, 'a'));
    await runResources(pond, {
      effects: {
        author: 'a',
        env: () => undefined,
        grants: { has: () => true },
        now: () => Math.max(mtimeMs, ctimeMs) + laterMs,
      },
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    assert.equal(pond.head.message, message);
  }
  assert.equal(pond.head.number, 3);
});

test('only the resource whose committed document has errors fails, with a position, and is recorded', async (t) => {
  const folder = temporaryFolder(t);
  const bare = await initPond(folder);
  const [broken, dependent, apart] = [1, 2, 3].map((digit) => `${digit}1111111-1111-4111-8111-111111111111`);
  assert.ok(broken !== undefined && dependent !== undefined && apart !== undefined);
  // The layer refuses to commit it; a program without the layer does not.
  await stageResource(bare, broken, deriveDocument('broken', '/in/*.csv').replace('query:', 'qery:'));
  await stageResource(bare, dependent, deriveDocument('dependent', '/Derive/broken/all/*'));
  await stageResource(bare, apart, deriveDocument('apart', '/in/*.csv'));
  await bare.commit({ message: 'documents', author: 'test' });
  await bare.close();
  const pond = await openPond(folder, { mode: 'write', layer: resourceLayer(t) });
  t.after(() => pond.close());
  const effects = { author: 'test', env: () => undefined, grants: { has: () => true }, now: Date.now };
  const options = { effects, signal: new AbortController().signal, progress: () => undefined };
  const results = await runResources(pond, options);
  const { status, error } = results.find(({ id }) => id === broken)!.record;
  assert.deepEqual(
    [status, error?.code, error?.path],
    ['failed', 'resource-invalid', `/Derive/${broken}/resource.yaml`],
  );
  assert.equal(typeof error?.line, 'number');
  assert.equal(results.find(({ id }) => id === dependent)?.record.error?.path, `/Derive/${broken}/resource.yaml`);
  assert.equal(results.find(({ id }) => id === apart)?.record.status, 'ok');
  const [kept] = await readRecords(pond.fs, { home: `/Derive/${broken}` });
  assert.deepEqual(kept?.error, error);
});

test('the computation of derived files is cancelled with the run, and done when the run is repeated', async (t) => {
  const host = await newPipelineHost(t);
  for (let index = 0; index < 12; index += 1) writeFileSync(join(host.inbox, `${index}.csv`), `${table}3,${index}\n`);
  const slow =
    "SELECT count(*) AS n FROM read_csv('$1'), range(400) a, range(10000) b, range(10000) c WHERE a.range + b.range + c.range > v";
  await host.apply(inboxDocument('files', `${host.inbox}/*.csv`));
  await host.runAll();
  const [id] = await host.apply(deriveDocument('series', '/Inbox/files/*.csv', slow));
  const controller = new AbortController();
  const progress = (message: string): void => {
    if (/^Derive\/series: \d+\.csv/.test(message)) controller.abort();
  };
  await host.run('run', {}, { progress, signal: controller.signal }).catch((error: unknown) => {
    assert.ok(isPondError(error, 'cancelled'), String(error));
  });
  const [kept] = await host.run('runs', { names: ['Derive/series'] });
  assert.equal(kept?.status, 'cancelled');
  await host.checkWhole();
  const quick = deriveDocument('series', '/Inbox/files/*.csv');
  assert.deepEqual(await host.apply(quick), [id]);
  assert.equal((await host.runAll()).get('Derive/series')?.files, 12);
});

test('records of many resources are committed at once, at any size', async (t) => {
  const host = await newPipelineHost(t);
  const ids = await host.apply(
    ...Array.from({ length: 20 }, (_, index) => deriveDocument(`series${index}`, '/nothing/*.csv')),
  );
  const counts = { rows: 0, bytes: 0, files: 0 };
  const times = { started: '2020-01-01T00:00:00.000Z', durationMs: 1 };
  const record = { status: 'ok', ...times, ...counts, notes: ['x'.repeat(1_000)], error: null };
  const lines = `${JSON.stringify(record)}\n`.repeat(50);
  for (const id of ids) await host.run('write', textFile(`/Derive/${id}/runs.jsonl`, lines));
  await host.run('commit', { message: 'old records' });
  const before = await headOf(host);
  const runs = [...(await host.runAll()).values()];
  assert.deepEqual(
    runs.map(({ notes }) => notes.length),
    runs.map(() => 1),
  );
  assert.equal(await headOf(host), before + 1);
  assert.equal((await host.run('runs', { limit: 2_000 })).length, 20 * 51);
});
