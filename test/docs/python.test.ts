/** Runs the module and the recipes of docs/python.md against ponds, and compares what they read with the pond command. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { findPython, pythonMissing } from '../../scripts/pythonLibraries.mjs';
import { type Pond } from '../../server/src/pond/types.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ForeignEngine } from '../support/foreignEngine.ts';
import { initPond } from '../support/pond.ts';
import { runPond } from '../support/pondCommand.ts';
import { smallParquet } from '../support/smallParquet.ts';

const python = findPython();
/** In CI no such test is skipped: without the libraries it fails. */
const needsPython = { skip: python === undefined ? pythonMissing : false };

const page = readFileSync(new URL('../../docs/python.md', import.meta.url), 'utf8');
const blocks = new Map(
  [...page.matchAll(/^```python (\w+)\n([^]*?)^```$/gm)].map(([, name = '', code = '']) => [name, code] as const),
);
const recipes = ['pandas', 'polars', 'duckdb', 'changes'];

/** Prints the result of each call in a list, as JSON: bytes as text, the name of an error. */
const caller = `
import json, sys
from pond_reader import open_pond
pond = open_pond("pond")
def plain(value):
    if isinstance(value, bytes): return value.decode("utf-8", "replace")
    if hasattr(value, "to_pydict"): return value.to_pydict()
    return [entry["name"] for entry in value] if isinstance(value, list) else list(value)
results = []
for name, args in json.load(sys.stdin):
    try: results.append(plain(getattr(pond, name)(*args)))
    except Exception as error: results.append(type(error).__name__)
print(json.dumps(results, default=str))
`;

type Call = readonly [name: 'read' | 'table' | 'ls' | 'log', ...args: (string | number)[]];

