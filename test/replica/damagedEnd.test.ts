/** The last log entry of a copy: damage of it is repaired, and an entry of another history is never replaced. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError, type PondError } from '../../server/src/base/error.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { Ledger, type KnownTip } from '../../server/src/replica/ledger.ts';
import { isDamagedCopy } from '../../server/src/replica/otherEntry.ts';
import { verifyCopy, type VerifyReport } from '../../server/src/replica/verify.ts';
import { SealedStore } from '../../server/src/remote/sealedStore.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type BackedUp, commitFileAt, createBackedUp, fillPond, large, pushTo } from '../support/backup.ts';
import { imageOf } from '../support/diskImage.ts';
import { createMemoryStore, type MemoryStore } from '../support/memoryStore.ts';
import { openPondOn } from '../support/pond.ts';
import { overwrite } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf } from '../support/tree.ts';

const entryKey = (version: number): string => `_delta_log/${String(version).padStart(20, '0')}.json`;
const lastKey = entryKey(6);

const backed = await createBackedUp();
await fillPond(backed.pond);
const before = imageOf(backed.disk);
await commitFileAt(backed.pond, '/final', bytesOf('final'));
await pushTo(backed, backed.store);
const whole = new Map(backed.store.objects);
const ours = whole.get(lastKey)!.bytes;
const known = ledgerOf(backed).read().tip!;
const theirs = await otherEntry();

function ledgerOf({ pond, cache, store }: BackedUp): Ledger {
  return new Ledger(cache, { pond: pond.id, address: store.address });
}

/** The last entry that a second computer with the same pond would have written. */
async function otherEntry(): Promise<Uint8Array> {
  const files = [...(before.files ?? [])].filter(([path]) => !path.startsWith('_pond/lock'));
  const disk = createMemoryDisk({ ...before, files });
  const pond = await openPondOn(disk, 'twin', { mode: 'write' });
  await commitFileAt(pond, '/theirs', bytesOf('theirs'));
  return disk.readFile(lastKey)!;
}

function storeWith(last: Uint8Array): MemoryStore {
  return createMemoryStore(new Map(whole).set(lastKey, { bytes: last, modifiedMs: 0 }));
}

const repair = (store: ObjectStore, remembered?: KnownTip, { pond }: BackedUp = backed): Promise<VerifyReport> =>
  verifyCopy({ source: pond.stored, store }, { share: 0, pruner: store, known: remembered });

async function failure(work: Promise<unknown>): Promise<PondError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(isPondError(error), String(error));
  return error;
}

/** Returns bytes with another character after a text. */
function alteredAt(bytes: Uint8Array, after: string): Uint8Array {
  const altered = Buffer.from(bytes);
  altered[altered.indexOf(after) + after.length]! ^= 1;
  return altered;
}

const text = Buffer.from(ours).toString('utf8');
const foreignEntry = bytesOf(
  `${JSON.stringify({ commitInfo: { timestamp: 1, operation: 'WRITE' } })}\n${JSON.stringify({ txn: { appId: 'other', version: 1 } })}\n`,
);

