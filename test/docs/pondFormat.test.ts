import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceFiles } from '../support/sourceFiles.ts';

test('docs/pond-format.md lists every file and folder that the code keeps in _pond', () => {
  const code = sourceFiles().filter(({ path }) => /^server\/src\/.*\.ts$/.test(path));
  const names = new Set(
    code.flatMap(({ text }) => [...text.matchAll(/_pond\/([a-z]+)/g)].map(([, name = '']) => name)),
  );
  assert.ok(names.size > 10);
  const page = sourceFiles().find(({ path }) => path === 'docs/pond-format.md')?.text ?? '';
  const listed = (name: string): boolean => new RegExp(`^ {4}${name}\\b|^\\| \`_pond/${name}\\b`, 'm').test(page);
  assert.deepEqual(
    [...names].filter((name) => !listed(name)),
    [],
  );
});
