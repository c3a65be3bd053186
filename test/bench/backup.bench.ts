/**
 * A push of a pond to a folder, compared with `cp` of its folder, the least that a copy needs, and with `rclone sync` and
 * `restic backup` where they are installed: the first copy, one with nothing new, and one with a commit. Requests and
 * bytes of the push are counted. The ponds: one of many commits and some large contents, and one of many files.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Pond } from '../../server/src/pond/types.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { openObjectStore } from '../../server/src/remote/openStore.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { pushTo } from '../support/backup.ts';
import { watchStore } from '../support/memoryStore.ts';
import { initPond } from '../support/pond.ts';
import { printMachine } from './support/machine.ts';
import { type Contender, interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author, commitInTransaction } from './support/ponds.ts';
import { runProgram } from './support/processes.ts';
import { printRatio } from './support/report.ts';
import { type Scratch, withScratch } from './support/scratch.ts';

const parameters = parametersOf(
  { commits: 300, contents: 100, contentBytes: 300_000, files: 10_000, rounds: 7, warmUp: 1 },
  { commits: 5, contents: 2, contentBytes: 100_000, files: 0, rounds: 1, warmUp: 0 },
);

/** Copies a pond's folder to a destination of its own. */
interface Copier {
  readonly pond: Pond;
  /** Copies to the destination of that name. */
  readonly copy: (name: string) => Promise<void>;
}

const names = ['push', 'cp', 'rclone', 'restic'] as const;
type Name = (typeof names)[number];

const peers: Readonly<Record<Exclude<Name, 'push'>, string>> = {
  cp: 'cp -ru',
  rclone: 'rclone sync',
  restic: 'restic backup',
};

const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

const { files, ...rounds } = parameters;

printMachine();
await withScratch(async (scratch) => await compareAll('', fillWithCommits, scratch));
if (files > 0) await withScratch(async (scratch) => await compareAll(`${files} files: `, fillWithFiles, scratch));

/** Compares copies of ponds that are filled alike. */
async function compareAll(of: string, fill: (pond: Pond) => Promise<void>, scratch: Scratch): Promise<void> {
  const present = names.filter((name) => name === 'push' || isInstalled(name));
  const copiers = new Map<Name, Copier>();
  for (const name of present) copiers.set(name, await copierOf(scratch, name, fill));
  await compare(`${of}first copy`, copiers, async (copier, round) => await timed(() => copier.copy(`first-${round}`)));
  await compare(`${of}nothing new`, copiers, async (copier) => await timed(() => copier.copy('same')));
  await compare(`${of}one commit`, copiers, async (copier, round) => {
    await commitInTransaction(copier.pond, '/small.csv', `measured at ${round}\n`);
    return await timed(() => copier.copy('same'));
  });
  await printCounts(of, copiers.get('push')!.pond, scratch);
  for (const { pond } of copiers.values()) await pond.close();
}

async function copierOf(scratch: Scratch, name: Name, fill: (pond: Pond) => Promise<void>): Promise<Copier> {
  const source = scratch.make(`${name}.pond`);
  const pond = await initPond(source, { author });
  await fill(pond);
  const cache = createMemoryDisk();
  const env = { RESTIC_PASSWORD: 'bench', RCLONE_CONFIG: join(scratch.folder, 'rclone.conf') };
  const run = async (program: string, args: readonly string[]): Promise<void> =>
    void (await runProgram(program, args, { cwd: scratch.folder, env }));
  const copy = async (to: string): Promise<void> => {
    const target = join(scratch.folder, `${name}-${to}`);
    if (name === 'push') return void (await pushTo({ pond, cache }, await storeAt(scratch, target)));
    if (name === 'cp') return await run('cp', ['-ru', source, target]);
    if (name === 'rclone') return await run('rclone', ['sync', source, target]);
    if (!existsSync(target)) await run('restic', ['init', '--quiet', '--repo', target]);
    await run('restic', ['backup', '--quiet', '--repo', target, source]);
  };
  return { pond, copy };
}

async function storeAt(scratch: Scratch, folder: string): Promise<ObjectStore> {
  scratch.make(folder.slice(scratch.folder.length + 1));
  return await openObjectStore({ kind: 'folder', folder, prefix: '' });
}

async function fillWithCommits(pond: Pond): Promise<void> {
  const { commits, contents, contentBytes } = parameters;
  for (let i = 0; i < commits; i++) await commitInTransaction(pond, '/small.csv', `commit ${i}\n`);
  const root = await pond.fs.root();
  for (let i = 0; i < contents; i++) await root.writeFile(`/large-${i}`, Buffer.alloc(contentBytes, `content ${i}, `));
  await pond.commit({ message: 'contents', author });
}

/** Files of 0.2 to 2 KB, and one of 80 KB in twenty, in directories of 100: a fiftieth of them in each commit. */
async function fillWithFiles(pond: Pond): Promise<void> {
  const perCommit = Math.ceil(files / 50);
  for (let from = 0; from < files; from += perCommit) {
    const transaction = await pond.begin();
    const root = await transaction.fs.root();
    for (let file = from; file < Math.min(files, from + perCommit); file++) {
      const directory = `/d${Math.floor(file / 100)}`;
      await root.createDirectory(directory, { parents: true });
      const bytes = file % 20 === 0 ? 80_000 : 200 + (file % 1_800);
      await root.writeFile(`${directory}/f${file}.csv`, Buffer.alloc(bytes, `${file},`));
    }
    await transaction.commit({ message: `from ${from}`, author });
  }
}

async function compare(
  what: string,
  copiers: ReadonlyMap<Name, Copier>,
  work: (copier: Copier, round: number) => Promise<number>,
): Promise<void> {
  const contenders: Record<string, Contender> = {};
  for (const [name, copier] of copiers) contenders[name] = (round) => work(copier, round);
  const times = await interleaved(contenders, rounds);
  for (const name of copiers.keys()) {
    if (name !== 'push') printRatio({ what, ours: times['push']!, peer: peers[name], theirs: times[name]! });
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Prints the requests and bytes of pushes to a new store. */
async function printCounts(of: string, pond: Pond, scratch: Scratch): Promise<void> {
  const cache = createMemoryDisk();
  const store = await storeAt(scratch, join(scratch.folder, 'counted'));
  for (const what of ['first push', 'nothing new', 'one commit']) {
    if (what === 'one commit') await commitInTransaction(pond, '/small.csv', 'counted\n');
    const { store: watched, calls } = watchStore(store);
    const { objects, bytes } = await pushTo({ pond, cache }, watched);
    console.log(`${of}${what}: ${calls.length} requests, ${objects} files, ${bytes} bytes`);
  }
}
