import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import {
  basename,
  checkName,
  compareNames,
  dirname,
  joinPath,
  normalizePath,
  splitPath,
} from '../../server/src/tinyfs/path.ts';

describe('paths', () => {
  it('are split without dots and empty components', () => {
    assert.deepEqual(splitPath('/a//b/./c/'), { absolute: true, steps: ['a', 'b', 'c'] });
    assert.deepEqual(splitPath('../a/..'), { absolute: false, steps: ['..', 'a', '..'] });
    for (const path of ['', '.', './.']) assert.deepEqual(splitPath(path), { absolute: false, steps: [] });
    assert.deepEqual(splitPath('//'), { absolute: true, steps: [] });
  });

  it('have at most 256 names', () => {
    assert.equal(splitPath('/a'.repeat(256)).steps.length, 256);
    assert.throws(() => splitPath('/a'.repeat(257)), {
      code: 'invalid-path',
      message: /^a path has more than 256 names/,
    });
  });

  it('are normalized by their text', () => {
    const check = (path: string, absolute: boolean, up: number, names: readonly string[]) =>
      assert.deepEqual(normalizePath(path), { absolute, up, names });
    check('../a/../b', false, 1, ['b']);
    check('../../file.txt', false, 2, ['file.txt']);
    check('./a/./b', false, 0, ['a', 'b']);
    check('a/../../b/..', false, 1, []);
    check('/a/../..', true, 1, []);
  });

  it('have a base name and a directory', () => {
    const check = (path: string, base: string, directory: string) =>
      assert.deepEqual([basename(path), dirname(path)], [base, directory], path);
    check('/a/b.txt', 'b.txt', '/a');
    check('/a/b/', 'b', '/a');
    check('/a', 'a', '/');
    check('a', 'a', '.');
    check('a/b', 'b', 'a');
    check('/', '', '/');
    check('', '', '.');
  });

  it('are joined', () => {
    assert.equal(joinPath('/'), '/');
    assert.equal(joinPath('/', 'a', 'b'), '/a/b');
    assert.equal(joinPath('/a/', 'b'), '/a/b');
    assert.equal(joinPath('/a'), '/a');
  });
});

describe('names', () => {
  it('of up to 255 bytes are valid, with any characters', () => {
    for (const name of ['a', '...', '..a', ' ', '\n', 'é'.repeat(127), '\u{1f986}'.repeat(63), 'x'.repeat(255)]) {
      assert.equal(checkName(name), name);
    }
  });

  it('that a directory cannot contain fail', () => {
    const bad = ['', '.', '..', 'a/b', '/', 'a\0', 'x'.repeat(256), 'é'.repeat(128), '\ud83e', '\udd86\ud83e'];
    for (const name of bad) {
      assert.throws(
        () => checkName(name),
        (error) => isPondError(error, 'invalid-path'),
        JSON.stringify(name),
      );
    }
    assert.throws(
      () => splitPath(`a/${'x'.repeat(256)}/b`),
      (error) => isPondError(error, 'invalid-path'),
    );
  });

  it('are ordered as the bytes of their UTF-8', () => {
    const names = [
      '',
      'a',
      'B',
      'a.b',
      'ab',
      'a\u0001',
      'é',
      '\uff5e',
      '\u{1f986}',
      '\u{1f986}a',
      '\u{10ffff}',
      '~',
      '\ud7ff',
    ];
    for (const a of names) {
      for (const b of names) {
        assert.equal(Math.sign(compareNames(a, b)), Buffer.from(a).compare(Buffer.from(b)), JSON.stringify([a, b]));
      }
    }
  });
});
