import { PondError } from '../base/error.ts';
import { type Conflict } from '../pond/change.ts';
import { type Params } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { fromSql } from '../sql/diff/tableComparison.ts';
import { RowDiff } from '../sql/diff/rowDiff.ts';
import { mergedText, type TableText } from '../sql/diff/mergedText.ts';
import { type MergedTables, type RowChoice } from '../sql/diff/mergeSql.ts';
import { RowMerge } from '../sql/diff/rowMerge.ts';
import { type QueryEngine } from '../sql/engine.ts';
import { stagedPaths } from '../tinyfs/realPath.ts';
import { compareByKey } from './rowKey.ts';
import { rootAt } from '../pond/treeAt.ts';
import { type Command, type CommandContext } from './verb.ts';

/** Merges the rows of a table in conflict: see the protocol. */
export const mergeRows: Command<'mergeRows'> = async (pond, params, context) => {
  const conflict = await conflictAt(pond, params.path);
  const { path } = conflict;
  const format = formatOf(path, conflict);
  const engine = await context.queries();
  const base = await baseVersion(pond, conflict);
  const compared = { pond, before: { path, at: 'HEAD' }, after: { path } };
  const rowDiff = await RowDiff.open(engine, compared, context.signal);
  const tables = await tablesOf(pond, { rowDiff, base, path, params }, context);
  const merge = new RowMerge(engine, { pond, tables }, context.signal);
  if ((await merge.duplicates()) > 0) throw notMergeable(path, 'rows share their key; name another with --key');
  const { open, ...counts } = await merge.counts();
  const columns = tables.columns.map(({ name }) => name);
  const key = tables.keys.map((index) => columns[index] ?? '');
  const result = { key, columns, ...counts, conflicts: open };
  if (open > 0) return { ...result, merged: false, rows: await merge.open(params.limit) };
  const content = format === 'csv' ? await textOf(pond, { engine, path, merge }, context) : merge.content(format);
  const root = await pond.fs.root();
  await root.writeFile(path, content, { create: false, overwrite: true });
  // Killed before this, the merged table is staged and still in conflict: merging it again changes nothing.
  await pond.keepStaged([path]);
  return { ...result, merged: true, rows: [] };
};

/** The conflict of a file. Fails `nothing-staged`, and `invalid-content` where one side has no file there. */
async function conflictAt(pond: ResourcePond, path: string): Promise<Conflict> {
  const real = await stagedPaths([path], await pond.at('HEAD'), pond.fs);
  const found = (await pond.status()).conflicts.find((conflict) => real.includes(conflict.path));
  if (found === undefined) throw new PondError('nothing-staged', `no conflict at ${path}`, { path });
  const sides = [found.base, found.committed, found.staged];
  if (sides.every((node) => node?.type === 'file')) return found;
  throw notMergeable(path, 'one of the sides has no file there');
}

/** The format in which the merged table is written. Fails `invalid-content` for one that is not written again as it was. */
function formatOf(path: string, { staged }: Conflict): 'csv' | 'parquet' | 'arrow' {
  if (/\.(csv|tsv|txt)$/i.test(path)) {
    if ((staged?.sizeBytes ?? 0) <= textBytesMax) return 'csv';
    throw notMergeable(path, `it has more than ${textBytesMax / 1024 ** 2} MiB of text`);
  }
  if (/\.parquet$/i.test(path)) return 'parquet';
  if (/\.(arrow|feather|ipc)$/i.test(path)) return 'arrow';
  throw notMergeable(path, 'only CSV, TSV, Parquet and Arrow files are');
}

/** Texts of both sides are in memory while they are merged. */
const textBytesMax = 512 * 1024 ** 2;

/** The commit that has the state on which the staged one is based: the latest before that of the other side. */
async function baseVersion(pond: ResourcePond, { path, base }: Conflict): Promise<number> {
  for await (const { number } of pond.log({ path })) {
    const found = await (await (await pond.at(String(number))).root()).get(path);
    if (found?.node.id === base?.id && found?.node.version === base?.version) return number;
  }
  throw notMergeable(path, 'the version that both sides changed is at another path');
}

