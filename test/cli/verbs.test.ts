import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';

/** Runs a command in a folder, and checks its output and its status. */
type Check = (args: readonly string[], expected: Partial<Ended>, input?: string) => Promise<void>;

/** Parts that differ from run to run: times, authors, ids, folders. */
function plain(text: string, folder: string): string {
  return text
    .replaceAll(folder, 'FOLDER')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'TIME')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\S+@\S+/g, 'AUTHOR')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/[0-9a-f]{64}/g, 'HASH')
    .replaceAll(/in \d+ ms/g, 'in N ms');
}

async function newPond(t: TestContext): Promise<{ readonly folder: string; readonly check: Check }> {
  const folder = temporaryFolder(t);
  const check: Check = async (args, expected, input = '') => {
    const { status, stdout, stderr } = await runPond(args, { cwd: folder, input });
    const got = { status, stdout: plain(stdout, folder), stderr: plain(stderr, folder) };
    assert.deepEqual(got, { status: 0, stdout: '', stderr: '', ...expected }, `pond ${args.join(' ')}`);
  };
  await check(['init'], { stdout: 'created a pond at FOLDER/.pond\n' });
  return { folder, check };
}

test('files are created, listed, read, moved, copied and removed', async (t) => {
  const { check } = await newPond(t);
  await check(['ls'], {});
  await check(['mkdir', '-p', '/a/b'], {});
  await check(['write', 'a/x.txt'], {}, 'hello\n');
  await check(['touch', '/a/b/empty', '/top'], {});
  await check(['ln', '-s', 'x.txt', '/a/link'], {});
  await check(['ln', '-s', 'nowhere', '/a/dangling'], {});
  await check(['ls'], { stdout: 'a/\ntop\n' });
  await check(['ls', '/a'], { stdout: 'b/\ndangling -> nowhere (leads nowhere)\nlink -> x.txt\nx.txt\n' });
  await check(['ls', '-l', '/a'], {
    stdout:
      'd    1  TIME  v1  b/\n' +
      'l  7 B  TIME  v1  dangling -> nowhere (leads nowhere)\n' +
      'l  5 B  TIME  v1  link -> x.txt\n' +
      '-  6 B  TIME  v1  x.txt\n',
  });
  await check(['ls', '-R'], {
    stdout: '/a/\n/a/b/\n/a/b/empty\n/a/dangling -> nowhere (leads nowhere)\n/a/link -> x.txt\n/a/x.txt\n/top\n',
  });
  await check(['ls', '/**/*.txt'], { stdout: '/a/x.txt\n' });
  await check(['cat', '/a/link'], { stdout: 'hello\n' });
  await check(['cp', '/a/x.txt', '/a/b'], {});
  await check(['mv', '/a/x.txt', '/a/y.txt'], {});
  await check(['cp', '-r', '/a', '/c'], {});
  await check(['rm', '/c/link', '/c/dangling'], {});
  await check(['rm', '-r', '/a'], {});
  await check(['ls', '-R'], { stdout: '/c/\n/c/b/\n/c/b/empty\n/c/b/x.txt\n/c/y.txt\n/top\n' });
  await check(['stat', '/c/y.txt'], {
    stdout:
      'path      /c/y.txt\ntype      file\nsize      6\nmodified  TIME\nversion   1\nsha256    HASH\nid        ID\n',
  });
});

