import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { throwIfCancelled } from '../../base/cancelled.ts';
import { PondError } from '../../base/error.ts';
import { type SourceFile } from '../sources.ts';
import { chunksOf, decoded, type Encoding, type TextScope } from '../textTables/decoded.ts';
import { type TimePasses } from '../textTables/passDecision.ts';
import { rowsSql } from '../textTables/rowsSql.ts';
import { readRows } from '../textTables/scanFile.ts';
import { type TextTable, tablesOf } from '../textTables/tables.ts';
import { timePasses } from '../textTables/timePasses.ts';
import { type PlannedEdits, positionMap } from './edits.ts';
import { type CellValue, type CheckedCell, type RowValues } from '../../protocol/tables.ts';
import { requirePositions, rowsOf, unfitCell } from './editParquet.ts';
import { byteOrderMark, encodeText } from './encodeText.ts';
import { fieldTexts } from './fieldTexts.ts';
import { type RowTexts, type Splice, SpliceCollector, spliced, type TextEdits } from './splices.ts';

/** Returns how a CSV file is read. Fails as tablesOf, and `read-only` for a compressed file. */
export async function editableText(scope: TextScope, file: SourceFile): Promise<TextTable> {
  const { pondPath: path, reading, sizeBytes } = file;
  const hint = 'Export its rows to another file of the pond, and edit that one.';
  if (reading.compression !== undefined)
    throw new PondError('read-only', `${path} cannot be edited: it is compressed`, { path, hint });
  const [table] = sizeBytes === 0 ? [] : await tablesOf(scope, [file]);
  if (table !== undefined && encodeText('', table.scan.encoding) === undefined)
    throw new PondError('read-only', `${path} cannot be edited: text in ${table.scan.encoding} is only read`, {
      path,
      hint,
    });
  if (table !== undefined) return table;
  throw new PondError('read-only', `${path} cannot be edited as a table: it is empty`, { path });
}

/** Checks values against the columns of a CSV file, and returns them as they will be read, in order. */
export async function checkTextCells(
  { connect }: TextScope,
  table: TextTable,
  cells: readonly CellValue[],
): Promise<readonly CheckedCell[]> {
  const texts = await fieldTexts(await connect(), table, cells);
  return texts.map((text) => {
    if ('expected' in text) return text;
    if (encodeText(text.text, table.scan.encoding) === undefined)
      return { expected: `a text in ${table.scan.encoding}` };
    return { value: text.value };
  });
}

/** Target of an edited file, which does not exist. */
interface TextTarget {
  readonly target: string;
  readonly signal: AbortSignal;
}

/**
 * Writes a CSV file with edited rows. All bytes but those of edited fields, removed lines and new lines stay. Returns
 * the number of rows. Fails `invalid-content` for a value that the file cannot have in its form, and for edits after
 * which the file would not be read as the edited table; `cancelled`.
 */
export async function editText(
  scope: TextScope,
  file: SourceFile,
  edits: PlannedEdits,
  { target, signal }: TextTarget,
): Promise<number> {
  const table = await editableText(scope, file);
  requirePositions(edits, table.scan.table.rowCount, file.pondPath);
  const splices = await splicesOf(scope, table, edits, signal);
  const hash = createHash('sha256');
  const disk = scope.openDisk(dirname(target));
  const content = encoded(scope, table, splices);
  const sizeBytes = await disk.createFromStream(basename(target), watched(content, hash, signal));
  const written = { ...file, hostPath: target, sizeBytes, key: hash.digest('hex') };
  await requireReadBack(scope, { table, written, edits });
  return table.scan.table.rowCount + edits.growth;
}

async function splicesOf(
  scope: TextScope,
  table: TextTable,
  edits: PlannedEdits,
  signal: AbortSignal,
): Promise<readonly Splice[]> {
  const collector = new SpliceCollector(table, await textEdits(scope, table, edits));
  await readRows(scope, table.file, table.scan.encoding, {
    take: (record, map) => collector.take(record, map),
    afterChunk: async () => throwIfCancelled(signal, 'the edit'),
  });
  collector.finish(table.scan.table.rowCount > 0 ? { length: 0, last: 0 } : await endOf(scope, table));
  requireEncodable(table, collector.splices);
  return collector.splices;
}

/** Length of a text in UTF-8, and its last byte; 0 for an empty one. */
async function endOf(scope: TextScope, { file, scan }: TextTable): Promise<{ length: number; last: number }> {
  const end = { length: 0, last: 0 };
  for await (const chunk of decoded(() => chunksOf(scope, file), scan.encoding, file.pondPath)) {
    end.length += chunk.length;
    end.last = chunk.at(-1) ?? end.last;
  }
  return end;
}

