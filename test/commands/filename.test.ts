/** The column `filename` of queries has the names of resources, as people read them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPondHost, textFile } from '../support/commandHost.ts';

const document = (name: string): string =>
  `apiVersion: duckpond/v1\nkind: Derive\nname: ${name}\ndesc: test\nspec:\n  collections:\n    - {name: c, pattern: "/in/*", query: 'FROM "$1"'}\n`;

test('the column filename names a resource as its version does, and not by its UUID', async (t) => {
  const { folder, run } = await newPondHost(t);
  const ask = async (sql: string): Promise<readonly string[]> => {
    const { text } = await run('queryToText', { sql, format: 'csv' });
    return text.trim().split('\n').slice(1);
  };
  await run('makeDirectory', { path: '/in', parents: true });
  await run('write', textFile('/in/a.csv', 'v\n1\n'));
  await run('write', textFile('/in/b.csv', 'v\n2\n'));
  await run('apply', { sources: [{ text: document('levels'), origin: 'x' }], directory: folder });
  const all = "SELECT filename FROM '/Derive/levels/c/*' ORDER BY v";
  assert.deepEqual(await ask(all), ['/Derive/levels/c/a.csv', '/Derive/levels/c/b.csv']);
  assert.deepEqual(await ask("SELECT filename FROM '/Derive/levels/c/b.csv'"), ['/Derive/levels/c/b.csv']);
  assert.deepEqual(await ask("SELECT filename FROM '/in/*' ORDER BY v"), ['/in/a.csv', '/in/b.csv']);
  assert.deepEqual(await ask("SELECT filename FROM read_text('/Derive/levels/resource.yaml')"), [
    '/Derive/levels/resource.yaml',
  ]);
  // Equal content under another name is not the table of the query before.
  await run('commit', { message: 'levels' });
  await run('rename', { from: '/Derive/levels', to: '/Derive/depths', overwrite: false });
  assert.deepEqual(await ask(all.replace('levels', '*')), ['/Derive/depths/c/a.csv', '/Derive/depths/c/b.csv']);
  assert.deepEqual(await ask("SELECT filename FROM '/Derive/levels/c/b.csv@1'"), ['/Derive/levels/c/b.csv@1']);
});

for (const count of [20, 100]) {
  test(`a query that names filename has the rows of ${count} files in their order`, async (t) => {
    const { run } = await newPondHost(t);
    await run('makeDirectory', { path: '/in', parents: true });
    const names = Array.from({ length: count }, (_, index) => 100 + index);
    for (const name of names) await run('write', textFile(`/in/${name}.csv`, `v\n${name}\n${name % 9}\n`));
    const { text } = await run('queryToText', { sql: "SELECT v, filename FROM '/in/*'", format: 'csv' });
    const rows = names.flatMap((name) => [`${name},/in/${name}.csv`, `${name % 9},/in/${name}.csv`]);
    assert.deepEqual(text.trim().split('\n').slice(1), rows);
  });
}