describe("a last log entry that is not the pond's own", () => {
  it('is a damaged copy whichever byte of it is another', async () => {
    const version = commitNumber(6);
    for (const seed of seeds(200)) {
      const random = randomOf(seed);
      const altered = Uint8Array.from(ours);
      altered[random(ours.length)]! ^= 1 + random(255);
      assert.ok(
        await isDamagedCopy(backed.pond.stored, { version, theirs: altered, known: undefined }),
        `seed ${seed}`,
      );
    }
  });

  const remains: readonly (readonly [string, Uint8Array])[] = [
    ['is empty', new Uint8Array()],
    ['is zeros', new Uint8Array(ours.length)],
    ['has its first bytes only', ours.subarray(0, 20)],
    ['is a page of a proxy', bytesOf('<html><body>502 Bad Gateway</body></html>')],
  ];
  for (const [what, last] of remains) {
    it(`and ${what} is repaired by the computer that sent it, and by no other`, async () => {
      const store = storeWith(last);
      const error = await failure(repair(store));
      assert.equal(error.code, 'remote-diverged');
      assert.match(`${error.message} ${error.hint}`, /that cannot be read.*Nothing was changed.*older version/);
      assert.deepEqual(store.objects.get(lastKey)!.bytes, last);
      const { problems, repaired } = await repair(store, known);
      assert.deepEqual([problems, repaired], [[], [lastKey]]);
      assert.deepEqual(store.objects.get(lastKey)!.bytes, ours);
    });
  }

  for (const [what, last] of [
    ['of another computer', theirs],
    ['of another computer, damaged in its hash', alteredAt(theirs, '"hash":"')],
    ['of another engine', foreignEntry],
  ] as const) {
    it(`but one ${what} is never replaced, whatever is remembered`, async () => {
      for (const remembered of [undefined, known]) {
        const store = storeWith(last);
        assert.equal((await failure(repair(store, remembered))).code, 'remote-diverged');
        assert.deepEqual(store.objects.get(lastKey)!.bytes, last);
      }
    });
  }

  it('is repaired together with a gap, and is named without a repair', async () => {
    const store = storeWith(bytesOf(text.replace('{', '[')));
    const report = await verifyCopy({ source: backed.pond.stored, store }, { share: 0 });
    assert.match(report.problems.join(), new RegExp(`^${lastKey} is altered: .*$`));
    assert.deepEqual(report.repaired, []);
    store.objects.delete(entryKey(2));
    assert.deepEqual((await repair(store)).repaired, [entryKey(2), lastKey]);
    assert.deepEqual(store.objects.get(lastKey)!.bytes, ours);
  });

  it('stops a push with remote-damaged, which keeps what the repair needs', async () => {
    const store = storeWith(ours.subarray(0, 30));
    const cache = createMemoryDisk(imageOf(backed.cache));
    const parts = { ...backed, store, cache };
    const error = await failure(pushTo(parts, store));
    assert.deepEqual([error.code, error.path], ['remote-damaged', lastKey]);
    assert.match(error.hint ?? '', /^Nothing was changed at the store. 'pond backup verify NAME --full --repair'/);
    assert.deepEqual((await repair(store, ledgerOf(parts).read().tip)).repaired, [lastKey]);
    assert.equal((await pushTo(parts, store)).commits, 0);
  });

  it('is right when it is the pond that changed: the store keeps it', async () => {
    const own = await createBackedUp();
    await fillPond(own.pond);
    await commitFileAt(own.pond, '/final', bytesOf('final'));
    await pushTo(own, own.store);
    const sent = own.store.objects.get(lastKey)!.bytes;
    overwrite(own.disk, lastKey, bytesOf(Buffer.from(sent).toString('utf8').replace('{', '[')));
    const error = await failure(repair(own.store, ledgerOf(own).read().tip, own));
    assert.equal(error.code, 'pond-damaged');
    assert.match(error.hint ?? '', /Nothing was changed at the store. 'pond check --repair --from NAME'/);
    assert.deepEqual(own.store.objects.get(lastKey)!.bytes, sent);
  });
});

describe('an encrypted copy', () => {
  it('is verified and repaired where any object cannot be decrypted', async () => {
    const own = await createBackedUp();
    await commitFileAt(own.pond, '/small', bytesOf('small'));
    await commitFileAt(own.pond, '/large', large(1));
    const sealed = new SealedStore(own.store, Buffer.alloc(32, 7));
    await pushTo(own, sealed, { layout: 'sealed' });
    const tip = new Ledger(own.cache, { pond: own.pond.id, address: sealed.address }).read().tip;
    const keys = [...own.store.objects.keys()].filter((key) => !key.startsWith('_pond/') || key.includes('blobs'));
    assert.ok(keys.length >= 6);
    for (const key of keys) {
      const object = own.store.objects.get(key)!;
      const bytes = Uint8Array.from(object.bytes);
      bytes[bytes.length - 3]! ^= 1;
      own.store.objects.set(key, { ...object, bytes });
      const source = own.pond.stored;
      const found = await verifyCopy({ source, store: sealed }, { share: 1, known: tip });
      assert.match(found.problems.join(), /^\S+ is altered: [^;]*$/, key);
      const { repaired, problems } = await verifyCopy(
        { source, store: sealed },
        { share: 1, known: tip, pruner: sealed },
      );
      assert.deepEqual([repaired.length, problems], [1, []], key);
    }
  });
});
