/** The tables pond.resources and pond.runs: documents and run records of the resource directories, `/KIND/<uuid>/`. */
import { rootAt } from '../../pond/treeAt.ts';
import { isUuid } from '../../documents/fieldTypes.ts';
import { literal, sql } from '../../duckdb/sql.ts';
import { type Pond } from '../../pond/types.ts';
import { batchesOf, type History, view } from '../../sandbox/historyTable.ts';
import { type PlainValue } from '../../sandbox/plainValue.ts';
import { type TableSpec } from '../../sandbox/sources.ts';
import { type NodePath } from '../../tinyfs/nodePath.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { documentName, recordsName } from '../model/resourcePath.ts';

interface ResourceRow {
  readonly kind: string;
  readonly id: string;
  readonly name: string | null;
  /** Absolute pond path of the resource directory. */
  readonly path: string;
}

/** Yields the resources of a tree: directories named by a UUID that have a document, of any kind. */
async function* resourcesIn(root: WorkingDirectory): AsyncIterable<ResourceRow> {
  for (const directory of await root.list('/')) {
    if (!directory.isDirectory) continue;
    const entries = await root.list(directory.path);
    const names = await namesOf(root, entries);
    for (const { basename: id, path, isDirectory } of entries) {
      if (!isDirectory || !isUuid(id) || !(await root.exists(`${path}/${documentName}`))) continue;
      yield { kind: directory.basename, id, name: names.get(id) ?? null, path };
    }
  }
}

/** The names of resources by their UUIDs, from the symbolic links next to the resource directories. */
async function namesOf(root: WorkingDirectory, entries: readonly NodePath[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const { basename, path, node } of entries) {
    if (node.type === 'symlink') names.set(await root.readlink(path), basename);
  }
  return names;
}

const resourcesTable: TableSpec = {
  name: 'resources',
  columns: ['kind', 'name', 'id', 'directory'].map((name) => [name, 'VARCHAR']),
};

/** pond.resources: the resources of the working tree, or of a version. */
async function resourcesHistory(pond: Pond, at: string | undefined): Promise<History> {
  const root = await rootAt(pond, at);
  async function* rows(): AsyncIterable<readonly PlainValue[]> {
    for await (const { kind, name, id, path } of resourcesIn(root)) yield [kind, name, id, path];
  }
  return { tables: [{ spec: resourcesTable, batches: () => batchesOf(rows(), resourcesTable) }], views: [], files: [] };
}

const runsTable: TableSpec = {
  name: 'runs_lines',
  columns: ['kind', 'name', 'id', 'line'].map((name) => [name, 'VARCHAR']),
};

/** A record has the fields of RunRecord in resources/runs/records.ts. */
const recordType = `{"status": "VARCHAR", "started": "TIMESTAMPTZ", "durationMs": "DOUBLE", "rows": "BIGINT",
  "bytes": "BIGINT", "files": "BIGINT", "notes": ["VARCHAR"], "error": {"code": "VARCHAR", "message": "VARCHAR",
  "hint": "VARCHAR", "path": "VARCHAR", "line": "BIGINT", "character": "BIGINT"}}`;

/** SQL of pond.runs over the records, one JSON object per line. */
const runsSql = sql`SELECT kind, name, id, run.status AS status, run.started AS started,
  run.durationMs AS duration_ms, run."rows" AS "rows", run.bytes AS bytes, run.files AS files, run.notes AS notes,
  run.error AS error
  FROM (SELECT kind, name, id, from_json(line, ${literal(recordType)}) AS run FROM pond.runs_lines WHERE json_valid(line))`;

/** pond.runs: the run records of the resource directories, in the working tree or in a version. */
async function runsHistory(pond: Pond, at: string | undefined): Promise<History> {
  const root = await rootAt(pond, at);
  async function* rows(): AsyncIterable<readonly PlainValue[]> {
    for await (const { kind, name, id, path } of resourcesIn(root)) {
      const records = `${path}/${recordsName}`;
      if (!(await root.exists(records))) continue;
      const lines = new TextDecoder().decode(await root.readFile(records)).split('\n');
      for (const line of lines) if (line !== '') yield [kind, name, id, line];
    }
  }
  return {
    tables: [{ spec: runsTable, batches: () => batchesOf(rows(), runsTable) }],
    views: [view('runs', runsSql)],
    files: [],
  };
}

/** The tables pond.resources and pond.runs, for a query engine. */
export const resourceTables = { resources: resourcesHistory, runs: runsHistory };
