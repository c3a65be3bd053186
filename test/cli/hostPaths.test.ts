import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';

type Check = (args: readonly string[], expected: Partial<Ended>) => Promise<void>;

function newFolder(t: TestContext): { readonly folder: string; readonly check: Check } {
  const folder = temporaryFolder(t);
  const check: Check = async (args, expected) => {
    const { status, stdout, stderr } = await runPond(args, { cwd: folder });
    const got = { status, stdout: stdout.replaceAll(folder, 'F'), stderr: stderr.replaceAll(folder, 'F') };
    assert.deepEqual(got, { status: 0, stdout: '', stderr: '', ...expected }, `pond ${args.join(' ')}`);
  };
  return { folder, check };
}

test('a pond cannot be created in a file, among files, or in a pond, and the error names the obstacle', async (t) => {
  const { folder, check } = newFolder(t);
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data/notes.txt'), '');
  await check(['init', 'data/notes.txt'], {
    status: 4,
    stderr:
      'error[already-exists]: a file is at F/data/notes.txt\nhint: Name a folder, or a path that does not exist.\n',
  });
  await check(['init', 'data/notes.txt/pond'], {
    status: 1,
    stderr:
      'error[not-a-directory]: F/data/notes.txt is a file: no folder can be created at F/data/notes.txt/pond\n' +
      'hint: Check the spelling of the host path.\n',
  });
  await check(['init', 'data'], {
    status: 4,
    stderr:
      'error[already-exists]: expected an empty folder for the pond, got files in F/data\n' +
      "hint: 'pond init F/data/.pond' creates one next to them, and commands in that folder find it.\n",
  });
  assert.deepEqual(readdirSync(join(folder, 'data')), ['notes.txt']);
  await check(['init', 'data/.pond'], { stdout: 'created a pond at F/data/.pond\n' });
  await check(['init', 'data/.pond/again'], {
    status: 4,
    stderr:
      'error[already-exists]: F/data/.pond/again would be inside the pond at F/data/.pond\n' +
      'hint: Go to a folder outside that pond, or name one.\n',
  });
  await check(['--pond', 'data', 'ls'], {});
  mkdirSync(join(folder, 'disk/lost+found'), { recursive: true });
  await check(['init', 'disk'], { stdout: 'created a pond at F/disk\n' });
});

test('an import of the folder around a pond skips the pond, and nothing is exported into the pond', async (t) => {
  const { folder, check } = newFolder(t);
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data/a.csv'), 'n\n1\n');
  symlinkSync('data', join(folder, 'link'));
  await check(['init', 'data/.pond'], { stdout: 'created a pond at F/data/.pond\n' });
  const pond = ['--pond', 'data/.pond'];
  await check([...pond, 'import', 'link', '/'], {
    stdout: 'imported 1 file, 1 directory, 4 B\n',
    stderr: 'pond: skipped F/link/.pond: it is this pond\n',
  });
  await check([...pond, 'ls', '-R'], { stdout: '/link/\n/link/a.csv\n' });
  await check([...pond, 'import', 'link/.pond/_pond', '/'], {
    status: 2,
    stderr:
      'error[invalid-path]: F/link/.pond/_pond belongs to this pond\n' +
      "hint: Import from another folder; 'pond cp' copies within the pond.\n",
  });
  const inside = "is inside the pond's own folder\nhint: Name a folder outside the pond.\n";
  await check([...pond, 'export', '/link', 'link/.pond'], {
    status: 2,
    stderr: `error[invalid-path]: F/link/.pond ${inside}`,
  });
  await check([...pond, 'site', 'data/.pond/site'], {
    status: 2,
    stderr: `error[invalid-path]: F/data/.pond/site ${inside}`,
  });
  await check([...pond, 'query', '-o', 'data/.pond/x.csv', 'SELECT 1'], {
    status: 2,
    stderr: `error[invalid-path]: F/data/.pond/x.csv ${inside}`,
  });
  assert.ok(!existsSync(join(folder, 'data/.pond/link')));
});

