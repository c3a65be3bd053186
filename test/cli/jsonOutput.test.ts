/** Every verb prints JSON with --json, or refuses it: the verbs are those that are declared. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type TerminalVerb } from '../../client/cli/verb.ts';
import { verbs } from '../../client/cli/verbs.ts';
import { temporaryFolder } from '../support/folder.ts';
import { hydroVuDocument } from '../support/hydroVuPond.ts';
import { startHydroVuServer } from '../support/hydroVuServer.ts';
import { writePocHarbor } from '../support/pocHarbor.ts';
import { runPond } from '../support/pondCommand.ts';
import { newUserCache } from '../support/userCache.ts';

const declared: readonly (readonly [name: string, verb: TerminalVerb])[] = Object.entries(verbs);

/** Lines that need no resource, in an order in which all succeed. */
const lines: readonly string[] = [
  'init',
  'write /a.csv',
  'append host.csv /level',
  'import host.csv /in',
  'touch /empty /other',
  'mkdir -p /d/e',
  'cp /a.csv /d/b.csv',
  'mv /empty /d/moved',
  'ln -s a.csv /link',
  'status',
  'commit -m first',
  'ls -R',
  'find --name *.csv',
  'tree',
  'du',
  'grep 1 /a.csv',
  'stat /a.csv',
  'describe /a.csv /level',
  'format /a.csv nulls=NA',
  'format /',
  'diff',
  'commit -m second /a.csv',
  'log',
  'show HEAD',
  'diff --at 0 --to HEAD',
  'diff --rows --at 1 --to HEAD /a.csv',
  'undo --dry-run',
  'tag v1',
  'tag',
  'tag -d v1',
  'rm /other',
  'discard',
  'restore --force /a.csv --at 1',
  'query FROM_"/a.csv"',
  'query --format json FROM_"/a.csv"',
  'query -o out.csv FROM_"/a.csv"',
  'sql -f script.sql',
  'scribble --seed 1 --min 1 --max 1 /random',
  'export /a.csv out',
  'site site',
  'check',
  'check --quick',
  'check --repair',
  'prove /d/b.csv',
  'migrate --from old --dry-run',
];

/** Lines on resources, and on copies of the pond. */
const linesOfResources = (store: string): readonly string[] => [
  'run',
  'backup status',
  'mirror status',
  'apply -f resources',
  'discard',
  'apply -f resources',
  'commit -m resources',
  'get',
  'get box',
  'allow --list',
  'run box',
  'runs',
  'mirror --dry-run',
  'mirror',
  'mirror status',
  'hydrovu locations buoys',
  'hydrovu scan buoys 1 2024-06-01 2024-06-02',
  'backup',
  'backup status',
  'backup status --offline',
  'backup verify',
  'backup prune --dry-run',
  `backup ls ${store}`,
  'import host.csv /Inbox/box',
  'run box',
  'resolve /Inbox/box/host.csv',
  'commit -m kept',
  'delete box',
  'clone --thin .pond thin',
];

/** A space in an argument is written as an underscore. */
const wordsOf = (line: string): readonly string[] => line.split(' ').map((word) => word.replaceAll('_', ' '));

test('every verb prints JSON with --json, but for those that print text or bytes as they are', async (t) => {
  newUserCache(t);
  const cwd = temporaryFolder(t);
  const server = await startHydroVuServer({ devices: [{ id: '1', name: 'buoy', readings: [] }] });
  t.after(() => server.close());
  for (const name of ['in', 'store', 'mirrored']) mkdirSync(join(cwd, name));
  writeFileSync(join(cwd, 'host.csv'), 'Timestamp,v\n1700000000,1\n');
  writeFileSync(join(cwd, 'script.sql'), 'SELECT 1 AS a;');
  writePocHarbor(join(cwd, 'old/.pond'));
  const store = pathToFileURL(join(cwd, 'store')).href;
  const document = (kind: string, name: string, spec: string): string =>
    `apiVersion: duckpond/v1\nkind: ${kind}\nname: ${name}\ndesc: A test\nspec: ${spec}\n`;
  const documents = [
    document('Inbox', 'box', `{ pattern: "${cwd}/in/*" }`),
    document('Mirror', 'both', `{ folder: "${cwd}/mirrored", path: /m }`),
    document('Backup', 'nas', `{ endpoint: "${store}" }`),
    hydroVuDocument(server.url, [{ id: '1', name: 'buoy', scope: 'harbor' }]),
  ];
  writeFileSync(join(cwd, 'resources'), documents.join('---\n'));
  const env = { TEST_KEY: server.key, TEST_SECRET: server.secret };
  const seen = new Set<string>();
  const check = async (line: string, pond = '.pond'): Promise<void> => {
    const words = wordsOf(line);
    const [name = ''] = words;
    if (name === 'run') writeFileSync(join(cwd, 'in/host.csv'), `Timestamp,v\n1700000000,${seen.size}\n`);
    const options = { cwd, env: { ...env, POND: pond }, input: 'Timestamp,v\n1,1\n' };
    const { status, stdout, stderr } = await runPond(['--json', ...words], options);
    assert.equal(status, 0, `pond ${line}: ${stderr}`);
    assert.doesNotThrow(() => JSON.parse(stdout), `pond ${line}: ${stdout}`);
    seen.add(name);
  };
  for (const line of [...lines, ...linesOfResources(store)]) await check(line);
  for (const line of ['allow origin', 'fetch', 'evict']) await check(line, 'thin');
  const plain = declared.filter(([, { printsAsIs }]) => printsAsIs !== undefined).map(([name]) => name);
  assert.deepEqual(
    declared.map(([name]) => name).filter((name) => !seen.has(name)),
    plain,
  );
});

test('a verb that prints text or bytes as they are refuses --json', async (t) => {
  const cwd = temporaryFolder(t);
  for (const [name, { positionals, printsAsIs }] of declared) {
    if (printsAsIs === undefined) continue;
    const words = Array.from({ length: positionals[0] }, () => '/x');
    const { status, stdout, stderr } = await runPond(['--json', name, ...words], { cwd });
    assert.deepEqual([status, stdout], [2, ''], name);
    const { error } = JSON.parse(stderr) as { readonly error: { readonly message: string } };
    assert.equal(error.message, `'pond ${name}' prints ${printsAsIs}, and takes no --json`);
  }
});

test('--json and another format exclude each other, but for the file of a query', async (t) => {
  const cwd = temporaryFolder(t);
  assert.equal((await runPond(['init'], { cwd })).status, 0);
  for (const verb of [['query', 'SELECT 1'], ['sql']]) {
    const words = ['--json', ...verb, '--format', 'csv'];
    const { status, stdout, stderr } = await runPond(words, { cwd, input: 'SELECT 1;' });
    assert.deepEqual([status, stdout], [2, ''], stderr);
    assert.match(stderr, /--json and --format csv exclude each other/);
  }
  const written = await runPond(['--json', 'query', '--format', 'csv', '-o', 'a', 'SELECT 1'], { cwd });
  assert.match(written.stdout, /"rowCount": 1/);
});
