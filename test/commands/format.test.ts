/** Formats that are stated for files and folders, as people state them: staged, versioned, inherited. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type FormatInfo } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

const texts = (options: FormatInfo['options']): readonly string[] =>
  options.map(({ option, text, path, displayPath }) => `${option}=${text} ${displayPath ?? path}`);

async function withFolder(host: PondHost): Promise<void> {
  await host.run('makeDirectory', { path: '/data' });
  await host.run('write', textFile('/data/a.csv', 'a,b\n1,2\n'));
  await host.run('commit', { message: 'data' });
}

test('a format is staged for a folder, holds for the files in it, and is removed again', async (t) => {
  const host = await newPondHost(t);
  await withFolder(host);
  const set = await host.run('setFormat', { path: '/data', options: { dates: 'day-first', skip: '2' } });
  assert.deepEqual(texts(set.options), ['skip=2 /data', 'dates=day-first /data']);
  await host.run('setFormat', { path: '/data/a.csv', options: { skip: 0 } });
  const file = await host.run('format', { path: '/data/a.csv' });
  assert.deepEqual(texts(file.options), ['skip=0 /data/a.csv', 'dates=day-first /data']);
  const whole = await host.run('format', { path: '/' });
  assert.deepEqual(
    [whole.options, texts(whole.below)],
    [[], ['skip=2 /data', 'dates=day-first /data', 'skip=0 /data/a.csv']],
  );

  const staged = (await host.run('status', {})).staged;
  assert.deepEqual(
    staged.map(({ kind, path, format }) => [kind, path, format]),
    [
      ['modified', '/data', 'skip=2 dates=day-first'],
      ['modified', '/data/a.csv', 'skip=0'],
    ],
  );
  const cleared = await host.run('setFormat', { path: '/data', clear: ['dates'] });
  assert.deepEqual(texts(cleared.options), ['skip=2 /data']);
  await host.run('setFormat', { path: '/data', clear: true });
  await host.run('discard', { paths: ['/data/a.csv'] });
  assert.deepEqual((await host.run('status', {})).staged, []);
});

test('an earlier version has the format of its time; restore and later versions bring it back', async (t) => {
  const host = await newPondHost(t);
  await withFolder(host);
  await host.run('setFormat', { path: '/data', options: { decimal: ',' } });
  await host.run('commit', { message: 'format' });
  await host.run('setFormat', { path: '/data', options: { decimal: '.' } });
  const { staged } = await host.run('status', {});
  assert.deepEqual([staged[0]?.format, staged[0]?.formatBefore], ['decimal=.', 'decimal=,']);
  await host.run('commit', { message: 'other format' });
  assert.deepEqual(texts((await host.run('format', { path: '/data', at: '1' })).options), []);
  assert.deepEqual(texts((await host.run('format', { path: '/data/a.csv', at: '2' })).options), ['decimal=, /data']);
  assert.deepEqual(texts((await host.run('format', { path: '/data/a.csv' })).options), ['decimal=. /data']);
  await host.run('restore', { paths: ['/data'], at: '2' });
  assert.deepEqual(texts((await host.run('format', { path: '/data' })).options), ['decimal=, /data']);
  const logged = await host.run('log', { path: '/data/a.csv' });
  assert.deepEqual(
    (await host.run('log', { path: '/data' })).map(({ message }) => message),
    ['other format', 'format', 'data'],
  );
  assert.deepEqual(
    logged.map(({ message }) => message),
    ['data'],
  );
  assert.deepEqual((await host.run('check', {})).problems, []);
});

test('a file keeps its own format when it is written, moved or copied', async (t) => {
  const host = await newPondHost(t);
  await withFolder(host);
  await host.run('setFormat', { path: '/data/a.csv', options: { nulls: ['NAN', ' '] } });
  await host.run('write', textFile('/data/a.csv', 'a,b\nNAN,2\n'));
  await host.run('rename', { from: '/data/a.csv', to: '/b.csv', overwrite: false });
  await host.run('copy', { from: '/b.csv', to: '/c.csv', recursive: false, overwrite: false });
  await host.run('commit', { message: 'moved' });
  assert.deepEqual(texts((await host.run('format', { path: '/b.csv' })).options), ['nulls=NAN,  /b.csv']);
  assert.deepEqual(texts((await host.run('format', { path: '/c.csv' })).options), ['nulls=NAN,  /c.csv']);
});

test('unusable options are refused and change nothing', async (t) => {
  const host = await newPondHost(t);
  await withFolder(host);
  await host.run('setFormat', { path: '/data', options: { delimiter: ',' } });
  const refused = async (
    params: Parameters<typeof host.run<'setFormat'>>[1],
    code: 'usage' | 'invalid-content' | 'invalid-path',
  ) => await assert.rejects(host.run('setFormat', params), (error) => isPondError(error, code));
  await refused({ path: '/data', options: { skp: 1 } }, 'usage');
  await refused({ path: '/data', clear: ['skp'] }, 'usage');
  await refused({ path: '/data/a.csv', options: { decimal: ',' } }, 'invalid-content');
  await refused({ path: '/', options: { skip: 1 } }, 'invalid-path');
  assert.deepEqual(texts((await host.run('format', { path: '/data/a.csv' })).options), ['delimiter=, /data']);
});

const inbox = (folder: string, format: string): string => `apiVersion: duckpond/v1
kind: Inbox
name: loggers
desc: Loggers
spec:
  pattern: ${folder}/*.csv
${format}`;

async function apply(host: PondHost, document: string): Promise<void> {
  const sources = [{ text: document, origin: 'inbox.yaml' }];
  const { problems } = await host.run('apply', { sources, directory: host.folder });
  assert.deepEqual(problems, []);
}

test('the format section of an Inbox holds for its files, in each version as its document says', async (t) => {
  const host = await newPondHost(t);
  const source = join(host.folder, 'in');
  mkdirSync(source);
  writeFileSync(join(source, 'a.csv'), 'a;b\n1,5;2\n');
  const path = '/Inbox/loggers/a.csv';
  await apply(host, inbox(source, '  format: { delimiter: ";", decimal: "," }\n'));
  await host.run('commit', { message: 'inbox' });
  await host.run('run', {});
  assert.deepEqual(texts((await host.run('format', { path })).options), [
    'delimiter=; /Inbox/loggers',
    'decimal=, /Inbox/loggers',
  ]);
  // What a person states for the folder comes after the document.
  await host.run('setFormat', { path: '/Inbox/loggers', options: { nulls: 'NAN' } });
  await apply(host, inbox(source, '  format: { skip: 1 }\n'));
  assert.deepEqual(
    (await host.run('format', { path })).options.map(({ option, inDocument }) => [option, inDocument]),
    [
      ['skip', true],
      ['nulls', undefined],
    ],
  );
  writeFileSync(join(source, 'b.csv'), 'a;b\n1;2\n');
  await host.run('run', {});
  assert.deepEqual((await host.run('status', {})).conflicts, []);
  await host.run('commit', { message: 'changed' });
  const files = await host.run('list', { path: '/Inbox/loggers/*.csv' });
  assert.deepEqual(
    files.map(({ name }) => name),
    ['a.csv', 'b.csv'],
  );
  const before = await host.run('format', { path, at: '2' });
  assert.deepEqual(
    before.options.map(({ option }) => option),
    ['delimiter', 'decimal'],
  );
  await apply(host, inbox(source, ''));
  assert.deepEqual(
    (await host.run('format', { path })).options.map(({ option }) => option),
    ['nulls'],
  );
});

/** Files that cannot be read as they are, with the formats that their errors offer. */
const unread: readonly (readonly [name: string, content: string, formats: readonly object[]])[] = [
  ['two orders of dates', 'time,t\n01/02/2026,1\n03/04/2026,2\n', [{ dates: 'day-first' }, { dates: 'month-first' }]],
  ['a short line', 'a,b,c\n1,2,3\n4,5\n6,7,8\n', [{ ragged: 'fill' }, { ragged: 'skip' }]],
  ['a long line', 'a,b\n1,2\n3,4,5\n6,7\n', [{ ragged: 'skip' }]],
];

