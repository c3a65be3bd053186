import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type MirrorSettings } from '../../server/src/mirror/compare.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { temporaryFolder } from '../support/folder.ts';
import {
  filesOf,
  type MirrorRound,
  pondFilesOf,
  put,
  runRound,
  type ServiceChanges,
  settingsFor,
  trashOf,
} from '../support/mirror.ts';
import { initPondOn } from '../support/pond.ts';

interface Bench {
  readonly pond: OpenPond;
  readonly folder: string;
  readonly root: WorkingDirectory;
  commit(files: Readonly<Record<string, string | null>>): Promise<void>;
  round(changes?: Partial<MirrorSettings>, services?: ServiceChanges): Promise<MirrorRound>;
}

async function bench(t: TestContext, settings: Partial<MirrorSettings> = {}): Promise<Bench> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, '/pond');
  t.after(() => pond.close());
  const folder = temporaryFolder(t);
  const root = await pond.fs.root();
  await root.createDirectory('/m');
  await pond.commit({ message: 'm', author: 'test' });
  return {
    pond,
    folder,
    root,
    async commit(files) {
      for (const [path, text] of Object.entries(files)) {
        if (text === null) await root.remove(`/m/${path}`);
        else {
          await root.createDirectory(dirname(`/m/${path}`), { parents: true });
          await root.writeFile(`/m/${path}`, Buffer.from(text));
        }
      }
      await pond.commit({ message: 'edit', author: 'test' });
    },
    round: (changes = {}, services = {}) =>
      runRound(pond, disk, settingsFor(folder, { ...settings, ...changes }), services),
  };
}

