import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { describe, it } from 'node:test';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { type Disk } from '../../server/src/storage/disk.ts';

const mebibyte = 1024 * 1024;

export interface DiskUnderTest {
  /** An empty disk whose root exists. */
  readonly disk: Disk;
  readonly dispose: () => void;
}

/** Registers the tests that every Disk passes. `make` is called once for each test. */
export function testDiskContract(title: string, make: () => DiskUnderTest): void {
  const check: Check = (name, run) => {
    void it(name, async (test) => {
      const { disk, dispose } = make();
      test.after(dispose);
      await run(disk);
    });
  };
  describe(title, () => {
    describe('content', () => testContent(check));
    describe('names', () => testNames(check));
    describe('streams', () => testStreams(check));
    describe('errors', () => testErrors(check));
  });
}

type Check = (name: string, run: (disk: Disk) => void | Promise<void>) => void;

function testContent(check: Check): void {
  check('a created file contains the appended bytes, in order', (disk) => {
    const file = disk.create('a');
    file.append(bytesOf('one '));
    file.append(bytesOf(''));
    file.append(bytesOf('two'));
    assert.equal(file.sizeBytes, 7);
    file.sync();
    file.close();
    assert.equal(textOf(disk.readFile('a')), 'one two');
    assert.deepEqual(pick(disk.stat('a')), { kind: 'file', sizeBytes: 7 });
  });
  check('a newly created file is empty', (disk) => {
    disk.create('a').close();
    assert.deepEqual(disk.readFile('a'), new Uint8Array());
  });
  check('appending continues at the end of the file', (disk) => {
    write(disk, 'a', 'one');
    const file = disk.openAppend('a');
    assert.equal(file.sizeBytes, 3);
    file.append(bytesOf(' two'));
    file.close();
    assert.equal(textOf(disk.readFile('a')), 'one two');
  });
  check('opening for append creates a missing file', (disk) => {
    disk.openAppend('a').close();
    assert.deepEqual(pick(disk.stat('a')), { kind: 'file', sizeBytes: 0 });
  });
  check('a truncated file continues at the cut', (disk) => {
    write(disk, 'a', 'one two');
    const file = disk.openAppend('a');
    file.truncate(4);
    assert.equal(file.sizeBytes, 4);
    file.append(bytesOf('three'));
    file.close();
    assert.equal(textOf(disk.readFile('a')), 'one three');
  });
  check('a range is limited by the end of the file', (disk) => {
    write(disk, 'a', '0123456789');
    assert.equal(textOf(disk.readRange('a', 2, 5)), '234');
    assert.equal(textOf(disk.readRange('a', 8, 100)), '89');
    assert.equal(textOf(disk.readRange('a', 10, 12)), '');
    assert.equal(textOf(disk.readRange('a', 50, 60)), '');
    assert.equal(textOf(disk.readRange('a', 4, 4)), '');
  });
  check('bytes that were read do not change with the file, nor the file with them', (disk) => {
    write(disk, 'a', 'one');
    const read = disk.readFile('a');
    const file = disk.openAppend('a');
    file.truncate(0);
    file.append(bytesOf('two'));
    file.close();
    assert.equal(textOf(read), 'one');
    disk.readFile('a')?.fill(0);
    assert.equal(textOf(disk.readFile('a')), 'two');
  });
  check('appended bytes are copied at once: changing them later changes nothing', (disk) => {
    const bytes = bytesOf('one');
    const file = disk.create('a');
    file.append(bytes);
    bytes.fill(0);
    file.close();
    assert.equal(textOf(disk.readFile('a')), 'one');
  });
  check('a modification time lies between the clock before and after', (disk) => {
    // The file clock of a host may lag by a few milliseconds.
    const before = Date.now() - 1000;
    write(disk, 'a', 'one');
    const { modifiedMs } = disk.stat('a') ?? { modifiedMs: NaN };
    assert.ok(modifiedMs >= before && modifiedMs <= Date.now() + 1000, `${before} ${modifiedMs}`);
  });
  check('a file is in place until its name is removed or given to another file', (disk) => {
    disk.makeDirectory('d');
    const [first, second] = [disk.create('d/a'), disk.openAppend('b')];
    assert.deepEqual([first.isInPlace(), second.isInPlace()], [true, true]);
    first.append(bytesOf('one'));
    first.truncate(0);
    assert.equal(first.isInPlace(), true);
    disk.rename('b', 'd/a');
    assert.deepEqual([first.isInPlace(), second.isInPlace()], [false, false]);
    const again = disk.openAppend('d/a');
    assert.equal(again.isInPlace(), true);
    disk.rename('d', 'moved');
    assert.equal(again.isInPlace(), false);
    disk.rename('moved', 'd');
    assert.equal(again.isInPlace(), true);
    disk.remove('d/a');
    assert.equal(again.isInPlace(), false);
    write(disk, 'd/a', 'one');
    assert.equal(again.isInPlace(), false);
    for (const file of [first, second, again]) file.close();
  });
  check('closing twice is allowed', (disk) => {
    const file = disk.create('a');
    file.close();
    file.close();
  });
}

