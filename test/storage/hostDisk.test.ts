import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { openHostDisk, openPondDisk } from '../../server/src/storage/hostDisk.ts';
import { testDiskContract } from '../contracts/disk.ts';

function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'pond-disk-'));
}

testDiskContract('host disk', () => {
  const directory = temporaryDirectory();
  return { disk: openHostDisk(directory), dispose: () => rmSync(directory, { recursive: true }) };
});

testDiskContract("a pond's disk", () => {
  const directory = temporaryDirectory();
  return { disk: openPondDisk(directory), dispose: () => rmSync(directory, { recursive: true }) };
});

describe('the disk of a pond on the host', () => {
  const above = temporaryDirectory();
  after(() => rmSync(above, { recursive: true }));
  const root = join(above, 'root');
  mkdirSync(join(root, 'd'), { recursive: true });
  mkdirSync(join(above, 'outside'));
  writeFileSync(join(above, 'outside', 'f'), 'outside');
  writeFileSync(join(root, 'd', 'f'), 'inside');
  symlinkSync('../outside', join(root, 'folder'));
  symlinkSync('../outside/f', join(root, 'link'));
  symlinkSync('../outside/new', join(root, 'dangling'));
  symlinkSync('..', join(root, 'd', 'up'));
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(root, 'pipe')]);
  const disk = openPondDisk(root);
  const others = ['folder', 'link', 'dangling', 'd/up', ...(process.platform === 'win32' ? [] : ['pipe'])];
  const isRefused = (error: unknown): boolean => isPondError(error, 'pond-damaged') && error.path !== undefined;

  for (const path of others) {
    it(`nothing is done through ${path}, which is neither a file nor a directory`, async () => {
      for (const at of path === 'folder' || path === 'd/up' ? [path, `${path}/f`, `${path}/new`] : [path]) {
        const calls: readonly (() => unknown)[] = [
          () => disk.readFile(at),
          () => disk.readRange(at, 0, 1),
          () => disk.stat(at),
          () => disk.list(at),
          () => disk.hostPath(at),
          () => disk.readStream(at),
          () => disk.openAppend(at),
          () => disk.makeDirectory(at),
          () => disk.makeDirectory(`${at}/deeper`),
          () => disk.create(`${at}/deeper`),
          () => disk.link('d/f', `${at}/deeper`),
          () => disk.link(at, 'd/linked'),
          () => disk.rename('d/f', `${at}/deeper`),
          () => disk.rename(`${at}/deeper`, 'd/f'),
          () => disk.remove(`${at}/deeper`),
          () => disk.syncDirectory(at),
        ];
        for (const call of calls) assert.throws(call, isRefused, `${String(call)} ${at}`);
        await assert.rejects(async () => disk.createFromStream(`${at}/deeper`, noChunks()), isRefused);
      }
      assert.equal(readFileSync(join(above, 'outside', 'f'), 'utf8'), 'outside');
      assert.ok(!existsSync(join(above, 'outside', 'new')));
      assert.equal(disk.stat('d/f')?.sizeBytes, 6);
    });
  }

  it('a file that was replaced by a link is refused when it is read, and is not in place', async () => {
    writeFileSync(join(root, 'swapped'), 'inside');
    const file = disk.openAppend('swapped');
    const stream = disk.readStream('swapped');
    rmSync(join(root, 'swapped'));
    symlinkSync('../outside/f', join(root, 'swapped'));
    assert.equal(file.isInPlace(), false);
    file.close();
    await assert.rejects(async () => {
      for await (const chunk of stream ?? []) assert.fail(`${chunk.length} bytes`);
    }, isRefused);
  });

  it('a file of any length is refused before memory is taken for it, and a part of it is read', () => {
    const path = join(root, 'long');
    writeFileSync(path, 'start');
    truncateSync(path, 2 ** 40);
    assert.throws(() => disk.readFile('long'), {
      code: 'pond-damaged',
      path,
      message: /1099511627776 bytes; expected at most/,
    });
    assert.equal(Buffer.from(disk.readRange('long', 0, 5) ?? []).toString(), 'start');
    assert.throws(() => openHostDisk(root).readFile('long'), { code: 'storage-failed', path });
    truncateSync(path, 5);
    assert.equal(Buffer.from(disk.readFile('long', 5) ?? []).toString(), 'start');
    assert.throws(() => disk.readFile('long', 4), { code: 'pond-damaged' });
    rmSync(path);
  });

  it('the directory itself may be reached through a link, and is never created', () => {
    symlinkSync('root', join(above, 'alias'));
    assert.equal(openPondDisk(join(above, 'alias')).stat('d/f')?.sizeBytes, 6);
    const missing = openPondDisk(join(above, 'missing'));
    assert.throws(
      () => missing.makeDirectory('a'),
      (error) => isPondError(error, 'storage-failed'),
    );
    assert.throws(
      () => missing.makeDirectory(''),
      (error) => isPondError(error, 'storage-failed'),
    );
    assert.ok(!existsSync(join(above, 'missing')));
  });
});

async function* noChunks(): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve([]);
}

describe('a disk of the host', () => {
  const directory = temporaryDirectory();
  after(() => rmSync(directory, { recursive: true }));

  it('the root is created with its parent directories, on first use', () => {
    const disk = openHostDisk(join(directory, 'not', 'yet'));
    assert.equal(disk.stat(''), undefined);
    assert.deepEqual(disk.list(''), []);
    assert.ok(!existsSync(join(directory, 'not')));
    disk.makeDirectory('a');
    assert.equal(disk.stat('a')?.kind, 'directory');
  });

  it('a directory that cannot be created is refused at once', () => {
    // Below /proc no name can be created, and the system reports a missing file.
    if (process.platform !== 'linux') return;
    const disk = openHostDisk('/proc/pond/deep');
    assert.throws(
      () => disk.makeDirectory('a'),
      (error) => isPondError(error, 'storage-failed'),
    );
  });

  it('the host path is absolute', () => {
    const disk = openHostDisk(directory);
    assert.equal(disk.hostPath('a/b'), join(directory, 'a', 'b'));
    assert.equal(disk.hostPath(''), directory);
    assert.throws(() => disk.hostPath('../b'), /assertion failed/);
  });

  it('symbolic links are followed, and a dangling one is missing', () => {
    mkdirSync(join(directory, 'real'));
    writeFileSync(join(directory, 'real', 'file'), 'x');
    symlinkSync('real', join(directory, 'linked'));
    symlinkSync('nowhere', join(directory, 'dangling'));
    const disk = openHostDisk(directory);
    assert.deepEqual(disk.list('linked'), ['file']);
    assert.equal(disk.stat('dangling'), undefined);
  });

  it('a name that is too long is a disk failure that names the host path', () => {
    const disk = openHostDisk(directory);
    assert.throws(
      () => disk.create('n'.repeat(300)),
      (error) =>
        isPondError(error, 'storage-failed') &&
        error.message.includes('ENAMETOOLONG') &&
        error.path?.startsWith(directory) === true,
    );
  });

  it('streams in both directions use bounded memory', async () => {
    const disk = openHostDisk(directory);
    const chunk = new Uint8Array(1024 * 1024).fill(7);
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 128; count++) yield await Promise.resolve(chunk);
    };
    let peakBytes = 0;
    let total = 0;
    assert.equal(await disk.createFromStream('large', source()), 128 * chunk.length);
    for await (const part of disk.readStream('large') ?? []) {
      total += part.length;
      peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers);
    }
    assert.equal(total, 128 * chunk.length);
    assert.ok(peakBytes < 96 * chunk.length, `${peakBytes} bytes at the peak`);
  });
});
