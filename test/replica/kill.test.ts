/**
 * Processes of `pond` that are killed at a call that changes a file, while they push, clone, prune, copy, mirror and migrate:
 * what is there is whole, and the same command completes it.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { put } from '../support/mirror.ts';
import { writePocHarbor } from '../support/pocHarbor.ts';
import { type Ended, runPond, startPond } from '../support/pondCommand.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const preload = new URL('../support/killAtCall.mjs', import.meta.url).href;

/** A folder with ponds, and the commands in it. */
interface Place {
  readonly folder: string;
  pond(args: readonly string[], input?: string): Promise<Ended>;
  ok(args: readonly string[], input?: string): Promise<string>;
}

/** A command that is killed. */
interface Scenario {
  readonly name: string;
  /** About the number of calls that it makes. */
  readonly callsMax: number;
  readonly prepare: (place: Place) => Promise<void>;
  readonly args: readonly string[];
  /** Fails unless what the killed command left is whole. */
  readonly left: (place: Place) => Promise<void>;
  /** Fails unless the command did all of its work. */
  readonly done: (place: Place) => Promise<void>;
}

function placeIn(folder: string): Place {
  const env = { POND_DATA_DIR: join(folder, 'data'), POND_CACHE_DIR: join(folder, 'cache') };
  const pond: Place['pond'] = (args, input = '') => runPond(args, { cwd: folder, input, env });
  const ok: Place['ok'] = async (args, input) => {
    const { status, stdout, stderr } = await pond(args, input);
    assert.equal(status, 0, `pond ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  return { folder, pond, ok };
}

const text = (name: string): string => `${name} `.repeat(name === 'large' ? 20_000 : 3);

/** A pond with a Backup in the folder `store`, and three commits. */
async function preparePond({ folder, ok }: Place): Promise<void> {
  mkdirSync(join(folder, 'store'));
  await ok(['init', 'own']);
  const endpoint = pathToFileURL(join(folder, 'store')).href;
  const document = `apiVersion: v1\nkind: Backup\nname: nas\ndesc: A copy\nspec: { endpoint: "${endpoint}" }\n`;
  await ok(['--pond', 'own', 'apply', '-f', '-'], document);
  for (const name of ['small', 'large', 'last']) {
    await ok(['--pond', 'own', 'write', `/${name}`], text(name));
    await ok(['--pond', 'own', 'commit', '-m', name]);
  }
}

/** Checks a pond; none at all is whole too. */
async function checkIfThere({ pond }: Place, name: string): Promise<void> {
  const { status, stdout, stderr } = await pond(['--pond', name, 'check']);
  if (status === 3 && stderr.includes('pond-not-found')) return;
  assert.equal(status, 0, `${stdout}${stderr}`);
}

/** A copy at the store is a whole version of the pond, or none. */
async function checkStore(place: Place): Promise<void> {
  const { folder, pond } = place;
  const { status, stderr } = await pond(['clone', pathToFileURL(join(folder, 'store')).href, 'looked']);
  assert.ok(status === 0 || stderr.includes('pond-not-found'), stderr);
  await checkIfThere(place, 'looked');
  rmSync(join(folder, 'looked'), { recursive: true, force: true });
}

/** Objects that no version names. */
const strays = ['aa', 'bb', 'cc'].map((start) => `_pond/blobs/${start}/${start.repeat(32)}`);

/** The folder of the copy in the store. */
function copyIn(folder: string): string {
  const copies = readdirSync(join(folder, 'store'), { recursive: true, encoding: 'utf8' });
  const found = copies.find((name) => name.endsWith('_delta_log'));
  assert.ok(found !== undefined, copies.join());
  return join(folder, 'store', found, '..');
}

function age(file: string, days: number): void {
  const time = Date.now() / 1000 - days * 24 * 60 * 60;
  utimesSync(file, time, time);
}

/** Lists of candidates as they are two days later. */
function ageLists(copy: string): void {
  for (const name of readdirSync(join(copy, '_pond/prune'))) age(join(copy, '_pond/prune', name), 2);
}

const scenarios: readonly Scenario[] = [
  {
    name: 'a push',
    callsMax: 85,
    prepare: preparePond,
    args: ['--pond', 'own', 'backup'],
    async left(place) {
      await checkIfThere(place, 'own');
      await checkStore(place);
    },
    done: async ({ ok }) => void (await ok(['--pond', 'own', 'backup', 'verify', 'nas', '--full'])),
  },
  {
    name: 'a clone',
    callsMax: 52,
    async prepare(place) {
      await preparePond(place);
      await place.ok(['--pond', 'own', 'backup']);
    },
    args: ['clone', './store', 'copy'],
    left: (place) => checkIfThere(place, 'copy'),
    async done(place) {
      await checkIfThere(place, 'copy');
      assert.equal(await place.ok(['--pond', 'copy', 'cat', '/large']), text('large'));
    },
  },
  {
    name: 'a clone that is brought up to date',
    callsMax: 40,
    async prepare(place) {
      await preparePond(place);
      await place.ok(['--pond', 'own', 'backup']);
      await place.ok(['clone', './store', 'copy']);
      await place.ok(['--pond', 'own', 'write', '/later'], text('large').toUpperCase());
      await place.ok(['--pond', 'own', 'commit', '-m', 'later']);
      await place.ok(['--pond', 'own', 'backup']);
    },
    args: ['clone', './store', 'copy'],
    left: (place) => checkIfThere(place, 'copy'),
    async done(place) {
      await checkIfThere(place, 'copy');
      assert.equal(await place.ok(['--pond', 'copy', 'cat', '/later']), text('large').toUpperCase());
    },
  },
  {
    name: 'a prune',
    callsMax: 22,
    async prepare(place) {
      const { folder, ok } = place;
      await preparePond(place);
      await ok(['--pond', 'own', 'backup']);
      const copy = copyIn(folder);
      for (const name of strays) {
        put(copy, name, 'x');
        age(join(copy, name), 30);
      }
      await ok(['--pond', 'own', 'backup', 'prune', 'nas']);
      ageLists(copy);
    },
    args: ['--pond', 'own', 'backup', 'prune', 'nas'],
    left: checkStore,
    async done(place) {
      // A call that was killed may have left only its own list, which is a day old then.
      ageLists(copyIn(place.folder));
      await place.ok(['--pond', 'own', 'backup', 'prune', 'nas']);
      for (const name of strays) assert.ok(!existsSync(join(copyIn(place.folder), name)), name);
      await place.ok(['--pond', 'own', 'backup', 'verify', 'nas', '--full']);
    },
  },
  {
    name: 'a Copy',
    callsMax: 90,
    async prepare(place) {
      const { folder, ok } = place;
      await preparePond(place);
      await ok(['--pond', 'own', 'backup']);
      await ok(['init', 'other']);
      const endpoint = pathToFileURL(join(folder, 'store')).href;
      const document = `apiVersion: v1\nkind: Copy\nname: own\ndesc: A copy\nspec: { endpoint: "${endpoint}" }\n`;
      await ok(['--pond', 'other', 'apply', '-f', '-'], document);
      await ok(['--pond', 'other', 'commit', '-m', 'a copy']);
    },
    args: ['--pond', 'other', 'run', 'own'],
    async left(place) {
      await checkIfThere(place, 'other');
      // All of it came in one commit, or nothing did.
      const names = (await place.ok(['--pond', 'other', 'ls', '/Copy/own'])).split('\n').filter((name) => name !== '');
      const files = ['small', 'large', 'last'].filter((name) => names.includes(name));
      assert.ok(files.length === 0 || files.length === 3, names.join());
    },
    done: async ({ ok }) => assert.equal(await ok(['--pond', 'other', 'cat', '/Copy/own/large']), text('large')),
  },
  {
    name: 'a mirror',
    callsMax: 34,
    async prepare(place) {
      const { folder, ok } = place;
      await preparePond(place);
      const mirrored = join(folder, 'mirrored');
      mkdirSync(mirrored);
      put(mirrored, 'theirs/large', text('large'));
      put(mirrored, 'theirs/small', text('small'));
      await ok(['--pond', 'own', 'mkdir', '/m']);
      for (const name of ['small', 'large']) await ok(['--pond', 'own', 'cp', `/${name}`, `/m/${name}`]);
      const document = `apiVersion: v1\nkind: Mirror\nname: both\ndesc: A mirror\nspec: { folder: "${mirrored}", path: /m }\n`;
      await ok(['--pond', 'own', 'apply', '-f', '-'], document);
      await ok(['--pond', 'own', 'commit', '-m', 'a mirror']);
    },
    args: ['--pond', 'own', 'mirror'],
    left: (place) => checkIfThere(place, 'own'),
    async done({ folder, ok }) {
      for (const name of ['small', 'large']) {
        assert.equal(readFileSync(join(folder, 'mirrored', name), 'utf8'), text(name));
        assert.equal(readFileSync(join(folder, 'mirrored/theirs', name), 'utf8'), text(name));
        assert.equal(await ok(['--pond', 'own', 'cat', `/m/theirs/${name}`]), text(name));
      }
      const { conflicts } = JSON.parse(await ok(['--pond', 'own', 'status', '--json'])) as { conflicts: unknown[] };
      assert.deepEqual(conflicts, []);
    },
  },
  {
    name: 'a migration',
    callsMax: 140,
    prepare: async ({ folder }) => void (await Promise.resolve(writePocHarbor(join(folder, 'old/.pond')))),
    args: ['migrate', '--from', 'old', 'new'],
    left: (place) => checkIfThere(place, 'new'),
    async done(place) {
      await checkIfThere(place, 'new');
      assert.match(await place.ok(['--pond', 'new', 'ls', '/Inbox/files/2024']), /^b\.csv\nlarge\.bin\n$/);
    },
  },
];

describe('a process that is killed', () => {
  for (const { name, callsMax, prepare, args, left, done } of scenarios) {
    it(`during ${name} leaves what is whole, and the same command completes it`, async (t) => {
      const place = placeIn(temporaryFolder(t));
      const { folder } = place;
      await prepare(place);
      // The mirrored folder is at its place for good: all is prepared there, and brought back for each kill.
      const prepared = temporaryFolder(t);
      cpSync(folder, prepared, { recursive: true, preserveTimestamps: true });
      let kills = 0;
      for (const seed of seeds(1)) {
        rmSync(folder, { recursive: true });
        cpSync(prepared, folder, { recursive: true, preserveTimestamps: true });
        const at = 1 + randomOf(seed)(callsMax);
        const env = {
          ...{ POND_DATA_DIR: join(folder, 'data'), POND_CACHE_DIR: join(folder, 'cache') },
          ...{ NODE_OPTIONS: `--import=${preload}`, POND_KILL_AT: String(at) },
        };
        const { process: child, ended } = startPond(args, { cwd: folder, input: '', env });
        const { status, stderr } = await ended;
        const isKilled = child.signalCode === 'SIGKILL';
        assert.ok(isKilled || status === 0, `call ${at}: ${stderr}`);
        if (isKilled) kills += 1;
        await left(place);
        const again = await place.pond(args);
        assert.equal(again.status, 0, `after call ${at}: ${again.stderr}`);
        await done(place);
      }
      assert.ok(kills > 0, 'no process was killed');
    });
  }
});
