import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { testDiskContract } from '../contracts/disk.ts';

function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'pond-disk-'));
}

testDiskContract('host disk', () => {
  const directory = temporaryDirectory();
  return { disk: openHostDisk(directory), dispose: () => rmSync(directory, { recursive: true }) };
});

describe('host disk, on the host', () => {
  const directory = temporaryDirectory();
  after(() => rmSync(directory, { recursive: true }));

  it('the root is made with the directories above it, on first need', () => {
    const disk = openHostDisk(join(directory, 'not', 'yet'));
    assert.equal(disk.stat(''), undefined);
    assert.deepEqual(disk.list(''), []);
    assert.ok(!existsSync(join(directory, 'not')));
    disk.makeDirectory('a');
    assert.equal(disk.stat('a')?.kind, 'directory');
  });

  it('a directory that can be made nowhere is refused at once', () => {
    // Below /proc no name can be made, and the system says that it is missing.
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

  it('symbolic links are followed, and one that leads nowhere is missing', () => {
    mkdirSync(join(directory, 'real'));
    writeFileSync(join(directory, 'real', 'file'), 'x');
    symlinkSync('real', join(directory, 'linked'));
    symlinkSync('nowhere', join(directory, 'dangling'));
    const disk = openHostDisk(directory);
    assert.deepEqual(disk.list('linked'), ['file']);
    assert.equal(disk.stat('dangling'), undefined);
  });

  it('a name that is too long is a failure of the disk that names the host path', () => {
    const disk = openHostDisk(directory);
    assert.throws(
      () => disk.create('n'.repeat(300)),
      (error) =>
        isPondError(error, 'storage-failed') &&
        error.message.includes('ENAMETOOLONG') &&
        error.path?.startsWith(directory) === true,
    );
  });

  it('a stream in and out stays within bounded memory', async () => {
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
