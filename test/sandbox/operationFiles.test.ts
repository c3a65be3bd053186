/** No operation of the query process returns what it read of a file that was replaced after its content was compared. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type OperationName, type OperationParams } from '../../server/src/sandbox/messages.ts';
import { type SandboxSpec, type SourceFile } from '../../server/src/sandbox/sources.ts';
import { filesOfOperation } from '../../server/src/sandbox/operationFiles.ts';
import { WorkerProcess } from '../../server/src/sandbox/workerClient.ts';
import { parquetReading } from '../../server/src/sandbox/formats.ts';
import { contentProblem } from '../../server/src/storage/contentCheck.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { UnchangedFiles } from '../../server/src/storage/unchangedFiles.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
after(() => temporary.remove());

/** A process that answers each request with nothing: the files are looked at by its parent. */
const workerPath = join(temporary.path, 'worker.mjs');
writeFileSync(
  workerPath,
  `process.on('message', ({ kind, id }) => { if (kind === 'request') process.send({ id, result: null }); });
   process.on('disconnect', () => process.exit());`,
);

const settings = { workerPath, memoryLimitBytes: 1, threads: 1 };
const hostPath = join(temporary.path, 'content');
const file: SourceFile = { hostPath, sizeBytes: 4, pondPath: '/a.parquet', reading: parquetReading };
const spec: SandboxSpec = { files: [file], tables: [], views: [], tablesKey: '' };
const inputFile = { ...file, type: 'file' } as const;
const input = { name: '/a.parquet', files: [inputFile] };
const onTable = { table: { files: [file] }, view: { filters: [], sort: [] } };
const onResult = { table: { result: 1 }, view: { filters: [], sort: [] } };
const statement = { query: 'SELECT 1', explain: undefined };
const plot = { kind: 'histogram', x: 'a', bins: 1 } as const;

/** Params of each operation that name the file wherever they can; undefined for operations that read no file. */
const params: { readonly [N in OperationName]: OperationParams<N> | undefined } = {
  analyze: undefined,
  open: undefined,
  append: undefined,
  run: { spec, statement, parameters: [] },
  begin: { spec, statement, parameters: [] },
  finish: undefined,
  tableColumns: onTable,
  tableRows: { ...onTable, window: { start: 0, count: 1 } },
  tableCount: onTable,
  tableSummary: { ...onTable, column: 'a', topMax: 1 },
  cellFacts: { ...onTable, range: { columns: ['a'] } },
  tablePlot: { ...onTable, plot },
  findInTable: { ...onTable, match: { text: 'a', columns: [] }, start: { row: -1, column: 0 } },
  countMatches: { ...onTable, match: { text: 'a', columns: [] }, at: { row: 0, column: 0 } },
  diffCounts: undefined,
  keepTable: onTable,
  checkCells: { file, cells: [] },
  editTable: { file, edits: { changed: [], deleted: [], inserted: [] }, target: 'b' },
  rows: undefined,
  release: undefined,
  copy: undefined,
  buildUser: {
    build: { sql: '', input: { name: 'a', files: [] }, tables: [input], target: 'b' },
  },
  statements: { sql: { statements: ['SELECT 1'], reads: [hostPath], writes: ['b'] } },
  inspect: { hostPaths: [hostPath] },
  describeTexts: { files: [file] },
  notations: { files: [file] },
  tableRuns: { files: [file] },
  areLoaded: { files: [file] },
  jsonEncodings: { files: [file] },
  writeJson: { file, encoding: 'utf-8', target: 'b' },
  writeRowsFile: { file, target: 'b' },
  convert: { format: 'arrow', file: hostPath, pondPath: '/a.parquet', target: 'b' },
};

function filesOf<N extends OperationName>(name: N): readonly string[] | undefined {
  const found = params[name];
  return found && [...new Set(filesOfOperation(name, found).map((each) => each.hostPath))];
}

test('the files of each operation are known', () => {
  for (const name of Object.keys(params) as OperationName[]) {
    const files = filesOf(name);
    if (files !== undefined) assert.deepEqual(files, [hostPath], name);
  }
  assert.deepEqual(filesOfOperation('tableRows', { ...onResult, window: { start: 0, count: 1 } }), []);
});

/** Puts another file in the place of one whose content was just found to be right. */
async function replaceCompared(): Promise<void> {
  writeFileSync(hostPath, 'good');
  const sha256 = createHash('sha256').update('good').digest('hex');
  assert.equal(await contentProblem(hostPath, { sizeBytes: 4, sha256 }), undefined);
  writeFileSync(`${hostPath}.new`, 'evil');
  renameSync(`${hostPath}.new`, hostPath);
}

const isChanged = (error: unknown): boolean => isPondError(error, 'content-changed') && error.path === '/a.parquet';

test('an answer from a replaced file is refused, and what its process knows goes with it', async () => {
  await replaceCompared();
  const worker = new WorkerProcess(settings);
  await assert.rejects(worker.request('run', { spec, statement, parameters: [] }), isChanged);
  assert.equal(worker.isAlive, false);
  await worker.exited;
  await assert.rejects(worker.request('rows', { result: 1, start: 0, count: 1 }), /a file that it read was changed/);
});

test('the files of a query that reads on after its first rows are looked at again at its end', async () => {
  const worker = new WorkerProcess(settings);
  await replaceCompared();
  await assert.rejects(
    worker.request('finish', { result: 1 }, undefined, { files: new UnchangedFiles([file]) }),
    isChanged,
  );
  await worker.exited;
});
