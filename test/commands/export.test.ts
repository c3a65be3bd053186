import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { hostNameProblem } from '../../server/src/storage/hostNameProblem.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

/** All files below a host folder, with their content. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = names.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.sort().map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]));
}

async function exported(host: PondHost, paths: readonly string[]): Promise<Record<string, string>> {
  const directory = join(host.folder, 'out');
  await host.run('export', { paths, directory });
  return contents(directory);
}

async function newTree(host: PondHost): Promise<void> {
  await host.run('makeDirectory', { path: '/a/b', parents: true });
  await host.run('write', textFile('/a/x', 'x'));
  await host.run('write', textFile('/a/b/y', 'y'));
  await host.run('link', { target: 'b/y', path: '/a/link' });
  await host.run('link', { target: '..', path: '/a/up' });
  await host.run('link', { target: 'nowhere', path: '/a/dangling' });
}

test('an exported directory keeps its name, and links become copies of their targets', async (t) => {
  const host = await newPondHost(t);
  await newTree(host);
  assert.deepEqual(await exported(host, ['/a']), { 'a/b/y': 'y', 'a/link': 'y', 'a/x': 'x' });
});

test('an export of the root writes its entries', async (t) => {
  const host = await newPondHost(t);
  await newTree(host);
  assert.deepEqual(await exported(host, ['/']), { 'a/b/y': 'y', 'a/link': 'y', 'a/x': 'x' });
});

test('a named link is exported as its target, under its own name', async (t) => {
  const host = await newPondHost(t);
  await newTree(host);
  await host.run('link', { target: '/a/b', path: '/to-b' });
  assert.deepEqual(await exported(host, ['/to-b', '/a/link']), { link: 'y', 'to-b/y': 'y' });
});

test('matches of a pattern keep their path below the fixed part', async (t) => {
  const host = await newPondHost(t);
  await newTree(host);
  assert.deepEqual(await exported(host, ['/a/**/[xy]']), { 'b/y': 'y', x: 'x' });
});

test('an old version is exported unchanged', async (t) => {
  const host = await newPondHost(t);
  await newTree(host);
  await host.run('commit', { message: 'one' });
  await host.run('write', textFile('/a/x', 'changed'));
  const directory = join(host.folder, 'out');
  await host.run('export', { paths: ['/a/x'], directory, at: '1' });
  assert.deepEqual(contents(directory), { x: 'x' });
});

test('an existing file with the same content is not written again', async (t) => {
  const host = await newPondHost(t);
  await newTree(host);
  const directory = join(host.folder, 'out');
  await host.run('export', { paths: ['/a'], directory });
  const long = new Date(0);
  utimesSync(join(directory, 'a/x'), long, long);
  writeFileSync(join(directory, 'a/b/y'), 'z');
  await host.run('export', { paths: ['/a'], directory });
  assert.equal(statSync(join(directory, 'a/x')).mtimeMs, 0);
  assert.equal(readFileSync(join(directory, 'a/b/y'), 'utf8'), 'y');
});

test('two files with one name are refused before anything is written', async (t) => {
  const host = await newPondHost(t);
  await newTree(host);
  await host.run('write', textFile('/x', 'other'));
  const both = host.run('export', { paths: ['/a/x', '/x'], directory: join(host.folder, 'out') });
  await assert.rejects(both, (error) => isPondError(error, 'already-exists'));
  assert.equal(existsSync(join(host.folder, 'out')), false);
});

test('a link on the host is replaced by a file, and refused in place of a folder', async (t) => {
  const host = await newPondHost(t);
  await newTree(host);
  const [directory, elsewhere] = [join(host.folder, 'out'), join(host.folder, 'elsewhere')];
  mkdirSync(join(directory, 'a'), { recursive: true });
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'x'), 'mine');
  symlinkSync(join(elsewhere, 'x'), join(directory, 'a/x'));
  await host.run('export', { paths: ['/a'], directory });
  assert.deepEqual(contents(elsewhere), { x: 'mine' });
  assert.equal(contents(directory)['a/x'], 'x');
  symlinkSync(elsewhere, join(directory, 'b'));
  const through = host.run('export', { paths: ['/a/b'], directory });
  await assert.rejects(through, (error) => isPondError(error, 'path-escapes'));
  assert.deepEqual(contents(elsewhere), { x: 'mine' });
});

test('dangling links, and unnamed links to directories, are reported as skipped', async (t) => {
  const host = await newPondHost(t);
  await newTree(host);
  const expected = [
    { path: '/a/dangling', reason: 'it is a link that leads nowhere' },
    { path: '/a/up', reason: 'it is a link to a directory' },
  ];
  for (const paths of [['/'], ['/a', '/a/*']]) {
    const directory = join(host.folder, `out${paths.length}`);
    const { skipped, skippedCount } = await host.run('export', { paths, directory });
    assert.deepEqual([skipped, skippedCount], [expected, 2], paths.join(' '));
  }
});