/** Edits with the texts of their values. */
async function textEdits({ connect }: TextScope, table: TextTable, edits: PlannedEdits): Promise<TextEdits> {
  const rows = rowsOf(edits);
  const cells = rows.flatMap(({ position, values }) => values.map(([column, value]) => ({ position, column, value })));
  const texts = await fieldTexts(await connect(), table, cells);
  const indexes = new Map(table.columns.map(({ name }, index) => [name, index]));
  let at = 0;
  const textsOf = (values: RowValues): RowTexts =>
    new Map(
      values.map(([column]) => {
        const [text, cell] = [texts[at]!, cells[at]!];
        at += 1;
        if ('expected' in text) throw unfitCell(table.file.pondPath, { ...cell, expected: text.expected });
        return [indexes.get(column) ?? -1, text.text];
      }),
    );
  return {
    changed: new Map([...edits.changed].map(([position, values]) => [position, textsOf(values)])),
    deleted: edits.deleted,
    inserted: new Map([...edits.inserted].map(([position, added]) => [position, added.map(textsOf)])),
  };
}

function requireEncodable({ file, scan }: TextTable, splices: readonly Splice[]): void {
  const wrong = splices.find(({ text }) => encodeText(text, scan.encoding) === undefined);
  if (wrong === undefined) return;
  const got = JSON.stringify(wrong.text.slice(0, 80));
  throw new PondError('invalid-content', `expected a text in ${scan.encoding} in ${file.pondPath}, got ${got}`, {
    path: file.pondPath,
  });
}

/** The bytes of the edited file. */
async function* encoded(
  scope: TextScope,
  { file, scan: { encoding } }: TextTable,
  splices: readonly Splice[],
): AsyncIterable<Uint8Array> {
  const mark = await markOf(chunksOf(scope, file), encoding);
  if (mark.length > 0) yield mark;
  for await (const chunk of spliced(
    decoded(() => chunksOf(scope, file), encoding, file.pondPath),
    splices,
  )) {
    const bytes = encoding === 'utf-8' ? chunk : encodeText(chunk.toString(), encoding);
    if (bytes !== undefined && bytes.length > 0) yield bytes;
  }
}

async function markOf(chunks: AsyncIterable<Buffer>, encoding: Encoding): Promise<Buffer> {
  for await (const chunk of chunks) return byteOrderMark(chunk, encoding);
  return Buffer.alloc(0);
}

async function* watched(
  content: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  for await (const chunk of content) {
    throwIfCancelled(signal, 'the edit');
    hash.update(chunk);
    yield chunk;
  }
}

/** Reads the written file, and fails when it is another table than that of the edits. */
async function requireReadBack(
  scope: TextScope,
  { table, written, edits }: { readonly table: TextTable; readonly written: SourceFile; readonly edits: PlannedEdits },
): Promise<void> {
  const rowCount = table.scan.table.rowCount + edits.growth;
  const [after] = written.sizeBytes === 0 ? [] : await tablesOf(scope, [written]);
  const difference =
    after === undefined
      ? 'no table'
      : (differenceOf(table, after, rowCount) ?? (await passDifference(scope, { before: table, after }, edits)));
  if (difference === undefined) return;
  const path = written.pondPath;
  throw new PondError('invalid-content', `after the edits, ${path} would be read as ${difference}`, {
    path,
    hint: 'State how the file is read, with Pond: State Format…, and save again.',
  });
}

/** Edits write no repeated times, and so the rows of first passes are the same ones, but for those that were edited. */
async function passDifference(
  scope: TextScope,
  { before, after }: { readonly before: TextTable; readonly after: TextTable },
  edits: PlannedEdits,
): Promise<string | undefined> {
  if (before.columns.every(({ local }) => local === undefined)) return undefined;
  const passes = async (table: TextTable): Promise<readonly TimePasses[]> =>
    await timePasses(scope, table, await rowsSql(scope, table, { table: 'rows to edit', isShared: false }));
  const [old, found] = [await passes(before), await passes(after)];
  const positionsAfter = positionMap(edits);
  const turned = before.columns.find(({ name }) => {
    const isKept = (row: number): boolean => edits.changed.get(row)?.every(([column]) => column !== name) !== false;
    const kept = firstPositions(old, name)
      .filter(isKept)
      .flatMap((row) => positionsAfter(row) ?? []);
    return kept.join() !== firstPositions(found, name).join();
  });
  return turned && `repeated times of the other pass in the column "${turned.name}"`;
}

/** Positions of the rows whose time in a column is of a first pass, in their order. */
function firstPositions(passes: readonly TimePasses[], name: string): readonly number[] {
  const ranges = passes.find(({ column }) => column === name)?.first ?? [];
  return ranges.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from - 1 + index));
}

function differenceOf(before: TextTable, after: TextTable, rowCount: number): string | undefined {
  const { table, layout } = after.scan;
  if (table.rowCount !== rowCount) return `${table.rowCount} rows in place of ${rowCount}`;
  if (layout.hasHeader !== before.scan.layout.hasHeader || layout.delimiter !== before.scan.layout.delimiter)
    return 'a table with another header or delimiter';
  const other = before.columns.find(({ name }, index) => after.columns[index]?.name !== name);
  if (other !== undefined || after.columns.length !== before.columns.length) return 'a table of other columns';
  const turned = before.columns.find(
    ({ order }, index) => order !== undefined && order !== (after.columns[index]?.order ?? order),
  );
  return turned && `dates of another order in the column "${turned.name}"`;
}
