import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';
import { commitWithoutRules } from '../support/withoutRules.ts';
import { newUserCache } from '../support/userCache.ts';

interface Place {
  readonly folder: string;
  readonly url: string;
  /** Folder of the copy. */
  copy(): string;
  pond(args: readonly string[], input?: string): Promise<Ended>;
  /** Runs a command that succeeds, and returns its output. */
  ok(args: readonly string[], input?: string): Promise<string>;
}

/** A pond with a Backup to a folder, committed and not run. */
async function newPlace(t: TestContext): Promise<Place> {
  newUserCache(t);
  const folder = temporaryFolder(t);
  const store = join(folder, 'store');
  mkdirSync(store);
  const url = pathToFileURL(store).href;
  const pond: Place['pond'] = (args, input = '') => runPond(args, { cwd: folder, input });
  const ok: Place['ok'] = async (args, input) => {
    const { status, stdout, stderr } = await pond(args, input);
    assert.equal(status, 0, `pond ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  await ok(['init']);
  const document = `apiVersion: v1\nkind: Backup\nname: nas\ndesc: A copy\nspec: { endpoint: "${url}" }\n`;
  await ok(['apply', '-f', '-'], document);
  await ok(['commit', '-m', 'backup']);
  const copy = (): string =>
    join(
      store,
      readdirSync(store).find((name) => !name.startsWith('.'))!,
    );
  return { folder, url, copy, pond, ok };
}

const write = async ({ ok }: Place, path: string, text: string): Promise<void> => {
  await ok(['write', path], text);
  await ok(['commit', '-m', path]);
};

test('status says what is not backed up, without the store', async (t) => {
  const place = await newPlace(t);
  const { ok } = place;
  assert.match(await ok(['status']), /^Backup\/nas: not backed up from this computer yet$/m);
  await ok(['backup']);
  assert.match(await ok(['status']), /^Backup\/nas: backed up, last just now$/m);
  await write(place, '/a', 'a');
  await write(place, '/b', 'b'.repeat(100_000));
  rmSync(join(place.folder, 'store'), { recursive: true });
  assert.match(await ok(['status']), /^Backup\/nas: 2 commits not backed up, last just now$/m);
  const [shown] = JSON.parse(await ok(['get', '--json', 'nas'])) as { backup: string }[];
  assert.match(shown?.backup ?? '', /^2 commits not backed up/);
  const [line, at] = (await ok(['backup', 'status', '--offline'])).split('\n');
  assert.match(line ?? '', /^Backup\/nas: 2 commits not backed up, last just now, up to \d+\.\d kB$/);
  assert.match(at ?? '', /^ {2}at file:.*\/store, up to commit 1$/);
  const online = await place.pond(['backup', 'status']);
  assert.match(online.stderr, /^error\[remote-failed\]/);
});

test('the error of a run names its resource once', async (t) => {
  const { folder, pond } = await newPlace(t);
  const store = join(folder, 'store');
  rmSync(store, { recursive: true });
  const { status, stderr } = await pond(['backup']);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^error\[remote-failed\]: Backup\/nas: the folder \S+ does not exist\nhint: Mount the disk, or create the folder\. What is at the store stays whole, and the next run goes on\.\n/,
  );
  writeFileSync(store, '');
  assert.equal((await pond(['backup'])).stderr.match(/Backup\/nas/g)?.length, 1);
});

test('of several Backups each is listed, also one whose store cannot be asked and one with errors', async (t) => {
  const place = await newPlace(t);
  const { folder, ok, pond } = place;
  const other = join(folder, 'other');
  mkdirSync(other);
  const spec = `spec: { endpoint: "${pathToFileURL(other).href}" }\n`;
  await ok(['apply', '-f', '-'], `apiVersion: v1\nkind: Backup\nname: a-usb\ndesc: Another copy\n${spec}`);
  await write(place, '/a', 'a');
  await ok(['backup']);
  rmSync(other, { recursive: true });
  const one = await pond(['backup', 'status']);
  assert.equal(one.status, 1);
  assert.match(
    one.stdout,
    /^Backup\/a-usb: backed up, last just now\n {2}not asked: .*other.*\n {2}at file:.*\/other, up/,
  );
  assert.match(one.stdout, /^Backup\/nas: backed up, last just now\n {2}at file:/m);
  assert.match(
    one.stderr,
    /^error\[remote-failed\]: Backup\/a-usb: .*\n(.*\n)*error\[run-failed\]: 1 of 2 resources failed\n/,
  );
  await commitWithoutRules(join(folder, '.pond'), '/Backup/a-usb/resource.yaml', 'kind: Backup\nname: a-usb\n');
  const states = await pond(['backup', 'status', '--json']);
  assert.equal(states.status, 1);
  const rows = JSON.parse(states.stdout) as { resource: string; commit: number; error: { code: string } | null }[];
  assert.deepEqual(
    rows.map(({ resource, commit, error }) => [resource, commit, error?.code]),
    [
      ['Backup/a-usb', null, 'resource-invalid'],
      ['Backup/nas', 2, undefined],
    ],
  );
  const ran = await pond(['backup']);
  assert.match(ran.stdout, /^Backup\/a-usb +failed.*\nBackup\/nas +ok/);
});

test('a copy is verified against the pond, and a state that was lost is asked from the store', async (t) => {
  const place = await newPlace(t);
  const { ok, pond } = place;
  await write(place, '/large', 'large '.repeat(20_000));
  await ok(['backup', 'nas']);
  assert.match(
    await ok(['backup', 'verify', 'nas', '--full']),
    /^Backup\/nas: (\d+) objects, .* up to commit 2: \1 objects read/,
  );
  assert.match(await ok(['backup', 'status']), /verified just now, 100% of the objects read$/m);
  rmSync(process.env['POND_CACHE_DIR']!, { recursive: true });
  assert.match(await ok(['status']), /not backed up from this computer yet/);
  const [state] = JSON.parse(await ok(['backup', 'status', '--json'])) as { commit: number; missing: number }[];
  assert.deepEqual([state?.commit, state?.missing], [2, 0]);

  const blobs = join(place.copy(), '_pond/blobs');
  const blob = readdirSync(blobs, { recursive: true, encoding: 'utf8' }).find((name) => /[0-9a-f]{64}$/.test(name))!;
  const path = join(blobs, blob);
  const bytes = readFileSync(path);
  bytes[1000]! ^= 1;
  rmSync(path);
  writeFileSync(path, bytes);
  assert.equal((await pond(['backup', 'verify', 'nas', '--sample', '0%'])).status, 0);
  const damaged = await pond(['backup', 'verify', 'nas', '--full']);
  assert.match(damaged.stdout, new RegExp(`^_pond/blobs/${blob} is altered`));
  assert.match(damaged.stderr, /^error\[remote-damaged\]: the copy of Backup\/nas has 1 problem/);
  assert.equal((await pond(['backup', 'verify', 'nas', '--full', '--at', '1'])).status, 0);
  assert.match(
    await ok(['backup', 'verify', 'nas', '--full', '--repair']),
    new RegExp(`^repaired _pond/blobs/${blob}\nBackup/nas: `),
  );
  assert.match(await ok(['backup', 'status']), /verified just now/);
});

test('a store is listed, with the ponds in it', async (t) => {
  const place = await newPlace(t);
  await place.ok(['backup']);
  const { id } = JSON.parse(await place.ok(['status', '--json'])) as { id: string };
  const [listed] = JSON.parse(await place.ok(['backup', 'ls', place.url, '--json'])) as {
    pond: string;
    commit: number;
  }[];
  assert.deepEqual([listed?.pond, listed?.commit], [id, 1]);
  assert.match(await place.ok(['backup', 'ls', place.url]), new RegExp(`^${id}  commit 1 `));
});

test('what no version names is removed by the second of two calls', async (t) => {
  const place = await newPlace(t);
  await place.ok(['backup']);
  const orphan = join(place.copy(), '1b671a64-40d5-491e-99b0-da01ff1f3341.parquet');
  const age = (path: string, days: number): void => {
    const time = new Date(Date.now() - days * 86_400_000);
    utimesSync(path, time, time);
  };
  writeFileSync(orphan, 'left by a push');
  assert.match(await place.ok(['backup', 'prune', 'nas']), /^Backup\/nas: 0 objects of 0 removed$/m);
  age(orphan, 8);
  assert.match(await place.ok(['backup', 'prune', 'nas', '--dry-run']), /^candidate  14 B  1b67/);
  assert.deepEqual(readdirSync(join(place.copy(), '_pond')).includes('prune'), false);
  for (let i = 0; i < 2; i++) {
    assert.match(await place.ok(['backup', 'prune', 'nas']), /; a call after .* removes the candidates$/m);
  }
  const lists = join(place.copy(), '_pond/prune');
  for (const name of readdirSync(lists)) age(join(lists, name), 2);
  assert.match(await place.ok(['backup', 'prune', 'nas']), /^removed .*\nBackup\/nas: 1 object of 1 removed$/m);
  assert.ok(!readdirSync(place.copy()).includes('1b671a64-40d5-491e-99b0-da01ff1f3341.parquet'));
  await place.ok(['backup', 'verify', 'nas', '--full']);
});

test('a clone backs up nothing until it is adopted, and only with the history of the store', async (t) => {
  const place = await newPlace(t);
  await place.ok(['backup']);
  await place.ok(['clone', place.url, 'clone']);
  const inClone = (...args: readonly string[]): Promise<Ended> => place.pond(['--pond', 'clone', ...args]);
  await inClone('allow', 'nas');
  const refused = await inClone('backup');
  assert.match(refused.stderr, /^error\[not-allowed\]: .*this pond is a clone of .*\nhint: .*'pond backup adopt nas'/m);
  assert.match(refused.stderr + refused.stdout, /could not be kept: this pond follows file:.*would end that/);
  // The clone has no commit of its own, so it follows the store.
  await write(place, '/later', 'later');
  await place.ok(['backup']);
  await place.ok(['clone', place.url, 'clone']);
  assert.equal((await inClone('cat', '/later')).stdout, 'later');
  assert.equal((await inClone('backup', 'adopt', 'nas')).status, 0);
  await inClone('mkdir', '/in-clone');
  await inClone('commit', '-m', 'in the clone');
  assert.equal((await inClone('backup')).status, 0);
  await write(place, '/a', 'a');
  assert.match((await place.pond(['backup'])).stderr, /^error\[remote-diverged\]/m);
  assert.match(
    await place.ok(['status']),
    /^Backup\/nas: not backed up: the copy is gone, or has another history; last /m,
  );
});

test('options belong to one action, and names to Backups', async (t) => {
  const { pond, url } = await newPlace(t);
  const usage = await pond(['backup', 'status', '--full']);
  assert.match(usage.stderr, /^error\[usage\]: --full is not for 'pond backup status'/);
  assert.match((await pond(['backup', 'verify', 'nas', '--sample', 'x'])).stderr, /^error\[usage\]/);
  assert.match(
    (await pond(['backup', 'other'])).stderr,
    /^error\[resource-not-found\]: the latest commit has no Backup "other"/,
  );
  for (const name of [['nas'], []]) {
    const verified = await pond(['backup', 'verify', ...name]);
    assert.match(verified.stderr, /^error\[not-found\]: there is no copy of this pond/);
  }
  const none = await pond(['backup', 'ls', url]);
  assert.deepEqual([none.status, none.stdout], [0, '']);
  assert.match(none.stderr, /^pond: no copy of a pond is at file:\S+\nhint: Name the prefix of the Backup too: /);
  const ls = await pond(['backup', 'ls']);
  assert.match(ls.stderr, /^error\[usage\]: an argument is missing for 'backup ls'\nhint: See 'pond help backup'\.$/m);
});

test('a Backup that is only staged is named, with the commit that it needs', async (t) => {
  const { pond, ok, url } = await newPlace(t);
  const document = (name: string): string =>
    `apiVersion: v1\nkind: Backup\nname: ${name}\ndesc: A copy\nspec: { endpoint: "${url}" }\n`;
  await ok(['apply', '-f', '-'], document('second'));
  for (const args of [
    ['second'],
    ['verify', 'second'],
    ['status', 'second'],
    ['prune', 'second'],
    ['adopt', 'second'],
  ]) {
    assert.equal(
      (await pond(['backup', ...args])).stderr,
      'error[resource-not-found]: the latest commit has no Backup "second"\n' +
        "hint: The commit has Backup/nas. Actions are status, verify, ls, prune, adopt. Backup/second is staged: 'pond commit' makes it live.\n",
    );
  }
  await ok(['discard']);
  await ok(['delete', 'nas']);
  await ok(['commit', '-m', 'none']);
  await ok(['apply', '-f', '-'], [document('second'), document('third')].join('---\n'));
  assert.equal(
    (await pond(['backup'])).stderr,
    'error[resource-not-found]: the latest commit has no backup\n' +
      "hint: Backup/second, Backup/third are staged: 'pond commit' makes them live.\n",
  );
});
