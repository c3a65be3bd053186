/** Stores whose requests pass a fault proxy, for one test file. */
import { after, before } from 'node:test';
import { type S3Location } from '../../server/src/remote/location.ts';
import { S3Store, type S3StoreOptions } from '../../server/src/remote/s3Store.ts';
import { type FaultProxy, startFaultProxy } from './faultProxy.ts';
import { quickEffects, type QuickEffects } from './quickEffects.ts';
import { type AvailableServer, type S3Server } from './s3Servers.ts';

/** A store in a bucket of its own. */
interface ProxiedStore {
  readonly store: S3Store;
  readonly effects: QuickEffects;
  readonly location: S3Location;
}

interface ProxiedServer {
  readonly server: S3Server;
  readonly proxy: FaultProxy;
  /** Opens a store in a new bucket, or at the location of another. */
  open(options?: Partial<S3StoreOptions>, location?: S3Location): Promise<ProxiedStore>;
}

/** Starts a server and its proxy before the tests of the file, if it is installed; returns how to get them. */
export function proxied({ skip, start }: AvailableServer): () => ProxiedServer {
  let started: ProxiedServer | undefined;
  const stores: S3Store[] = [];
  before(async () => {
    if (skip !== undefined) return;
    const server = await start();
    const proxy = await startFaultProxy(server.endpoint);
    const open = async (options: Partial<S3StoreOptions> = {}, at?: S3Location): Promise<ProxiedStore> => {
      const effects = quickEffects();
      const location = at ?? { ...(await server.createBucket()), endpoint: proxy.endpoint };
      const store = new S3Store(location, { credentials: server.credentials, effects, ...options });
      stores.push(store);
      return { store, effects, location };
    };
    started = { server, proxy, open };
  });
  after(async () => {
    for (const store of stores) store.close();
    await started?.proxy.close();
    await started?.server.close();
  });
  return () => {
    if (started === undefined) throw new Error('the server is not started');
    return started;
  };
}
