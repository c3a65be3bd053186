import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { initPond, initPondOn, openPond, openPondOn } from '../support/pond.ts';
import { overwrite } from '../support/pondState.ts';
import { type Disk, type DiskFile } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { temporaryFolder } from '../support/folder.ts';
import { bytesOf } from '../support/tree.ts';

interface Place {
  readonly directory: string;
  readonly pond: Pond;
}

/** A pond that is open for writing, with a staged change. */
async function newPlace(t: TestContext): Promise<Place> {
  const directory = join(temporaryFolder(t), 'my.pond');
  const pond = await initPond(directory);
  t.after(() => pond.close());
  await write(pond, '/committed', 'acknowledged');
  await pond.commit({ message: 'first', author: 'test' });
  await write(pond, '/before', 'acknowledged');
  return { directory, pond };
}

async function write(pond: Pond, path: string, text: string): Promise<void> {
  await (await pond.fs.root()).writeFile(path, bytesOf(text));
}

const pathsOf = async (pond: Pond): Promise<readonly string[]> => (await pond.status()).staged.map(({ path }) => path);

interface Lost {
  readonly lose: (directory: string) => void;
  readonly code: ErrorCode;
}

const journalOf = (directory: string): string => join(directory, '_pond/journal');
const locksOf = (directory: string): string[] =>
  readdirSync(join(directory, '_pond'))
    .filter((name) => name.startsWith('lock.'))
    .map((name) => join(directory, '_pond', name));

const ways: Readonly<Record<string, Lost>> = {
  'the journal is moved away': {
    lose: (directory) => renameSync(journalOf(directory), `${directory}.journal`),
    code: 'journal-damaged',
  },
  'a copy takes the place of the journal': {
    lose: (directory) => {
      cpSync(journalOf(directory), `${directory}.journal`);
      renameSync(`${directory}.journal`, journalOf(directory));
    },
    code: 'journal-damaged',
  },
  'the lock is removed': { lose: (directory) => locksOf(directory).forEach((path) => rmSync(path)), code: 'lock-held' },
  'the lock is emptied': {
    lose: (directory) => locksOf(directory).forEach((path) => writeFileSync(path, '')),
    code: 'lock-held',
  },
  'the lock is another one': {
    lose: (directory) =>
      locksOf(directory).forEach((path) => writeFileSync(path, '{"id":"other","pid":1,"host":"elsewhere"}')),
    code: 'lock-held',
  },
  'the lock is taken by a process of an equal generation': {
    lose: (directory) =>
      locksOf(directory).forEach((path) => {
        const text = readFileSync(path, 'utf8').replace(/"id":"[^"]*"/, '"id":"11111111-1111-4111-8111-111111111111"');
        rmSync(path);
        writeFileSync(path, text);
      }),
    code: 'lock-held',
  },
  'a process took over the lock': {
    lose: (directory) => writeFileSync(join(directory, '_pond/lock.2'), '{"id":"other","pid":1,"host":"elsewhere"}'),
    code: 'lock-held',
  },
  'the working files are moved away': {
    lose: (directory) => renameSync(join(directory, '_pond'), `${directory}.work`),
    code: 'journal-damaged',
  },
  'a copy takes the place of the folder': {
    lose: (directory) => {
      cpSync(directory, `${directory}.copy`, { recursive: true });
      renameSync(directory, `${directory}.moved`);
      renameSync(`${directory}.copy`, directory);
    },
    code: 'journal-damaged',
  },
  'the folder is moved away': {
    lose: (directory) => renameSync(directory, `${directory}.moved`),
    code: 'pond-not-found',
  },
  'the folder is removed': { lose: (directory) => rmSync(directory, { recursive: true }), code: 'pond-not-found' },
};

const changes: Readonly<Record<string, (pond: Pond) => Promise<unknown>>> = {
  'a file': (pond) => write(pond, '/after', 'text'),
  'a directory': async (pond) => (await pond.fs.root()).createDirectory('/after'),
  'an attribute': async (pond) => (await pond.fs.root()).setAttributes('/before', { a: 'b' }),
  'a removal': async (pond) => (await pond.fs.root()).remove('/before'),
  'a restore': (pond) => pond.restore(['/committed'], '0'),
  'a large file': (pond) => write(pond, '/after', 'x'.repeat(200_000)),
  'a commit': (pond) => pond.commit({ message: 'after', author: 'test' }),
  'a discard': (pond) => pond.discard(),
  'a batch': async (pond) => {
    const root = await pond.fs.root();
    await root.backend.batch(async () => {
      // More than is buffered before it is written.
      for (let i = 0; i < 10; i++) await root.writeFile(`/${i}`, bytesOf('x'.repeat(60_000)));
    });
  },
  'a transaction': async (pond) => {
    const transaction = await pond.begin();
    await (await transaction.fs.root()).writeFile('/after', bytesOf('text'));
    await transaction.commit({ message: 'beside', author: 'test' });
  },
};