for (const [name, content, formats] of unread) {
  test(`the error of a file with ${name} offers formats, each of which reads it in queries and derived files`, async (t) => {
    const host = await newPondHost(t);
    await host.run('makeDirectory', { path: '/data' });
    await host.run('write', textFile('/data/a.csv', content));
    await apply(host, derive);
    const reads = [
      () => host.run('query', { sql: 'FROM "/data/a.csv"' }),
      () => host.run('query', { sql: 'FROM "/Derive/series/all/a.csv"' }),
    ];
    for (const read of reads) {
      await assert.rejects(read, (error) => {
        assert.ok(isPondError(error));
        assert.deepEqual([error.path, error.formats], ['/data/a.csv', formats]);
        return true;
      });
    }
    for (const options of formats) {
      await host.run('setFormat', { path: '/data', options: { ...options }, clear: true });
      for (const read of reads) await read();
    }
  });
}

const derive = `apiVersion: duckpond/v1
kind: Derive
name: series
desc: Readings
spec:
  collections:
    - name: all
      pattern: /data/*.csv
      query: FROM '$1'
`;

test('a derived file is made again when the format of its input or of its collection changes', async (t) => {
  const host = await newPondHost(t);
  await host.run('makeDirectory', { path: '/data' });
  await host.run('write', textFile('/data/a.csv', 'time,t\n01/02/2026,"1,5"\n'));
  await apply(host, derive);
  const time = async (): Promise<unknown> =>
    (await host.run('queryToText', { sql: 'SELECT time FROM "/Derive/series/all/a.csv"', format: 'csv' })).text;
  await host.run('setFormat', { path: '/data', options: { dates: 'day-first' } });
  assert.equal(await time(), 'time\n2026-02-01\n');
  await host.run('setFormat', { path: '/data', options: { dates: 'month-first' } });
  assert.equal(await time(), 'time\n2026-01-02\n');
  await apply(host, derive.replace('      query:', '      format: { dates: day-first }\n      query:'));
  assert.equal(await time(), 'time\n2026-02-01\n');
  const versions = await host.run('queryToText', { sql: 'SELECT count(*) AS n FROM "/data/*.csv"', format: 'csv' });
  assert.equal(versions.text, 'n\n1\n');
});
