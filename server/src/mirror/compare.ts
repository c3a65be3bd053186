/** The first half of a round: looks at both sides, and decides. Changes nothing but the marker of a new folder. */
import { randomUUID } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { readReplica } from '../pond/replica.ts';
import { type Pond } from '../pond/types.ts';
import { type Disk } from '../storage/disk.ts';
import { type HostFolder } from '../storage/hostFolder.ts';
import { isBelowHostPath, realHostPath } from '../storage/hostTree.ts';
import { type Node } from '../tinyfs/backend.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { readMarker, requireMarker } from './marker.ts';
import { type Compared, planRound, refuseManyDeletions, type Step, type StagedLookup } from './plan.ts';
import { LeftPaths } from './problems.ts';
import { scanFolder } from './scanFolder.ts';
import { type PondNames, scanPond } from './scanPond.ts';
import { markerName, scopeOf } from './scope.ts';
import { readState } from './state.ts';
import { type MirrorState } from './stateFile.ts';
import { separateTwins } from './twins.ts';
import { directoryValue, fileValue, linkValue, type MirrorRules } from './types.ts';

/** A mirror, as its document states it. */
export interface MirrorSettings extends MirrorRules {
  /** UUID of the resource. */
  readonly id: string;
  /** Absolute host path. */
  readonly folder: string;
  /** Absolute pond path, or a pattern of files. */
  readonly path: string;
  readonly ignore: readonly string[];
  /** Highest share of the files that a round deletes on one side. */
  readonly deletePercentMax: number;
}

/** Dependencies of a round. */
export interface RoundServices {
  readonly pond: Pick<Pond, 'id' | 'directory' | 'fs' | 'at' | 'resolve' | 'stageOn' | 'contentKey'>;
  /** The pond's disk, for the state. */
  readonly disk: Disk;
  /** The latest commit, which the transaction of the round is based on, and its tree. */
  readonly committed: { readonly number: number; readonly fs: FileSystem };
  /** Returns the tree of the round's transaction. */
  readonly transaction: () => Promise<FileSystem>;
  readonly openFolder: (path: string) => HostFolder | undefined;
  /** Content of a series or of derived content, as one file. */
  readonly derivedContent: (node: Node) => AsyncIterable<Uint8Array>;
  readonly names: PondNames;
  readonly now: () => number;
  /** Waits, or fails `cancelled`. */
  readonly wait: (ms: number) => Promise<void>;
  readonly yieldToEventLoop: () => Promise<void>;
  readonly progress: (message: string, done: number, total?: number) => void;
}

/** A round that was planned. */
export interface ComparedRound extends Compared {
  readonly settings: MirrorSettings;
  readonly services: RoundServices;
  readonly host: HostFolder;
  /** State before; undefined in a first round. */
  readonly before: MirrorState | undefined;
  readonly token: string;
  readonly isMarked: boolean;
  readonly comparedMs: number;
  /** Real path of the mirrored directory. */
  readonly top: string;
  readonly steps: readonly Step[];
}

/**
 * Compares both sides of a mirror. Fails `run-failed` when the folder is missing or not the one of the state, when pond
 * and folder are inside each other, and for too many deletions; `not-a-directory`, `pond-damaged` for its state.
 */
export async function compareRound(settings: MirrorSettings, services: RoundServices): Promise<ComparedRound> {
  const comparedMs = services.now();
  const folder = requireFolder(settings.folder, services);
  const before = stateOf(settings, services.disk);
  const ids = { pond: services.pond.id, mirror: settings.id };
  const marker = await readMarker(folder);
  const isClone = readReplica(services.disk) !== undefined;
  requireMarker(folder, marker, ids, before, isClone);
  const left = new LeftPaths();
  const scope = scopeOf(settings.path, settings.ignore);
  const ancestors = before?.ancestors ?? new Map();
  const { yieldToEventLoop, names, now, wait } = services;
  const common = { scope, ancestors, left, yieldToEventLoop };
  const { fs } = services.committed;
  const contentKey = (node: Node): string => services.pond.contentKey(node);
  const pondSide = await scanPond({ ...common, fs, names, contentKey, folderPath: folder.path });
  const folderItems = await scanFolder({ ...common, folder, now, wait, comparedMs: before?.comparedMs ?? 0 });
  // A disk that was removed during the scan looks as if everything were deleted.
  if (before !== undefined && folder.stat(markerName) === undefined) {
    requireMarker(folder, undefined, ids, before, isClone);
  }
  holdBookkeeping(folderItems.keys(), pondSide.top, names, left);
  const sides = { pond: pondSide.items, folder: folderItems, ancestors, left };
  separateTwins(sides, folder, left);
  const steps = await planRound(sides, settings, stagedIn(services, pondSide.top), yieldToEventLoop);
  refuseManyDeletions(steps, ancestors, settings.deletePercentMax);
  const token = before?.token ?? marker?.token ?? randomUUID();
  const found = { before, token, isMarked: marker !== undefined, comparedMs, top: pondSide.top, steps };
  return { settings, services, host: folder, ...sides, ...found };
}

function stateOf(settings: MirrorSettings, disk: Disk): MirrorState | undefined {
  const state = readState(disk, settings.id);
  // With another folder or path, there is no common state.
  if (state?.folder !== settings.folder) return undefined;
  if (state.path !== settings.path) return undefined;
  if (state.ignore.join('\n') === settings.ignore.join('\n')) return state;
  // Hashes of directories say nothing about other files.
  const ancestors = new Map([...state.ancestors].map(([at, { tree: _, ...ancestor }]) => [at, ancestor]));
  return { ...state, ancestors };
}

function requireFolder(path: string, { openFolder, pond }: RoundServices): HostFolder {
  const folder = openFolder(path);
  if (folder === undefined) {
    throw new PondError('run-failed', `${path} is not there, or is not a folder; nothing was changed`, {
      path,
      hint: 'Make the folder, mount its disk, or change folder in the document.',
    });
  }
  const own = realHostPath(pond.directory);
  if (own !== folder.path && !isBelowHostPath(own, folder.path) && !isBelowHostPath(folder.path, own)) return folder;
  throw new PondError('run-failed', `${path} and the pond's own folder ${pond.directory} are inside each other`, {
    path,
    hint: 'Choose a folder outside of the pond, and not above it.',
  });
}

function holdBookkeeping(paths: Iterable<string>, top: string, names: PondNames, left: LeftPaths): void {
  for (const path of paths) {
    const pondPath = top === '/' ? `/${path}` : `${top}/${path}`;
    if (names.isBookkeeping(pondPath)) left.hold(path, 'the pond keeps a file of its own under that name');
  }
}

/** Returns what is staged at a path: the difference of the working tree from the latest commit. */
function stagedIn({ pond, committed }: RoundServices, top: string): StagedLookup {
  return async (pondPath) => {
    const path = top === '/' ? `/${pondPath}` : `${top}/${pondPath}`;
    const [before, now] = [await nodeAt(committed.fs, path), await nodeAt(pond.fs, path)];
    if (now === undefined) return before === undefined ? undefined : null;
    if (now.id === before?.id && now.version === before.version && now.sha256 === before.sha256) return undefined;
    if (now.type === 'directory') return directoryValue;
    return now.type === 'symlink' ? linkValue(now.sha256) : fileValue(now.sha256);
  };
}

async function nodeAt(fs: FileSystem, path: string): Promise<Node | undefined> {
  const root = await fs.root();
  if (!(await root.exists(path))) return undefined;
  return (await root.get(path, { followLinks: false }))?.node;
}
