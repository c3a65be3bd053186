import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { type Job } from '../../server/src/base/job.ts';
import { lazy } from '../../server/src/base/lazy.ts';
import { migrate, requireSound } from '../../server/src/migrate/migrate.ts';
import { openSource } from '../../server/src/migrate/openSource.ts';
import { pocDigest } from '../../server/src/migrate/pocDigest.ts';
import { type SourceHistory } from '../../server/src/migrate/source.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { readResources } from '../../server/src/resources/readResource.ts';
import { temporaryFolder } from '../support/folder.ts';
import { checkPocFormat } from '../support/pocFormat.ts';
import { harborIds, harborSecrets, writePocHarbor } from '../support/pocHarbor.ts';
import { PocPond } from '../support/pocPond.ts';
import { initPond } from '../support/pond.ts';

interface Settings {
  readonly history?: 'all' | 'none';
  readonly base?: string;
  readonly job?: Job;
}

/** Migrates a source into a new pond, which is closed when the test ends. */
async function migrated(
  t: TestContext,
  from: string | SourceHistory,
  { history = 'all', base = '/', job = {} }: Settings = {},
) {
  const pond = await initPond(join(temporaryFolder(t), 'pond'), { timeUs: 1 });
  t.after(() => pond.close());
  const source = typeof from === 'string' ? await openSource(from, job) : from;
  return { pond, source, ...(await migrate(pond, source, { history, base, job })) };
}

/** The pond of the harbor, which no migration changes, written once. */
const harborParent = mkdtempSync(join(tmpdir(), 'pond-test-'));
after(() => rmSync(harborParent, { recursive: true, force: true }));
const harbor = lazy(() => {
  writePocHarbor(join(harborParent, 'old'));
  return join(harborParent, 'old');
});

const text = async (pond: OpenPond, path: string, at = 'HEAD'): Promise<string> =>
  new TextDecoder().decode(await (await (await pond.at(at)).root()).readFile(path));

async function versionCount(pond: OpenPond, path: string): Promise<number> {
  let count = 0;
  for await (const _ of (await pond.fs.root()).versions(path)) count++;
  return count;
}

