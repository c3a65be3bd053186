/** A pond on which several processes work, and what is in it afterwards. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { openPond } from './pond.ts';
import { runPond } from './pondCommand.ts';
import { type CommitState, type Files, type PondFiles } from './processModel.ts';
import { type FileVersion, valueOf } from './processPlan.ts';
import { type Place } from './processRun.ts';
import { collect, textOf } from './tree.ts';

/** A commit as observed. */
interface ObservedCommit extends CommitState {
  readonly number: number;
  readonly hash: string | undefined;
  /** True for a commit that a run made. */
  readonly isRun: boolean;
}

/** What a pond has. */
export interface ObservedPond extends PondFiles {
  /** Oldest first. */
  readonly commits: readonly ObservedCommit[];
  /** Contents of the files that the Inbox collected. */
  readonly collected: readonly string[];
}

/** Creates the pond `own`, with a Backup in the folder `store` and an Inbox of the folder `inbox`. */
export async function createPlace(folder: string): Promise<Place> {
  const env = { POND_DATA_DIR: join(folder, 'data'), POND_CACHE_DIR: join(folder, 'cache'), TMPDIR: folder };
  const place: Place = { folder, env: { ...env, POND: join(folder, 'own') } };
  for (const name of ['store', 'inbox']) mkdirSync(join(folder, name));
  const endpoint = pathToFileURL(join(folder, 'store')).href;
  const documents = [
    `apiVersion: v1\nkind: Backup\nname: nas\ndesc: A copy\nspec: { endpoint: "${endpoint}" }\n`,
    `apiVersion: v1\nkind: Inbox\nname: files\ndesc: Files\nspec: { pattern: "${folder}/inbox/*.txt" }\n`,
  ];
  await succeed({ folder, env }, ['init', 'own']);
  await succeed(place, ['apply', '-f', '-'], documents.join('---\n'));
  await succeed(place, ['allow']);
  await succeed(place, ['commit', '-m', 'documents']);
  return place;
}

/** Runs a command that must succeed. Returns what it printed. */
export async function succeed({ folder, env }: Place, args: readonly string[], input = ''): Promise<string> {
  const { status, stdout, stderr } = await runPond(args, { cwd: folder, input, env });
  assert.equal(status, 0, `pond ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** Reads the pond in a folder, without repairing anything. The chain of its commits, and all of it, must be sound. */
export async function observe(directory: string): Promise<ObservedPond> {
  const pond = await openPond(directory, { mode: 'read' });
  try {
    assert.deepEqual(await pond.check(), []);
    const commits: ObservedCommit[] = [];
    for (const { number, message, operation, hash } of (await collect(pond.log())).reverse()) {
      const { files } = await observeTree(await (await pond.at(String(number))).root());
      commits.push({ number, message, hash, files, isRun: operation !== 'commit' });
    }
    const { files: working, collected } = await observeTree(await pond.fs.root());
    return { commits, committed: commits.at(-1)!.files, working, collected };
  } finally {
    await pond.close();
  }
}

async function observeTree(
  root: WorkingDirectory,
): Promise<{ readonly files: Files; readonly collected: readonly string[] }> {
  const files: Record<string, string> = {};
  const collected: string[] = [];
  for await (const { path, node } of root.walk()) {
    if (node.type !== 'file') continue;
    const isCollected = path.startsWith('/Inbox/') && path.endsWith('.txt');
    if (!isCollected && path.lastIndexOf('/') > 0) continue;
    const value = valueOf(textOf(await root.readFile(path))) ?? 'not whole';
    if (isCollected) collected.push(value);
    else files[path] = value;
  }
  return { files, collected };
}

/** Files of all commits, to restore. */
export function versionsOf({ commits }: ObservedPond): readonly FileVersion[] {
  return commits.flatMap(({ number, files }) =>
    Object.entries(files).map(([path, value]) => ({ path, value, at: number })),
  );
}
