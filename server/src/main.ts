/** The composition root: connects the real disk, ponds, query engine and transports. */
import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { throwIfCancelled } from './base/cancelled.ts';
import { lazy, lazyAsync } from './base/lazy.ts';
import { type Host, type Remote } from './commands/calls.ts';
import { createGrants } from './commands/grants.ts';
import { CommandHost } from './commands/host.ts';
import { withOrigin } from './commands/pondOrigin.ts';
import { Ponds } from './commands/ponds.ts';
import { type Pond, type StoredNodes } from './pond/types.ts';
import { type BuilderOptions, createBuilder } from './build/builder.ts';
import { queryLimits } from './duckdb/limits.ts';
import { defaultLimits } from './sandbox/buildLimits.ts';
import { createPondCache } from './storage/cache.ts';
import { createMaterializer } from './materialize/createMaterializer.ts';
import { DerivedLayer } from './resources/tree/derivedLayer.ts';
import { type QueryEngine } from './sql/engine.ts';
import { type AttachServer } from './rpc/attachServer.ts';
import { openHostDisk } from './storage/hostDisk.ts';
import { realHostPath } from './storage/hostTree.ts';
import { hostPondStorage } from './storage/hostPondStorage.ts';
import { type PondStorage } from './storage/pondStorage.ts';
import { userDataFolder } from './storage/userFolder.ts';

/** Interval at which a server checks its ponds for changes by other processes, milliseconds. */
const refreshMs = 2_000;

/** Time that a command waits for a process that writes the pond and cannot be attached to, milliseconds. */
const lockWaitMs = 5_000;

/**
 * Runs commands in this process, for the duration of one terminal command. `onWarning` receives the warnings of opening
 * a pond.
 */
export function connectLocal(onWarning: (text: string) => void = () => undefined): Host {
  const { host, ponds } = compose({ resident: false, listen: () => Promise.resolve() });
  ponds.onWarning(onWarning);
  return host;
}

/**
 * Serves an editor, over Node's IPC channel or standard input and output, until it requests shutdown or disconnects.
 */
export async function startServer({ transport }: { readonly transport: 'ipc' | 'stdio' }): Promise<void> {
  const { connectEditor } = await import('./rpc/connection.ts');
  const { serve } = await import('./server.ts');
  let others: AttachServer | undefined;
  const listen = lazyAsync(async () => (others = await listenForOthers(host, ponds)));
  const { host, ponds, trust } = compose({ resident: true, listen: async () => void (await listen()) });
  // An error here recurs in the next command, which can report it.
  const refreshing = setInterval(() => void ponds.refresh().catch(() => undefined), refreshMs);
  refreshing.unref();
  const close = async (): Promise<void> => {
    clearInterval(refreshing);
    await host.close();
    await others?.close();
  };
  const connection = connectEditor(transport);
  serve(connection, {
    host,
    language: lazyAsync(async () => (await import('./language/index.ts')).createLanguageService()),
    onNotification: (listener) => ponds.onNotification(listener),
    onWarning: (listener) => ponds.onWarning(listener),
    trust,
    close,
  });
  if (transport === 'ipc') process.once('disconnect', () => void close().finally(() => process.exit()));
}

interface Composition {
  /** True for a long-running process. */
  readonly resident: boolean;
  /** Lets other processes attach to this one, if it serves any; called once it holds the lock of a pond. */
  readonly listen: () => Promise<void>;
}

interface Composed {
  readonly host: Host;
  readonly ponds: Ponds;
  /** Sets whether to run code written by others. */
  readonly trust: (isTrusted: boolean) => void;
}

/** Limits on what documents make, as the environment sets them. */
function builderLimits(): BuilderOptions {
  const { memoryBytesMax, ...onDisk } = queryLimits(process.env);
  return { memoryLimitBytes: memoryBytesMax, limits: { ...defaultLimits, ...onDisk } };
}

async function createQueries(): Promise<QueryEngine> {
  const [engine, { resourceTables }, { displayPaths }] = await Promise.all([
    import('./sql/engine.ts'),
    import('./resources/tree/resourceHistory.ts'),
    import('./resources/displayPath.ts'),
  ]);
  return new engine.QueryEngine({
    openDisk: openHostDisk,
    historyTables: resourceTables,
    shownPaths: (tree) => displayPaths([tree]).path,
    limits: queryLimits(process.env),
  });
}

function compose({ resident, listen }: Composition): Composed {
  let usedQueries = false;
  const queries = lazyAsync(() => {
    usedQueries = true;
    return createQueries();
  });
  const builder = lazy(() => createBuilder(builderLimits()));
  const trust = { isGranted: true };
  const effects = {
    author: `${userInfo().username}@${hostname()}`,
    env: (name: string) => process.env[name],
    now: Date.now,
    openDisk: openHostDisk,
    grants: createGrants(lazy(() => openHostDisk(join(userDataFolder(), 'allowed')))),
  };

  function layer(stored: StoredNodes): DerivedLayer {
    const cache = createPondCache(stored, openHostDisk);
    return new DerivedLayer(stored, createMaterializer({ cache, builder, isTrusted: () => trust.isGranted }));
  }

  const storageOf = (directory: string): PondStorage =>
    withOrigin(hostPondStorage(directory), { ...effects, isTrusted: () => trust.isGranted });

  /** A pond that others cannot attach to must not stay locked. */
  async function shared<P extends Pond>(pond: P): Promise<P> {
    try {
      await listen();
      return pond;
    } catch (error) {
      await pond.close();
      throw error;
    }
  }

  const ponds = new Ponds({
    resident,
    isTrusted: () => trust.isGranted,
    lockWaitMs,
    realPath: realHostPath,
    ...effects,
    builder,
    attach: attachTo,
    async open(directory, mode) {
      const { openPond } = await import('./pond/pond.ts');
      const pond = await openPond(storageOf(directory), { mode, layer });
      return mode === 'write' ? await shared(pond) : pond;
    },
    async repair(directory, copies, { signal, progress }) {
      const { repairPond } = await import('./pond/repair.ts');
      const onProgress = (done: number, total: number): void => {
        throwIfCancelled(signal);
        progress?.('checking', done, total);
      };
      return await repairPond(storageOf(directory), { copies, onProgress });
    },
    async init(directory) {
      const { initPond } = await import('./pond/pond.ts');
      return await shared(await initPond(hostPondStorage(resolve(directory)), { ...effects, layer }));
    },
  });
  const host = new CommandHost({
    ponds,
    queries,
    effects,
    closeQueries: async () => {
      if (usedQueries) await (await queries()).close();
      await builder().close();
    },
  });
  return { host, ponds, trust: (isTrusted) => void (trust.isGranted = isTrusted) };
}

/** Connects to a process of this user; undefined when it does not listen, or may not be the user's own. */
async function attachTo(pid: number): Promise<Remote | undefined> {
  const { socketPathOf } = await import('./storage/socketPath.ts');
  const path = socketPathOf(pid);
  return path === undefined ? undefined : await (await import('./rpc/attachClient.ts')).attach(path);
}

async function listenForOthers(host: Host, ponds: Ponds): Promise<AttachServer> {
  const { newSocketPath } = await import('./storage/socketPath.ts');
  const { listen } = await import('./rpc/attachServer.ts');
  const server = await listen(host, newSocketPath());
  ponds.onNotification((notification) => server.notify(notification));
  return server;
}