test('an export reports unchanged and written files separately', async (t) => {
  const { folder, check } = newFolder(t);
  writeFileSync(join(folder, 'a'), 'a');
  writeFileSync(join(folder, 'b'), 'b');
  await check(['init'], { stdout: 'created a pond at F/.pond\n' });
  await check(['import', 'a', 'b', '/'], { stdout: 'imported 2 files, 0 directories, 2 B\n' });
  await check(['export', '/a', 'out'], { stdout: 'exported 1 file, 0 directories, 1 B\n' });
  await check(['export', '/a', '/b', 'out'], { stdout: 'exported 2 files, 1 of them unchanged, 0 directories, 2 B\n' });
});

test('an empty host path does not mean the current folder', async (t) => {
  const { folder, check } = newFolder(t);
  const empty = { status: 2, stderr: "error[invalid-path]: a host path is empty\nhint: The current folder is '.'.\n" };
  await check(['init', ''], empty);
  assert.deepEqual(readdirSync(folder), []);
  await check(['init'], { stdout: 'created a pond at F/.pond\n' });
  await check(['import', '', '/'], empty);
  await check(['export', '/', ''], empty);
  await check(['site', ''], empty);
  await check(['apply', '-f', ''], empty);
  await check(['query', '--format', 'csv', '-o', '', 'SELECT 1'], empty);
  await check(['query', '-o', 'x.txt', 'SELECT 1'], {
    status: 2,
    stderr:
      "error[usage]: the name 'x.txt' implies no format\n" +
      'hint: Name the file .csv, .json, .ndjson, .parquet, .arrow, .md or .xlsx, or add --format with one of them.\n',
  });
});

test('a site is not written through a link in its folder', { skip: process.platform === 'win32' }, async (t) => {
  const folder = temporaryFolder(t);
  const pond = (...args: readonly string[]): Promise<Ended> => runPond(args, { cwd: folder });
  assert.equal((await pond('init')).status, 0);
  for (const link of ['src', 'src/data', 'src/components', 'src/pages', 'src/reduce']) {
    const outside = join(folder, 'outside');
    const site = join(folder, 'site');
    mkdirSync(outside);
    mkdirSync(join(site, link, '..'), { recursive: true });
    symlinkSync(outside, join(site, link));
    const { status, stderr } = await pond('site', 'site');
    assert.equal(status, 5, stderr);
    assert.match(stderr, /is a link and may lead out of/);
    assert.deepEqual(readdirSync(outside), [], link);
    assert.deepEqual(readdirSync(site, { recursive: true }).length, link === 'src' ? 1 : 2, link);
    rmSync(site, { recursive: true });
    rmSync(outside, { recursive: true });
  }
});

test('a list of the texts of a site removes no file outside of its pages, whatever hash it states', async (t) => {
  const folder = temporaryFolder(t);
  const pond = (...args: readonly string[]): Promise<Ended> => runPond(args, { cwd: folder });
  assert.equal((await pond('init')).status, 0);
  const out = join(folder, 'out');
  mkdirSync(join(out, 'src'), { recursive: true });
  const hash = createHash('sha256').update('a text that everybody has').digest('hex');
  for (const name of ['LICENSE', 'src/old.md']) writeFileSync(join(out, name), 'a text that everybody has');
  const files = { LICENSE: hash, 'src/old.md': hash };
  writeFileSync(join(out, '.pond-site.json'), JSON.stringify({ format: 1, files }));
  assert.equal((await pond('site', 'out')).status, 0);
  assert.deepEqual([existsSync(join(out, 'LICENSE')), existsSync(join(out, 'src/old.md'))], [true, false]);
});

test('a list of exports does not remove files that no export wrote', async (t) => {
  const folder = temporaryFolder(t);
  const pond = (...args: readonly string[]): Promise<Ended> => runPond(args, { cwd: folder });
  assert.equal((await pond('init')).status, 0);
  assert.equal((await runPond(['write', '/a.txt'], { cwd: folder, input: 'a' })).status, 0);
  const out = join(folder, 'out');
  mkdirSync(out);
  writeFileSync(join(out, 'important.txt'), 'mine');
  const files = [{ file: 'important.txt', startTime: null, endTime: null, sizeBytes: 4, modifiedMs: 0 }];
  const sets = { important: { origin: '/a.*', key: 'x', files } };
  writeFileSync(join(out, '.pond-export.json'), JSON.stringify({ format: 1, sets }));
  const ended = await pond('export', '--temporal', 'year', '/a.*', 'out');
  assert.equal(ended.status, 0, ended.stderr);
  assert.equal(readFileSync(join(out, 'important.txt'), 'utf8'), 'mine');
});
