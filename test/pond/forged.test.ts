/** Rows and records that no pond writes: they are damage with a path, and never a programming error. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { decodeEntries, type DirectoryEntry, encodeEntries } from '../../server/src/oplog/directoryEntry.ts';
import { type OpRow, rootId } from '../../server/src/oplog/rows.ts';
import { leafHash } from '../../server/src/pond/hash.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { forgeRows } from '../support/forgedRows.ts';
import { overwrite } from '../support/pondState.ts';
import { bytesOf, collect, textOf } from '../support/tree.ts';

const author = 'test';

async function makePond(): Promise<Disk> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'forged');
  const root = await pond.fs.root();
  await root.createDirectory('/d');
  await root.createDirectory('/d/e');
  await root.writeFile('/d/e/f', bytesOf('text'));
  await root.writeFile('/large', bytesOf('large '.repeat(20_000)));
  await pond.commit({ message: 'one', author });
  await pond.close();
  return disk;
}

const first = commitNumber(1);

/** Changes the entries of a directory's row. */
const inDirectory =
  (id: string, change: (entry: DirectoryEntry) => DirectoryEntry) =>
  (row: OpRow): OpRow => {
    if (row.nodeId !== id || !(row.content instanceof Uint8Array)) return row;
    const entries = decodeEntries(row.content, () => id).map(change);
    return { ...row, content: encodeEntries(entries), sha256: leafHash(entries) };
  };

const visits: Readonly<Record<string, (pond: Pond) => Promise<unknown>>> = {
  'a listing of all': async (pond) => collect((await pond.fs.root()).walk()),
  'a comparison': (pond) => pond.diff('0', '1'),
  'reading a file': async (pond) => (await pond.fs.root()).readFile('/large'),
  'host files': async (pond) => pond.hostFiles((await (await pond.fs.root()).get('/large'))!.node),
};

/** Waits for all of them, successful or damaged; returns how many found damage, in a check or elsewhere. */
async function damageFound(disk: Disk): Promise<number> {
  const pond = await openPondOn(disk, 'forged', { mode: 'read' });
  let found = (await pond.check()).length === 0 ? 0 : 1;
  for (const [what, visit] of Object.entries(visits)) {
    await visit(pond).catch((error: unknown) => {
      assert.ok(isPondError(error, 'pond-damaged'), `${what}: ${error instanceof Error ? error.stack : String(error)}`);
      found++;
    });
  }
  await pond.close();
  return found;
}

describe('an entry that no pond writes', () => {
  const forgeries: Readonly<Record<string, Partial<DirectoryEntry>>> = {
    'a name that leads up': { name: '..' },
    'a name of two parts': { name: 'a/b' },
    'no name': { name: '' },
    'a hash that is a path': { sha256: '../../../etc/passwd' },
    'no hash': { sha256: '' },
    'a type that is not known': { type: 'direc5ory' as DirectoryEntry['type'] },
    'a page among the entries': { type: 'page' },
    'a size below nothing': { sizeBytes: -1 },
    'a size that is not a whole number of JavaScript': { sizeBytes: 2 ** 60 },
    'a time after all times': { modifiedUs: 2 ** 62 },
    'a version of before': { version: -7 },
  };
  for (const [what, forged] of Object.entries(forgeries)) {
    it(`is damage: ${what}`, async () => {
      const disk = await makePond();
      const change = (entry: DirectoryEntry) => (entry.name === 'large' ? { ...entry, ...forged } : entry);
      await forgeRows(disk, first, inDirectory(rootId, change));
      assert.ok((await damageFound(disk)) >= 3);
    });
  }
});

test('a directory inside itself is damage, and no walk loops in it', async () => {
  const disk = await makePond();
  const pond = await openPondOn(disk, 'forged', { mode: 'read' });
  const id = (await (await pond.fs.root()).get('/d'))!.node.id;
  await pond.close();
  await forgeRows(
    disk,
    first,
    inDirectory(id, (entry) => ({ ...entry, childId: id, partId: id })),
  );
  assert.ok((await damageFound(disk)) >= 3);
});

describe('a commit whose record no pond writes', () => {
  const forgeries: readonly (readonly [string, string])[] = [
    ['"timeUs":', '"timeUs":"x","was":'],
    ['"timeUs":', '"timeUs":1e300,"was":'],
    ['"timeUs":', '"tim5Us":'],
    ['"rootHash":"', '"rootHash":"../'],
    ['"counts":', '"counts":7,"was":'],
    ['"message":', '"message":null,"was":'],
    ['"pond":{', '"pond":7,"was":{'],
  ];
  for (const [from, to] of forgeries) {
    it(`is damage: ${to}`, async () => {
      const disk = await makePond();
      const text = textOf(disk.readFile(commitFile(commitNumber(1)))!);
      assert.ok(text.includes(from));
      overwrite(disk, commitFile(commitNumber(1)), bytesOf(text.replace(from, to)));
      await assert.rejects(
        openPondOn(disk, 'forged', { mode: 'read' }).then((pond) => collect(pond.log())),
        { code: 'pond-damaged' },
      );
    });
  }
});

describe('a tag that no pond writes', () => {
  const forgeries: Readonly<Record<string, readonly [name: string, commit: string]>> = {
    'a name that is a path': ['../../etc/passwd', '0'],
    'a name with markup': ['<img src=x onerror=alert(1)>', '0'],
    'a name that moves the cursor': ['\u001b[2J', '0'],
    'a name that reorders text': ['a\u202eb', '0'],
    'a name that means the latest commit': ['HEAD', '0'],
    'a name that is an option': ['--force', '0'],
    'a name that is a number': ['7', '0'],
    'no name': ['', '0'],
    'a very long name': ['x'.repeat(100_000), '0'],
    'a commit that is not there': ['v1', '999999999999999'],
    'its own commit': ['v1', '1'],
    'a commit that is not a number': ['v1', 'HEAD'],
    'a number that no commit has': ['v1', '1e400'],
    'a negative commit': ['v1', '-1'],
  };
  for (const [what, [name, commit]] of Object.entries(forgeries)) {
    it(`is damage wherever a version is named: ${what}`, async () => {
      const disk = await makePond();
      await forgeRows(disk, first, (row) => {
        if (row.nodeId !== rootId) return row;
        return {
          ...row,
          metadata: JSON.stringify({ ...JSON.parse(row.metadata), attributes: { [`tag:${name}`]: commit } }),
        };
      });
      const pond = await openPondOn(disk, 'forged', { mode: 'read' });
      for (const use of [() => pond.tags(), () => pond.at('v1'), () => pond.diff('v1', 'HEAD')]) {
        await assert.rejects(use(), (error) => isPondError(error, 'pond-damaged') && error.message.length < 1000);
      }
      await pond.close();
    });
  }
});
