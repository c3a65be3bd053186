import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext } from 'node:test';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal, literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { temporaryFolder } from './folder.ts';
import { newResourcePond, stageResource } from './resourcePond.ts';
import { anySql } from './anySql.ts';

/** A wide series, complete. */
interface Combined {
  readonly files: readonly HostFile[];
  readonly names: readonly string[];
  readonly types: readonly string[];
  /** In the order of the files; times without a zone as text. */
  readonly rows: readonly (readonly unknown[])[];
}

/** Scopes by name: patterns, and the columns to keep. */
type ScopeSpecs = Readonly<
  Record<
    string,
    {
      readonly patterns: readonly string[];
      readonly columns?: readonly string[];
      /** More fields of the series, in the order of the patterns. */
      readonly rules?: readonly object[];
    }
  >
>;

/** A pond to combine series in, and functions that read the result. Removed when the test ends. */
export interface Combining {
  readonly pond: ResourcePond;
  /** Writes a version of a series for each query. */
  write(path: string, ...queries: readonly string[]): Promise<void>;
  /** Stages a document; returns the resource directory. */
  stage(scopes: ScopeSpecs): Promise<string>;
  /** The files of the wide series of a scope. */
  files(home: string, scope: string): Promise<readonly HostFile[]>;
  /** The wide series of a scope. */
  read(home: string, scope: string): Promise<Combined>;
  /** The wide series of one scope with these patterns. */
  combine(patterns: readonly string[], columns?: readonly string[]): Promise<Combined>;
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
}

export async function newCombining(t: TestContext): Promise<Combining> {
  const folder = temporaryFolder(t);
  const pond = await newResourcePond(t);
  const database = await openDatabase();
  const connection = await database.connect();
  t.after(() => {
    connection.close();
    database.close();
  });

  async function write(path: string, ...queries: readonly string[]): Promise<void> {
    const root = await pond.fs.root();
    await root.createDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true });
    for (const query of queries) {
      const file = join(folder, 'version.parquet');
      await connection.run(anySql(`COPY (${query}) TO ${literal(file)} (FORMAT parquet)`));
      if (await root.exists(path)) await root.writeFile(path, readFileSync(file));
      else await root.createFile(path, readFileSync(file), { type: 'series' });
    }
  }

  async function stage(scopes: ScopeSpecs): Promise<string> {
    const id = randomUUID();
    const specs = Object.entries(scopes).map(([name, { patterns, columns, rules = [] }]) => ({
      name,
      series: patterns.map((pattern, index) => ({ pattern, ...rules[index] })),
      ...(columns && { columns }),
    }));
    const head = `apiVersion: duckpond/v1\nkind: Combine\nname: c-${id}\ndesc: a test\n`;
    return await stageResource(pond, id, `${head}spec: ${JSON.stringify({ scopes: specs })}\n`);
  }

  async function filesOf(home: string, scope: string): Promise<readonly HostFile[]> {
    const found = await (await pond.fs.root()).get(`${home}/${scope}/combine`);
    assert.ok(found, `${home} has no scope ${scope}`);
    return await pond.hostFiles(found.node);
  }

  async function read(home: string, scope: string): Promise<Combined> {
    const files = await filesOf(home, scope);
    const source = `read_parquet(${literalList(files.map(({ hostPath }) => hostPath))})`;
    const described = await connection.rows(anySql(`DESCRIBE FROM ${source}`));
    const names = described.map(([name]) => String(name));
    const types = described.map(([, type]) => String(type));
    const asText = types[0] === 'TIMESTAMP' ? ' REPLACE ("Timestamp"::VARCHAR AS "Timestamp")' : '';
    const rows = await connection.rows(anySql(`SELECT *${asText} FROM ${source}`));
    return { files, names, types, rows };
  }

  return {
    pond,
    write,
    stage,
    files: filesOf,
    read,
    combine: async (patterns, columns) =>
      await read(await stage({ s: { patterns, ...(columns && { columns }) } }), 's'),
    rows: (sql) => connection.rows(anySql(sql)),
  };
}

/** The query for a series: names of the columns, then rows of SQL values. */
export function valuesOf(names: readonly string[], ...rows: readonly (readonly (string | number | null)[])[]): string {
  const columns = names.map((name) => `"${name}"`).join(', ');
  const values = rows.map((row) => `(${row.map((value) => value ?? 'NULL').join(', ')})`).join(', ');
  return `SELECT * FROM (VALUES ${values}) v(${columns})`;
}