test('staged changes are shown, committed, discarded and restored', async (t) => {
  const { check } = await newPond(t);
  await check(['status'], { stdout: 'pond FOLDER/.pond\ncommit 0  TIME  AUTHOR  Initialize pond\nnothing staged\n' });
  await check(['commit', '-m', 'none'], {
    status: 1,
    stderr: "error[nothing-staged]: there is nothing to commit\nhint: 'pond status' shows what is staged.\n",
  });
  await check(['write', '/x'], {}, 'one');
  await check(['status'], {
    stdout: 'pond FOLDER/.pond\ncommit 0  TIME  AUTHOR  Initialize pond\n1 change staged\nA  /x  3 B\n',
  });
  await check(['commit', '-m', 'first'], { stdout: 'commit 1: first (+1)\n' });
  await check(['write', '/x'], {}, 'three');
  await check(['diff'], { stdout: 'M  /x  3 B -> 5 B\n' });
  await check(['commit', '-m', 'second\n\nwith more'], { stdout: 'commit 2: second (~1)\n' });
  await check(['rm', '/x'], {});
  await check(['diff'], { stdout: 'D  /x  5 B\n' });
  await check(['diff', '--at', '0', '--to', 'HEAD'], { stdout: 'A  /x  5 B\n' });
  await check(['discard'], { stdout: 'discarded 1 change\n' });
  await check(['cat', '/x'], { stdout: 'three' });
  await check(['cat', '--at', 'HEAD~1', '/x'], { stdout: 'one' });
  await check(['ls', '--at', '0'], {});
  await check(['restore', '/x', '--at', '1'], { stdout: '1 change staged\nM  /x  5 B -> 3 B\n' });
  await check(['cat', '/x'], { stdout: 'one' });
  await check(['log'], {
    stdout:
      '2  TIME  AUTHOR  second           ~1\n1  TIME  AUTHOR  first            +1\n0  TIME  AUTHOR  Initialize pond\n',
  });
  await check(['log', '/x'], { stdout: '2  TIME  AUTHOR  second  ~1\n1  TIME  AUTHOR  first   +1\n' });
  await check(['show', '2'], {
    stdout:
      'commit   2\ntime     TIME\nauthor   AUTHOR\nmade by  commit\ntree     HASH\nhash     HASH\n\nsecond\n\nwith more\n\nM  /x  3 B -> 5 B\n',
  });
  await check(['check'], { stdout: 'the pond is sound\n' });
});

test('host files are imported and exported, and unchanged ones are not written', async (t) => {
  const { folder, check } = await newPond(t);
  mkdirSync(join(folder, 'in/deep'), { recursive: true });
  writeFileSync(join(folder, 'in/a.csv'), 'n\n1\n');
  writeFileSync(join(folder, 'in/deep/b.bin'), Buffer.alloc(200_000, 7));
  symlinkSync('a.csv', join(folder, 'in/link.csv'));
  await check(['import', 'in', '/data'], { stdout: 'imported 3 files, 2 directories, 200.0 kB\n' });
  await check(['import', 'in', '/data'], { stdout: 'imported 3 files, 3 of them unchanged, 2 directories, 0 B\n' });
  await check(['ls', '-R', '/data'], {
    stdout: '/data/in/\n/data/in/a.csv\n/data/in/deep/\n/data/in/deep/b.bin\n/data/in/link.csv\n',
  });
  await check(['export', '/data/in', 'out'], { stdout: 'exported 3 files, 2 directories, 200.0 kB\n' });
  await check(['export', '/data/**/*.csv', 'tables'], { stdout: 'exported 2 files, 0 directories, 8 B\n' });
  assert.deepEqual(readdirSync(join(folder, 'out/in')).sort(), ['a.csv', 'deep', 'link.csv']);
  assert.deepEqual(readFileSync(join(folder, 'out/in/deep/b.bin')), Buffer.alloc(200_000, 7));
  assert.deepEqual(readdirSync(join(folder, 'tables/in')).sort(), ['a.csv', 'link.csv']);
});

test('a query result is printed as a table, CSV or JSON, or written to a file', async (t) => {
  const { folder, check } = await newPond(t);
  await check(['write', '/t.csv'], {}, 'name,n\nb,2\na,\n');
  const sql = 'SELECT name, n FROM "/t.csv" ORDER BY name';
  await check(['query', sql], {
    stdout: 'name          n\nVARCHAR  BIGINT\na          NULL\nb             2\n',
    stderr: '2 rows in N ms\n',
  });
  await check(['query', '--format', 'csv', sql], { stdout: 'name,n\na,\nb,2\n' });
  await check(['query', '--format', 'csv', `-- All of it.\n${sql}`], { stdout: 'name,n\na,\nb,2\n' });
  const json = '[\n\t{"name":"a","n":null},\n\t{"name":"b","n":2}\n]\n';
  await check(['--json', 'query', sql], { stdout: json });
  await check(['query', '-o', 'out.json', '--format', 'json', sql], { stdout: '2 rows written to out.json\n' });
  assert.equal(readFileSync(join(folder, 'out.json'), 'utf8'), json);
  await check(['commit', '-m', 'table'], { stdout: 'commit 1: table (+1)\n' });
  await check(['rm', '/t.csv'], {});
  await check(['query', '--at', '1', '--format', 'csv', 'SELECT count(*) AS n FROM "/t.csv"'], { stdout: 'n\n2\n' });
});

