import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, suggest } from '../../server/src/base/suggest.ts';

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
check('Inbox', 'Inbox');
check('Deployment', undefined);
check('', undefined);
check('x'.repeat(100_000), undefined);

test('a name without its extension is the only one that has it', () => {
  assert.equal(suggest('sonde', ['sonde.csv', 'stations.csv']), 'sonde.csv');
  assert.equal(suggest('sonde', ['sonde.csv', 'sonde.parquet']), undefined);
  assert.equal(suggest('sonde', ['sonde.csv', 'sondes']), 'sondes');
});

test('a suggestion is never the word itself, and says how a twin differs', () => {
  assert.equal(didYouMean('report.csv', ['report.csv']), undefined);
  assert.match(didYouMean('report', ['report', 'reports'])!, /"reports"/);
  const [composed, decomposed] = ['caf\u00e9.csv', 'cafe\u0301.csv'];
  assert.equal(
    didYouMean(composed, [composed, decomposed], '/data/'),
    `Did you mean "/data/${decomposed}"? It looks the same, but has U+0065 U+0301 (NFD) where you wrote U+00E9 (NFC).`,
  );
  assert.match(didYouMean(decomposed, [composed])!, /has U\+00E9 \(NFC\) where you wrote U\+0065 U\+0301 \(NFD\)\.$/);
  assert.match(didYouMean('a.csv', ['a\u200b.csv'])!, /has U\+200B where you wrote nothing\.$/);
  assert.doesNotMatch(didYouMean('cafe.csv', [composed])!, /looks the same/);
});
