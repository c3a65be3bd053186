/** States of the table of a pond that are saved in the user's cache folder. */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { checkpointFile, commitFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { openPondDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { createCountingDisk } from '../support/countingDisk.ts';
import { ForeignEngine } from '../support/foreignEngine.ts';
import { imageOf, writeImage } from '../support/diskImage.ts';
import { initPond, initPondOn, openPond, openPondOn } from '../support/pond.ts';
import { bytesOf } from '../support/tree.ts';
import { newUserCache } from '../support/userCache.ts';

const commits = 400;
const made = makeTemporaryDirectory('pond-saved-tables');
process.once('exit', made.remove);
const original = join(made.path, 'original');
await (async () => {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, original);
  const root = await pond.fs.root();
  for (let number = 1; number <= commits; number++) {
    await root.writeFile('/a', bytesOf(`content ${number}`));
    await pond.commit({ message: `${number}`, author: 'test' });
  }
  await pond.close();
  writeImage(imageOf(disk), original);
})();

interface Tried {
  readonly directory: string;
  /** The only file of the cache. */
  readonly state: () => string;
}

/** A copy of the pond, and the state that a process saved which opened it and asked for its status. */
async function setUp(t: TestContext): Promise<Tried> {
  const cache = newUserCache(t);
  const { path, remove } = makeTemporaryDirectory('pond-saved-table');
  t.after(remove);
  const directory = join(path, 'pond');
  cpSync(original, directory, { recursive: true });
  assert.deepEqual((await opened(directory)).content, `content ${commits}`);
  const files = (): string[] =>
    readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => /\//.test(name));
  assert.equal(files().length, 1);
  return { directory, state: () => join(cache, files()[0]!) };
}

/** Returns what a process finds that opens the pond: with the calls and bytes that it reads. */
async function opened(directory: string) {
  const counting = createCountingDisk(openPondDisk(directory));
  const pond = await openPondOn(counting.disk, directory, { mode: 'read' });
  const { head, foreignCommits, earlierForeignFiles } = await pond.status();
  const reads = counting.take();
  const content = Buffer.from(await (await pond.fs.root()).readFile('/a')).toString();
  await pond.close();
  return { head: head.number, foreignCommits, earlierForeignFiles, content, reads };
}

test('an opening after the first reads neither the checkpoint nor the entries before the state', async (t) => {
  const { directory, state } = await setUp(t);
  const before = await opened(directory);
  assert.ok(before.reads.calls < 60, `${before.reads.calls} calls`);
  assert.ok(before.reads.bytes < 20_000, `${before.reads.bytes} bytes`);
  rmSync(state());
  const { reads, ...rest } = await opened(directory);
  const { reads: _, ...expected } = before;
  assert.deepEqual(rest, expected);
  assert.ok(reads.bytes > 50_000, `${reads.bytes} bytes`);
});

test('commits after the state count, and a writer goes on from it', async (t) => {
  const { directory } = await setUp(t);
  for (let number = commits + 1; number <= commits + 80; number++) {
    const pond = await openPond(directory, { mode: 'write' });
    await (await pond.fs.root()).writeFile('/a', bytesOf(`content ${number}`));
    await pond.commit({ message: 'later', author: 'test' });
    await pond.close();
  }
  const { head, content, foreignCommits, reads } = await opened(directory);
  assert.deepEqual([head, content, foreignCommits], [commits + 80, `content ${commits + 80}`, []]);
  assert.ok(reads.bytes < 60_000, `${reads.bytes} bytes`);
  const pond = await openPond(directory, { mode: 'read' });
  assert.deepEqual((await pond.checkHistory()).problems, []);
  assert.equal((await pond.resolve('HEAD~79')).number, commits + 1);
  await pond.close();
});

test('a damaged state is passed over', async (t) => {
  const { directory, state } = await setUp(t);
  const text = readFileSync(state());
  const { reads: _, ...expected } = await opened(directory);
  for (let at = 0; at < text.length; at += 97) {
    const damaged = Buffer.from(text);
    damaged[at] = damaged[at]! ^ 1;
    for (const bytes of [damaged, text.subarray(0, at)]) {
      writeFileSync(state(), bytes);
      const { reads: __, ...found } = await opened(directory);
      assert.deepEqual(found, expected, `byte ${at}`);
    }
  }
});

test('the state of another pond, or of a later version of this one, is not believed', async (t) => {
  const { directory } = await setUp(t);
  rmSync(directory, { recursive: true });
  const other = await initPond(directory);
  await (await other.fs.root()).writeFile('/a', bytesOf('of another'));
  await other.commit({ message: 'other', author: 'test' });
  await other.close();
  assert.deepEqual([(await opened(directory)).head, (await opened(directory)).content], [1, 'of another']);

  rmSync(directory, { recursive: true });
  cpSync(original, directory, { recursive: true });
  for (let number = 301; number <= commits; number++) {
    for (const file of [commitFile(commitNumber(number)), checkpointFile(commitNumber(number))]) {
      rmSync(join(directory, file), { force: true });
    }
  }
  for (const file of [hintFile, '_pond/journal', '_pond/journal.end']) rmSync(join(directory, file), { force: true });
  const { head, content } = await opened(directory);
  assert.deepEqual([head, content], [300, 'content 300']);
});

test('what another engine writes after the state is reported, and what it moves is found', async (t) => {
  const { directory } = await setUp(t);
  const engine = await ForeignEngine.open();
  t.after(() => engine.close());
  await engine.table(directory).optimize({ codec: 'zstd' });
  await engine.table(directory).vacuum();
  const { head, content, foreignCommits } = await opened(directory);
  assert.deepEqual([head, content], [commits, `content ${commits}`]);
  assert.deepEqual(
    foreignCommits.map(({ operation }) => operation),
    ['OPTIMIZE', 'VACUUM START', 'VACUUM END'],
  );
});
