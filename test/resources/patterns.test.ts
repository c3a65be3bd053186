import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { scanGlob } from '../../server/src/documents/globPattern.ts';
import { checkPlaceholders, parsePlaceholders } from '../../server/src/documents/placeholders.ts';
import { parseGlob } from '../../server/src/tinyfs/glob.ts';
import { randomOf } from '../support/random.ts';

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
checkWildcards('/a//./b/', 0);
checkWildcards('/a}/{}', 1);

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
checkIssue('/.', undefined);
checkIssue('/a/../b', '..');
checkIssue('..', '..');
checkIssue('/a**', '**');
checkIssue('/**a', '**');
checkIssue('/****', '****');
checkIssue('/{a,**}', '**');
checkIssue('/[a', '[a');
checkIssue('/[a/b]', '[a');
checkIssue('/[]', '[]');
checkIssue('/[z-a]', 'z-a');
checkIssue('/{a,{b}', '{a,{b}');
checkIssue('/{a/b}', '{a');
checkIssue('/{a\\}', '{a\\}');
checkIssue('/a\\', '\\');
checkIssue(`/${'a'.repeat(1024)}`, undefined);

test('a pattern is refused when the file system refuses it, and has a wildcard for each of its captures', () => {
  const random = randomOf(7);
  const alphabet = ['a', 'z', '-', '*', '?', '[', ']', '!', '{', '}', ',', '/', '\\', '.', '🦆'];
  for (let round = 0; round < 5_000; round += 1) {
    const pattern = `x${Array.from({ length: random(9) }, () => alphabet[random(alphabet.length)]).join('')}`;
    const { wildcards, issues } = scanGlob(pattern);
    const captures = capturesOf(pattern);
    assert.equal(issues.length === 0 ? wildcards : undefined, captures, pattern);
  }
});

/**
 * Number of captures that the file system returns for a match of the pattern; undefined when it refuses the pattern.
 */
function capturesOf(pattern: string): number | undefined {
  try {
    const counts = parseGlob(pattern).parts.map((part) => {
      if (part.kind === 'wild') return part.captures;
      return part.kind === 'deep' ? 1 : 0;
    });
    return counts.reduce((sum, count) => sum + count, 0);
  } catch (error) {
    assert.ok(isPondError(error, 'invalid-path'));
    return undefined;
  }
}

test('placeholders are found at their positions', () => {
  assert.deepEqual(parsePlaceholders('$1-$0 $ $x $$12'), [
    { index: 1, start: 0, end: 2 },
    { index: 0, start: 3, end: 5 },
    { index: 12, start: 12, end: 15 },
  ]);
});

test('placeholders can be in any order, and one without a wildcard is reported', () => {
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
