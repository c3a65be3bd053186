/**
 * Bad input of backups, clones and migrations: each gives one error with a code, and its text says what is safe and
 * what to do. The store stays as it was, and a failed clone leaves no pond.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { requireSound } from '../../server/src/migrate/migrate.ts';
import { openSource } from '../../server/src/migrate/openSource.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { openObjectStore } from '../../server/src/remote/openStore.ts';
import { S3Store } from '../../server/src/remote/s3Store.ts';
import { verifyCopy } from '../../server/src/replica/verify.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type BackedUp, commitFileAt, createBackedUp, fillPond, large, pushTo } from '../support/backup.ts';
import { cloneOnto } from '../support/clonedPond.ts';
import { imageOf } from '../support/diskImage.ts';
import { faultKinds, Faults } from '../support/faultDisk.ts';
import { errorAnswer, startFaultProxy } from '../support/faultProxy.ts';
import { createMemoryStore, type MemoryStore } from '../support/memoryStore.ts';
import { writePocHarbor } from '../support/pocHarbor.ts';
import { openPondOn } from '../support/pond.ts';
import { overwrite } from '../support/pondState.ts';
import { quickEffects } from '../support/quickEffects.ts';
import { bytesOf } from '../support/tree.ts';

const entryKey = (version: number): string => `_delta_log/${String(version).padStart(20, '0')}.json`;

/** A pond with a copy, and the disk of a clone that is tried. */
interface Parts extends BackedUp {
  readonly target: Disk;
}

interface Case {
  readonly code: ErrorCode;
  /** Part of the message and hint together: what is safe, and what to do. */
  readonly says: RegExp;
  /** Makes the input bad. */
  readonly arrange?: (parts: Parts) => void | Promise<void>;
  readonly work: (parts: Parts) => Promise<unknown>;
}

const push = (parts: Parts, store: ObjectStore = parts.store): Promise<unknown> =>
  pushTo({ ...parts, cache: createMemoryDisk() }, store);
const clone = ({ target, store }: Parts): Promise<unknown> => cloneOnto(target, store);
const verify = ({ pond, store }: Parts): Promise<unknown> =>
  verifyCopy({ source: pond.stored, store }, { share: 1, pruner: store });

const replace = ({ objects }: MemoryStore, key: string, bytes: Uint8Array): void =>
  void objects.set(key, { bytes, modifiedMs: 0 });

const blobKey = ({ store }: Parts): string => [...store.objects.keys()].find((key) => key.includes('blobs'))!;
const dataKey = ({ store }: Parts): string => [...store.objects.keys()].find((key) => /^[0-9a-f].*parquet$/.test(key))!;

/** The same pond on a second computer, which commits on its own. */
async function divergedStore({ disk }: Parts): Promise<MemoryStore> {
  const image = imageOf(disk);
  const copy = createMemoryDisk({ ...image, files: [...image.files].filter(([path]) => !path.includes('/lock')) });
  const pond = await openPondOn(copy, 'twin', { mode: 'write' });
  await commitFileAt(pond, '/theirs', bytesOf('theirs'));
  const store = createMemoryStore();
  await pushTo({ pond, cache: createMemoryDisk() }, store);
  return store;
}

const foreignEntry = bytesOf(`${JSON.stringify({ commitInfo: { operation: 'WRITE', engineInfo: 'other' } })}\n`);

/** Pushes to a bucket that answers every request with an error. */
async function pushAnswered(parts: Parts, status: number, code: string): Promise<void> {
  const proxy = await startFaultProxy('http://127.0.0.1:1');
  proxy.plan(() => ({ kind: 'answer', answer: errorAnswer(status, code) }));
  const location = { kind: 's3', endpoint: proxy.endpoint, region: 'eu', bucket: 'pond', prefix: 'p' } as const;
  const credentials = { keyId: 'KEYID', secret: 'secret' };
  const store = new S3Store({ ...location, isPathStyle: true }, { credentials, effects: quickEffects() });
  try {
    await push(parts, store);
  } finally {
    store.close();
    await proxy.close();
  }
}