test('a proof is printed, and verified in a folder without a pond', async (t) => {
  const { folder, check } = await newPond(t);
  await check(['write', '/x'], {}, 'one');
  await check(['commit', '-m', 'first'], { stdout: 'commit 1: first (+1)\n' });
  const { stdout } = await runPond(['prove', '/x'], { cwd: folder });
  const elsewhere = temporaryFolder(t);
  const [proof, content] = [join(elsewhere, 'proof.json'), join(elsewhere, 'x')];
  writeFileSync(proof, stdout);
  writeFileSync(content, 'one');
  const verify = async (...more: readonly string[]): Promise<readonly [number | null, string]> => {
    const { status, stdout, stderr } = await runPond(['prove', '--check', proof, ...more], { cwd: elsewhere });
    return [status, `${stdout}${stderr}`];
  };
  const [status, text] = await verify(content);
  assert.equal(status, 0, text);
  assert.match(text, /^path +\/x\n[^]*The proof holds, and the content is that of .*x\. Compare the hash of commit 1/);
  const hash = /^commit +1 +(\w{64})$/m.exec(text)?.[1] ?? '';
  assert.deepEqual((await verify('--root', hash))[0], 0);
  writeFileSync(content, 'two');
  assert.match((await verify(content))[1], /^error\[proof-invalid\]: the hash of the content of \/x is/);
});

test('--json prints the documented fields', async (t) => {
  const { folder, check } = await newPond(t);
  await check(['write', '/x'], {}, 'one');
  await check(['commit', '-m', 'first'], { stdout: 'commit 1: first (+1)\n' });
  await check(['mkdir', '/d'], {});
  const json = async (...args: string[]): Promise<unknown> => {
    const { stdout } = await runPond(['--json', ...args], { cwd: folder });
    return JSON.parse(stdout) as unknown;
  };
  const keys = (value: unknown): string[] => Object.keys(value as object).sort();
  const node = ['attributes', 'id', 'modified', 'name', 'path', 'sha256', 'size', 'type', 'version'];
  const commit = [
    'added',
    'author',
    'bytes',
    'hash',
    'id',
    'message',
    'modified',
    'number',
    'operation',
    'parent',
    'removed',
  ];
  const change = ['kind', 'path', 'sizeAfter', 'sizeBefore', 'type'];
  const commitKeys = [...commit, 'renamed', 'rootHash', 'time'].sort();
  assert.deepEqual(keys(await json('stat', '/x')), node);
  assert.deepEqual(((await json('ls')) as unknown[]).map(keys), [node, node]);
  assert.deepEqual(((await json('log')) as unknown[]).map(keys), [commitKeys, commitKeys]);
  assert.deepEqual(((await json('diff')) as unknown[]).map(keys), [change]);
  assert.deepEqual(keys(await json('status')), [
    'backups',
    'conflicts',
    'earlierForeignFiles',
    'foreignCommits',
    'foreignOperations',
    'head',
    'id',
    'pond',
    'quarantined',
    'replica',
    'staged',
    'stagedHash',
    'warnings',
  ]);
  assert.deepEqual(keys(await json('show', '1')), ['changes', 'commit']);
  assert.deepEqual(keys(await json('commit', '-m', 'second')), commitKeys);
  assert.deepEqual(await json('rm', '-r', '/d'), { removed: 1 });
  assert.deepEqual(await json('discard'), { discarded: 1 });
  const sound = (await json('check')) as { checked: Record<string, number>; problems: unknown; trees: unknown };
  assert.deepEqual([sound.problems, sound.trees], [[], []]);
  assert.deepEqual([sound.checked['commits'], sound.checked['chained'], sound.checked['dataFiles']], [3, 3, 3]);
  assert.deepEqual(await json('check', '--at', '0'), { problems: [], trees: [] });
});

