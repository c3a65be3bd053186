import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggest } from '../../server/src/base/suggest.ts';

const words = ['pattern', 'in_pattern', 'out_pattern', 'name', 'Inbox', 'Copy', 'id'];

function check(word: string, expected: string | undefined): void {
  test(`the suggestion for "${word}" is ${expected ?? 'nothing'}`, () => assert.equal(suggest(word, words), expected));
}

check('patern', 'pattern');
check('pattren', 'pattern');
check('inPattern', 'in_pattern');
check('out-pattern', 'out_pattern');
check('nmae', 'name');
check('inobx', 'Inbox');
check('Cpoy', 'Copy');
check('di', 'id');
check('Deployment', undefined);
check('', undefined);
check('x'.repeat(100_000), undefined);