function testNames(check: Check): void {
  check('missing paths are undefined or empty', (disk) => {
    write(disk, 'file', 'x');
    for (const path of ['none', 'none/deeper', 'file/deeper']) {
      assert.equal(disk.readFile(path), undefined);
      assert.equal(disk.readRange(path, 0, 1), undefined);
      assert.equal(disk.stat(path), undefined);
      assert.equal(disk.readStream(path), undefined);
      assert.deepEqual(disk.list(path), []);
    }
  });
  check('the root is a directory that lists its names', (disk) => {
    assert.equal(disk.stat('')?.kind, 'directory');
    assert.deepEqual(disk.list(''), []);
    write(disk, 'b', '');
    disk.makeDirectory('a');
    assert.deepEqual(disk.list('').sort(), ['a', 'b']);
  });
  check('a directory is created with its parents, and again without harm', (disk) => {
    disk.makeDirectory('a/b/c');
    write(disk, 'a/b/c/file', 'x');
    disk.makeDirectory('a/b/c');
    disk.makeDirectory('');
    assert.deepEqual(disk.list('a/b'), ['c']);
    assert.deepEqual(disk.list('a/b/c'), ['file']);
    assert.equal(disk.stat('a/b')?.kind, 'directory');
    disk.syncDirectory('a/b/c');
    disk.syncDirectory('');
  });
  check('a link is a second name of the same file', (disk) => {
    write(disk, 'a', 'one');
    assert.equal(disk.link('a', 'b'), true);
    const file = disk.openAppend('b');
    file.append(bytesOf(' two'));
    file.close();
    assert.equal(textOf(disk.readFile('a')), 'one two');
    disk.remove('a');
    assert.equal(textOf(disk.readFile('b')), 'one two');
  });
  check('a link to an existing name is refused and changes nothing', (disk) => {
    write(disk, 'a', 'one');
    write(disk, 'b', 'two');
    disk.makeDirectory('c');
    assert.equal(disk.link('a', 'b'), false);
    assert.equal(disk.link('a', 'c'), false);
    assert.equal(disk.link('a', 'a'), false);
    assert.equal(textOf(disk.readFile('b')), 'two');
  });
  check('a rename moves, and replaces its target', (disk) => {
    write(disk, 'a', 'one');
    write(disk, 'b', 'two');
    disk.makeDirectory('c');
    disk.rename('a', 'b');
    assert.equal(textOf(disk.readFile('b')), 'one');
    disk.rename('b', 'c/d');
    assert.deepEqual(disk.list(''), ['c']);
    assert.equal(textOf(disk.readFile('c/d')), 'one');
  });
  check('the names of a file are counted', (disk) => {
    const counts = (...paths: readonly string[]): readonly unknown[] => paths.map((path) => disk.stat(path)?.linkCount);
    write(disk, 'a', 'one');
    disk.link('a', 'b');
    disk.link('a', 'c');
    assert.deepEqual(counts('a', 'b', 'c', ''), [3, 3, 3, 1]);
    disk.remove('c');
    write(disk, 'other', 'two');
    disk.rename('other', 'b');
    assert.deepEqual(counts('a', 'b', 'c'), [1, 1, undefined]);
  });
  check('a rename between two names of one file keeps both, as in POSIX', (disk) => {
    write(disk, 'a', 'one');
    disk.link('a', 'b');
    disk.rename('a', 'b');
    assert.deepEqual(disk.list('').sort(), ['a', 'b']);
  });
  check('a directory moves with its content', (disk) => {
    disk.makeDirectory('a/b');
    write(disk, 'a/b/file', 'x');
    disk.rename('a', 'c');
    assert.equal(textOf(disk.readFile('c/b/file')), 'x');
    assert.equal(disk.stat('a'), undefined);
  });
  check('removing frees the name, and a missing one is ignored', (disk) => {
    write(disk, 'a', 'one');
    disk.remove('a');
    disk.remove('a');
    disk.remove('none/deeper');
    assert.equal(disk.stat('a'), undefined);
    write(disk, 'a', 'two');
    assert.equal(textOf(disk.readFile('a')), 'two');
  });
  check('an open file works after its name is removed', (disk) => {
    const file = disk.create('a');
    disk.remove('a');
    file.append(bytesOf('one'));
    file.sync();
    file.close();
    assert.equal(disk.stat('a'), undefined);
  });
}

