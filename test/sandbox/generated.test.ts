/** What is analyzed is what runs: the analysis of generated SQL, compared with DuckDB's own parser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { statements } from '../../server/src/base/sqlStatements.ts';
import { tokenize, unclearIn } from '../../server/src/base/sqlTokens.ts';
import { type Analysis, analyze } from '../../server/src/sandbox/analysis.ts';
import { findReferences } from '../../server/src/sandbox/ast.ts';
import { allowedTableFunctions, isAllowedFunction } from '../../server/src/sandbox/functionNames.ts';
import { engineFunctions } from '../../server/src/sandbox/functions.ts';
import { isOurs, pondNamesIn } from '../../server/src/sandbox/pondNames.ts';
import { splitQuery, statementText } from '../../server/src/sandbox/userStatements.ts';
import { testConnection } from '../support/connection.ts';
import { generatedSql } from '../support/generatedSql.ts';
import { seeds } from '../support/proof.ts';
import { anySql } from '../support/anySql.ts';

const connection = await testConnection({ threads: 1 });
const { all } = await engineFunctions(connection);

/** The analysis of a text; undefined for one that is refused. */
async function accepted(sql: string): Promise<Analysis | undefined> {
  try {
    return await analyze(connection, sql);
  } catch (error) {
    assert.ok(isPondError(error, 'query-invalid') || isPondError(error, 'query-forbidden'), JSON.stringify(sql));
    return undefined;
  }
}

/** Number of statements that DuckDB's parser finds; undefined for a text that it does not parse. */
async function countOf(sql: string): Promise<number | undefined> {
  return await connection.statements(sql).then(
    ({ count }) => count,
    () => undefined,
  );
}

/** Tables and functions in DuckDB's tree of a text; undefined for one that it does not describe. */
async function treeOf(sql: string): Promise<ReturnType<typeof findReferences> | undefined> {
  const rows = await connection.rows(anySql('SELECT json_serialize_sql($1::VARCHAR)'), [sql]);
  const tree = JSON.parse(String(rows[0]?.[0])) as Record<string, unknown>;
  return tree['error'] === true ? undefined : findReferences(tree);
}

/** Names of tables that DuckDB does not define, in lower case. */
const names = (tables: readonly { readonly schema: string; readonly name: string }[]): ReadonlySet<string> =>
  new Set(tables.flatMap(({ schema, name }) => (isOurs(schema, name) ? [`${schema}.${name}`.toLowerCase()] : [])));

let acceptedCount = 0;
let refusedCount = 0;

async function check(sql: string, listed: string): Promise<void> {
  const shown = JSON.stringify(sql);
  const isClear = unclearIn(sql, tokenize(sql)) === undefined;
  if (isClear && sql === listed) {
    const count = await countOf(sql);
    if (count !== undefined) assert.equal(statements(sql).length, count, `statements of ${shown}`);
  }
  const analysis = await accepted(sql);
  if (analysis === undefined) {
    refusedCount += 1;
    return;
  }
  acceptedCount += 1;
  const { query } = analysis.statement;
  // The text that runs is one query, explained or not.
  assert.ok((await splitQuery(connection, query)) !== undefined, shown);
  if (sql === listed) assert.equal(await countOf(statementText(analysis.statement)), 1, shown);
  const tree = await treeOf(sql === listed ? query : listed);
  if (tree === undefined) return;
  // It calls nothing that is forbidden, and no table is missed. DuckDB itself refuses a name that is not a function.
  for (const { name, isTableFunction } of tree.functions) {
    const isAllowed = isTableFunction ? allowedTableFunctions.has(name) : isAllowedFunction(name) || !all.has(name);
    assert.ok(isAllowed, `${name} in ${shown}`);
  }
  const found = names(analysis.tables);
  for (const name of names(tree.tables)) assert.ok(found.has(name), `${name} in ${shown}`);
  if (!isClear) return;
  const byTokens = names(pondNamesIn(sql));
  for (const name of names(tree.tables)) if (name.startsWith('.')) assert.ok(byTokens.has(name), `${name} in ${shown}`);
}

test('generated SQL runs as it was analyzed, or is refused', async () => {
  for (const seed of seeds(250)) {
    const { text, listed } = generatedSql(seed, { isOdd: seed % 2 === 0 });
    await check(text, listed);
  }
  assert.ok(acceptedCount > 40 && refusedCount > 40, `${acceptedCount} accepted, ${refusedCount} refused`);
});

test('a NUL, which ends a text for DuckDB, is refused anywhere', async () => {
  const { text } = generatedSql(1, { isOdd: false });
  for (let at = 0; at <= text.length; at += 1) {
    assert.equal(await accepted(`${text.slice(0, at)}\0${text.slice(at)}`), undefined);
  }
});
