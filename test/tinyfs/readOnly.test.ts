import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FileSystem } from '../../server/src/tinyfs/fs.ts';
import { createMemoryBackend } from '../../server/src/tinyfs/memoryBackend.ts';
import { bytesOf, fails, linesOf, make } from '../support/tree.ts';

describe('a read-only file system', () => {
  it('can be read, and fails each change before anything else', async () => {
    const backend = createMemoryBackend();
    await make(await new FileSystem(backend).root(), 'a 1', 'd/', 'l -> a');
    const fs = new FileSystem({ ...backend, writable: false });
    assert.equal(fs.writable, false);
    const root = await fs.root();
    await fails('read-only', root.createFile('b', bytesOf('')));
    await fails('read-only', root.createFile('none/b', bytesOf('')));
    await fails('read-only', root.writeFile('a', bytesOf('')));
    await fails('read-only', root.createDirectory('e'));
    await fails('read-only', root.createDirectory('d', { parents: true }));
    await fails('read-only', root.createSymlink('m', 'a'));
    await fails('read-only', root.setAttributes('a', {}));
    await fails('read-only', root.remove('a'));
    await fails('read-only', root.rename('a', 'b'));
    await fails('read-only', root.copy('a', 'b'));
    assert.deepEqual(await linesOf(root), ['/a 1', '/d/', '/l -> a']);
  });
});
