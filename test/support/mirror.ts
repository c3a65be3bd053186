/** A pond and a folder with a mirror between them, and rounds like those of its runs. */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, lstatSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext } from 'node:test';
import { type AppliedRound, applyRound } from '../../server/src/mirror/apply.ts';
import {
  type ComparedRound,
  compareRound,
  type MirrorSettings,
  type RoundServices,
} from '../../server/src/mirror/compare.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { type Transaction } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { type HostFolder, openHostFolder } from '../../server/src/storage/hostFolder.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { temporaryFolder } from './folder.ts';
import { initPondOn } from './pond.ts';

export const mirrorId = '2f1d8a4e-6c3b-4f5a-9d7e-0b1c2d3e4f50';

/** Settings of a mirror of /m, which may be changed in part. */
export function settingsFor(folder: string, changes: Partial<MirrorSettings> = {}): MirrorSettings {
  return {
    ...{ id: mirrorId, folder, path: '/m', ignore: [], deletePercentMax: 100 },
    ...{ direction: 'both', conflicts: 'ask', commit: 'each', ...changes },
  };
}

/** Parts of the services that a test may replace. */
export type ServiceChanges = Partial<Pick<RoundServices, 'openFolder' | 'now' | 'wait' | 'disk' | 'names'>>;

/** One round with its transaction. */
export interface MirrorRound extends AppliedRound {
  readonly compared: ComparedRound;
}

/** Runs a round and commits it, as a run does. */
export async function runRound(
  pond: OpenPond,
  disk: Disk,
  settings: MirrorSettings,
  changes: ServiceChanges = {},
): Promise<MirrorRound> {
  let transaction: Transaction | undefined;
  const number = pond.head.number;
  const services: RoundServices = {
    pond,
    disk,
    committed: { number, fs: await pond.at(String(number)) },
    transaction: async () => (transaction ??= await pond.begin()).fs,
    openFolder: openHostFolder,
    derivedContent: (node) => pond.fs.backend.read(node),
    names: { isBookkeeping: () => false, mayDerive: () => false },
    now: Date.now,
    wait: () => Promise.resolve(),
    yieldToEventLoop: () => Promise.resolve(),
    progress: () => undefined,
    ...changes,
  };
  try {
    const compared = await compareRound(settings, services);
    const round = await applyRound(compared);
    await transaction?.commit({ message: 'mirror', author: 'test', operation: 'mirror' });
    transaction = undefined;
    round.save(pond.head.number);
    return { ...round, compared };
  } finally {
    await transaction?.abandon();
  }
}

/** A mirror of /m, and edits and rounds of it. */
export interface MirrorBench {
  readonly pond: OpenPond;
  readonly disk: Disk;
  readonly folder: string;
  commit(files: Readonly<Record<string, string | null>>): Promise<void>;
  round(changes?: Partial<MirrorSettings>, services?: ServiceChanges): Promise<MirrorRound>;
}

/** A mirror after its first round, with files of those names. */
export async function mirrorBench(t: TestContext, names: readonly string[] = ['a', 'b', 'd/c']): Promise<MirrorBench> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, '/pond');
  t.after(() => pond.close());
  const folder = temporaryFolder(t);
  const commit = async (files: Readonly<Record<string, string | null>>): Promise<void> => {
    const root = await pond.fs.root();
    for (const [path, text] of Object.entries(files)) {
      const at = `/m/${path}`;
      if (text === null) await root.remove(at);
      else {
        await root.createDirectory(at.slice(0, at.lastIndexOf('/')), { parents: true });
        await root.writeFile(at, Buffer.from(text));
      }
    }
    await pond.commit({ message: 'edit', author: 'test' });
  };
  const round: MirrorBench['round'] = (changes = {}, services = {}) =>
    runRound(pond, disk, settingsFor(folder, changes), services);
  if (names.length > 0) await commit(Object.fromEntries(names.map((name) => [name, `${name} 1`])));
  await round();
  return { pond, disk, folder, commit, round };
}

/** The folder, with some of its calls replaced. */
export function changedFolder(change: (folder: HostFolder) => Partial<HostFolder>): ServiceChanges {
  return {
    openFolder(path) {
      const folder = openHostFolder(path);
      return folder && { ...folder, ...change(folder) };
    },
  };
}

/** Writes a file of a folder that was last changed long ago. */
export function put(folder: string, path: string, content: string | Uint8Array, ageSeconds = 60): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  const time = Date.now() / 1000 - ageSeconds;
  utimesSync(file, time, time);
}

/** Every item of a folder but the mirror's own: directories end in a slash, links in their target. */
export function filesOf(folder: string, below = ''): Readonly<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const name of readdirSync(join(folder, below)).sort()) {
    if (name === '.pond-mirror.json' || name === '.pond-trash') continue;
    const path = below === '' ? name : `${below}/${name}`;
    const stats = lstatSync(join(folder, path));
    if (stats.isSymbolicLink()) all[path] = `-> ${readlinkSync(join(folder, path))}`;
    else if (stats.isDirectory()) Object.assign(all, { [`${path}/`]: '' }, filesOf(folder, path));
    // A pipe is not opened: that waits for its other end.
    else all[path] = stats.isFile() ? readFileSync(join(folder, path), 'utf8') : '';
  }
  return all;
}

/** The same of a directory of the pond: of its latest commit, or as it is staged. */
export async function pondFilesOf(
  pond: OpenPond,
  { isStaged = false, top = '/m' } = {},
): Promise<Readonly<Record<string, string>>> {
  const fs = isStaged ? pond.fs : await pond.at('HEAD');
  const root = await fs.root();
  const all: Record<string, string> = {};
  if (!(await root.exists(top))) return all;
  for await (const at of root.walk(top)) {
    const path = at.path.slice(top.length + 1);
    if (at.isDirectory) all[`${path}/`] = '';
    else if (at.node.type === 'symlink') all[path] = `-> ${await root.readlink(at.path)}`;
    else all[path] = Buffer.from(await root.readFile(at.path)).toString();
  }
  return all;
}

/** Texts of all files in the trash of a folder. */
export function trashOf(folder: string): readonly string[] {
  const texts: string[] = [];
  const visit = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) texts.push(readFileSync(path, 'utf8'));
    }
  };
  try {
    visit(join(folder, '.pond-trash'));
  } catch {
    // Nothing was removed.
  }
  return texts.sort();
}