describe('a round', () => {
  it('makes both sides the union at first, and then carries each change to the other side', async (t) => {
    const { pond, folder, commit, round } = await bench(t);
    await commit({ 'a.txt': 'a', 'd/b.txt': 'b', same: 's' });
    put(folder, 'c/c.txt', 'c');
    put(folder, 'same', 's');
    await round();
    const union = { 'a.txt': 'a', 'c/': '', 'c/c.txt': 'c', 'd/': '', 'd/b.txt': 'b', same: 's' };
    assert.deepEqual(filesOf(folder), union);
    assert.deepEqual(await pondFilesOf(pond), union);
    put(folder, 'a.txt', 'a2');
    rmSync(join(folder, 'c'), { recursive: true });
    await commit({ 'd/b.txt': 'b2', same: null });
    await round();
    const next = { 'a.txt': 'a2', 'd/': '', 'd/b.txt': 'b2' };
    assert.deepEqual(filesOf(folder), next);
    assert.deepEqual(await pondFilesOf(pond), next);
    assert.deepEqual(trashOf(folder), ['s']);
  });

  it('changes and saves nothing when nothing is new', async (t) => {
    const { pond, folder, commit, round } = await bench(t);
    await commit({ 'a.txt': 'a' });
    put(folder, 'b.txt', 'b');
    for (let i = 0; i < 3; i += 1) await round({}, { now: () => Date.now() + 60_000 * i });
    const { number } = pond.head;
    const { inFolder, inPond } = await round({}, { now: () => Date.now() + 600_000 });
    assert.deepEqual(
      [inFolder, inPond].map((counts) => Object.values(counts).join('')),
      ['0000', '0000'],
    );
    assert.equal(pond.head.number, number);
  });

  it('keeps history through a rename on either side', async (t) => {
    const { pond, folder, root, commit, round } = await bench(t);
    await commit({ 'a.txt': 'a', 'p.txt': 'p' });
    await commit({ 'a.txt': 'a2', 'p.txt': 'p2' });
    await round();
    mkdirSync(join(folder, 'moved'));
    renameSync(join(folder, 'a.txt'), join(folder, 'moved/a.txt'));
    await root.rename('/m/p.txt', '/m/q.txt');
    await pond.commit({ message: 'rename', author: 'test' });
    const { inFolder, inPond } = await round();
    assert.deepEqual([inFolder.renamed, inPond.renamed, inFolder.removed, inPond.removed], [1, 1, 0, 0]);
    assert.equal((await root.get('/m/moved/a.txt'))?.node.version, 2);
    const all = { 'moved/': '', 'moved/a.txt': 'a2', 'q.txt': 'p2' };
    assert.deepEqual(filesOf(folder), all);
    assert.deepEqual(await pondFilesOf(pond), all);
    assert.deepEqual(trashOf(folder), []);
  });

  it('stages a conflict, which is decided in the pond', async (t) => {
    const decide = async (decision: (pond: OpenPond) => Promise<unknown>): Promise<readonly [string, string]> => {
      const { pond, folder, commit, round } = await bench(t);
      await commit({ 'a.txt': 'base' });
      await round();
      put(folder, 'a.txt', 'folder');
      await commit({ 'a.txt': 'pond' });
      const { conflicts } = await round();
      assert.equal(conflicts, 1);
      const { conflicts: found } = await pond.status();
      assert.deepEqual(
        found.map(({ path, base, committed, staged }) => [
          path,
          base?.sizeBytes,
          committed?.sizeBytes,
          staged?.sizeBytes,
        ]),
        [['/m/a.txt', 4, 4, 6]],
      );
      assert.equal(filesOf(folder)['a.txt'], 'folder');
      const again = await round();
      assert.deepEqual([again.conflicts, again.waiting], [0, 1]);
      await decision(pond);
      await round();
      const last = await round();
      assert.equal(last.waiting, 0);
      return [filesOf(folder)['a.txt'] ?? '', (await pondFilesOf(pond))['a.txt'] ?? ''];
    };
    const path = ['/m/a.txt'];
    assert.deepEqual(await decide((pond) => pond.discard(path)), ['pond', 'pond']);
    const keep = async (pond: OpenPond): Promise<void> => {
      await pond.keepStaged(path);
      await pond.commit({ message: 'keep', author: 'test' });
    };
    assert.deepEqual(await decide(keep), ['folder', 'folder']);
    const merge = async (pond: OpenPond): Promise<void> => {
      await (await pond.fs.root()).writeFile('/m/a.txt', Buffer.from('merged'));
      await keep(pond);
    };
    assert.deepEqual(await decide(merge), ['merged', 'merged']);
  });

  it('keeps what a discarded conflict had in the folder', async (t) => {
    const { pond, folder, commit, round } = await bench(t);
    put(folder, 'a.txt', 'folder');
    await commit({ 'a.txt': 'pond' });
    await round();
    await pond.discard(['/m/a.txt']);
    await round();
    assert.deepEqual([filesOf(folder), trashOf(folder)], [{ 'a.txt': 'pond' }, ['folder']]);
  });

  it('with conflicts: pond or folder takes that side, and loses neither', async (t) => {
    for (const conflicts of ['pond', 'folder'] as const) {
      const { pond, folder, commit, round } = await bench(t, { conflicts });
      put(folder, 'a.txt', 'folder');
      await commit({ 'a.txt': 'pond' });
      await round();
      assert.deepEqual(filesOf(folder), { 'a.txt': conflicts });
      assert.deepEqual(await pondFilesOf(pond), { 'a.txt': conflicts });
      assert.deepEqual(trashOf(folder), conflicts === 'pond' ? ['folder'] : []);
    }
  });

  it('keeps a change over a deletion, and says so', async (t) => {
    const { pond, folder, commit, round } = await bench(t);
    await commit({ a: 'a', b: 'b' });
    await round();
    put(folder, 'a', 'a2');
    rmSync(join(folder, 'b'));
    await commit({ a: null, b: 'b2' });
    const { left } = await round();
    assert.deepEqual(filesOf(folder), { a: 'a2', b: 'b2' });
    assert.deepEqual(await pondFilesOf(pond), { a: 'a2', b: 'b2' });
    assert.deepEqual(
      left.map(({ path, isFailure }) => [path, isFailure]),
      [
        ['a', false],
        ['b', false],
      ],
    );
  });

  it("leaves the folder's changes staged with commit: none, and takes a discard as an answer", async (t) => {
    const { pond, folder, commit, round } = await bench(t, { commit: 'none' });
    await commit({ a: 'a', b: 'b', c: 'c' });
    await round();
    put(folder, 'a', 'a2');
    put(folder, 'b', 'b2');
    put(folder, 'n/new', 'n');
    rmSync(join(folder, 'c'));
    await round();
    const { number } = pond.head;
    assert.equal((await round()).waiting, 5);
    assert.deepEqual(await pondFilesOf(pond, { isStaged: true }), filesOf(folder));
    await pond.discard(['/m/b']);
    await pond.commit({ message: 'mine', author: 'test' });
    assert.equal(pond.head.number, number + 1);
    await round();
    assert.deepEqual(filesOf(folder), { a: 'a2', b: 'b', 'n/': '', 'n/new': 'n' });
    assert.deepEqual(await pondFilesOf(pond), filesOf(folder));
    assert.deepEqual(trashOf(folder), ['b2']);
    assert.equal((await round()).waiting, 0);
  });

  it('in one direction leaves changes of the other side, and restores what is missing', async (t) => {
    const out = await bench(t, { direction: 'out' });
    await out.commit({ a: 'a', b: 'b' });
    put(out.folder, 'extra', 'x');
    await out.round();
    put(out.folder, 'a', 'edited');
    rmSync(join(out.folder, 'b'));
    const { left } = await out.round();
    assert.deepEqual(filesOf(out.folder), { a: 'edited', b: 'b', extra: 'x' });
    assert.deepEqual(
      left.map(({ path }) => path),
      ['a', 'extra'],
    );
    assert.deepEqual(await pondFilesOf(out.pond), { a: 'a', b: 'b' });
    const into = await bench(t, { direction: 'in' });
    put(into.folder, 'a', 'a');
    await into.commit({ extra: 'x' });
    await into.round();
    await into.commit({ a: null });
    await into.round();
    assert.deepEqual(filesOf(into.folder), { a: 'a' });
    assert.deepEqual(await pondFilesOf(into.pond), { a: 'a', extra: 'x' });
  });

  it('waits for a file that is being written', async (t) => {
    const { pond, folder, round } = await bench(t);
    writeFileSync(join(folder, 'log'), '1');
    const { left } = await round({}, { wait: () => Promise.resolve(writeFileSync(join(folder, 'log'), '12')) });
    assert.match(left[0]?.reason ?? '', /being written/);
    assert.deepEqual(await pondFilesOf(pond), {});
    await round();
    assert.deepEqual(await pondFilesOf(pond), { log: '12' });
  });

  it('replaces a file by a directory and the reverse, on either side', async (t) => {
    const { pond, folder, root, commit, round } = await bench(t);
    await commit({ a: 'a', 'b/x': 'x', p: 'p', 'q/y': 'y' });
    await round();
    rmSync(join(folder, 'a'));
    put(folder, 'a/inner', 'i');
    rmSync(join(folder, 'b'), { recursive: true });
    put(folder, 'b', 'file');
    await root.remove('/m/p');
    await root.remove('/m/q', { recursive: true });
    await commit({ 'p/inner': 'j', q: 'file' });
    await round();
    await round();
    const all = { 'a/': '', 'a/inner': 'i', b: 'file', 'p/': '', 'p/inner': 'j', q: 'file' };
    assert.deepEqual(await pondFilesOf(pond), all);
    assert.deepEqual(filesOf(folder), all);
  });

  it('carries links that stay inside, and names the others', async (t) => {
    const { pond, folder, root, round } = await bench(t);
    put(folder, 'd/file', 'f');
    symlinkSync('d/file', join(folder, 'in'));
    symlinkSync('../outside', join(folder, 'out'));
    symlinkSync('/etc/passwd', join(folder, 'd/abs'));
    await root.createSymlink('/m/pin', 'd/file');
    await root.createSymlink('/m/pout', '/elsewhere');
    await pond.commit({ message: 'links', author: 'test' });
    const { left } = await round();
    assert.deepEqual(left.map(({ path }) => path).sort(), ['d/abs', 'out', 'pout']);
    assert.equal((await pondFilesOf(pond))['in'], '-> d/file');
    assert.equal(filesOf(folder)['pin'], '-> d/file');
    assert.equal(existsSync(join(folder, 'pout')), false);
  });

  it('mirrors only the files of a pattern, and nothing that is ignored', async (t) => {
    const { pond, folder, commit, round } = await bench(t, { path: '/m/**/*.csv', ignore: ['*.tmp.csv', 'build/'] });
    await commit({ 'a.csv': 'a', 'a.txt': 'no', 'd/b.csv': 'b', 'x.tmp.csv': 'no' });
    put(folder, 'e/c.csv', 'c');
    put(folder, 'c.txt', 'no');
    put(folder, 'build/d.csv', 'no');
    await round();
    const seen = Object.keys(filesOf(folder)).filter((path) => !path.endsWith('/'));
    assert.deepEqual(seen, ['a.csv', 'build/d.csv', 'c.txt', 'd/b.csv', 'e/c.csv']);
    const inPond = Object.keys(await pondFilesOf(pond)).filter((path) => !path.endsWith('/'));
    assert.deepEqual(inPond.sort(), ['a.csv', 'a.txt', 'd/b.csv', 'e/c.csv', 'x.tmp.csv']);
  });

  it('leaves no work file, and removes that of a killed round after a while', async (t) => {
    const { folder, commit, round } = await bench(t);
    put(folder, '.pond-tmp-00000000-0000-4000-8000-000000000000', 'partial', 7200);
    await commit({ a: 'a' });
    await round();
    assert.deepEqual(readdirSync(folder).sort(), ['.pond-mirror.json', 'a']);
  });
});
