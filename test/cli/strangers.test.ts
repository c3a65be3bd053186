/**
 * Limits of a pond from an untrusted source: what it cannot do to its user, through the command and the editor's
 * server.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { failureOf, startEditorServer } from '../support/editorServer.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';

interface Place {
  /** The folder around the pond, which belongs to the user. */
  readonly folder: string;
  readonly pond: string;
  run(args: readonly string[], input?: string): Promise<Ended>;
}

const original = makeTemporaryDirectory('pond-strangers');
after(() => original.remove());

const runIn =
  (folder: string): Place['run'] =>
  (args, input = '') =>
    runPond(args, { cwd: folder, input, env: { TMPDIR: folder } });

before(async () => {
  for (const [args, input] of [
    [['init']],
    [['write', '/big.csv'], `n\n${'12345\n'.repeat(20_000)}`],
    [['commit', '-m', 'first']],
    [['write', '/staged'], 'text'],
  ] as const) {
    assert.equal((await runIn(original.path)(args, input)).status, 0);
  }
});

/** A pond with a large file, one commit, and a staged change. */
function newPlace(t: TestContext): Place {
  const folder = temporaryFolder(t);
  const pond = join(folder, '.pond');
  cpSync(join(original.path, '.pond'), pond, { recursive: true });
  return { folder, pond, run: runIn(folder) };
}

/** All files of the pond with their content; links and pipes by name only. */
function filesOf(pond: string): ReadonlyMap<string, string> {
  const names = readdirSync(pond, { recursive: true, withFileTypes: true });
  return new Map(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? readFileSync(path, 'latin1') : ''];
    }),
  );
}

interface Planted {
  /** Plants an entry in the pond that leads to `victim`, a file, or to the folder that contains it. */
  readonly plant: (pond: string, victim: string) => void;
  /** Part of the path that the error names. */
  readonly names: string;
  readonly notOnWindows?: true;
}

function replaceByLink(path: string, target: string): void {
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
}

const newestCommit = '_delta_log/00000000000000000001.json';

const planted: Readonly<Record<string, Planted>> = {
  'a link in the place of the journal': {
    plant: (pond, victim) => replaceByLink(join(pond, '_pond/journal'), victim),
    names: '_pond/journal',
  },
  'a link in the place of the quarantine, and a journal that is quarantined': {
    plant: (pond, victim) => {
      writeFileSync(join(pond, '_pond/journal'), 'touch here\n');
      replaceByLink(join(pond, '_pond/quarantine'), join(victim, '..'));
    },
    names: '_pond/quarantine',
  },
  'a link in the place of the blobs': {
    plant: (pond, victim) => {
      renameSync(join(pond, '_pond/blobs'), join(victim, '../blobs'));
      symlinkSync(join(victim, '../blobs'), join(pond, '_pond/blobs'));
    },
    names: '_pond/blobs',
  },
  'a link in the place of the cache': {
    plant: (pond, victim) => replaceByLink(join(pond, '_pond/cache'), join(victim, '..')),
    names: '_pond/cache',
  },
  'a link in the place of all that is beside the history': {
    plant: (pond, victim) => {
      renameSync(join(pond, '_pond'), join(victim, '../work'));
      symlinkSync(join(victim, '../work'), join(pond, '_pond'));
    },
    names: '_pond',
  },
  'a link in the place of the log': {
    plant: (pond, victim) => {
      renameSync(join(pond, '_delta_log'), join(victim, '../log'));
      symlinkSync(join(victim, '../log'), join(pond, '_delta_log'));
    },
    names: '_delta_log',
  },
  'a link in the place of a commit': {
    plant: (pond, victim) => {
      renameSync(join(pond, newestCommit), join(victim, '../commit'));
      symlinkSync(join(victim, '../commit'), join(pond, newestCommit));
    },
    names: newestCommit,
  },
  'a link in the place of a lock': {
    plant: (pond, victim) => symlinkSync(victim, join(pond, '_pond/lock.9')),
    names: '_pond/lock.9',
  },
  'a link that leads nowhere': {
    plant: (pond, victim) => replaceByLink(join(pond, '_pond/journal'), `${victim}.new`),
    names: '_pond/journal',
  },
  'a pipe in the place of the journal': {
    plant: (pond) => {
      rmSync(join(pond, '_pond/journal'));
      execFileSync('mkfifo', [join(pond, '_pond/journal')]);
    },
    names: '_pond/journal',
    notOnWindows: true,
  },
};

/** A pond in which something is planted, and all files of it and of the folder that it leads to. */
function plantedPlace(t: TestContext, { plant }: Planted) {
  const place = newPlace(t);
  const home = join(place.folder, 'home');
  mkdirSync(home);
  const victim = join(home, 'victim.txt');
  writeFileSync(victim, 'a text of the user');
  plant(place.pond, victim);
  const files = (): unknown => [filesOf(place.pond), filesOf(home)];
  return { ...place, files, before: files() };
}