/** Hash of all files of a folder with their names. */
function folderHash(folder: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    hash.update(path.slice(folder.length));
    if (entry.isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

const inbox = `/Inbox/${harborIds.Inbox}`;

test('the generator keeps every rule of the format', async () => {
  assert.equal(await checkPocFormat(harbor()), 61);
});

test('each state becomes the commit of its number, at its time', async (t) => {
  const folder = harbor();
  const before = folderHash(folder);
  const { pond, source } = await migrated(t, folder);
  assert.deepEqual([source.damage, source.left], [[], []]);
  for (let number = 1; number <= 12; number++) {
    const { message, timeUs, author } = await pond.resolve(String(number));
    const expected = [`PoC state ${number}`, (1_735_689_600 + 3600 * (number - 1)) * 1_000_000, 'migrate'];
    assert.deepEqual([message, timeUs, author], expected);
  }
  assert.equal(await text(pond, `${inbox}/a.csv`, '4'), 'abc');
  assert.equal(await text(pond, `${inbox}/a.csv`), 'abcd');
  const node = await (await pond.fs.root()).get(`${inbox}/a.csv`);
  assert.equal(node?.node.modifiedUs, (1_735_689_600 + 3600 * 11) * 1_000_000);
  assert.equal(folderHash(folder), before, 'the source is only read');
  assert.deepEqual(await pond.checkHistory().then(({ problems }) => problems), []);
});

test('a series keeps every version, and files, links and directories are in their places', async (t) => {
  const { pond } = await migrated(t, harbor());
  const root = await pond.fs.root();
  const data = `/HydroVu/${harborIds.HydroVu}/data`;
  assert.equal(await versionCount(pond, `${data}/BDockVulink-4990594334457856`), 2);
  assert.equal(await versionCount(pond, `${data}/BDockAT500-5077810482151424`), 2);
  assert.equal(await versionCount(pond, `${inbox}/a.csv`), 2);
  assert.equal(await root.readlink('/HydroVu/noyoharbor'), harborIds.HydroVu);
  assert.equal(await text(pond, '/Inbox/files/2024/b.csv'), 'hello');
  assert.equal((await root.readFile('/Inbox/files/2024/large.bin')).length, 100_000);
  assert.equal(await text(pond, `/migrated${inbox}/resource.yaml`), 'a file of the host by that name');
  assert.equal(await root.get('/Pond'), undefined);
});

test('documents are complete, sound, and without secrets', async (t) => {
  const folder = harbor();
  const { pond, source } = await migrated(t, folder);
  const resources = await readResources(pond.fs);
  assert.deepEqual(
    resources.map(({ kind, name, id, problems }) => [kind.kind, name, id, problems]),
    [
      ['HydroVu', 'noyoharbor', harborIds.HydroVu, []],
      ['Inbox', 'files', harborIds.Inbox, []],
      ['Scribble', 'random', harborIds.Scribble, []],
      ['Derive', 'extract', harborIds.Derive, []],
      ['Combine', 'noyodata', harborIds.Combine, []],
      ['Reduce', 'downsampled', harborIds.Reduce, []],
      ['Template', 'pages', harborIds.Template, []],
    ],
  );
  const [hydroVu, , scribble, , , , template] = resources.map((resource) => resource.text);
  assert.match(hydroVu!, /id: 5077810482151424\n +name: BDockAT500\n +scope: AT500_Surface\n +comment: since June/);
  assert.match(hydroVu!, /metadata:\n {2}owner: field team\n/);
  assert.match(scribble!, /tree: 0.05\n +table: 0.4\n/);
  assert.match(template!, /template: \|\n +# \{\{ args\[0\] \}\}\n\n +of the harbor\n/);
  assert.doesNotMatch(template!, /template_file/);
  assert.deepEqual(
    [...source.secrets],
    [
      ['HYDROVU_KEY', ['HydroVu/noyoharbor']],
      ['HYDROVU_SECRET', ['HydroVu/noyoharbor']],
    ],
  );
  for (const path of readdirSync(pond.directory, { recursive: true, withFileTypes: true })) {
    if (!path.isFile()) continue;
    const bytes = readFileSync(join(path.parentPath, path.name));
    for (const secret of harborSecrets) assert.ok(!bytes.includes(secret), path.name);
  }
});

test('resources of a kind with other secrets have variables of their own', async (t) => {
  const folder = join(temporaryFolder(t), 'old');
  const pond = new PocPond(folder);
  const columns = { bucket: 'text', region: 'text', key: 'text', secret: 'text', endpoint: 'text' } as const;
  const spec = { bucket: 'b', region: 'auto', endpoint: 'https://s3.example.org' };
  const secrets = { one: 'y', two: 'x', three: 'y', 'a-b': 'z', 'a.b': 'w', last: 'y' };
  for (const [index, [name, secret]] of Object.entries(secrets).entries()) {
    const uuid = `3f1c7a52-0d5e-4f6a-8a51-9c6f0b1d2f0${index}`;
    pond.apply({
      kind: 'Backup',
      name,
      uuid,
      columns,
      spec: { ...spec, key: 'same', secret },
    });
  }
  const { source } = await migrated(t, folder);
  assert.deepEqual(
    [...source.secrets],
    [
      ['BACKUP_KEY', Object.keys(secrets).map((name) => `Backup/${name}`)],
      ['BACKUP_SECRET', ['Backup/one', 'Backup/three', 'Backup/last']],
      ['BACKUP_TWO_SECRET', ['Backup/two']],
      ['BACKUP_A_B_SECRET', ['Backup/a-b']],
      // The names differ only in a character that no variable has.
      ['BACKUP_A_B_SECRET_2', ['Backup/a.b']],
    ],
  );
});

test('the hash of each resource directory is that of the source', async (t) => {
  const { trees } = await migrated(t, harbor());
  assert.equal(trees.length, 7);
  for (const { path, sourceHash, migratedHash } of trees) assert.equal(migratedHash, sourceHash, path);
});

test('the hash of a directory has the golden values of the format', () => {
  const file = (name: string, content: string) => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { name, type: 'data' as const, sizeBytes: content.length, sha256 };
  };
  const below = pocDigest([file('b.csv', 'hello')]);
  assert.equal(pocDigest([]), createHash('sha256').digest('hex'));
  const one = pocDigest([file('a.csv', 'abc')]);
  assert.equal(one, 'ba8c12f2855565673ff84708932228e2af22cf62e8addb0519e7e536d1b231db');
  const two = pocDigest([file('a.csv', 'abc'), { name: 'any', type: 'tree', sizeBytes: 9, sha256: below }]);
  assert.equal(two, '22a022871d28089387dba110849ab8c14c482601dbbe319e685b6b7d0ae7ebeb');
});

test('without its history, the latest state is one commit, and a series still has all its versions', async (t) => {
  const folder = harbor();
  const whole = await migrated(t, folder);
  const { pond } = await migrated(t, folder, { history: 'none' });
  assert.equal(pond.head.number, 2);
  assert.equal(pond.head.rootHash, whole.pond.head.rootHash);
  assert.equal(await versionCount(pond, `${inbox}/a.csv`), 1);
});

test('below a path of a pond, the tree is the same', async (t) => {
  const { pond } = await migrated(t, harbor(), { base: '/from/2025' });
  assert.equal(await text(pond, `/from/2025/Inbox/files/2024/b.csv`), 'hello');
  assert.deepEqual(await readResources(pond.fs), []);
});

test('interrupted after any commit, another migration goes on to the same result', async (t) => {
  const source = await openSource(harbor(), {});
  const expected = (await migrated(t, source)).pond.head;
  const pond = await initPond(join(temporaryFolder(t), 'pond'), { timeUs: 1 });
  t.after(() => pond.close());
  for (let run = 0; run < 13; run++) {
    const stop = new AbortController();
    // The first progress is before the first commit, the second before the second.
    const progress = (message: string, done: number): void => {
      if (message === 'migrating' && done === 1) stop.abort();
    };
    const job = { signal: stop.signal, progress };
    const run = migrate(pond, source, { history: 'all', base: '/', job });
    if (pond.head.number < 11) await assert.rejects(run, { code: 'cancelled' });
    else await run;
  }
  assert.deepEqual([pond.head.number, pond.head.rootHash], [expected.number, expected.rootHash]);
});

test('a source that went on is migrated from where it was; one that differs, or a changed pond, is refused', async (t) => {
  const folder = join(temporaryFolder(t), 'old');
  const old = writePocHarbor(folder);
  const { pond } = await migrated(t, folder);
  old.command((root) => root.directory('Inbox').directory(harborIds.Inbox).write('c.csv', 'data', Buffer.from('c')));
  const options = { history: 'all', base: '/', job: {} } as const;
  const { written } = await migrate(pond, await openSource(folder, {}), options);
  assert.deepEqual([written.commits, await text(pond, `${inbox}/c.csv`)], [2, 'c']);
  const other = join(temporaryFolder(t), 'other');
  new PocPond(other);
  await assert.rejects(migrate(pond, await openSource(other, {}), options), { code: 'pond-exists' });
  await (await pond.fs.root()).writeFile('/note', Buffer.from('mine'));
  await pond.commit({ message: 'mine', author: 'me' });
  await assert.rejects(migrate(pond, await openSource(folder, {}), options), { code: 'pond-exists' });
});

/** Damage of a source by its name: each is made in a copy of the harbor. */
const damages: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
  ['a missing file', (folder) => rmSync(join(folder, inbox, 'a.csv.1.data')), /a\.csv\.1\.data: it is missing/],
  ['a short file', (folder) => truncateSync(join(folder, inbox, 'a.csv.1.data'), 1), /it has 1 bytes, expected 3/],
  [
    'an altered file',
    (folder) => writeFileSync(join(folder, inbox, 'a.csv.2.data'), 'abcx'),
    /its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}/,
  ],
  ['an altered directory', (folder) => writeFileSync(join(folder, 'Inbox/dir.1.parquet'), 'x'), /dir\.1\.parquet/],
  ['a cut state', (folder) => truncateSync(join(folder, 'dir.12.parquet'), 40), /dir\.12\.parquet/],
  ['a missing state', (folder) => rmSync(join(folder, 'dir.5.parquet')), /dir\.5\.parquet: it is missing/],
  ['a link', (folder) => linked(join(folder, inbox, 'a.csv.1.data')), /a\.csv\.1\.data/],
  [
    'no table of a kind',
    (folder) => writeFileSync(join(folder, 'HydroVu/HydroVu.1.parquet'), 'x'),
    /HydroVu\.1\.parquet/,
  ],
];

function linked(path: string): void {
  rmSync(path);
  symlinkSync('/etc/hostname', path);
}

for (const [what, damage, message] of damages) {
  test(`${what} is reported with its path, and the rest is migrated if damage is skipped`, async (t) => {
    const folder = join(temporaryFolder(t), 'old');
    cpSync(harbor(), folder, { recursive: true, preserveTimestamps: true });
    damage(folder);
    const source = await openSource(folder, {});
    assert.throws(() => requireSound(source), { code: 'pond-damaged', message });
    const { pond } = await migrated(t, source, { history: 'none' });
    assert.equal(await text(pond, `${inbox}/2024/b.csv`), 'hello');
  });
}
