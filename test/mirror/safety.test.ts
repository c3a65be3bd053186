import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readState } from '../../server/src/mirror/state.ts';
import { replaceFile } from '../../server/src/storage/durable.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import {
  changedFolder,
  filesOf,
  mirrorBench,
  mirrorId,
  pondFilesOf,
  put,
  runRound,
  settingsFor,
  trashOf,
} from '../support/mirror.ts';
import { initPondOn } from '../support/pond.ts';

async function refused(round: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(round, (error: Error) => message.test(error.message));
}

describe('a mirror is safe from', () => {
  it('a missing folder, an empty one in its place, and the folder of another mirror', async (t) => {
    const { pond, folder, round } = await mirrorBench(t);
    const all = await pondFilesOf(pond);
    renameSync(folder, `${folder}-away`);
    t.after(() => rmSync(`${folder}-away`, { recursive: true, force: true }));
    await refused(round(), /is not there/);
    mkdirSync(folder);
    await refused(round(), /is not the folder that was compared before/);
    const other = { format: 1, pond: pond.id, mirror: 'other', token: 'x' };
    writeFileSync(join(folder, '.pond-mirror.json'), JSON.stringify(other));
    await refused(round(), /is the folder of another mirror/);
    writeFileSync(join(folder, '.pond-mirror.json'), '{');
    await refused(round(), /is not the marker of a mirror/);
    assert.deepEqual(await pondFilesOf(pond), all);
  });

  it('a disk that goes away while it is listed', async (t) => {
    const { pond, folder, round } = await mirrorBench(t);
    const gone = changedFolder((host) => ({
      list: (directory) => {
        if (directory === 'd') rmSync(folder, { recursive: true });
        return host.list(directory);
      },
    }));
    await refused(round({}, gone), /is missing/);
    assert.equal(Object.keys(await pondFilesOf(pond)).length, 4);
  });

  it('a mass deletion on either side', async (t) => {
    const { pond, folder, commit, round } = await mirrorBench(t);
    rmSync(join(folder, 'a'));
    rmSync(join(folder, 'b'));
    await refused(round({ deletePercentMax: 50 }), /would delete 2 of 3 files in the pond, more than 50%/);
    assert.equal(Object.keys(await pondFilesOf(pond)).length, 4);
    await round({ deletePercentMax: 100 });
    assert.deepEqual(await pondFilesOf(pond), { 'd/': '', 'd/c': 'd/c 1' });
    await commit({ 'd/c': null });
    await refused(round({ deletePercentMax: 50 }), /1 of 1 files in the folder/);
    assert.deepEqual(filesOf(folder), { 'd/': '', 'd/c': 'd/c 1' });
  });

  it('a directory that cannot be listed: nothing in it counts as deleted', async (t) => {
    const { pond, round } = await mirrorBench(t);
    // The host refuses so long a name.
    const failing = changedFolder((host) => ({
      list: (directory) => (directory === 'd' ? host.list('x'.repeat(300)) : host.list(directory)),
    }));
    const { left } = await round({}, failing);
    assert.deepEqual(
      left.map(({ path, isFailure }) => [path, isFailure]),
      [['d', true]],
    );
    assert.equal((await pondFilesOf(pond))['d/c'], 'd/c 1');
  });

  it('a folder inside the pond, or the pond inside it', async (t) => {
    const folder = temporaryFolder(t);
    const disk = createMemoryDisk();
    const pond = await initPondOn(disk, join(folder, 'pond'));
    t.after(() => pond.close());
    mkdirSync(join(folder, 'pond/inner'), { recursive: true });
    for (const inside of [folder, join(folder, 'pond'), join(folder, 'pond/inner')]) {
      await refused(runRound(pond, disk, settingsFor(inside)), /inside each other/);
    }
  });

  it('a state of a stranger: a path that escapes is damage, and a state without the marker deletes nothing', async (t) => {
    const { pond, disk, folder, round } = await mirrorBench(t);
    const path = `_pond/mirrors/${mirrorId}`;
    const text = Buffer.from(disk.readFile(path) ?? []).toString();
    for (const bad of ['../x', '/x', 'd//c', 'd/./c', 'd/..', 'a\\u0000']) {
      replaceFile(disk, path, Buffer.from(text.replace('["a",', `["${bad}",`)));
      await refused(round(), /is not the state of a mirror/);
    }
    for (const bad of [
      text.slice(0, -5),
      text.replace('"format":2', '"format":3'),
      '',
      text.replaceAll(',1,', ',-1,'),
    ]) {
      replaceFile(disk, path, Buffer.from(bad));
      await refused(round(), /is not the state of a mirror/);
    }
    replaceFile(disk, path, Buffer.from(text.replace(/"token":"[^"]*"/, '"token":"forged"')));
    await refused(round(), /is not the folder that was compared before/);
    replaceFile(disk, path, Buffer.from(text));
    assert.equal(readState(disk, mirrorId)?.folder, folder);
    await round();
    assert.equal(Object.keys(await pondFilesOf(pond)).length, 4);
  });

  it('a link put in the place of a folder or a file while it looks', async (t) => {
    const { pond, folder, commit, round } = await mirrorBench(t);
    const outside = temporaryFolder(t);
    put(outside, 'c', 'secret');
    const swapped = changedFolder((host) => ({
      list: (directory) => {
        const found = host.list(directory);
        if (directory === '') {
          rmSync(join(folder, 'd'), { recursive: true, force: true });
          if (!existsSync(join(folder, 'd'))) symlinkSync(outside, join(folder, 'd'));
        }
        return found;
      },
    }));
    await commit({ 'd/c': 'd/c 2' });
    await round({ deletePercentMax: 100 }, swapped).catch(() => undefined);
    await round({ deletePercentMax: 100 }).catch(() => undefined);
    assert.deepEqual(readdirSync(outside), ['c']);
    assert.equal(readFileSync(join(outside, 'c'), 'utf8'), 'secret');
    assert.equal(JSON.stringify(await pondFilesOf(pond)).includes('secret'), false);
    rmSync(join(folder, 'a'));
    symlinkSync(join(outside, 'c'), join(folder, 'a'));
    await commit({ a: 'a 2' });
    await round();
    assert.equal(readFileSync(join(outside, 'c'), 'utf8'), 'secret');
    assert.equal(JSON.stringify(await pondFilesOf(pond)).includes('secret'), false);
  });

  it('a link in the pond in the place of a directory', async (t) => {
    const { pond, folder, round } = await mirrorBench(t);
    const root = await pond.fs.root();
    await root.createDirectory('/elsewhere');
    await root.writeFile('/elsewhere/x', Buffer.from('x'));
    await root.createSymlink('/m/out', '/elsewhere');
    await pond.commit({ message: 'link', author: 'test' });
    put(folder, 'out/x', 'folder');
    const { left } = await round();
    assert.ok(left.some(({ path }) => path === 'out'));
    assert.equal(Buffer.from(await root.readFile('/elsewhere/x')).toString(), 'x');
  });

  it('a file that changes between the comparison and the write', async (t) => {
    const { folder, commit, round } = await mirrorBench(t);
    await commit({ a: 'a 2' });
    const racing = changedFolder((host) => ({
      async writeNew(...args) {
        const path = await host.writeNew(...args);
        put(folder, 'a', 'edited meanwhile', 5);
        return path;
      },
    }));
    const { left } = await round({}, racing);
    assert.match(left[0]?.reason ?? '', /changed during the round/);
    assert.equal(filesOf(folder)['a'], 'edited meanwhile');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.pond-tmp')),
      [],
    );
  });

  it('names that are one in a folder that ignores case or form', async (t) => {
    const { pond, folder, commit, round } = await mirrorBench(t, []);
    const ignoring = changedFolder(() => ({ folding: () => ({ ignoresCase: true, ignoresForm: true }) }));
    await commit({ 'Log.txt': '1', 'log.txt': '2', 'caf\u00e9': '3' });
    put(folder, 'cafe\u0301', '3');
    const { left } = await round({}, ignoring);
    assert.deepEqual(
      left.map(({ path }) => path),
      ['log.txt'],
    );
    assert.match(left[0]?.reason ?? '', /takes it for Log\.txt/);
    assert.equal(existsSync(join(folder, 'log.txt')), false);
    assert.deepEqual(await pondFilesOf(pond), { 'Log.txt': '1', café: '3', 'log.txt': '2' });
  });

  it('names that only one side can have', async (t) => {
    const { folder, commit, round } = await mirrorBench(t, []);
    writeFileSync(Buffer.from([...Buffer.from(`${folder}/`), 0xff]), 'not UTF-8');
    await commit({ '.pond-trash/x': 'own', [`${'n'.repeat(200)}/`.repeat(20) + 'deep']: 'deep' });
    const { left } = await round();
    assert.equal(left.filter(({ reason }) => /not UTF-8|file of its own|bytes, more than/.test(reason)).length, 3);
    assert.deepEqual(trashOf(folder), []);
  });

  it('a file that may not be read, and one in the pond that may not be written', async (t) => {
    const { folder, pond, round } = await mirrorBench(t);
    put(folder, 'denied', 'x');
    const denied = changedFolder((host) => ({
      read: (path) => (path === 'denied' ? host.read('missing') : host.read(path)),
    }));
    const { left } = await round({}, denied);
    assert.deepEqual(
      left.map(({ path, isFailure }) => [path, isFailure]),
      [['denied', true]],
    );
    chmodSync(join(folder, 'a'), 0o444);
    await round();
    assert.equal((await pondFilesOf(pond))['denied'], 'x');
  });
});