describe('a pond that contains anything but directories and files is refused, and nothing is written', () => {
  const here = Object.entries(planted).filter(
    ([, { notOnWindows }]) => notOnWindows !== true || process.platform !== 'win32',
  );
  for (const [name, each] of here) {
    it(name, async (t) => {
      const { pond, run, files, before: expected } = plantedPlace(t, each);
      for (const args of [['touch', '/new'], ['commit', '-m', 'more'], ['status'], ['ls'], ['discard']]) {
        const { status, stderr } = await run(args);
        assert.deepEqual([status, stderr.includes(join(pond, each.names))], [6, true], `${args.join(' ')}: ${stderr}`);
      }
      assert.deepEqual(files(), expected);
    });
  }

  for (const trusted of [true, false]) {
    it(`by the editor's server of a ${trusted ? 'trusted' : 'restricted'} workspace`, async (t) => {
      const places = here.map(([name, each]) => ({ name, ...plantedPlace(t, each) }));
      const server = await startEditorServer({ trusted }, { TMPDIR: temporaryFolder(t) });
      t.after(() => server.kill());
      for (const { name, pond } of places) {
        const isRefused = (error: unknown): boolean => failureOf(error)?.code === 'pond-damaged';
        await assert.rejects(server.ask('open', { pond }), isRefused, name);
      }
      await server.stop();
      for (const { name, files, before } of places) assert.deepEqual(files(), before, name);
    });
  }

  it('a link instead of a file that a query reads', async (t) => {
    const { folder, pond, run } = newPlace(t);
    writeFileSync(join(folder, 'secret.csv'), 'n\nsecret\n');
    const blobs = join(pond, '_pond/blobs');
    const [blob] = readdirSync(blobs, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /[0-9a-f]{64}$/.test(name),
    );
    replaceByLink(join(blobs, blob!), join(folder, 'secret.csv'));
    for (const args of [
      ['query', "SELECT * FROM '/big.csv'"],
      ['cat', '/big.csv'],
      ['export', '/', 'out'],
    ]) {
      const { status, stdout, stderr } = await run(args);
      assert.deepEqual([status, stdout, stderr.includes(blob!)], [6, '', true], `${args.join(' ')}: ${stderr}`);
    }
    assert.ok(!existsSync(join(folder, 'out/big.csv')));
  });

  it('a hard link of a file elsewhere is not written through, and the file is what it was', async (t) => {
    const working = ['journal', 'journal.end', 'new-content', 'reserve', '.tmp-1', 'spool-1'];
    for (const names of [working, ['lock.9']]) {
      const { folder, pond, run } = newPlace(t);
      const victim = join(folder, 'victim.txt');
      writeFileSync(victim, 'a text of the user\n');
      for (const name of names) {
        rmSync(join(pond, '_pond', name), { force: true });
        linkSync(victim, join(pond, '_pond', name));
      }
      for (const args of [['write', '/large'], ['commit', '-m', 'more'], ['discard'], ['status']]) {
        const { status, stderr } = await run(args, 'x'.repeat(100_000));
        assert.ok([0, 1, 4, 6].includes(status ?? -1) && !stderr.includes('internal'), `${args.join(' ')}: ${stderr}`);
      }
      assert.equal(readFileSync(victim, 'utf8'), 'a text of the user\n');
    }
  });

  it('a folder that is reached through a link is a pond like any other', async (t) => {
    const { folder, pond, run } = newPlace(t);
    symlinkSync(pond, join(folder, 'alias'));
    assert.deepEqual(await run(['--pond', 'alias', 'write', '/more'], 'text'), { status: 0, stdout: '', stderr: '' });
    assert.equal((await run(['ls'])).stdout, 'big.csv\nmore\nstaged\n');
  });
});

describe('a pond in a restricted workspace', () => {
  it('is opened and read, but not repaired', async (t) => {
    const { folder, pond } = newPlace(t);
    const journal = join(pond, '_pond/journal');
    // The start of one more change.
    appendFileSync(journal, readFileSync(journal).subarray(0, 50));
    const before = filesOf(pond);
    const server = await startEditorServer({ trusted: false }, { TMPDIR: folder });
    t.after(() => server.kill());
    assert.equal((await server.ask('open', { pond })).mode, 'read');
    const { staged, warnings } = await server.ask('status', { pond });
    assert.deepEqual(
      staged.map(({ path }) => path),
      ['/staged'],
    );
    assert.match(warnings.join(), /are an unfinished change and are left out/);
    await server.stop();
    assert.deepEqual(filesOf(pond), before);
  });
});

describe('the socket of the writer', () => {
  it('is never looked up in the pond, whatever listens at an address there', async (t) => {
    const { pond, run } = newPlace(t);
    let connections = 0;
    const listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    t.after(() => listener.close());
    const address = listener.address();
    assert.ok(typeof address === 'object' && address !== null);
    const socket = { host: '127.0.0.1', port: address.port };
    // Another process that lives, and does not listen: the command runs in this one.
    const lock = { id: 'a', pid: process.ppid, host: hostname(), socket };
    writeFileSync(join(pond, '_pond/lock.9'), JSON.stringify(lock));
    const { status, stderr } = await run(['write', '/secret.txt'], 'my private text');
    assert.equal(status, 4, stderr);
    assert.match(stderr, new RegExp(`process ${process.ppid} on .* is writing this pond`));
    assert.equal(connections, 0);
  });

  it('is in a folder of the user; otherwise the pond is not shared', async (t) => {
    const { folder, pond, run } = newPlace(t);
    const uid = process.getuid?.();
    if (uid === undefined) return;
    // Another user was faster: this user did not create the folder.
    const sockets = join(folder, `pond-${uid}`);
    rmSync(sockets, { recursive: true, force: true });
    mkdirSync(join(folder, 'theirs'));
    symlinkSync(join(folder, 'theirs'), sockets);
    const server = await startEditorServer({}, { TMPDIR: folder });
    t.after(() => server.kill());
    assert.equal((await server.ask('open', { pond })).mode, 'read');
    assert.deepEqual(await run(['touch', '/new']), { status: 0, stdout: '', stderr: '' });
    assert.deepEqual(readdirSync(join(folder, 'theirs')), []);
    assert.ok(statSync(pond).isDirectory());
  });
});
