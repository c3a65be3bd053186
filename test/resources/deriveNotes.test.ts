import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSeriesHost } from '../support/seriesPond.ts';

const collection = (name: string, pattern: string, query: string): string =>
  `    - { name: ${name}, pattern: ${pattern}, query: ${JSON.stringify(query)} }\n`;

test('a run of Derive notes the calls that leave the reading to DuckDB, where a file is read so', async (t) => {
  const file = { type: 'file', versions: ["Timestamp,v\n1,'a\\'b'\n"] } as const;
  const host = await newSeriesHost(t, { '/in/a.csv': file, '/in/b.csv': file });
  const escaped = "FROM read_csv('$1', escape = '\\', quote = '''')";
  const document = [
    'apiVersion: v1\nkind: Derive\nname: x\ndesc: d\nspec:\n  collections:\n',
    collection('plain', '/in/*', "FROM read_csv('$1', quote = '')"),
    collection('escaped', '/in/*', escaped),
    collection('named', '/in/a*', "SELECT v, filename FROM read_csv('$1', quote = '')"),
    collection('none', '/in/c*', escaped),
  ].join('');
  await host.run('apply', { sources: [{ text: document, origin: 'f' }], directory: host.folder });
  await host.run('commit', { message: 'document' });
  const [run] = (await host.run('run', {})).runs;
  assert.deepEqual(
    run?.notes.filter((note) => note.startsWith('collection')),
    [
      'collection escaped: read_csv with escape leaves the reading to DuckDB, without the checks of DuckPond',
      'collection named: read_csv in a query with paths of files leaves the reading to DuckDB, without the checks of DuckPond',
    ],
  );
});
