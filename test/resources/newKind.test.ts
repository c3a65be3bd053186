import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/run.mjs';
import { bundleCopy } from '../support/bundledCopy.ts';
import { temporaryFolder } from '../support/folder.ts';

const fixture = join(root, 'test/fixtures/newKind');

test('a new kind is one folder and one line', async (t) => {
  const copy = temporaryFolder(t);
  for (const path of ['server', 'test/support', 'test/language', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, path), join(copy, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');

  const folder = join(copy, 'server/src/resources/kinds/greeting');
  mkdirSync(folder);
  cpSync(join(fixture, 'kind.ts.txt'), join(folder, 'kind.ts'));

  const list = join(copy, 'server/src/resources/kindNames.ts');
  const line = "  ['Greeting', async () => (await import('./kinds/greeting/kind.ts')).greeting],\n]);\n";
  const text = readFileSync(list, 'utf8');
  assert.equal(text.split('\n]);\n').length, 2);
  writeFileSync(list, text.replace('\n]);\n', `\n${line}`));

  cpSync(join(fixture, 'newKind.test.ts.txt'), join(copy, 'test/newKind.test.ts'));
  // Tests of what follows from the list of kinds need no change.
  await bundleCopy(copy, { newKind: 'test/newKind.test.ts', completion: 'test/language/completion.test.ts' });
  for (const name of ['newKind', 'completion']) {
    const run = spawnSync(process.execPath, [`out/${name}.mjs`], {
      cwd: copy,
      encoding: 'utf8',
      // The tests of the copy are a run of their own.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });
    assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
    assert.match(run.stdout, /^# pass [1-9]/m);
  }
});
