import { type Pond } from '../pond/types.ts';
import { type Params, type Result } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { displayPaths } from '../resources/displayPath.ts';
import { type ExportedSet, type Manifest, readManifest, writeManifest } from '../publish/export/manifest.ts';
import { parseTemporal } from '../publish/export/parts.ts';
import { requireDistinct } from '../publish/export/foldedNames.ts';
import { placeFile, requireInside, requirePlace, writeChunks } from '../publish/export/hostFiles.ts';
import { type ExportTarget, writeSet } from '../publish/export/writeSet.ts';
import { type Disk } from '../storage/disk.ts';
import { linkBelow } from '../storage/hostTree.ts';
import { contentAt, locatingDamage } from '../tinyfs/entries.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { contentHash } from './contentHash.ts';
import { type ExportItem, type ExportJob, planExport } from './exportPlan.ts';
import { requireOutside } from './hostPaths.ts';
import { createYield, yielding } from '../base/yieldToEventLoop.ts';
import { skippedInPond } from './skipped.ts';
import { treeAt } from '../pond/treeAt.ts';

/**
 * Copies pond paths, or the matches of globs, to a host directory, which is created when missing. Each file is written
 * under a temporary name and then renamed, so it is never partial; a file that already has the content is left alone.
 * Matches that the host cannot store are skipped, and named in the result. For `temporal`, see exportTemporal. Fails
 * `not-found`, `path-escapes` when a link on the host would lead out of the directory, and `invalid-path` in the pond's
 * own folder; `already-exists` where the folder takes two of the names for one.
 */
export async function exportFiles(
  pond: ResourcePond,
  params: Params<'export'>,
  context: ExportJob,
): Promise<Result<'export'>> {
  const { paths, directory, temporal } = params;
  requireOutside(params.pond, directory);
  if (temporal !== undefined) {
    const parts = parseTemporal(temporal);
    return await (await import('./exportTemporal.ts')).exportTemporal(pond, params, parts, context);
  }
  const fs = await treeAt(pond, params.at);
  const root = await fs.root();
  const yieldToEventLoop = createYield(context.signal);
  const names = displayPaths([fs]);
  const { items, skipped } = await planExport({ root, names }, paths);
  const disk = context.effects.openDisk(directory);
  disk.makeDirectory('');
  requireDistinct(
    disk,
    items.map(({ relativePath }) => relativePath),
  );
  const before = readManifest(disk);
  const job = { signal: context.signal, progress: context.progress };
  const target = { disk, directory, materializer: pond.layer.materializer, job };
  const copying = { root, pond, target, yieldToEventLoop, before, merged: new Map(before) };
  const counts = { files: 0, unchanged: 0, directories: 0, bytes: 0 };
  for (const item of items) {
    await yieldToEventLoop();
    if (item.at.isDirectory) {
      requireInside(directory, item.relativePath);
      disk.makeDirectory(item.relativePath);
      counts.directories++;
    } else {
      const isThere =
        item.at.node.type === 'series' ? await writeSeries(copying, item) : await writeItem(copying, item);
      if (isThere) counts.unchanged++;
      counts.files++;
      counts.bytes += disk.stat(item.relativePath)?.sizeBytes ?? 0;
    }
    context.progress('exporting', counts.files + counts.directories, items.length);
  }
  writeManifest(disk, before, copying.merged);
  return { ...counts, ...(await skippedInPond(skipped, names)) };
}

interface Copying {
  readonly root: WorkingDirectory;
  readonly pond: Pond;
  readonly target: ExportTarget;
  readonly yieldToEventLoop: () => Promise<void>;
  readonly before: Manifest;
  /** The sets from before, and the series of several versions that this export wrote. */
  readonly merged: Map<string, ExportedSet>;
}

/** Writes all versions of a series as one file. True when the file was already present. */
async function writeSeries(
  { pond, target, before, merged }: Copying,
  { at, relativePath }: ExportItem,
): Promise<boolean> {
  const inputs = await locatingDamage(at.path, at.path, () => pond.hostFiles(at.node, target.job));
  const set = { origin: '', inputs, folder: relativePath, file: relativePath, parts: [] };
  const written = await writeSet(target, set, before.get(relativePath));
  // A series copied as it is can be compared again.
  if (inputs.length > 1) merged.set(relativePath, { origin: '', key: written.key, files: written.files });
  return written.unchanged > 0;
}

/** True when the file was already present. */
async function writeItem({ root, target, yieldToEventLoop }: Copying, item: ExportItem): Promise<boolean> {
  const { disk, directory } = target;
  const { at, relativePath } = item;
  requirePlace(disk, directory, relativePath);
  const isLink = linkBelow(directory, relativePath) !== undefined;
  if (!isLink && (await isThere(disk, item))) return true;
  await placeFile(disk, directory, relativePath, (temporary) =>
    writeChunks(disk, temporary, yielding(contentAt(root.backend, at), yieldToEventLoop)),
  );
  return false;
}

/** True when the host file already has the content, as far as known before derived content is computed. */
async function isThere(disk: Disk, { at, relativePath }: ExportItem): Promise<boolean> {
  if (disk.stat(relativePath)?.sizeBytes !== at.node.sizeBytes) return false;
  const content = disk.readStream(relativePath);
  return content !== undefined && (await contentHash(content)) === at.node.sha256;
}
