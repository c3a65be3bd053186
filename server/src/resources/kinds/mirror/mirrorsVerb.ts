import { isPondError } from '../../../base/error.ts';
import { type MirrorInfo } from '../../../protocol/mirrors.ts';
import { readState } from '../../../mirror/state.ts';
import { replicaPath } from '../../../pond/replica.ts';
import { type Pond } from '../../../pond/types.ts';
import { isDirectory } from '../../../mirror/types.ts';
import { type Disk } from '../../../storage/disk.ts';
import { openPondDisk } from '../../../storage/hostDisk.ts';
import { isHostFolder } from '../../../storage/hostScan.ts';
import { type FileSystem } from '../../../tinyfs/fs.ts';
import { dirname } from '../../../tinyfs/path.ts';
import { hostAccessOf } from '../../model/hostAccess.ts';
import { type KindCommand, type KindContext } from '../../model/kindVerb.ts';
import { isOfKind, type Resource } from '../../model/kind.ts';
import { kindDirectory, resourceDirectory, titleOf } from '../../model/resourcePath.ts';
import { mirror } from './kind.ts';
import { type MirrorSpec } from './spec.ts';

/** Mirrors of the latest commit, with what their state says. */
export const mirrors: KindCommand<'mirrors'> = async (pond, { names }, context) => {
  const disk = openPondDisk(pond.directory);
  const found: MirrorInfo[] = [];
  for (const name of names ?? (await namesIn(await pond.at('HEAD')))) {
    const resource = await mirrorOrProblem(pond, name, context);
    if ('problem' in resource) found.push(resource);
    else {
      const accesses = hostAccessOf(pond.id, resource);
      const isAllowed = accesses.every((access) => context.effects.grants.has(access));
      found.push(infoOf(resource, disk, isAllowed));
    }
  }
  return found;
};

/** Returns a mirror, or what is wrong with its document: the others are listed all the same. */
async function mirrorOrProblem(
  pond: Pond,
  name: string,
  context: KindContext,
): Promise<Resource<MirrorSpec> | MirrorInfo> {
  try {
    return await findMirror(pond, name, context);
  } catch (error) {
    if (!isPondError(error, 'resource-invalid')) throw error;
    const resource = name.includes('/') ? name.replace(/^\//, '') : `${mirror.kind}/${name}`;
    return {
      ...{ resource, directory: dirname(error.path ?? '/'), problem: error.message },
      ...{ folder: '', path: '', direction: 'both', isWatched: false, isAllowed: false, isFolderThere: false },
      ...{ files: 0, waiting: 0, comparedAt: null },
    };
  }
}

/** Returns a mirror of the latest commit. Fails `resource-not-found`, `resource-invalid`. */
export async function findMirror(pond: Pond, name: string, context: KindContext): Promise<Resource<MirrorSpec>> {
  const resource = await context.findCommitted(pond, mirror.kind, name);
  if (isOfKind(resource, mirror)) return resource;
  throw new Error(`${name} is a ${resource.kind.kind}`);
}

/** Names of the mirrors. */
async function namesIn(fs: FileSystem): Promise<readonly string[]> {
  const root = await fs.root();
  const directory = kindDirectory(mirror);
  if (!(await root.exists(directory))) return [];
  return (await root.list(directory)).filter(({ node }) => node.type === 'symlink').map(({ basename }) => basename);
}

function infoOf(resource: Resource<MirrorSpec>, disk: Disk, isAllowed: boolean): MirrorInfo {
  const { folder, path, direction = 'both', watch = true } = resource.spec;
  const counts = countsIn(disk, resource.id);
  // The folder may be that of the original: a person runs the mirror of a clone for the first time.
  const isWatched = watch && (counts.comparedAt !== null || disk.readFile(replicaPath) === undefined);
  return {
    ...{ resource: titleOf(resource), directory: resourceDirectory(resource), problem: null, folder, path, direction },
    ...{ isWatched, isAllowed, isFolderThere: isHostFolder(folder) },
    ...counts,
  };
}

function countsIn(disk: Disk, id: string): Pick<MirrorInfo, 'files' | 'waiting' | 'comparedAt'> {
  try {
    const state = readState(disk, id);
    const all = [...(state?.ancestors.values() ?? [])];
    const files = all.filter(({ pond }) => pond !== undefined && !isDirectory(pond)).length;
    const waiting = all.filter(({ offered }) => offered !== undefined).length;
    return { files, waiting, comparedAt: state === undefined ? null : new Date(state.comparedMs).toISOString() };
  } catch (error) {
    // The run reports a damaged state.
    if (isPondError(error, 'pond-damaged')) return { files: 0, waiting: 0, comparedAt: null };
    throw error;
  }
}
