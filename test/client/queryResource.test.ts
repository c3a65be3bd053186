import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceOfQuery } from '../../client/vscode/queries/queryResource.ts';
import { parseDocuments } from '../../server/src/documents/document.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { isSound, readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { expandText } from '../../server/src/templates/templateEngine.ts';

/** The value at keys of a YAML document, with its templates expanded, as a run sees it. */
async function valueAt(text: string, ...keys: readonly (string | number)[]): Promise<string> {
  let node = parseDocuments(text)[0]?.root;
  for (const key of keys) {
    if (node?.type === 'map') node = node.entries.find((entry) => entry.key === key)?.value;
    else if (node?.type === 'list') node = node.items[Number(key)];
  }
  assert.ok(node?.type === 'scalar', keys.join('.'));
  const value = String(node.value);
  return value.includes('{{') ? await expandText(value, {}, { name: 'the text' }) : value;
}

const tables: readonly (readonly [table: string, path: string])[] = [
  ['"/weather/a b.csv"', '/weather/a b.csv'],
  ['"/weather/*.csv@HEAD~2"', '/weather/*.csv'],
  ["'/weather/a.csv'", '/weather/a.csv'],
  ["read_csv('/weather/a.csv', skip = 2)", '/weather/a.csv'],
  ["read_parquet('/weather/a.parquet')", '/weather/a.parquet'],
  ['"/Derive/x: y/#1/**"', '/Derive/x: y/#1/**'],
];

const statements: readonly string[] = [
  'SELECT * FROM TABLE',
  "SELECT\n  *\n\n   FROM TABLE -- {{ braces }} {% raw %}\n  WHERE a = '/not/a/path'",
  "SELECT '{{', \"Ünits:°C\", '\u00a0' FROM TABLE t ORDER BY 1",
  "\tSELECT '# no comment', 'a: b' FROM TABLE\r\nLIMIT 3",
  'WITH x AS (SELECT * FROM TABLE) SELECT * FROM x UNION ALL SELECT * FROM TABLE',
  "SELECT '\u0007' FROM TABLE",
];

for (const [table, path] of tables) {
  test(`a query of ${table} becomes a valid Derive that reads the matched file`, async () => {
    for (const statement of statements) {
      const sql = statement.replaceAll('TABLE', () => table);
      const made = resourceOfQuery(sql);
      assert.ok(made !== undefined, sql);
      assert.match(made, /^kind: Derive$/m);
      const [document] = readResourceFile(made, resourceKinds);
      assert.deepEqual(document?.problems, [], made);
      assert.equal(await valueAt(made, 'spec', 'collections', 0, 'pattern'), path);
      const query = await valueAt(made, 'spec', 'collections', 0, 'query');
      const quoted = /^read_/.test(table) ? table.replace(/'[^']*'/, "'$1'") : "'$1'";
      assert.equal(
        query.trim(),
        statement
          .replaceAll('TABLE', () => quoted)
          .replaceAll('\r\n', '\n')
          .trim(),
      );
    }
  });
}

test('a query of several paths becomes a valid Query whose inputs have names of their own', async () => {
  const sql =
    'SELECT * FROM "/a/wind.csv" w JOIN "/b/wind.csv" USING (t) JOIN "/Derive/order/x/*" USING (t), "/2024/7.csv" WHERE "/a/wind.csv" IS NULL';
  const made = resourceOfQuery(sql);
  assert.ok(made !== undefined);
  assert.match(made, /^kind: Query$/m);
  const [document] = readResourceFile(made, resourceKinds);
  assert.ok(document !== undefined && isSound(document.problems), JSON.stringify(document?.problems));
  const query = await valueAt(made, 'spec', 'queries', 0, 'query');
  assert.equal(query.trim(), 'SELECT * FROM wind w JOIN wind_2 USING (t) JOIN x USING (t), input WHERE wind IS NULL');
});

test('a query that reads no path of the pond has no resource', () => {
  for (const sql of ['SELECT 1', "SELECT '/a.csv'", 'FROM range(3)', "SELECT * FROM pond.runs WHERE x = '/a.csv'", ''])
    assert.equal(resourceOfQuery(sql), undefined, sql);
});
