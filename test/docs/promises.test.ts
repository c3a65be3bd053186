import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/run.mjs';

const pages = ['reliability.md', 'security.md'];
const textOf = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');
const testPath = /\]\(\.\.\/(test\/[^)]+\.test\.ts)\)/g;

/** Rows of the tables of promises. */
const promisesOf = (page: string): readonly string[] =>
  page
    .split(/^\| promise \| test \|\n/m)
    .slice(1)
    .flatMap((table) => table.split('\n\n', 1)[0]!.split('\n').slice(1));

const testsOf = (row: string): readonly string[] => [...row.matchAll(testPath)].map(([, path = '']) => path);

for (const name of pages) {
  test(`each promise of docs/${name} names its tests, and they exist`, () => {
    const promises = promisesOf(textOf(name));
    assert.ok(promises.length > 20);
    const wrong = promises.filter((row) => {
      const tests = testsOf(row);
      return tests.length === 0 || !tests.every((path) => existsSync(join(root, path)));
    });
    assert.deepEqual(wrong, []);
  });
}

/** Sentences outside of tables, of the sections that have a table of promises. */
function sentencesOf(page: string): readonly string[] {
  const sections = page.split(/^## /m).filter((section) => /^\| promise \|/m.test(section));
  return sections.flatMap((section) => {
    const [, ...lines] = section.split('\n');
    const prose = lines.filter((line) => !line.startsWith('|')).join(' ');
    return prose.split(/(?<=[.:])\s+/).map((sentence) => sentence.trim());
  });
}

/** Words of a sentence that promises something for all cases. */
const promising = /\b(?:never|nothing|always|every|each|none|cannot)\b/i;

test('a sentence that promises something is in a table, with its tests', () => {
  assert.ok(promising.test('Nothing is lost.') && !promising.test('A Backup sends the pond to a store.'));
  const loose = pages.flatMap((name) => sentencesOf(textOf(name)).filter((sentence) => promising.test(sentence)));
  assert.deepEqual(loose, []);
});

/** Words in the names of tests that damage, kill, forge or attack something. */
const about = /hostile|stranger|damage|crash|kill|fault|flip|forge|proof|prove|secret|swapped|poison|repair|altered/i;

test('each test of attacks and damage is named at the promise that it keeps', () => {
  const named = new Set(pages.flatMap((name) => promisesOf(textOf(name)).flatMap(testsOf)));
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.test.ts') && about.test(path.slice(path.lastIndexOf('/'))));
  assert.ok(files.length > 20);
  assert.deepEqual(
    files.filter((path) => !named.has(path)),
    [],
  );
});
