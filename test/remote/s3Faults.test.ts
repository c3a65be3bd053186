import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { bodyInChunks, collect, keysOf, pattern, textBody } from '../contracts/objectStores.ts';
import { errorAnswer, type FaultProxy, type ProxyFault } from '../support/faultProxy.ts';
import { seeds } from '../support/proof.ts';
import { proxied } from '../support/proxiedStore.ts';
import { s3Servers } from '../support/s3Servers.ts';

const rounds = seeds(1).length;

/** Failures after which the same request may succeed. */
const passing: Readonly<Record<string, ProxyFault>> = {
  'closed before the request': { kind: 'drop before' },
  'closed after the request was done': { kind: 'drop after' },
  'half an answer': { kind: 'cut' },
  408: { kind: 'answer', answer: errorAnswer(408, 'RequestTimeout') },
  '400 RequestTimeout': { kind: 'answer', answer: errorAnswer(400, 'RequestTimeout') },
  409: { kind: 'answer', answer: errorAnswer(409, 'ConditionalRequestConflict') },
  429: { kind: 'answer', answer: errorAnswer(429, 'TooManyRequests') },
  500: { kind: 'answer', answer: errorAnswer(500, 'InternalError') },
  '502 of a proxy': { kind: 'answer', answer: { status: 502, headers: {}, body: Buffer.from('<html>bad</html>') } },
  503: { kind: 'answer', answer: errorAnswer(503, 'SlowDown') },
  504: { kind: 'answer', answer: errorAnswer(504, 'GatewayTimeout') },
  skew: {
    kind: 'answer',
    answer: errorAnswer(403, 'RequestTimeTooSkewed', { date: new Date(Date.now() + 1000).toUTCString() }),
  },
};

/** Parts of the least size that servers accept. */
const parts = { objectBytesMin: 5_000_000, partBytes: 5 * 1024 * 1024 };
const large = bodyInChunks(pattern(parts.partBytes + 1000));
const medium = bodyInChunks(pattern(300_000));

interface Operation {
  readonly run: (store: ObjectStore) => Promise<unknown>;
  /** Outcomes that are right after a fault. */
  readonly outcomes: readonly unknown[];
  /** Content of `new` afterwards. */
  readonly after?: string;
}

const putOutcomes = ['created', 'exists'];
const operations: Readonly<Record<string, Operation>> = {
  stat: { run: async (store) => (await store.stat('old'))?.sizeBytes, outcomes: [300_000] },
  'stat of a missing object': { run: (store) => store.stat('missing'), outcomes: [undefined] },
  read: { run: async (store) => (await store.read('old'))?.length, outcomes: [300_000] },
  readStream: {
    run: async (store) => {
      const bytes = await collect(await store.readStream('old', { start: 1000 }));
      return bytes.equals(pattern(300_000).subarray(1000));
    },
    outcomes: [true],
  },
  list: { run: async (store) => (await keysOf(store, '')).join(), outcomes: ['old'] },
  put: { run: (store) => store.put('new', Buffer.from('one')), outcomes: [undefined], after: 'one' },
  putIfAbsent: { run: (store) => store.putIfAbsent('new', textBody('one')), outcomes: putOutcomes, after: 'one' },
  'putIfAbsent of a taken key': { run: (store) => store.putIfAbsent('old', textBody('one')), outcomes: ['exists'] },
  'putIfAbsent in parts': { run: (store) => store.putIfAbsent('new', large), outcomes: putOutcomes },
  remove: { run: (store) => store.remove('old'), outcomes: [undefined] },
};

for (const available of s3Servers()) {
  describe(`a passing fault at each request to ${available.name}`, { skip: available.skip ?? false }, () => {
    const started = proxied(available);
    for (const [name, operation] of Object.entries(operations))
      it(`does not change the outcome of ${name}`, async () => {
        const { proxy } = started();
        proxy.plan(() => undefined);
        const requests = await run(operation, undefined);
        for (const [index, [fault, what]] of Object.entries(passing).entries())
          for (let at = 0; at < requests; at += 1)
            // Some of the pairs in a normal run; consecutive requests have different faults.
            if (rounds > 1 || (index + at + name.length) % (requests > 3 ? 12 : 3) === 0)
              await run(operation, { what, at, title: `${fault} at request ${at} of ${name}` });
      });

    /** Runs an operation on a store with one object, and returns the number of its requests. */
    async function run(
      { run: act, outcomes, after }: Operation,
      fault: { readonly what: ProxyFault; readonly at: number; readonly title: string } | undefined,
    ): Promise<number> {
      const { proxy, open } = started();
      proxy.plan(() => undefined);
      const { store, effects } = await open({ parts });
      await store.putIfAbsent('old', medium);
      // The answer to HEAD has no body, so no code.
      proxy.plan(({ method }, index) =>
        index === fault?.at && (method !== 'HEAD' || !needsCode(fault.what)) ? fault.what : undefined,
      );
      const outcome = await act(store).catch((error: unknown) => assert.fail(`${fault?.title}: ${String(error)}`));
      assert.ok(outcomes.includes(outcome), `${fault?.title}: ${String(outcome)}`);
      const count = countOf(proxy);
      proxy.plan(() => undefined);
      if (after !== undefined) assert.equal(String(await store.read('new')), after, fault?.title);
      assert.ok(effects.waits.length <= 1, fault?.title);
      return count;
    }
  });
}

/** True for an answer whose code says that it passes, not its status. */
function needsCode(fault: ProxyFault): boolean {
  return fault.kind === 'answer' && [400, 403].includes(fault.answer.status);
}

const countOf = ({ requests }: FaultProxy): number => requests.length;
