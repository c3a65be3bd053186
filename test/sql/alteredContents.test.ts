/**
 * SQL, tables and exports over contents of a pond that were altered on the disk, at equal size and otherwise: each gives the
 * right rows or an error that names the damage, in the process that read them before and in a new one.
 */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { connectLocal } from '../../server/src/main.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';
import { deriveDocument } from '../support/pipelineHost.ts';

const large = `n\n${Array.from({ length: 20_000 }, (_, index) => 10_000 + index).join('\n')}\n`;
const small = 'n\n100\n200\n';

/** Files of a folder with their paths. */
function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Alters a file that may be read-only, and leaves its times as they were, as a failing disk does. */
function alter(path: string, change: (text: string) => string, keepsTimes: boolean): void {
  const { atimeMs, mtimeMs } = statSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, change(readFileSync(path, 'latin1')), 'latin1');
  if (keepsTimes) utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
}

const changes: Readonly<Record<string, (text: string) => string>> = {
  'another digit': (text) => text.replace(/\d(?=\n\d*\n?$)/, (digit) => (digit === '7' ? '8' : '7')),
  'another digit at the start': (text) => text.replace(/\d/, (digit) => (digit === '7' ? '8' : '7')),
  'the last line missing': (text) => text.replace(/\d+\n$/, ''),
  'one line more': (text) => `${text}777\n`,
  nothing: () => '',
};

/** Reads that show the rows of a file, in a format that differs when a row does. */
const reads = (path: string): readonly string[] => [
  `SELECT sum(n), count(*) FROM "${path}"`,
  `SELECT max(n), min(n), count(*) FROM read_csv('${path}')`,
];

async function newPlace(t: TestContext) {
  const place = await newPondHost(t);
  await place.run('write', textFile('/large.csv', large));
  await place.run('write', textFile('/small.csv', small));
  const sources = [{ text: deriveDocument('series', '/*.csv', "SELECT n FROM '$1'"), origin: 'd.yaml' }];
  assert.deepEqual((await place.run('apply', { sources, directory: place.folder })).problems, []);
  await place.run('commit', { message: 'one' });
  const derived = ['large', 'small'].map((name) => `/Derive/series/all/${name}.csv`);
  const answers = new Map<string, string>();
  for (const path of ['/large.csv', '/small.csv'])
    for (const sql of reads(path)) answers.set(sql, (await place.run('queryToText', { sql, format: 'csv' })).text);
  return { ...place, derived, answers };
}

test('a content that is altered gives no other rows, in the process that read it before and in a new one', async (t) => {
  const { pond, run, answers, derived } = await newPlace(t);
  const stored = ['_pond/blobs', '_pond/cache/inline'].flatMap((folder) => filesIn(join(pond, folder)));
  const contents = stored.map((path) => [path, readFileSync(path)] as const);
  assert.equal(contents.length, 2);
  const fresh = connectLocal();
  t.after(() => fresh.close());
  const ask = {
    before: (sql: string) => run('queryToText', { sql, format: 'csv' }),
    fresh: (sql: string) => fresh.call('queryToText', { pond, sql, format: 'csv' }),
  };
  for (const [change, edit] of Object.entries(changes)) {
    for (const keepsTimes of [true, false]) {
      for (const [path] of contents) alter(path, edit, keepsTimes);
      for (const [way, call] of Object.entries(ask)) {
        for (const [sql, expected] of answers) {
          const answered = await call(sql).then(
            ({ text }) => text,
            (error: unknown) => error,
          );
          const about = `${change}, ${way}: ${sql}`;
          // The small content is a file of the cache, which is made again.
          if (sql.includes('small')) assert.equal(answered, expected, about);
          else assert.ok(isPondError(answered, 'pond-damaged'), `${about}: ${String(answered)}`);
        }
      }
      for (const [path, bytes] of contents) writeFileSync(path, bytes);
    }
  }
  for (const [path] of contents) alter(path, changes['another digit']!, true);
  const sumOf = (path = '') => ask.fresh(`SELECT sum(n) FROM "${path}"`);
  await assert.rejects(sumOf(derived[0]), { code: 'pond-damaged' });
  assert.match((await sumOf(derived[1])).text, /\n300\b/);
});
