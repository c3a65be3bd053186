import { PondError } from '../base/error.ts';
import { formatAt, formatKey } from '../documents/statedFormat.ts';
import { type EditingInfo, type Params } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { readingOf } from '../sandbox/formats.ts';
import { type SourceFile } from '../sandbox/sources.ts';
import { type WorkerProcess } from '../sandbox/workerClient.ts';
import { namedFile, writeNamedFile } from '../storage/namedFile.ts';
import { temporaryPathIn } from '../storage/durable.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { requireOutside } from './hostPaths.ts';
import { nodeInfo } from './info.ts';
import { rootAt } from '../pond/treeAt.ts';
import { type Command, type CommandContext } from './verb.ts';
import { createYield, yielding } from '../base/yieldToEventLoop.ts';

/** Returns the content that edits of a table are based on, or why it cannot be edited. */
export async function editingOf(
  pond: ResourcePond,
  { path, at }: { readonly path: string; readonly at?: string },
): Promise<EditingInfo> {
  if (at !== undefined) return { refused: 'An old version cannot be edited: restore it first.' };
  if (pond.mode === 'read') return { refused: 'The pond is open for reading only.' };
  const found = await (await rootAt(pond, undefined)).get(path);
  if (found === undefined) return { refused: 'Only the rows of one file of the pond can be edited.' };
  const refused = refusalOf(found);
  return refused === undefined ? { base: baseOf(found) } : { refused };
}

/** Names the content of a file together with how it is read: both decide which row has which position. */
function baseOf(at: NodePath): string {
  const format = formatKey(at);
  return format === undefined ? at.node.sha256 : `${at.node.sha256} ${format}`;
}

function refusalOf(at: NodePath): string | undefined {
  const { node } = at;
  if (roleOf(node)?.in === 'derived')
    return 'A derived table cannot be edited: change its document, or the data that it reads.';
  if (node.type === 'series')
    return 'A series keeps every row that was appended, so its rows cannot be edited. Correct them in a derived series, or import the data as a table.';
  const reading = readingOf(node.type, at.basename, node.type === 'file' && formatAt(at) !== undefined);
  if (reading === undefined || reading.converted !== undefined || reading.reader === 'read_json')
    return 'Only CSV and Parquet tables can be edited: export the rows as one of these.';
  return reading.compression === undefined ? undefined : 'A compressed file cannot be edited: export its rows.';
}

/** Checks values of cells against their columns. Fails as in the protocol. */
export const checkCells: Command<'checkCells'> = (pond, params, context) =>
  onBase(pond, params, context, async (worker, file) => ({
    cells: await worker.request('checkCells', { file, cells: params.cells }, context.signal),
  }));

/** Stages a file with edited rows, or writes it elsewhere. Fails as in the protocol; the file stays as it was then. */
export const editTable: Command<'editTable'> = (pond, params, context) => {
  const { to } = params;
  return to !== undefined && 'file' in to
    ? editToHost(pond, { ...params, to: to.file }, context)
    : editInPond(pond, { ...params, to: to?.path }, context);
};

type EditTo<T> = Omit<Params<'editTable'>, 'to'> & { readonly to: T };

const editInPond = (pond: ResourcePond, params: EditTo<string | undefined>, context: CommandContext) =>
  onBase(pond, params, context, async (worker, file) => {
    const { path, base, edits, to } = params;
    const disk = context.effects.openDisk(worker.directory);
    const temporary = temporaryPathIn('');
    try {
      const target = disk.hostPath(temporary) ?? temporary;
      await worker.request('editTable', { file, edits, target }, context.signal);
      const root = await pond.fs.root();
      const written = disk.readStream(temporary);
      if (written === undefined) throw new PondError('storage-failed', 'the edited file is missing', { path });
      const content = yielding(written, createYield(context.signal));
      return await root.backend.batch(async () => {
        if (to === undefined) await editable(pond, { path, base });
        const node = await root.writeFile(
          to ?? path,
          content,
          to === undefined ? { create: false } : { overwrite: true },
        );
        return { ...(await nodeInfo(root, node)), base: baseOf(node) };
      });
    } finally {
      disk.remove(temporary);
    }
  });

const editToHost = (pond: ResourcePond, params: EditTo<string>, context: CommandContext): Promise<null> => {
  const host = namedFile(params.to);
  requireOutside(params.pond, host.path);
  return onBase(pond, params, context, async (worker, file) => {
    const write = (target: string) =>
      worker.request('editTable', { file, edits: params.edits, target }, context.signal);
    await writeNamedFile(host, write, context.signal);
    return null;
  });
};

type Based = Pick<Params<'editTable'>, 'path' | 'base'>;

/** Runs work on the file of a table that still has the content of `base`. */
async function onBase<T>(
  pond: ResourcePond,
  based: Based,
  context: CommandContext,
  work: (worker: WorkerProcess, file: SourceFile) => Promise<T>,
): Promise<T> {
  const engine = await context.queries();
  const { path } = await editable(pond, based);
  const onFiles = async (worker: WorkerProcess, files: readonly SourceFile[] | undefined): Promise<T> => {
    const [file, ...others] = files ?? [];
    if (file === undefined || others.length > 0 || !based.base.startsWith(file.key ?? ' ')) throw changedError(path);
    if (file.isConverted === true) {
      const hint = 'It has durations, or names in another form of characters, which an edit would write otherwise.';
      throw new PondError('read-only', `${path} cannot be edited`, { path, hint });
    }
    return await work(worker, file);
  };
  return await engine.onFiles(pond, { path }, onFiles, context.signal);
}

/** The file of a table, as it is. Fails `read-only` for one that cannot be edited, `conflict` for another content. */
async function editable(pond: ResourcePond, { path, base }: Based): Promise<NodePath> {
  const found = await (await pond.fs.root()).get(path);
  if (found === undefined) throw new PondError('not-found', `nothing is at ${path}`, { path });
  const refused = refusalOf(found);
  if (refused !== undefined) throw new PondError('read-only', `${path} cannot be edited`, { path, hint: refused });
  if (baseOf(found) !== base) throw changedError(path);
  return found;
}

function changedError(path: string): PondError {
  return new PondError('conflict', `${path} changed since its rows were read, so the edits do not fit it`, {
    path,
    hint: 'Copy what you need, revert the file in the editor, and edit it again.',
  });
}