function testStreams(check: Check): void {
  check('a stream returns chunks of at most 1 MiB, equal to its input', async (disk) => {
    const content = new Uint8Array(2 * mebibyte + 77).map((_, at) => (at * 31) % 251);
    assert.equal(await disk.createFromStream('a', chunksOf(content, 100_000)), content.length);
    const chunks = await collect(disk.readStream('a'));
    assert.ok(chunks.every(({ length }) => length > 0 && length <= mebibyte));
    assert.ok(Buffer.concat(chunks).equals(content));
    assert.ok(Buffer.from(disk.readFile('a') ?? []).equals(content));
  });
  check('a stream of a part starts and ends at the requested offsets', async (disk) => {
    write(disk, 'a', '0123456789');
    const read = async (start?: number, end?: number) =>
      Buffer.concat(await collect(disk.readStream('a', start, end))).toString();
    assert.equal(await read(3), '3456789');
    assert.equal(await read(3, 5), '34');
    assert.equal(await read(8, 100), '89');
    assert.equal(await read(20, 30), '');
    assert.equal(await read(), '0123456789');
  });
  check('a scanned file has the chunks of a stream, each until the next one', async (disk) => {
    const content = new Uint8Array(2 * mebibyte + 77).map((_, at) => (at * 31) % 251);
    await disk.createFromStream('a', chunksOf(content, 100_000));
    for (const [start, end] of [[], [7], [mebibyte + 5, 2 * mebibyte + 9]]) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of disk.scanStream('a', start, end) ?? []) chunks.push(Uint8Array.from(chunk));
      assert.ok(Buffer.concat(chunks).equals(content.subarray(start, end)));
    }
    assert.equal(disk.scanStream('missing'), undefined);
  });
  check('a reader that stops early leaves nothing open', async (disk) => {
    await disk.createFromStream('a', chunksOf(new Uint8Array(3 * mebibyte), mebibyte));
    for await (const chunk of disk.readStream('a') ?? []) {
      assert.equal(chunk.length, mebibyte);
      break;
    }
    disk.remove('a');
    assert.equal(disk.stat('a'), undefined);
  });
  check('an empty stream creates an empty file', async (disk) => {
    assert.equal(await disk.createFromStream('a', chunksOf(new Uint8Array(), 1)), 0);
    assert.deepEqual(disk.readFile('a'), new Uint8Array());
  });
  check('an error of the source is passed through', async (disk) => {
    const failure = new Error('source');
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(bytesOf('one'));
      throw failure;
    };
    await assert.rejects(disk.createFromStream('a', source()), (error) => error === failure);
  });
  check('a stream does not replace a file', async (disk) => {
    write(disk, 'a', 'one');
    await assert.rejects(disk.createFromStream('a', chunksOf(bytesOf('two'), 9)), coded('already-exists'));
    assert.equal(textOf(disk.readFile('a')), 'one');
  });
}