const cases: Readonly<Record<string, Case>> = {
  'another pond at the prefix': {
    code: 'remote-diverged',
    says: /holds pond .*; expected pond .*Back up to another prefix\./,
    work: async ({ store }) => await pushTo(await createBackedUp(), store),
  },
  'another history at the store': {
    code: 'remote-diverged',
    says: /Nothing was changed\. .*'pond clone --fork' makes a pond/,
    work: async (parts) => {
      const store = await divergedStore(parts);
      await commitFileAt(parts.pond, '/ours', bytesOf('ours'));
      await push(parts, store);
    },
  },
  'a commit of another engine at the end of the log': {
    code: 'remote-diverged',
    says: /has commit 6 of another program; this pond ends with commit 5 .*Nothing was changed\. 'pond clone'/,
    arrange: ({ store }) => replace(store, entryKey(6), foreignEntry),
    work: push,
  },
  'a store that ignores conditions': {
    code: 'remote-unsafe',
    says: /Two computers could overwrite each other's backup there\..*'single_writer: true'/,
    work: (parts) => push(parts, { ...createMemoryStore(), putIfAbsent: () => Promise.resolve('created' as const) }),
  },
  'a gap in the log, for a push': {
    code: 'remote-damaged',
    says: /0003\.json is missing .*Nothing was sent\. 'pond backup verify --repair' sends it again from this pond\. Or back up to another prefix\./,
    arrange: ({ store }) => void store.objects.delete(entryKey(3)),
    work: push,
  },
  'a gap in the log, for a clone': {
    code: 'remote-damaged',
    says: /0003\.json .*is missing.*Nothing was changed at the store\. 'pond clone --at 2' copies what is before the gap\./,
    arrange: ({ store }) => void store.objects.delete(entryKey(3)),
    work: clone,
  },
  'a damaged end of the log': {
    code: 'remote-damaged',
    says: /0005\.json .*Nothing was changed at the store\. 'pond backup verify NAME --full --repair'/,
    arrange: ({ store }) => replace(store, entryKey(5), store.objects.get(entryKey(5))!.bytes.subarray(1)),
    work: push,
  },
  'an altered content': {
    code: 'remote-damaged',
    says: /_pond\/blobs\/.*Nothing was changed at the store\. 'pond backup verify --full --repair'/,
    arrange: (parts) => replace(parts.store, blobKey(parts), large(9)),
    work: clone,
  },
  'an altered table of the history': {
    code: 'remote-damaged',
    says: /\.parquet.*Nothing was changed at the store\./,
    arrange: (parts) =>
      replace(
        parts.store,
        dataKey(parts),
        parts.store.objects.get(dataKey(parts))!.bytes.map((byte, at) => (at === 99 ? byte ^ 1 : byte)),
      ),
    work: clone,
  },
  'an object that another content has taken': {
    code: 'remote-damaged',
    says: /has 5 bytes; expected \d+.*A backup replaces nothing\. Remove this object/,
    arrange: (parts) => {
      replace(parts.store, blobKey(parts), bytesOf('other'));
      for (const version of [2, 3, 4, 5]) parts.store.objects.delete(entryKey(version));
    },
    work: push,
  },
  'a store without a pond': {
    code: 'pond-not-found',
    says: /there is no pond at .*Name the folder or prefix/,
    arrange: ({ store }) => store.objects.clear(),
    work: clone,
  },
  'a pond that is damaged itself': {
    code: 'pond-damaged',
    says: /is damaged: .*Nothing that depends on it was sent\. 'pond check --repair --from/,
    arrange: async ({ pond, disk }) => {
      await commitFileAt(pond, '/new', large(3));
      const blob = disk
        .list('_pond/blobs')
        .flatMap((folder) => disk.list(`_pond/blobs/${folder}`).map((name) => `_pond/blobs/${folder}/${name}`));
      for (const path of blob) overwrite(disk, path, bytesOf('altered'));
    },
    work: push,
  },
  'an entry of the pond that changed after it was sent': {
    code: 'pond-damaged',
    says: /./,
    arrange: ({ disk }) => overwrite(disk, entryKey(5), bytesOf('altered')),
    work: verify,
  },
  'a full disk': {
    code: 'storage-full',
    says: /no room left on the disk .*Free some room on the disk, then try again\./,
    work: ({ store }) =>
      cloneOnto(new Faults({ kind: faultKinds[1]!, at: 12, counted: 'changes' }).wrap(createMemoryDisk()), store),
  },
  'a wrong secret': {
    code: 'remote-denied',
    says: /403 SignatureDoesNotMatch.*Check the secret access key\./,
    work: (parts) => pushAnswered(parts, 403, 'SignatureDoesNotMatch'),
  },
  'a key that may not write': {
    code: 'remote-denied',
    says: /403 AccessDenied.*Check what the key may do, and the policy of the bucket\./,
    work: (parts) => pushAnswered(parts, 403, 'AccessDenied'),
  },
  'a clock that is wrong': {
    code: 'remote-denied',
    says: /403 RequestTimeTooSkewed.*Set the clock of this computer\./,
    work: (parts) => pushAnswered(parts, 403, 'RequestTimeTooSkewed'),
  },
  'a bucket that is missing': {
    code: 'remote-denied',
    says: /404 NoSuchBucket.*Create the bucket, or correct its name\./,
    work: (parts) => pushAnswered(parts, 404, 'NoSuchBucket'),
  },
  'a full store': {
    code: 'storage-full',
    says: /507 InsufficientStorage.*Free some room in the store\./,
    work: (parts) => pushAnswered(parts, 507, 'InsufficientStorage'),
  },
  'a folder that is not mounted': {
    code: 'remote-failed',
    says: /^the folder \/nowhere\/nas does not exist Mount the disk, or create the folder\./,
    work: async (parts) =>
      await push(parts, await openObjectStore({ kind: 'folder', folder: '/nowhere/nas', prefix: 'ponds/one' })),
  },
  'an older pond with damage': {
    code: 'pond-damaged',
    says: /has damage: .*dir\.2\.parquet: .*Nothing was written\. --skip-damaged leaves these files out/,
    work: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pond-test-'));
      try {
        writePocHarbor(folder);
        writeFileSync(join(folder, 'dir.2.parquet'), 'cut');
        requireSound(await openSource(folder, {}));
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
};

for (const [what, { code, says, arrange, work }] of Object.entries(cases)) {
  test(`${what} is ${code}, says what to do, and changes nothing`, async () => {
    const parts: Parts = { ...(await createBackedUp()), target: createMemoryDisk() };
    await fillPond(parts.pond);
    await pushTo(parts, parts.store);
    await arrange?.(parts);
    const before = new Map(parts.store.objects);
    const error = await work(parts).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(isPondError(error, code), String(error));
    assert.match(`${error.message} ${error.hint ?? ''}`, says);
    // A test of the store's conditions may leave an object of its own.
    const kept = [...parts.store.objects].filter(([key]) => !key.startsWith('_pond/probe/'));
    assert.deepEqual(new Map(kept), new Map([...before].filter(([key]) => !key.startsWith('_pond/probe/'))));
    assert.equal(parts.target.stat(entryKey(0)), undefined);
  });
}
