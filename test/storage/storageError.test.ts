import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { errnoOf, raise, storageError } from '../../server/src/storage/storageError.ts';

const codes: readonly (readonly [errno: string, code: string])[] = [
  ['ENOSPC', 'storage-full'],
  ['EDQUOT', 'storage-full'],
  ['EACCES', 'storage-denied'],
  ['EPERM', 'storage-denied'],
  ['EROFS', 'storage-denied'],
  ['EEXIST', 'already-exists'],
  ['EIO', 'storage-failed'],
  ['EMFILE', 'storage-failed'],
  ['ESOMETHINGELSE', 'storage-failed'],
];
for (const [errno, code] of codes) {
  it(`${errno} becomes ${code}`, () => {
    const error = storageError(errno, 'create', 'a/b');
    assert.equal(error.code, code);
    assert.equal(error.path, 'a/b');
    assert.match(error.message, new RegExp(`^cannot create 'a/b': .* \\(${errno}\\)$`));
  });
}

for (const [errno, text] of [
  ['EBUSY', 'another program uses it'],
  ['EFBIG', 'allows no file of this size'],
  ['ENAMETOOLONG', 'longer than the disk allows'],
  ['ENFILE', 'too many files are open'],
] as const) {
  it(`${errno} is not reported as a failure of the disk, and has a hint of its own`, () => {
    const { message, hint } = storageError(errno, 'write', 'a');
    assert.ok(message.includes(text), message);
    assert.match(hint ?? '', /\.$/);
  });
}

it('the error of a full disk has a hint', () => {
  assert.match(storageError('ENOSPC', 'write', 'a').hint ?? '', /^Free some room .*\.$/);
});

it('an error of the host is wrapped with its cause, any other is passed through', () => {
  const host = thrownBy(() => readFileSync('/'));
  assert.equal(errnoOf(host), 'EISDIR');
  const wrapped = thrownBy(() => raise(host, 'read', '/'));
  assert.ok(isPondError(wrapped, 'storage-failed'));
  assert.equal(wrapped.cause, host);
  const other = new TypeError('a mistake');
  assert.equal(
    thrownBy(() => raise(other, 'read', '/')),
    other,
  );
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}
