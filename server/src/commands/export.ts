import { PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { parentOf } from '../storage/diskPath.ts';
import { temporaryPathIn } from '../storage/durable.ts';
import { openHostDisk } from '../storage/hostDisk.ts';
import { hostNameProblem, linkBelow } from '../storage/hostTree.ts';
import { type WD } from '../tinyfs/workingDirectory.ts';
import { contentHash } from './contentHash.ts';
import { type Command } from './context.ts';
import { type ExportItem, planExport } from './exportPlan.ts';
import { createPace, paced } from './pace.ts';
import { type Skipped, skippedInfo } from './skipped.ts';
import { treeAt } from './tree.ts';

/**
 * Copies pond paths, or what matches globs, to a host directory, which is made when it is missing. Each file is written
 * aside and then renamed, so it is never there in part; a file with that content already is left alone. What the host
 * cannot have is left out, and named in the result. Fails `not-found`, and `path-escapes` where a link on the host would lead out of the directory.
 */
export const exportFiles: Command<'export'> = async (context, params) => {
  const { paths, directory } = params;
  const root = await treeAt(context, params);
  const pace = createPace(context.signal);
  const plan = await planExport(root, paths);
  const items = plan.items.filter(({ relativePath }) => hostNameProblem(relativePath) === undefined);
  const skipped = [...plan.skipped, ...plan.items.flatMap(unnameable)];
  const disk = openHostDisk(directory);
  disk.makeDirectory('');
  const counts = { files: 0, directories: 0, bytes: 0 };
  for (const item of items) {
    await pace();
    if (item.at.isDirectory) {
      requireInside(directory, item.relativePath);
      disk.makeDirectory(item.relativePath);
      counts.directories++;
    } else {
      await writeItem(root, disk, { directory, item, pace });
      counts.files++;
      counts.bytes += item.at.node.sizeBytes;
    }
    context.progress('exporting', counts.files + counts.directories, items.length);
  }
  return { ...counts, ...skippedInfo(skipped) };
};

interface Writing {
  readonly directory: string;
  readonly item: ExportItem;
  readonly pace: () => Promise<void>;
}

async function writeItem(root: WD, disk: Disk, { directory, item, pace }: Writing): Promise<void> {
  const { at, relativePath } = item;
  const folder = parentOf(relativePath);
  if (folder !== '') requireInside(directory, folder);
  disk.makeDirectory(folder);
  const isLink = linkBelow(directory, relativePath) !== undefined;
  if (!isLink && (await isThere(disk, item))) return;
  await writeAside(disk, relativePath, paced(root.backend.read(at.node), pace));
}

/** Not flushed: what is lost with the power can be exported again, and flushing each of many files takes long. */
async function writeAside(disk: Disk, path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = temporaryPathIn(parentOf(path));
  const file = disk.create(temporary);
  try {
    try {
      for await (const chunk of content) file.append(chunk);
    } finally {
      file.close();
    }
    disk.rename(temporary, path);
  } catch (error) {
    disk.remove(temporary);
    throw error;
  }
}

/** True when the host file has the content already. Fails `is-a-directory`. */
async function isThere(disk: Disk, { at, relativePath }: ExportItem): Promise<boolean> {
  const stat = disk.stat(relativePath);
  if (stat?.kind === 'directory') {
    const path = disk.hostPath(relativePath) ?? relativePath;
    throw new PondError('is-a-directory', `expected a file at ${path}, got a directory`, { path });
  }
  if (stat?.sizeBytes !== at.node.sizeBytes) return false;
  const content = disk.readStream(relativePath);
  return content !== undefined && (await contentHash(content)) === at.node.sha256;
}

function unnameable({ at, relativePath }: ExportItem): readonly Skipped[] {
  const reason = hostNameProblem(relativePath);
  return reason === undefined ? [] : [{ kind: 'skipped', path: at.path, reason }];
}

function requireInside(directory: string, relativePath: string): void {
  const link = linkBelow(directory, relativePath);
  if (link === undefined) return;
  throw new PondError('path-escapes', `${link} is a link and may lead out of ${directory}`, {
    path: link,
    hint: 'remove the link, or export to another directory',
  });
}
