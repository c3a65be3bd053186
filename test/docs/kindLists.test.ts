/** Lists of kinds in pages: one that names most of a sort of kinds names them all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { sourceFiles } from '../support/sourceFiles.ts';

const deriving = resourceKinds.filter(({ derive }) => derive !== undefined).map(({ kind }) => kind);

/** Kinds that a text lists, each list in its order. */
function listsIn(text: string): readonly (readonly string[])[] {
  const kind = `\\[?(?:${resourceKinds.map((one) => one.kind).join('|')})\\b(?:\\]\\([^)]*\\))?`;
  const list = new RegExp(`${kind}(?:,\\s+${kind})+(?:,?\\s+(?:and|or)\\s+${kind})?`, 'g');
  return [...text.matchAll(list)].map(([found]) => [...found.matchAll(/(?<!#)\b[A-Z]\w+/g)].map(([name]) => name));
}

/** The kinds that a list of kinds that derive leaves out. */
const leftOut = (list: readonly string[]): readonly string[] =>
  list.length > 2 && list.every((kind) => deriving.includes(kind))
    ? deriving.filter((kind) => !list.includes(kind))
    : [];

test('a list of the kinds that derive has all of them', () => {
  assert.ok(deriving.length > 3);
  assert.deepEqual(listsIn('[Combine](#combine), Inbox\nand Reduce').map(leftOut), [[]]);
  assert.deepEqual(listsIn('The outputs of Derive, Combine, Reduce and Template are files.').map(leftOut), [['Query']]);
  const pages = sourceFiles().filter(({ path }) => path.endsWith('.md') && path !== 'CHANGELOG.md');
  const incomplete = pages.flatMap(({ path, text }) =>
    listsIn(text).flatMap((list) => leftOut(list).map((kind) => `${path}: ${list.join(', ')} without ${kind}`)),
  );
  assert.deepEqual(incomplete, []);
});

test('the table at the top of docs/resources.md has every kind', () => {
  const page = sourceFiles().find(({ path }) => path === 'docs/resources.md')?.text ?? '';
  const top = page.slice(0, page.indexOf('## The document'));
  const missing = resourceKinds.filter(({ kind }) => !top.includes(`[${kind}](#${kind.toLowerCase()})`));
  assert.deepEqual(
    missing.map(({ kind }) => kind),
    [],
  );
});
