import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocuments, textLengthMax } from '../../server/src/documents/document.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';

const head = 'apiVersion: v\nkind: Scribble\nname: bomb\ndesc: d\nspec:\n';

/** Checks that a text gives one problem, with that code. */
function check(name: string, text: string, code: string): void {
  test(name, () => {
    const problems = readResourceFile(text, resourceKinds).flatMap((document) => document.problems);
    assert.deepEqual(
      problems.map((problem) => problem.code),
      [code],
    );
  });
}

/** Each line's list repeats the line before ten times: `levels` lines expand to ten to that power of values. */
function billionLaughs(levels: number): string {
  const lines = ['  l0: &l0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < levels; level += 1) {
    const repeated = Array.from({ length: 10 }, () => `*l${level - 1}`).join(', ');
    lines.push(`  l${level}: &l${level} [${repeated}]`);
  }
  return `${head}${lines.join('\n')}\n`;
}

/** Each level contains the one before once: as deep as it is long. */
function chain(levels: number): string {
  const lines = ['  l0: &l0 [x]'];
  for (let level = 1; level < levels; level += 1) lines.push(`  l${level}: &l${level} [*l${level - 1}]`);
  return `${head}${lines.join('\n')}\n`;
}

// First in this file: V8 compiles a regular expression again at its second use, which deep in a recursion ended the
// process.
test('text that nests too deeply is refused each time it is read', () => {
  for (const text of ['['.repeat(3000), '{a: '.repeat(3000), '- '.repeat(3000), '? '.repeat(3000)]) {
    for (let time = 1; time <= 3; time += 1) {
      const problems = parseDocuments(text).flatMap((document) => document.problems);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ['yaml-too-deep'],
      );
    }
  }
});

check('aliases that expand to a billion values are refused', billionLaughs(9), 'yaml-too-many');
check('aliases that expand to more values than memory holds are refused', billionLaughs(200), 'yaml-too-many');
check('aliases that nest deeply are refused', chain(1000), 'yaml-too-deep');
check('mappings that repeat a mapping are counted at each use', aliasedMaps(), 'yaml-too-many');
check('brackets without an end are refused', `${head}  a: ${'['.repeat(100_000)}\n`, 'yaml-too-deep');
check('flow mappings without an end are refused', `${head}  a: ${'{a: '.repeat(50_000)}\n`, 'yaml-too-deep');
check('nested dashes are refused', `${head}  a:\n    ${'- '.repeat(50_000)}\n`, 'yaml-too-deep');
check(
  'brackets that are closed are refused too',
  `${head}  a: ${'['.repeat(100)}${']'.repeat(100)}\n`,
  'yaml-too-deep',
);
check('a text that is too long is not parsed', `${head}#${'x'.repeat(textLengthMax)}`, 'yaml-too-large');

function aliasedMaps(): string {
  const shared = Array.from({ length: 400 }, (_, index) => `    k${index}: 1`).join('\n');
  const uses = Array.from({ length: 400 }, (_, index) => `  u${index}: *shared`).join('\n');
  return `${head}  shared: &shared\n${shared}\n${uses}\n`;
}

test('a limit is not a problem in a file of another program', () => {
  for (const text of [`a: ${'['.repeat(1000)}`, `a: 1\n#${'x'.repeat(textLengthMax)}`]) {
    assert.deepEqual(readResourceFile(text, resourceKinds), []);
  }
});

test('nesting up to the limit is read', () => {
  const text = `${head}  a: ${'['.repeat(50)}${']'.repeat(50)}\n`;
  const [document] = readResourceFile(text, resourceKinds);
  assert.ok(document?.problems.every(({ code }) => code !== 'yaml-too-deep'));
});

test('of thousands of problems the first hundred are reported', () => {
  const keys = Array.from({ length: 10_000 }, (_, index) => `  key${index}: 1`).join('\n');
  const [document] = readResourceFile(`${head}${keys}\n`, resourceKinds);
  assert.equal(document?.problems.length, 100);
  assert.equal(document.problems[0]?.code, 'key-missing');
});

test('texts that are expensive to parse are read in bounded time', () => {
  const room = textLengthMax - head.length - 10;
  const hard = [
    'a: ]\n',
    '? ',
    ': ',
    '&a ',
    '!a ',
    '%a\n',
    'a: *b\n',
    '---\n',
    '\t',
    '"\n',
    ',',
    '- [',
    '# c\n',
    '{{ ',
  ];
  for (const piece of hard) {
    const documents = readResourceFile(`${head}  ${piece.repeat(Math.floor(room / piece.length / 8))}`, resourceKinds);
    assert.ok(documents.length <= 1, piece);
  }
});
