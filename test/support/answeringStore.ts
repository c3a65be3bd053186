/** A store without a service: a proxy gives the answers. */
import { type TestContext } from 'node:test';
import { S3Store, type S3StoreOptions } from '../../server/src/remote/s3Store.ts';
import { type FaultPlan, type ProxiedAnswer, type ProxiedRequest, startFaultProxy } from './faultProxy.ts';
import { quickEffects, type QuickEffects } from './quickEffects.ts';

const credentials = { keyId: 'MYKEYID', secret: 'my-secret/1', sessionToken: 'my-token-2' };

interface Answering {
  readonly store: S3Store;
  readonly effects: QuickEffects;
  readonly requests: readonly ProxiedRequest[];
}

/** Returns a store whose requests get these answers, the last one again and again. */
export async function answering(
  t: TestContext,
  answers: readonly (ProxiedAnswer | FaultPlan)[],
  options: Partial<S3StoreOptions> = {},
): Promise<Answering> {
  const proxy = await startFaultProxy('http://127.0.0.1:1');
  proxy.plan((request, index) => {
    const answer = answers[Math.min(index, answers.length - 1)];
    if (answer === undefined) return { kind: 'drop before' };
    return typeof answer === 'function' ? answer(request, index) : { kind: 'answer', answer };
  });
  const effects = quickEffects();
  const location = { kind: 's3', endpoint: proxy.endpoint, region: 'eu', bucket: 'pond', prefix: 'p' } as const;
  const store = new S3Store({ ...location, isPathStyle: true }, { credentials, effects, ...options });
  t.after(async () => {
    store.close();
    await proxy.close();
  });
  return { store, effects, requests: proxy.requests };
}
