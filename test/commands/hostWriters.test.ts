/**
 * Each verb that writes to the host, with a link, a pipe or the record of earlier files in the place of a file. Only a
 * name that the person gave is followed or written through; in a folder, a link is replaced and a pipe is refused.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';
import { newSeriesHost, seriesOf } from '../support/seriesPond.ts';

const isWindows = process.platform === 'win32';

interface Writer {
  readonly name: string;
  /** Paths of files that it writes into a folder. */
  readonly files: readonly string[];
  /** Path of its record of the files that it wrote, which it reads first. */
  readonly record: string;
  readonly write: (host: PondHost, directory: string) => Promise<unknown>;
}

const writers: readonly Writer[] = [
  {
    name: 'export',
    files: ['d/text', 'd/s.parquet'],
    record: '.pond-export.json',
    write: (host, directory) => host.run('export', { paths: ['/d'], directory }),
  },
  {
    name: 'export by period',
    files: ['s/year=1970/data_0.parquet', 'text'],
    record: '.pond-export.json',
    write: (host, directory) => host.run('export', { paths: ['/d/*'], directory, temporal: ['year'] }),
  },
  {
    name: 'site',
    files: ['src/index.md', 'package.json'],
    record: '.pond-site.json',
    write: (host, directory) => host.run('site', { directory }),
  },
];

const isRefused = (error: unknown): boolean => isPondError(error, 'already-exists');

test('writers into a folder replace links, and refuse pipes and leave them', { skip: isWindows }, async (t) => {
  const host = await newSeriesHost(t, { '/d/s': seriesOf('SELECT 1 AS "Timestamp", 2 AS v') });
  await host.run('write', textFile('/d/text', 'text'));
  await host.run('commit', { message: 'text' });
  const mine = join(host.folder, 'mine');
  for (const [index, { name, files, record, write }] of writers.entries()) {
    const directory = join(host.folder, String(index));
    for (const file of [...files, record]) {
      const path = join(directory, file);
      const what = `${name}: ${file}`;
      mkdirSync(dirname(path), { recursive: true });
      rmSync(path, { force: true });
      execFileSync('mkfifo', [path]);
      await assert.rejects(write(host, directory), isRefused, what);
      assert.ok(lstatSync(path).isFIFO(), what);
      rmSync(path);
    }
    // The site replaces no file that it did not write; a link to one counts as such.
    if (name === 'site') continue;
    for (const file of files) {
      const path = join(directory, file);
      writeFileSync(mine, 'mine');
      rmSync(path, { force: true });
      symlinkSync(mine, path);
      await write(host, directory);
      assert.ok(lstatSync(path).isFile(), `${name}: ${file}`);
      assert.equal(readFileSync(mine, 'utf8'), 'mine');
      rmSync(path);
    }
  }
});

test('a query writes through a link that the person named', { skip: isWindows }, async (t) => {
  const host = await newPondHost(t);
  const [target, link] = [join(host.folder, 'target.csv'), join(host.folder, 'link.csv')];
  writeFileSync(target, 'before');
  symlinkSync(target, link);
  await host.run('queryToFile', { sql: 'SELECT 1 AS a', format: 'csv', file: link });
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.equal(readFileSync(target, 'utf8'), 'a\n1\n');
  assert.ok(lstatSync(target).isFile());
});
