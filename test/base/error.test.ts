import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';

test('details are added to a copy of an error, whose cause is the first', () => {
  const error = new PondError('not-found', 'no file', { path: '/a', hint: 'look' });
  const copy = error.with({ path: '/b', displayPath: '/B' });
  assert.deepEqual(copy.toPlain(), {
    code: 'not-found',
    message: 'no file',
    path: '/b',
    displayPath: '/B',
    hint: 'look',
  });
  assert.equal(copy.cause, error);
  assert.equal(error.path, '/a');
  assert.equal(error.with({ code: 'read-only', message: 'no' }).toPlain().code, 'read-only');
});

test('an error survives the way through JSON', () => {
  const error = new PondError('query-invalid', 'no column', {
    position: { line: 1, character: 2 },
    cause: new Error(),
  });
  const read = PondError.fromPlain(JSON.parse(JSON.stringify(error.toPlain())));
  assert.deepEqual(read?.toPlain(), error.toPlain());
  assert.equal(read?.cause, undefined);
});

test('data that is not an error is none, and a detail of a wrong type is dropped', () => {
  for (const data of [undefined, null, 'text', {}, { code: 'toString', message: 'x' }, { code: 'usage', message: 1 }]) {
    assert.equal(PondError.fromPlain(data), undefined);
  }
  const data = { code: 'usage', message: 'x', path: 1, hint: null, position: { line: 'a', character: 0 } };
  assert.deepEqual(PondError.fromPlain(data)?.toPlain(), { code: 'usage', message: 'x' });
});