test('a path that never existed, and paths without staged changes, are refused', async (t) => {
  const { check } = await newPond(t);
  await check(['write', '/x'], {}, 'one');
  const hint = "hint: 'pond ls' shows what is there, and 'pond ls --at V' what was.\n";
  await check(['log', '/x'], {});
  await check(['log', '/nope'], { status: 3, stderr: `error[not-found]: nothing is at /nope\n${hint}` });
  await check(['commit', '-m', 'first'], { stdout: 'commit 1: first (+1)\n' });
  await check(['diff', '/x'], {});
  const missing = 'error[not-found]: nothing is at /nope, and nothing was in that version\n';
  await check(['diff', '/nope'], { status: 3, stderr: missing + hint });
  const staged = "hint: 'pond status' shows what is staged.\n";
  await check(['discard', '/x'], { status: 1, stderr: `error[nothing-staged]: nothing is staged at /x\n${staged}` });
  await check(['discard'], { status: 1, stderr: `error[nothing-staged]: there is nothing to discard\n${staged}` });
  await check(['resolve', '/x'], {
    status: 1,
    stderr: `error[nothing-staged]: no conflict at /x\n${staged}`,
  });
  await check(['rm', '/x'], {});
  await check(['commit', '-m', 'second'], { stdout: 'commit 2: second (-1)\n' });
  await check(['log', '/x'], { stdout: '2  TIME  AUTHOR  second  -1\n1  TIME  AUTHOR  first   +1\n' });
  await check(['diff', '--at', '1', '--to', '1', '/x'], {});
});

test('discarded and restored changes are counted as in status', async (t) => {
  const { check } = await newPond(t);
  await check(['write', '/x'], {}, 'one');
  await check(['commit', '-m', 'first'], { stdout: 'commit 1: first (+1)\n' });
  await check(['mkdir', '-p', '/d/e'], {});
  await check(['write', '/d/e/y'], {}, 'two');
  await check(['commit', '-m', 'second'], { stdout: 'commit 2: second (+3)\n' });
  await check(['restore', '/', '--at', '1'], { stdout: '1 change staged\nD  /d/\n' });
  const status = 'pond FOLDER/.pond\ncommit 2  TIME  AUTHOR  second\n1 change staged\n';
  await check(['status'], { stdout: `${status}D  /d/  1 file\n` });
  await check(['discard'], { stdout: 'discarded 1 change\n' });
  await check(['mv', '/x', '/z'], {});
  await check(['discard'], { stdout: 'discarded 1 change\n' });
  await check(['rm', '-r', '/d'], {});
  await check(['commit', '-m', 'third'], { stdout: 'commit 3: third (-1)\n' });
  await check(['restore', '/d/e/y', '--at', '2'], {
    stdout: '3 changes staged\nA  /d/\nA  /d/e/\nA  /d/e/y  3 B\n',
  });
  await check(['discard'], { stdout: 'discarded 3 changes\n' });
});

test('the pond is the one that --pond or POND names, or the nearest one above', async (t) => {
  const { folder, check } = await newPond(t);
  mkdirSync(join(folder, 'below/here'), { recursive: true });
  await check(['touch', '/here'], {});
  const nearest = await runPond(['ls'], { cwd: join(folder, 'below/here') });
  assert.equal(nearest.stdout, 'here\n');
  await check(['init', 'other'], { stdout: 'created a pond at FOLDER/other\n' });
  const byVariable = await runPond(['ls'], { cwd: folder, env: { POND: join(folder, 'other') } });
  assert.deepEqual(byVariable, { status: 0, stdout: '', stderr: '' });
  for (const name of ['.pond', '.']) {
    const named = await runPond(['--pond', name, 'ls'], { cwd: folder, env: { POND: join(folder, 'other') } });
    assert.equal(named.stdout, 'here\n');
  }
  const inside = await runPond(['ls'], { cwd: join(folder, 'other/_delta_log') });
  assert.deepEqual(inside, byVariable);
  await check(['init'], { status: 4, stderr: 'error[pond-exists]: there is a pond at FOLDER/.pond already\n' });
  assert.ok(existsSync(join(folder, 'other/_delta_log')));
});

test('help shows the usage of each verb', async (t) => {
  const { check } = await newPond(t);
  await check(['help', 'ln'], {
    stdout: 'usage: pond [--pond DIR] [--json] ln -s TARGET PATH\n\nCreate a symbolic link at PATH.\n',
  });
  const { stdout } = await runPond(['help'], { cwd: '.' });
  const verbs =
    'init ls cat stat mkdir touch write import export cp mv rm ln status diff commit discard log show restore';
  for (const verb of [...verbs.split(' '), 'query', 'lsp', 'help'])
    assert.match(stdout, new RegExp(`^  ${verb} `, 'm'));
});