function testErrors(check: Check): void {
  check('creating an existing name fails and keeps its content', (disk) => {
    write(disk, 'a', 'one');
    disk.makeDirectory('b');
    assert.throws(() => disk.create('a'), coded('already-exists'));
    assert.throws(() => disk.create('b'), coded('already-exists'));
    assert.throws(() => disk.makeDirectory('a'), coded('already-exists'));
    assert.equal(textOf(disk.readFile('a')), 'one');
  });
  check('a missing directory or source is a disk failure', (disk) => {
    write(disk, 'a', 'one');
    const calls: readonly (() => unknown)[] = [
      () => disk.create('none/a'),
      () => disk.openAppend('none/a'),
      () => disk.link('none', 'b'),
      () => disk.link('a', 'none/b'),
      () => disk.rename('none', 'b'),
      () => disk.rename('a', 'none/b'),
      () => disk.syncDirectory('none'),
      () => disk.makeDirectory('a/b'),
      () => disk.create('a/b'),
    ];
    for (const call of calls) assert.throws(call, coded('storage-failed'), String(call));
    assert.deepEqual(disk.list(''), ['a']);
  });
  check('a directory is not read, opened or replaced as a file', async (disk) => {
    disk.makeDirectory('d/e');
    write(disk, 'a', 'one');
    assert.throws(() => disk.readFile('d'), coded('storage-failed'));
    assert.throws(() => disk.openAppend('d'), coded('storage-failed'));
    assert.throws(() => disk.rename('a', 'd'), coded('storage-failed'));
    assert.throws(() => disk.rename('d', 'd/e/f'), coded('storage-failed'));
    assert.throws(() => disk.remove('d'), isPondError);
    await assert.rejects(async () => collect(disk.readStream('d')), coded('storage-failed'));
    assert.deepEqual(disk.list('d'), ['e']);
  });
  check('an error names the path and keeps the reason of the host', (disk) => {
    assert.throws(
      () => disk.create('none/a'),
      (error) => isPondError(error) && error.path?.endsWith('none/a') === true && error.message.includes('ENOENT'),
    );
  });
  check('a path that leaves the disk is a programming error', (disk) => {
    for (const path of ['..', 'a/../b', '/a', 'a//b', 'a/', '.', './a', 'a\0b', ...(sep === '\\' ? ['a\\b'] : [])]) {
      assert.throws(() => disk.readFile(path), /assertion failed/, path);
      assert.throws(() => disk.create(path), /assertion failed/, path);
      assert.throws(() => disk.rename(path, 'x'), /assertion failed/, path);
      assert.throws(() => disk.link('x', path), /assertion failed/, path);
      assert.throws(() => disk.makeDirectory(path), /assertion failed/, path);
    }
  });
  check('a backslash is a character of a name if it separates no folders', (disk) => {
    if (sep === '\\') return;
    disk.create('a\\b').close();
    assert.deepEqual(disk.list(''), ['a\\b']);
  });
  check('a closed file cannot be written, and a truncation does not lengthen', (disk) => {
    const file = disk.create('a');
    assert.throws(() => file.truncate(1), /assertion failed/);
    file.close();
    assert.throws(() => file.append(bytesOf('x')), /assertion failed/);
    assert.throws(() => file.sync(), /assertion failed/);
  });
}

function write(disk: Disk, path: string, text: string): void {
  const file = disk.create(path);
  file.append(bytesOf(text));
  file.close();
}

function coded(code: ErrorCode): (error: unknown) => boolean {
  return (error) => isPondError(error, code);
}

function pick(stat: ReturnType<Disk['stat']>): object {
  return { kind: stat?.kind, sizeBytes: stat?.sizeBytes };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes);
}

async function* chunksOf(content: Uint8Array, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += sizeBytes)
    yield await Promise.resolve(content.subarray(at, at + sizeBytes));
}

async function collect(stream: AsyncIterable<Uint8Array> | undefined): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return chunks;
}
