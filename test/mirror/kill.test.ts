/**
 * A round that is killed at each of its calls, to the folder and to the pond's disk: the next one ends as if it had not
 * been.
 */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { type HostFolder, openHostFolder } from '../../server/src/storage/hostFolder.ts';
import { imageOf } from '../support/diskImage.ts';
import { faultKinds, Faults } from '../support/faultDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { filesOf, pondFilesOf, put, runRound, settingsFor, trashOf } from '../support/mirror.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { endLockHolders } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';

/** Counts the calls that change anything, and fails all from a certain one on. */
class Kill {
  readonly #at: number;
  readonly #faults: Faults;
  readonly trace: string[] = [];

  constructor(at: number) {
    this.#at = at;
    this.#faults = new Faults({ kind: faultKinds.find(({ name }) => name === 'dead disk')!, at, counted: 'changes' });
  }

  get hasFired(): boolean {
    return this.#faults.calls >= this.#at;
  }

  disk(disk: Disk): Disk {
    return this.#faults.wrap(disk);
  }

  /** A call to the folder is carried out, or not, as a whole; a file is written in two. */
  folder(folder: HostFolder): HostFolder {
    const tick = (name: string, ...paths: readonly string[]): void => {
      this.#faults.wrap(noDisk).remove(name);
      this.trace.push([name, ...paths].join(' '));
    };
    return {
      ...folder,
      async writeNew(directory, content, mode) {
        tick('writeNew', directory);
        const path = await folder.writeNew(directory, content, mode);
        tick('written', path);
        return path;
      },
      linkNew: (directory, target) => (tick('linkNew', directory), folder.linkNew(directory, target)),
      rename: (from, to) => (tick('rename', from, to), folder.rename(from, to)),
      remove: (path) => (tick('remove', path), folder.remove(path)),
      makeDirectory: (path) => (tick('makeDirectory', path), folder.makeDirectory(path)),
      removeDirectory: (path) => (tick('removeDirectory', path), folder.removeDirectory(path)),
      removeTree: (path) => (tick('removeTree', path), folder.removeTree(path)),
      sync: (directory) => (tick('sync', directory), folder.sync(directory)),
    };
  }
}

/** Only counts. */
const noDisk = createMemoryDisk();

interface Scene {
  readonly image: ReturnType<typeof imageOf>;
  readonly folder: string;
}

/** A mirror after its first round, with every kind of change on both sides since. */
async function scene(folder: string): Promise<Scene> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, '/pond');
  const root = await pond.fs.root();
  await root.createDirectory('/m/d', { parents: true });
  for (const name of ['changed', 'removed', 'd/moved', 'fchanged', 'fremoved', 'fmoved', 'both']) {
    await root.writeFile(`/m/${name}`, Buffer.from(`${name} 1`));
  }
  await pond.commit({ message: 'first', author: 'test' });
  await runRound(pond, disk, settingsFor(folder));
  await root.writeFile('/m/changed', Buffer.from('changed 2'));
  await root.writeFile('/m/both', Buffer.from('both pond'));
  await root.remove('/m/removed');
  await root.rename('/m/d/moved', '/m/moved');
  await root.createDirectory('/m/new');
  await root.writeFile('/m/new/file', Buffer.alloc(70_000, 'n'));
  await pond.commit({ message: 'second', author: 'test' });
  await pond.close();
  put(folder, 'fchanged', 'fchanged 2');
  put(folder, 'both', 'both folder');
  rmSync(join(folder, 'fremoved'));
  put(folder, 'fnew/file', 'f'.repeat(70_000));
  return { image: imageOf(disk), folder };
}

/** Runs the round to its end or its kill, then another without one; returns what both sides have. */
async function killAt({ image, folder }: Scene, work: string, kill: Kill): Promise<unknown> {
  rmSync(work, { recursive: true, force: true });
  cpSync(folder, work, { recursive: true, preserveTimestamps: true });
  const disk = createMemoryDisk(image);
  const openFolder = (path: string): HostFolder | undefined => {
    const opened = openHostFolder(path);
    return opened && kill.folder(opened);
  };
  // The copy has other file numbers; its name is that of the folder in the state.
  const settings = settingsFor(folder);
  const redirect = (open: typeof openHostFolder) => () => open(work);
  try {
    const pond = await openPondOn(kill.disk(disk), '/pond', { mode: 'write' });
    await runRound(pond, disk, settings, { disk: kill.disk(disk), openFolder: redirect(openFolder) });
    await pond.close();
  } catch (error) {
    if (!kill.hasFired) throw error;
  }
  endLockHolders(disk);
  const pond = await openPondOn(disk, '/pond', { mode: 'write' });
  for (let i = 0; i < 2; i += 1) await runRound(pond, disk, settings, { openFolder: redirect(openHostFolder) });
  const ended = {
    folder: filesOf(work),
    pond: await pondFilesOf(pond),
    conflicts: (await pond.status()).conflicts.map(({ path }) => path),
    // A file may have been moved to the trash by the killed round and by the next.
    trash: [...new Set(trashOf(work))],
  };
  await pond.close();
  return ended;
}

test('a round killed at any call leaves what the next one completes', async (t) => {
  const made = await scene(temporaryFolder(t));
  const work = join(temporaryFolder(t), 'work');
  const whole = new Kill(Infinity);
  const expected = await killAt(made, work, whole);
  // Each call in the long mode; every third of them otherwise.
  const step = seeds(1).length > 1 ? 1 : 3;
  let at = 1;
  for (; ; at += step) {
    const kill = new Kill(at);
    const ended = await killAt(made, work, kill);
    assert.deepEqual(ended, expected, `killed at call ${at}, after ${kill.trace.at(-1) ?? 'none'}`);
    if (!kill.hasFired) break;
  }
  assert.ok(at > 50, `killed at ${at} calls`);
});

test('each name is durable before the state says that it is there', async (t) => {
  const made = await scene(temporaryFolder(t));
  const whole = new Kill(Infinity);
  await killAt(made, join(temporaryFolder(t), 'work'), whole);
  const renames = whole.trace.filter((call) => call.startsWith('rename '));
  assert.equal(renames.length, 4);
  for (const rename of renames) {
    const to = rename.split(' ')[2] ?? '';
    const directory = to.includes('/') ? to.slice(0, to.lastIndexOf('/')) : '';
    const after = whole.trace.slice(whole.trace.indexOf(rename));
    assert.ok(after.includes(`sync ${directory}`), rename);
  }
});
