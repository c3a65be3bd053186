import { isPondError } from '../../../base/error.ts';
import { fieldsOf, parseJson } from '../../../base/json.ts';
import { blobPath, inlineBytesMax } from '../../../pond/blobs.ts';
import { type OpenPond } from '../../../pond/openPond.ts';
import { type Commit } from '../../../pond/commitRecord.ts';
import { type Content, type Entry, type Node } from '../../../tinyfs/backend.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { documentError } from '../../model/documentError.ts';
import { type RunContext } from '../../model/kind.ts';
import { isBookkeeping, kindDirectory, progressName, titleOf } from '../../model/resourcePath.ts';
import { CopyPlanner, type DirectoryPlan, type PlannedDirectory } from './plan.ts';
import { type PathSelection, selectPaths } from './selection.ts';
import { type CopySpec } from './spec.ts';
import { CopyWriter } from './write.ts';

/** Counts of what a run wrote, with sentences for people. */
export interface CopyCounts {
  readonly files: number;
  readonly bytes: number;
  readonly notes: readonly string[];
}

/** A version that was copied. */
interface CopiedVersion extends CopyCounts {
  /** Hash of what was copied. */
  readonly hash: string;
  /** Contents that were fetched for it. */
  readonly blobs: readonly Node[];
}

/**
 * Writes the difference between a version of the other pond and its copy into the transaction of a run. Contents are
 * fetched first, so that the tree is changed in one go. Fails `resource-cycle` when the version has a copy of this pond.
 */
export async function copyVersion(
  pond: OpenPond,
  commit: Commit,
  context: RunContext<CopySpec>,
): Promise<CopiedVersion> {
  const { resource, signal, progress } = context;
  const { stored } = context.pond;
  const fs = await pond.at(String(commit.number));
  const { selection, unmatched } = await selectPaths(fs, resource.spec.paths);
  await refuseCycle(pond, await fs.root(), selection, context);
  const home = await context.home();
  const planner = new CopyPlanner(fs.backend, home.backend, signal);
  const { plan, hash } = await planHome(await fs.backend.root(), home, planner, { selection, context });
  const isHere = ({ sha256, sizeBytes }: Node): boolean =>
    sizeBytes > inlineBytesMax && stored.disk.stat(blobPath(sha256))?.sizeBytes === sizeBytes;
  const blobs = planner.blobs.filter((node) => !isHere(node));
  await pond.largeContents.fetch(blobs, { signal, progress });
  const contentOf = (node: Node): Content =>
    (isHere(node) ? stored.disk.readStream(blobPath(node.sha256)) : undefined) ?? fs.backend.read(node);
  const onFile = (files: number): void => progress('files', files);
  const writer = new CopyWriter({ source: fs.backend, target: home.backend, contentOf, signal, onFile });
  const at = (await home.get('.'))!.chain;
  await home.backend.batch(() => writer.directory(at, '/', plan));
  const { files, bytes, removed } = writer;
  const notes = unmatched.map((pattern) => `no path of the other pond matches ${pattern}`);
  if (removed > 0) notes.push(`removed ${removed === 1 ? 'an entry' : `${removed} entries`} that it no longer has`);
  return { hash, blobs, files, bytes, notes };
}

/** Returns the entries of a resource directory that are a copy of another pond's. */
export async function copiedEntries(home: WorkingDirectory): Promise<readonly Entry[]> {
  const { node } = (await home.get('.'))!;
  return (await home.backend.list(node)).filter(({ name }) => !isBookkeeping(name));
}

/** Plans the resource directory, or the directory in it that gets the copy. */
async function planHome(
  root: Node,
  home: WorkingDirectory,
  planner: CopyPlanner,
  { selection, context }: { readonly selection: PathSelection; readonly context: RunContext<CopySpec> },
): Promise<PlannedDirectory> {
  const position = { path: '/', selection, inside: [] };
  const { into } = context.resource.spec;
  const existing = await copiedEntries(home);
  if (into === undefined) {
    const planned = await planner.directory(root, existing, position);
    refuseBookkeeping(planned.plan, context);
    return planned;
  }
  const found = existing.find(({ name, node }) => name === into && node.type === 'directory');
  const planned = await planner.directory(
    root,
    found === undefined ? [] : await home.backend.list(found.node),
    position,
  );
  const { removed, entries } = planned.plan;
  const isUnchanged = found !== undefined && removed.length + entries.length === 0;
  const directory = {
    name: into,
    node: { ...root, attributes: {} },
    change: 'directory',
    below: planned.plan,
  } as const;
  const others = existing.filter((entry) => entry !== found).map(({ name }) => name);
  return { ...planned, plan: { removed: others, entries: isUnchanged ? [] : [directory] } };
}

/** Fails `run-failed` for a name that the resource directory needs for the document and the records. */
function refuseBookkeeping({ entries }: DirectoryPlan, { resource }: RunContext<CopySpec>): void {
  const taken = entries.find(({ name }) => isBookkeeping(name));
  if (taken === undefined) return;
  const message = `${titleOf(resource)}: the other pond has /${taken.name}, a name that the resource itself needs`;
  throw documentError(resource, 'run-failed', message, {
    hint: 'Add "into: NAME", so that the copy gets a directory of its own.',
  });
}

/** Maximum depth at which copies inside copies are visited. */
const depthMax = 8;

/** Fails `resource-cycle` when the other pond is this one, or has a copy of it: each run would add one more. */
async function refuseCycle(
  pond: OpenPond,
  root: WorkingDirectory,
  selection: PathSelection,
  { resource, pond: own }: RunContext<CopySpec>,
): Promise<void> {
  const isPart = selection === 'all' || selection.has(kindDirectory(resource.kind).slice(1));
  const path = pond.id === own.id ? '/' : isPart ? await copyOf(root, '/', own.id, 0) : undefined;
  if (path === undefined) return;
  const message = `${titleOf(resource)} would copy this pond into itself: the other pond has a copy of it at ${path}`;
  throw documentError(resource, 'resource-cycle', message, {
    at: resource.spec.paths === undefined ? [] : ['paths'],
    hint: 'Name in "paths" what to copy, without the copy of this pond.',
  });
}

/** Returns the path of a copy of a pond at or below a directory; undefined without one. */
async function copyOf(
  root: WorkingDirectory,
  directory: string,
  pond: string,
  depth: number,
): Promise<string | undefined> {
  const copies = `${directory === '/' ? '' : directory}/Copy`;
  const at = await root.get(copies, { followLinks: false });
  if (at?.isDirectory !== true || depth > depthMax) return undefined;
  for (const copy of (await root.list(copies)).filter(({ isDirectory }) => isDirectory)) {
    if ((await copiedPond(root, copy.path)) === pond) return copy.path;
    const directories = (await root.list(copy.path)).filter(({ isDirectory }) => isDirectory);
    for (const path of [copy.path, ...directories.map((entry) => entry.path)]) {
      const found = await copyOf(root, path, pond, depth + 1);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

async function copiedPond(root: WorkingDirectory, copy: string): Promise<unknown> {
  const path = `${copy}/${progressName}`;
  const at = await root.get(path, { followLinks: false });
  if (at?.node.type !== 'file' || at.node.sizeBytes > inlineBytesMax) return undefined;
  try {
    return fieldsOf(parseJson(await root.readFile(path)))['pond'];
  } catch (error) {
    if (isPondError(error)) return undefined;
    throw error;
  }
}