/** A table whose rows are merged, and the commit that both sides changed. */
interface Merged {
  readonly rowDiff: RowDiff;
  readonly base: number;
  readonly path: string;
  readonly params: Params<'mergeRows'>;
}

async function tablesOf(
  pond: ResourcePond,
  { rowDiff, base, path, params }: Merged,
  context: CommandContext,
): Promise<MergedTables> {
  const earlier = await RowDiff.open(
    await context.queries(),
    { pond, before: { path, at: String(base) }, after: { path } },
    context.signal,
  );
  for (const { columns } of [rowDiff, earlier]) {
    const [other] = [...columns.added, ...columns.removed];
    if (other !== undefined) throw notMergeable(path, `not all of its versions have the column ${other.name}`);
  }
  const order = rowDiff.columns.order.flatMap((name) => rowDiff.columns.shared.filter((one) => one.name === name));
  const isSame = (name: string): boolean =>
    [rowDiff, earlier].every(({ columns }) =>
      columns.shared.some((one) => one.name.toLowerCase() === name.toLowerCase() && one.before === one.after),
    );
  const columns = order.map(({ name }) => ({ name, asText: !isSame(name) }));
  const key = await compareByKey(rowDiff, { named: params.key, path }, async ({ key: tried }) => {
    if (tried.length === 0) return tried;
    return (await rowDiff.duplicates(tried)) + (await earlier.duplicates(tried)) === 0 ? tried : undefined;
  });
  if (key.length === 0)
    throw notMergeable(path, `no column identifies a row${params.key === undefined ? ': name one' : ''}`);
  const sideAt = (at?: string) => fromSql(pond, { path, ...(at !== undefined && { at }) });
  return {
    ...{ base: await sideAt(String(base)), ours: await sideAt(), theirs: await sideAt('HEAD') },
    ...{ columns, keys: key.map((name) => columns.findIndex((column) => column.name === name)) },
    choices: choicesOf(params, columns, path),
    take: params.take,
  };
}

function choicesOf(
  { choices = [] }: Params<'mergeRows'>,
  columns: MergedTables['columns'],
  path: string,
): readonly RowChoice[] {
  return choices.map(({ key, take, columns: named }) => {
    const unknown = named?.find((name) => !columns.some((column) => column.name === name));
    if (unknown !== undefined) throw notMergeable(path, `it has no column ${unknown}`);
    const isNamed = (name: string): boolean => named === undefined || named.includes(name);
    return { key, theirs: columns.map(({ name }) => isNamed(name) === (take === 'theirs')) };
  });
}

async function textOf(
  pond: ResourcePond,
  { engine, path, merge }: { readonly engine: QueryEngine; readonly path: string; readonly merge: RowMerge },
  { signal }: CommandContext,
): Promise<Buffer> {
  const textAt = async (at?: string): Promise<TableText> => {
    const [description] = await engine.describeTexts(pond, { path }, at, signal);
    if (description === undefined) throw notMergeable(path, 'one of the sides is empty');
    const { encoding, compression, laterHeaderLines } = description;
    if (encoding !== 'utf-8' || compression !== undefined) throw notMergeable(path, 'it is not a text in UTF-8');
    if (laterHeaderLines.length > 0) throw notMergeable(path, 'it has several headers');
    return { bytes: Buffer.from(await (await rootAt(pond, at)).readFile(path)), description };
  };
  return mergedText(await textAt(), await textAt('HEAD'), await merge.lineChanges(), path);
}

function notMergeable(path: string, why: string): PondError {
  return new PondError('invalid-content', `${path} cannot be merged by rows: ${why}`, {
    path,
    hint: 'Keep one side: pond resolve keeps the staged file, pond discard the committed one.',
  });
}