test('the directory of a resource has its name, however it is reached', async (t) => {
  const host = await newPondHost(t);
  const text = `apiVersion: duckpond/v1
kind: Inbox
name: gauges
desc: Gauges
spec: { pattern: '${join(host.folder, 'in')}/*.csv' }
`;
  await host.run('apply', { sources: [{ text, origin: 'inbox.yaml' }], directory: host.folder });
  await host.run('link', { target: '/Inbox/gauges', path: '/other' });
  const document = 'gauges/resource.yaml';
  for (const [path, file, skipped] of [
    ['/', `Inbox/${document}`, ['/other']],
    ['/Inbox', `Inbox/${document}`, []],
    ['/Inbox/gauges', document, []],
    ['/Inbox/*', document, []],
    ['/Inbox/gauges/*', 'resource.yaml', []],
    ['/**/*.yaml', `Inbox/${document}`, []],
  ] as const) {
    const directory = join(host.folder, `out${file.length}`);
    const found = await host.run('export', { paths: [path], directory });
    assert.deepEqual(Object.keys(contents(directory)), [file], path);
    assert.deepEqual(
      found.skipped.map((each) => each.path),
      skipped,
      path,
    );
  }
});

test('a name with a backslash is exported if the host supports it, and skipped otherwise', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a\\b', 'x'));
  await host.run('write', textFile('/c', 'y'));
  const expected = process.platform === 'win32' ? { c: 'y' } : { 'a\\b': 'x', c: 'y' };
  assert.deepEqual(await exported(host, ['/']), expected);
  assert.equal(hostNameProblem('d/a\\b', '/'), undefined);
  assert.match(hostNameProblem('d/a\\b', '\\') ?? '', /backslash/);
});

test('names that Windows cannot have, or takes for others, are not exported there', () => {
  const wrong: Readonly<Record<string, RegExp>> = {
    CON: /CON for a device/,
    'd/nul.txt': /nul\.txt for a device/,
    'com1/x': /com1 for a device/,
    'LPT\u00b9': /device/,
    'aux .csv': /device/,
    'a:b': /":"/,
    'd/what?.csv': /"\?"/,
    'tab\there': /"\\t"/,
    'end.': /ends with a dot or a space/,
    'end /x': /ends with a dot or a space/,
  };
  for (const [path, reason] of Object.entries(wrong)) {
    assert.match(hostNameProblem(path, '\\') ?? '', reason);
    assert.equal(hostNameProblem(path, '/'), undefined);
  }
  for (const path of ['console', 'com', 'd/nullable.csv', '.hidden', 'a.b c', 'caf\u00e9', 'lpt10']) {
    assert.equal(hostNameProblem(path, '\\'), undefined);
  }
});

test('a file of the pond cannot be mistaken for the list by which exports remove files', async (t) => {
  const host = await newPondHost(t);
  const directory = join(host.folder, 'out');
  mkdirSync(directory);
  writeFileSync(join(directory, 'mine'), 'mine');
  symlinkSync(host.folder, join(directory, 'z'));
  const mine = { file: 'mine', startTime: null, endTime: null, sizeBytes: 4, modifiedMs: 0 };
  const forged = { format: 1, sets: { mine: { origin: '/a/*', key: '', files: [mine] } } };
  await host.run('write', textFile('/.pond-export.json', JSON.stringify(forged)));
  await host.run('makeDirectory', { path: '/z' });
  const paths = ['/.pond*', '/z'];
  // The link stops the export before the file is written.
  await assert.rejects(host.run('export', { paths, directory }), (error) => isPondError(error, 'path-escapes'));
  await host.run('export', { paths: ['/a/*'], directory, temporal: ['year'] });
  assert.equal(readFileSync(join(directory, 'mine'), 'utf8'), 'mine');
  for (const temporal of [undefined, ['year']]) {
    const options = temporal === undefined ? {} : { temporal };
    const reason = 'its name is that of the list of what was exported';
    const { skipped } = await host.run('export', { paths: ['/**/.pond-export.json'], directory, ...options });
    assert.deepEqual(skipped, [{ path: '/.pond-export.json', reason }]);
    // A path that names the file is not left out in silence, and nothing else is written.
    const named = host.run('export', { paths: ['/.pond-export.json'], directory: `${directory}2`, ...options });
    await assert.rejects(named, { code: 'invalid-path', message: `/.pond-export.json cannot be exported: ${reason}` });
    assert.equal(existsSync(`${directory}2`), false);
  }
});
