import { isPondError } from '../base/error.ts';
import { formatAt } from '../documents/statedFormat.ts';
import { type Change } from '../pond/change.ts';
import { type RowCountsInfo, type TableChangeInfo } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { RowDiff } from '../sql/diff/rowDiff.ts';
import { readingOf } from '../sandbox/formats.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { basename } from '../tinyfs/path.ts';
import { commitKey, KnownRows } from './knownRows.ts';
import { comparison } from './diff.ts';
import { compareByKey } from './rowKey.ts';
import { type Command, type CommandContext } from './verb.ts';

/** Numbers of rows by which changed tables differ: see the protocol. */
export const countRows: Command<'countRows'> = async (pond, params, context) => {
  const { from = 'HEAD', to, paths, bytesMax } = params;
  const { changes, ...trees } = await comparison(pond, params);
  const known = new KnownRows(pond, context.effects.openDisk);
  const found: TableChangeInfo[] = [];
  let bytesLeft = bytesMax;
  for (const change of changes) {
    const key = await keyOf(pond, change, trees);
    if (key === undefined) continue;
    const bytes = (change.before?.sizeBytes ?? 0) + (change.after?.sizeBytes ?? 0);
    let counts = known.get(key);
    if (counts === undefined && bytes <= bytesLeft) {
      bytesLeft -= bytes;
      counts = await counted(pond, { change, from, to }, context);
      known.set(key, counts);
    }
    const { path } = change;
    if (counts === undefined) found.push({ path, unknown: 'large' });
    else found.push(counts === 'unreadable' ? { path, unknown: counts } : { path, rows: counts });
  }
  if (paths === undefined && to !== undefined) await remember(pond, known, { from, to, found });
  return found;
};

/** Key of the rows of a changed table: its contents and how they are read; undefined for any other change. */
async function keyOf(
  pond: ResourcePond,
  { kind, path, from = path, before: old, after: now }: Change,
  trees: { readonly before: FileSystem; readonly after: FileSystem },
): Promise<string | undefined> {
  if (old === undefined || now === undefined || (kind !== 'modified' && kind !== 'renamed')) return undefined;
  const [was, is] = [await (await trees.before.root()).get(from), await (await trees.after.root()).get(path)];
  if (was === undefined || is === undefined || was.isDirectory || is.isDirectory) return undefined;
  const formats = [was, is].map((file) => (file.node.type === 'file' ? formatAt(file) : undefined));
  const names = [basename(from), basename(path)];
  const readings = [old, now].map(({ type }, at) => readingOf(type, names[at] ?? '', formats[at] !== undefined));
  if (readings.includes(undefined) || names.some((name) => /\.json$/i.test(name))) return undefined;
  const contents = [pond.contentKey(old), pond.contentKey(now)];
  return JSON.stringify([...contents, ...formats.map((format) => format ?? null), ...readings]);
}

async function counted(
  pond: ResourcePond,
  { change, from, to }: { readonly change: Change; readonly from: string; readonly to: string | undefined },
  context: CommandContext,
): Promise<RowCountsInfo | 'unreadable'> {
  const { path, from: former = path } = change;
  const sides = { before: { path: former, at: from }, after: { path, ...(to !== undefined && { at: to }) } };
  try {
    const rowDiff = await RowDiff.open(await context.queries(), { pond, ...sides }, context.signal);
    const by = { named: undefined, path: former };
    const { added, removed, changed } = await compareByKey(rowDiff, by, (profile) => rowDiff.differences(profile, 0));
    return { added, removed, changed };
  } catch (error) {
    // What the file itself is the reason for stays so; anything else may pass.
    const isContent = isPondError(error, 'invalid-content') || isPondError(error, 'query-invalid');
    if (isContent || isPondError(error, 'query-failed')) return 'unreadable';
    throw error;
  }
}

/** Keeps the sum of a commit for the log, when all of its tables are counted. */
async function remember(
  pond: ResourcePond,
  known: KnownRows,
  { from, to, found }: { readonly from: string; readonly to: string; readonly found: readonly TableChangeInfo[] },
): Promise<void> {
  const commit = await pond.resolve(to);
  if (commit.parent !== (await pond.resolve(from)).number) return;
  const each = found.flatMap((table) => ('rows' in table ? [table.rows] : []));
  if (each.length < found.length) return;
  const sum = (kind: keyof RowCountsInfo): number => each.reduce((total, rows) => total + rows[kind], 0);
  known.set(commitKey(commit), { added: sum('added'), removed: sum('removed'), changed: sum('changed') });
}
