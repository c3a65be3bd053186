import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanGlob } from '../../server/src/resources/globPattern.ts';
import { checkPlaceholders, parsePlaceholders } from '../../server/src/resources/placeholders.ts';

function checkWildcards(pattern: string, count: number): void {
  test(`${pattern} has ${count} wildcards`, () =>
    assert.deepEqual(scanGlob(pattern), { wildcards: count, issues: [] }));
}

checkWildcards('/a/b', 0);
checkWildcards('/x/*/y/*', 2);
checkWildcards('/**', 1);
checkWildcards('**/*.csv', 2);
checkWildcards('/a?b?', 2);
checkWildcards('/[a-z]*[!0-9]', 3);
checkWildcards('/[]]', 1);
checkWildcards('/[^]a]', 1);
checkWildcards('/{a,b*,{c,d}}/?', 2);
checkWildcards('/\\*\\?\\[', 0);
checkWildcards('/site=*/res=1h', 1);
checkWildcards('/a b/ü*', 1);

function checkIssue(pattern: string, part: string | undefined): void {
  test(`${pattern || 'an empty pattern'} is refused at ${part ?? 'the whole'}`, () => {
    const [issue, ...others] = scanGlob(pattern).issues;
    assert.equal(issue?.code, 'glob-invalid');
    assert.equal(issue.part && pattern.slice(issue.part.start, issue.part.end), part);
    assert.deepEqual(others, []);
  });
}

checkIssue('', undefined);
checkIssue('//', undefined);
checkIssue('/a//b', '/');
checkIssue('/a/', '/');
checkIssue('/a/../b', '..');
checkIssue('./a', '.');
checkIssue('/a**', '**');
checkIssue('/**a', '**');
checkIssue('/****', '****');
checkIssue('/[a', '[a');
checkIssue('/[a/b]', '[a');
checkIssue('/[]', '[]');
checkIssue('/{a,{b}', '{a,{b}');
checkIssue('/{a\\}', '{a\\}');
checkIssue('/{}', '{}');
checkIssue('/a}', '}');
checkIssue('/a\\', '\\');

test('placeholders are found where they stand', () => {
  assert.deepEqual(parsePlaceholders('$1-$0 $ $x $$12'), [
    { index: 1, start: 0, end: 2 },
    { index: 0, start: 3, end: 5 },
    { index: 12, start: 12, end: 15 },
  ]);
});

test('placeholders may come in any order, and the one without a wildcard is named', () => {
  assert.deepEqual(checkPlaceholders('/x/*/y/*', '$1-$0'), []);
  const issues = checkPlaceholders('/x/*/y/*', 'a$2b$99999999999999999999');
  assert.deepEqual(
    issues.map(({ code, part }) => ({ code, part })),
    [
      { code: 'placeholder-range', part: { start: 1, end: 3 } },
      { code: 'placeholder-range', part: { start: 4, end: 25 } },
    ],
  );
});
