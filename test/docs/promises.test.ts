import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/run.mjs';

for (const name of ['reliability.md', 'security.md']) {
  const page = readFileSync(join(root, 'docs', name), 'utf8');

  test(`each promise of docs/${name} names its tests, and they exist`, () => {
    const tables = page.split(/^\| promise \| test \|\n/m).slice(1);
    assert.ok(tables.length > 3);
    const promises = tables.flatMap((table) => table.split('\n\n', 1)[0]!.split('\n').slice(1));
    const wrong = promises.filter((row) => {
      const tests = [...row.matchAll(/\]\(\.\.\/(test\/[^)]+\.test\.ts)\)/g)].map(([, path = '']) => path);
      return tests.length === 0 || !tests.every((path) => existsSync(join(root, path)));
    });
    assert.deepEqual(wrong, []);
  });
}