describe('a process that lost its pond acknowledges nothing more', () => {
  for (const [way, { lose, code }] of Object.entries(ways)) {
    for (const [name, change] of Object.entries(changes)) {
      it(`${way}: ${name}`, async (t) => {
        const { directory, pond } = await newPlace(t);
        lose(directory);
        const refused = (error: unknown): boolean => isPondError(error, code);
        // A large file is written before the folder is looked at.
        const isAnyRefusal = name === 'a large file' && code === 'pond-not-found';
        await assert.rejects(change(pond), isAnyRefusal ? (error) => isPondError(error) : refused);
        await assert.rejects(write(pond, '/later', 'text'), refused);
        assert.equal(existsSync(directory), code !== 'pond-not-found');
      });
    }
  }

  for (const when of ['before', 'while'] as const) {
    it(`the lock is lost ${when} a change is flushed`, async () => {
      // The next process reads what was there before: it knows nothing of a change that it did not see.
      const inner = createMemoryDisk();
      let isWatched = false;
      const takeLock = (): void =>
        overwrite(inner, '_pond/lock.2', bytesOf('{"id":"other","pid":1,"host":"elsewhere"}'));
      const lose = (): void => void (isWatched && takeLock());
      const disk: Disk = { ...inner, openAppend: (path) => losing(inner.openAppend(path), when, lose) };
      const pond = await initPondOn(disk, 'lost');
      await write(pond, '/before', 'acknowledged');
      isWatched = true;
      await assert.rejects(write(pond, '/after', 'text'), (error) => isPondError(error, 'lock-held'));
      await pond.close();
    });
  }

  it('a large file does not create a folder that was removed', async (t) => {
    const { directory, pond } = await newPlace(t);
    rmSync(directory, { recursive: true });
    await assert.rejects(write(pond, '/large', 'x'.repeat(200_000)), isPondError);
    assert.equal(existsSync(directory), false);
  });
});

/** A file that calls `lose` before or after a flush. */
function losing(file: DiskFile, when: 'before' | 'while', lose: () => void): DiskFile {
  const sync = (): void => {
    if (when === 'before') lose();
    file.sync();
    if (when === 'while') lose();
  };
  return Object.create(file, { sync: { value: sync } }) as DiskFile;
}

describe('two processes that both believe that they hold the lock', () => {
  it('do not overwrite each other: the one that took over the pond keeps everything that was acknowledged', async (t) => {
    const { directory, pond: first } = await newPlace(t);
    for (const path of locksOf(directory)) rmSync(path);
    const second = await openPond(directory, { mode: 'write' });
    assert.deepEqual(await pathsOf(second), ['/before']);
    await write(second, '/second', 'text');
    await assert.rejects(write(first, '/first', 'text'), (error) => isPondError(error, 'lock-held'));
    await write(second, '/third', 'text');
    // The first does not take the lock from the second when it closes.
    await first.close();
    await write(second, '/fourth', 'text');
    await second.close();
    const reader = await openPond(directory, { mode: 'read' });
    assert.deepEqual(await pathsOf(reader), ['/before', '/fourth', '/second', '/third']);
    await reader.close();
  });

  it('write different files: what the first writes after it looked at the lock is not in the journal', async () => {
    const inner = createMemoryDisk();
    const first = await initPondOn(inner, 'paused');
    await write(first, '/before', 'acknowledged');
    const file = inner.openAppend('_pond/journal');
    inner.remove('_pond/lock.1');
    const second = await openPondOn(inner, 'paused', { mode: 'write' });
    assert.equal(file.isInPlace(), false);
    await write(second, '/second', 'text');
    // As a write in progress when the first was suspended.
    file.append(bytesOf('late'));
    await second.close();
    const reader = await openPondOn(inner, 'paused', { mode: 'read' });
    assert.deepEqual([await pathsOf(reader), reader.notices], [['/before', '/second'], []]);
    await reader.close();
    await assert.rejects(write(first, '/first', 'text'), (error) => isPondError(error, 'lock-held'));
  });

  it('a lock with one altered byte is not taken over', async (t) => {
    const { directory, pond } = await newPlace(t);
    const [path] = locksOf(directory);
    writeFileSync(path!, '}');
    await assert.rejects(openPond(directory, { mode: 'write' }), (error) => isPondError(error, 'lock-held'));
    await assert.rejects(write(pond, '/after', 'text'), (error) => isPondError(error, 'lock-held'));
  });
});
