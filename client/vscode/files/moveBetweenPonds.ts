import * as vscode from 'vscode';
import { type NodeInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { pondName, pondUri, type PondLocation } from '../pondUri.ts';
import { countText } from '../numberStrings.ts';

/** A move from one pond to another. */
interface Move {
  readonly from: PondLocation;
  readonly to: PondLocation;
  readonly overwrite: boolean;
}

/**
 * Moves files from one pond to another: copies them next to their new path, compares the copies, puts them in place, and
 * only then removes the originals. Asks first, since their history stays where it is. Whatever fails or is cancelled
 * before the end leaves the originals as they are, and no part of a copy.
 */
export async function moveBetweenPonds(client: PondClient, move: Move): Promise<void> {
  const { from, to, overwrite } = move;
  const before = await entriesOf(client, from);
  refuseOthers(before);
  if (!overwrite && (await exists(client, to))) throw vscode.FileSystemError.FileExists(`${to.path} exists already`);
  if (!(await confirm(move, before))) throw new vscode.CancellationError();
  const title = `Moving ${from.path} to ${pondName(to.pond)}`;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  await vscode.window.withProgress(options, (progress, token) => run(client, move, { before, progress, token }));
}

/** Progress of a move: a message, and percent of the work since the last one. */
interface Running {
  /** The entries when the move began, parents first. */
  readonly before: readonly NodeInfo[];
  readonly progress: vscode.Progress<{ readonly message: string; readonly increment: number }>;
  readonly token: vscode.CancellationToken;
}

async function run(client: PondClient, { from, to, overwrite }: Move, running: Running): Promise<void> {
  const { before, progress, token } = running;
  const copy = { pond: to.pond, path: `${to.path}.moving-${process.pid}` };
  const path = ({ path: old }: NodeInfo): string => `${copy.path}${old.slice(before[0]?.path.length ?? 0)}`;
  try {
    for (const [index, node] of before.entries()) {
      if (token.isCancellationRequested) throw new vscode.CancellationError();
      progress.report({ message: `${index + 1} of ${before.length}`, increment: 100 / before.length });
      await copyEntry(client, { from: from.pond, to: to.pond, node, path: path(node) });
    }
    const now = await entriesOf(client, from);
    if (JSON.stringify(before.map(valueOf)) !== JSON.stringify(now.map(valueOf)))
      throw vscode.FileSystemError.Unavailable(`${from.path} was changed while it was copied: nothing was moved`);
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    await client.request('rename', { pond: to.pond, from: copy.path, to: to.path, overwrite });
  } catch (error) {
    await removeIfThere(client, copy);
    throw error;
  }
  // From here on both are complete: a failure leaves the files twice, which the error says by itself.
  await client.request('remove', { pond: from.pond, paths: [from.path], recursive: true });
}

/** Copies an entry, and compares the hash of what the other pond has with the hash that it should have. */
async function copyEntry(
  client: PondClient,
  {
    from,
    to,
    node,
    path,
  }: { readonly from: string; readonly to: string; readonly node: NodeInfo; readonly path: string },
): Promise<void> {
  if (node.type === 'directory') {
    await client.request('makeDirectory', { pond: to, path });
    return;
  }
  const content = await client.request('read', { pond: from, path: node.path });
  const { sha256 } = await client.request('write', { pond: to, path, content, create: true, overwrite: false });
  if (sha256 !== node.sha256) throw vscode.FileSystemError.Unavailable(`${node.path} was changed while it was copied`);
}

/** The entry and all below it, parents first; the root of a pond cannot be moved. */
async function entriesOf(client: PondClient, { pond, path }: PondLocation): Promise<readonly NodeInfo[]> {
  const top = await client.request('stat', { pond, path, followLinks: false });
  if (top.type !== 'directory') return [top];
  return [top, ...(await client.request('list', { pond, path: top.path, recursive: true }))];
}

/** A series has versions, and a link means something in its own pond: neither is only its content. */
function refuseOthers(entries: readonly NodeInfo[]): void {
  const other = entries.find(({ type, derived }) => derived === true || (type !== 'file' && type !== 'directory'));
  if (other === undefined) return;
  const what = other.derived === true ? 'made by a resource' : `a ${other.type}`;
  throw vscode.FileSystemError.NoPermissions(
    `only files and folders move between ponds, and ${other.path} is ${what}: export it, and import it there`,
  );
}

async function confirm({ from, to }: Move, entries: readonly NodeInfo[]): Promise<boolean> {
  const files = entries.filter(({ type }) => type === 'file').length;
  const question = `Move ${from.path} (${countText(files, 'file')}) from ${pondName(from.pond)} to ${pondName(to.pond)}?`;
  const detail = `It is copied and then removed; both are staged. Its earlier versions stay in ${pondName(from.pond)}.`;
  const move = 'Move';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, move)) === move;
}

async function exists(client: PondClient, { pond, path }: Pick<PondLocation, 'pond' | 'path'>): Promise<boolean> {
  return await Promise.resolve(vscode.workspace.fs.stat(pondUri(pond, path))).then(
    () => true,
    (error: unknown) => {
      if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
      client.log.warn(`${path} could not be looked at`);
      throw error;
    },
  );
}

async function removeIfThere(
  client: PondClient,
  { pond, path }: { readonly pond: string; readonly path: string },
): Promise<void> {
  try {
    if (await exists(client, { pond, path })) await client.request('remove', { pond, paths: [path], recursive: true });
  } catch {
    client.log.warn(`${path} is part of a copy that failed, and could not be removed from ${pond}`);
  }
}

function valueOf({ path, type, sha256 }: NodeInfo): readonly string[] {
  return [path, type, type === 'directory' ? '' : sha256];
}
