import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectionAt } from '../../client/vscode/resources/collectionNames.ts';

const lines: readonly (readonly [line: string, name: string | undefined, isResource?: boolean])[] = [
  ['name: daily', 'daily', true],
  ['name: "my daily"  # a comment', 'my daily', true],
  ["name: 'name'", 'name', true],
  ['    - name: name', 'name', false],
  ['      name: by_site', 'by_site', false],
  ['  -   name:   x', 'x', false],
  ['name:', undefined],
  ['  names: x', undefined],
  ['  SELECT name: x', undefined],
  ['name: {{ x }}', undefined],
  ['', undefined],
];

for (const [line, name, isResource] of lines) {
  test(`the name in ${JSON.stringify(line)} is ${String(name)}`, () => {
    const found = collectionAt(`kind: Derive\r\n${line}\nspec:`, 1);
    assert.equal(found?.text, name);
    assert.equal(found?.isResource, isResource);
    if (found !== undefined) assert.equal(line.slice(found.start, found.end), name);
  });
}