function runPython(folder: string, code: string, input = ''): string {
  assert.ok(python !== undefined, pythonMissing);
  writeFileSync(join(folder, 'pond_reader.py'), blocks.get('module') ?? '');
  const { status, stdout, stderr } = spawnSync(python.program, ['-B', '-c', code], {
    cwd: folder,
    input,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: python.libraries },
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Calls functions of the module on the pond in a folder; returns the results. */
function callAll(folder: string, calls: readonly Call[]): readonly unknown[] {
  const input = JSON.stringify(calls.map(([name, ...args]) => [name, args]));
  return JSON.parse(runPython(folder, caller, input)) as unknown[];
}

const large = 'large '.repeat(15_000);
const stations = 'name,depth\nharbor,4\n';
/** The rows of all versions of the series. */
const harbor = {
  Timestamp: [1_600_000_000, 1_600_000_000, 1_600_000_000],
  level: [1.5, 1.5, 1.5],
  temperature: [null, 1.5, null],
};
const wideNames = Array.from({ length: 400 }, (_, number) => `é ${number}`);

const made = makeTemporaryDirectory('duckpond-test');

/** A pond with three commits, and staged changes after them. */
before(async () => {
  if (needsPython.skip !== false) return;
  const pond = await initPond(join(made.path, 'pond'));
  await fill(pond);
  await pond.close();
});
after(() => made.remove());

/** A folder with a copy of the pond. */
function copyPond(t: TestContext): string {
  const folder = temporaryFolder(t);
  cpSync(made.path, folder, { recursive: true });
  return folder;
}

async function fill(pond: Pond): Promise<void> {
  const root = await pond.fs.root();
  const commit = (message: string) => pond.commit({ message, author: 'test' });
  await root.createDirectory('/sensors');
  await root.createFile('/sensors/harbor', smallParquet('level'), { type: 'series' });
  await root.createFile('/calibration', smallParquet('slope'), { type: 'table' });
  await root.writeFile('/stations.csv', Buffer.from(stations));
  await root.writeFile('/large', Buffer.from(large));
  await root.writeFile('/empty', Buffer.from(''));
  await root.createDirectory('/links/deep', { parents: true });
  await root.createSymlink('/links/deep/up', '../../sensors');
  await root.createSymlink('/links/absolute', '/links/deep/up/harbor');
  await root.createSymlink('/links/loop', 'loop');
  await root.createSymlink('/links/out', '../../..');
  await commit('one');
  await root.writeFile('/sensors/harbor', smallParquet('level', 'temperature'));
  await root.writeFile('/large', Buffer.from('small'));
  await commit('two');
  await root.backend.batch(async () => {
    const wide = await root.createDirectory('/wide');
    for (const name of wideNames) await wide.writeFile(name, Buffer.from(name));
  });
  await root.writeFile('/sensors/harbor', smallParquet('level'));
  await root.remove('/empty');
  await commit('three');
  await root.writeFile('/large', Buffer.from('staged'));
}

test('the module reads what `pond cat` prints, at every commit', needsPython, async () => {
  const folder = made.path;
  const paths = [
    '/stations.csv',
    '/large',
    '/empty',
    '/calibration',
    '/sensors/harbor',
    '/links/absolute',
    '/wide/é 7',
  ];
  const places = [1, 2, 3].flatMap((at) => paths.map((path) => ({ path, at })));
  const got = callAll(
    folder,
    places.map(({ path, at }) => ['read', path, at]),
  );
  for (const [index, { path, at }] of places.entries()) {
    const { status, stdout } = await runPond(['--pond', 'pond', 'cat', '--at', `${at}`, path], { cwd: folder });
    assert.equal(got[index], status === 0 ? stdout : 'FileNotFoundError', `${path} at ${at}`);
  }
  const missing = got.filter((result) => result === 'FileNotFoundError');
  assert.equal(missing.length, 3, 'a removed file at one commit, a file before it was added at two');
});

test('the module lists directories, joins versions of a series, and knows the commits', needsPython, () => {
  const folder = made.path;
  const [wide, root, first, all, table, log] = callAll(folder, [
    ['ls', '/wide'],
    ['ls', '/', 1],
    ['table', '/sensors/harbor', 1],
    ['table', '/links/absolute'],
    ['table', '/calibration', 2],
    ['log'],
  ]);
  assert.deepEqual(wide, [...wideNames].sort());
  assert.deepEqual(root, ['calibration', 'empty', 'large', 'links', 'sensors', 'stations.csv']);
  assert.deepEqual(first, { Timestamp: [1_600_000_000], level: [1.5] });
  assert.deepEqual(all, harbor);
  assert.deepEqual(table, { Timestamp: [1_600_000_000], slope: [1.5] });
  const commits = log as readonly { readonly number: number; readonly message: string }[];
  assert.deepEqual(commits.map(({ number, message }) => `${number} ${message}`).slice(0, 3), [
    '3 three',
    '2 two',
    '1 one',
  ]);
});

test('the module reports what it cannot read', needsPython, () => {
  const folder = made.path;
  const cases: readonly (readonly [Call, error: string])[] = [
    [['read', '/missing'], 'FileNotFoundError'],
    [['read', '/sensors'], 'IsADirectoryError'],
    [['ls', '/large'], 'NotADirectoryError'],
    [['read', '/large/x'], 'NotADirectoryError'],
    [['table', '/stations.csv'], 'ValueError'],
    [['read', '/large', 4], 'ValueError'],
    [['read', '/large', -1], 'ValueError'],
    [['read', '/links/loop'], 'OSError'],
    [['ls', '/links/out'], 'PermissionError'],
    [['ls', '/..'], 'PermissionError'],
  ];
  const got = callAll(
    folder,
    cases.map(([call]) => call),
  );
  assert.deepEqual(
    got,
    cases.map(([, error]) => error),
  );
});

test('the module detects altered data files and blobs', needsPython, (t) => {
  const folder = copyPond(t);
  const alter = (path: string): void => {
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1]! ^= 1;
    chmodSync(path, 0o600);
    writeFileSync(path, bytes);
  };
  const pond = join(folder, 'pond');
  const blobs = readdirSync(join(pond, '_pond/blobs'), { recursive: true, encoding: 'utf8' });
  for (const name of blobs.filter((path) => path.length > 64)) alter(join(pond, '_pond/blobs', name));
  const log = readFileSync(join(pond, '_delta_log', '2'.padStart(20, '0') + '.json'), 'utf8');
  alter(join(pond, /"path":"([^"]+)"/.exec(log)?.[1] ?? ''));
  const calls: readonly Call[] = [
    ['read', '/large', 1],
    ['read', '/stations.csv', 2],
    ['read', '/stations.csv', 1],
  ];
  assert.deepEqual(callAll(folder, calls), ['DamagedPond', 'DamagedPond', stations]);
});

test('the module finds rows that another engine moved', needsPython, async (t) => {
  const folder = copyPond(t);
  const engine = await ForeignEngine.open();
  try {
    const table = engine.table(join(folder, 'pond'));
    await table.optimize({ codec: 'zstd', isShuffled: true });
    await table.vacuum();
  } finally {
    engine.close();
  }
  const calls: readonly Call[] = [
    ['read', '/stations.csv', 1],
    ['table', '/sensors/harbor'],
    ['ls', '/wide'],
    ['read', '/large', 4],
  ];
  assert.deepEqual(callAll(folder, calls), [stations, harbor, [...wideNames].sort(), 'ValueError']);
});

test('every recipe of the page runs', needsPython, () => {
  const folder = made.path;
  const code = recipes.map((name) => blocks.get(name)!.replace('at=12', 'at=1'));
  const shown = 'print(len(levels), stations.shape, highest, changed)';
  const [last = ''] = runPython(
    folder,
    ['from pond_reader import open_pond', 'pond = open_pond("pond")', ...code, shown].join('\n'),
  ).split('\n');
  assert.equal(last, "3 (1, 2) [(1.5,)] ['harbor']");
});

test('the page has the module and every recipe', () => {
  assert.deepEqual([...blocks.keys()], [...recipes, 'module']);
});
