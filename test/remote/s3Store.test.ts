import { after, before, describe } from 'node:test';
import { S3Store } from '../../server/src/remote/s3Store.ts';
import { testObjectStoreContract } from '../contracts/objectStores.ts';
import { quickEffects } from '../support/quickEffects.ts';
import { type S3Server, s3Servers } from '../support/s3Servers.ts';

for (const { name, skip, start } of s3Servers()) {
  describe(`a bucket on ${name}`, () => {
    let server: S3Server | undefined;
    before(async () => {
      if (skip === undefined) server = await start();
    });
    after(async () => await server?.close());

    const started = (): S3Server => {
      if (server === undefined) throw new Error(`${name} is not started`);
      return server;
    };
    const open = async (): Promise<{ store: S3Store; dispose: () => void }> => {
      const { credentials, createBucket } = started();
      return {
        store: new S3Store(await createBucket(), { credentials, effects: quickEffects() }),
        dispose: () => undefined,
      };
    };
    testObjectStoreContract('contract', open, skip);
  });
}
