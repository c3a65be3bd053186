/** Errors of damaged rows name a path and a version, as far as they are known, and never the id of a node. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { type OpRow } from '../../server/src/oplog/rows.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { forgeRows } from '../support/forgedRows.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { smallParquet } from '../support/smallParquet.ts';
import { locatingDamage } from '../../server/src/tinyfs/entries.ts';
import { bytesOf, collect } from '../support/tree.ts';

const author = 'test';
const number = commitNumber(2);

/** A pond whose second commit has rows of each kind, and a directory of several pages. */
async function makePond(): Promise<DiskImage> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'texts');
  const root = await pond.fs.root();
  await root.createDirectory('/d');
  await root.writeFile('/d/f', bytesOf('one'));
  await root.createFile('/d/s', smallParquet('v'), { type: 'series' });
  await pond.commit({ message: 'one', author });
  await root.writeFile('/d/f', bytesOf('two'));
  await root.writeFile('/d/s', smallParquet('w'));
  await root.createSymlink('/d/l', 'f');
  await root.createDirectory('/wide');
  for (let index = 0; index < 130; index += 1) await root.writeFile(`/wide/${index}`, bytesOf('x'));
  await pond.commit({ message: 'two', author });
  await pond.close();
  return imageOf(disk);
}

/** Reads of what the rows of the second commit say. */
const reads: Readonly<Record<string, (pond: Pond) => Promise<unknown>>> = {
  'all entries': async (pond) => collect((await pond.fs.root()).walk()),
  'a file': async (pond) => (await pond.fs.root()).readFile('/d/f'),
  'a series': async (pond) => (await pond.fs.root()).readFile('/d/s'),
  'versions of a series': async (pond) => collect((await pond.fs.root()).versions('/d/s')),
  'a link': async (pond) => (await pond.fs.root()).readlink('/d/l'),
  'a path through a link': async (pond) => (await pond.fs.root()).readFile('/d/l'),
  'a file of a wide directory': async (pond) => (await pond.fs.root()).readFile('/wide/77'),
  'host files': async (pond) => {
    const { path, node } = (await (await pond.fs.root()).get('/d/s'))!;
    return await locatingDamage(path, path, () => pond.hostFiles(node));
  },
  'a comparison': (pond) => pond.diff('0', '2'),
  'the log': (pond) => collect(pond.log()),
  'the log of a path': (pond) => collect(pond.log({ path: '/d/f' })),
  tags: (pond) => pond.tags(),
  'a check': async (pond) => {
    const problems = await pond.check();
    for (const problem of problems) assertReadable(problem, 'a check');
  },
};

const id = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** A position is that of a line or row in a file, and a message names a row once. Names of data files have ids. */
function assertReadable(text: string, what: string): void {
  assert.doesNotMatch(text.replaceAll(/\S+\.parquet\b/g, 'FILE'), id, what);
  assert.doesNotMatch(text, /commit \d+:\d|json:1: pond/, what);
  assert.ok(text.split(/version \d+ of a /).length <= 2, `${what}: ${text}`);
}

const image = await makePond();

/** The messages of all reads that fail. */
async function messagesOf(change: (row: OpRow) => OpRow | undefined): Promise<readonly string[]> {
  const disk = createMemoryDisk(image);
  await forgeRows(disk, number, change);
  const found: string[] = [];
  const pond = await openPondOn(disk, 'texts', { mode: 'read' });
  for (const [what, read] of Object.entries(reads)) {
    await read(pond).catch((error: unknown) => {
      assert.ok(isPondError(error, 'pond-damaged'), `${what}: ${String(error)}`);
      for (const text of [error.message, error.hint ?? '', error.path ?? '']) assertReadable(text, what);
      found.push(error.message);
    });
  }
  await pond.close();
  return found;
}

const named =
  (name: string) =>
  ({ metadata }: OpRow): boolean =>
    metadata.includes(`"name":"${name}"`);
const isPage = ({ fileType }: OpRow): boolean => fileType === 'page';
const isRoot = ({ partId, nodeId, fileType }: OpRow): boolean =>
  fileType === 'directory' && /^0+/.test(nodeId) && partId === nodeId;

/** Rows, and the error of a read that needs them. */
const rows: Readonly<Record<string, { readonly is: (row: OpRow) => boolean; readonly says: RegExp }>> = {
  'a file': { is: named('f'), says: /^\/d\/f, version 2: / },
  'a version of a series': { is: named('s'), says: /^\/d\/s(, version 2)?: / },
  'a link': { is: named('l'), says: /^\/d\/l: / },
  'a directory': { is: named('d'), says: /^directory \/d: / },
  'a directory of pages': { is: named('wide'), says: /^directory \/wide: / },
  'a page of a directory': { is: isPage, says: /^directory \/wide: / },
  'the root': { is: isRoot, says: /^directory \/: / },
};

const damages: Readonly<Record<string, (row: OpRow) => OpRow | undefined>> = {
  missing: () => undefined,
  'without metadata': (row) => ({ ...row, metadata: '{' }),
  'with metadata of another type': (row) => ({ ...row, metadata: '{"attributes":7,"name":7,"previous":7}' }),
  'with other content': (row) => ({ ...row, content: bytesOf('x') }),
  'of another kind': (row) => ({ ...row, fileType: row.fileType === 'page' ? 'file' : 'page' }),
};

describe('the error of a damaged row has the path of what is damaged, and no id', () => {
  for (const [row, { is, says }] of Object.entries(rows)) {
    for (const [damage, change] of Object.entries(damages)) {
      it(`${row} ${damage}`, async () => {
        let isFound = false;
        const found = await messagesOf((each) => {
          if (!is(each)) return each;
          isFound = true;
          return change(each);
        });
        assert.ok(isFound, 'the row is in the file');
        // What a listing says of a file is in the row of its directory: no read needs the file's own type or metadata.
        if (found.length === 0) assert.match(damage, /metadata|kind/);
        for (const text of found) assert.match(text, says);
      });
    }
  }
});
