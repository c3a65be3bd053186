import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Of } from '../../server/src/base/sha256.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { checkProof, type KnownHashes, type Proven } from '../../server/src/pond/checkProof.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { parseProof } from '../../server/src/pond/parseProof.ts';
import { type Proof, proofText } from '../../server/src/pond/proof.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { withoutHashes } from '../support/oldPond.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf, collect, parquetOf } from '../support/tree.ts';

type Random = (count: number) => number;

/** Names that JSON, UTF-8 and hashes may treat in other ways than a person does. */
const names = ['a', 'b.csv', 'é', 'e\u0301', '"q"', 'back\\slash', '\u0001', '😀', '__proto__', 'ﬀ'];

/** Makes random changes, each content different from all others, and commits them. */
async function changeRandomly(pond: OpenPond, random: Random, message: string): Promise<void> {
  const root = await pond.fs.root();
  let unique = 0;
  for (let change = 0; change < 6; change++) {
    const directories = ['/'];
    for await (const at of root.walk()) if (at.isDirectory) directories.push(at.path);
    const name = names[random(names.length)]!;
    const path = `${directories[random(directories.length)]}/${name}`;
    if (await root.exists(path)) continue;
    const content = `${message} ${unique++}`;
    const kind = random(4);
    if (kind === 0) await root.createDirectory(path);
    else if (kind === 1) await root.createSymlink(path, `/${content}`);
    else if (kind === 2)
      await root.createFile(path, parquetOf(content), { type: 'series', attributes: { unit: name } });
    else await root.createFile(path, bytesOf(content));
  }
  for await (const { path, node } of root.walk()) {
    if (node.type === 'series') await root.writeFile(path, parquetOf(`${message} ${unique++}`));
  }
  await pond.commit({ message, author: 'Zoë' });
}

/** A pond of a few commits, with one directory of several pages. */
async function randomPond(disk: Disk, seed: number): Promise<OpenPond> {
  const random = randomOf(seed);
  const pond = await initPondOn(disk, 'pond');
  const root = await pond.fs.root();
  await root.createDirectory('/wide');
  await root.backend.batch(async () => {
    for (let file = 0; file < 140; file++) await root.createFile(`/wide/${file}`, bytesOf(`wide ${file}`));
  });
  for (let commit = 1; commit <= 3; commit++) await changeRandomly(pond, random, `commit ${commit}`);
  return pond;
}

const pathsOf = async (pond: OpenPond, at: string): Promise<readonly string[]> => [
  '/',
  ...(await collect((await (await pond.at(at)).root()).walk())).map(({ path }) => path),
];

function failsWith(text: string, known: KnownHashes = {}): boolean {
  try {
    checkProof(parseProof(text), known);
    return false;
  } catch (error) {
    if (isPondError(error, 'proof-invalid')) return true;
    throw error;
  }
}

const proofOf = async (pond: OpenPond, path: string, at: string, to = 'HEAD'): Promise<Proof> =>
  parseProof(await pond.prove(path, at, to));

const verified = (proof: Proof, known?: KnownHashes): Proven => checkProof(parseProof(`${proofText(proof)}\n`), known);

test('every node of a random pond at each of its versions proves, for the hash of each commit up to the last', async () => {
  for (const seed of seeds(1)) {
    const pond = await randomPond(createMemoryDisk(), seed);
    const commits = await collect(pond.log());
    for (const { number: at } of commits) {
      const known = commits.filter(({ number }) => number >= at).map(({ hash }) => hash!);
      const paths = await pathsOf(pond, String(at));
      for (const path of paths.filter((one) => !/^\/wide\/\d/.test(one) || one.endsWith('7'))) {
        const proof = await proofOf(pond, path, String(at));
        for (const root of known) assert.deepEqual(verified(proof, { root }).proof, proof, `${path} at ${at}`);
        assert.ok(failsWith(proofText(proof), { root: sha256Of('another') }));
      }
    }
    await pond.close();
  }
});

test('a path that the version does not have, and a chain that ends before it, have no proof', async () => {
  const pond = await initPondOn(createMemoryDisk(), 'proof');
  const root = await pond.fs.root();
  await root.createDirectory('/wide');
  for (let i = 0; i < 200; i++) await root.writeFile(`/wide/${i}`, bytesOf(`${i}`));
  await pond.commit({ message: 'files', author: 'test' });
  for (const path of ['/none', '/wide/none', '/wide/7/none']) {
    await assert.rejects(pond.prove(path, '1', '1'), { code: 'not-found', message: new RegExp(path) }, path);
  }
  await assert.rejects(pond.prove('/wide/7', '0', '1'), { code: 'not-found' });
  await assert.rejects(pond.prove('/wide/7', '1', '0'), { code: 'version-not-found', message: /0 is before commit 1/ });
  await pond.close();
});

/** Changes each byte of the proof of a path in two ways. Returns the number of changes, and those that were accepted. */
async function changedBytes(seed: number): Promise<{ readonly changed: number; readonly accepted: readonly string[] }> {
  const random = randomOf(seed);
  const pond = await randomPond(createMemoryDisk(), seed);
  const all = (await pathsOf(pond, '2')).filter((path) => !path.startsWith('/wide/'));
  const path = [...all, '/wide/7'][random(all.length + 1)]!;
  const bytes = Buffer.from(await pond.prove(path, '2', 'HEAD'));
  await pond.close();
  let changed = 0;
  const accepted: string[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let at = 0; at < bytes.length; at++) {
    const before = bytes[at]!;
    for (const mask of [0x20, 1 + random(255)]) {
      bytes[at] = before ^ mask;
      changed++;
      let text: string | undefined;
      try {
        text = decoder.decode(bytes);
      } catch {
        // Not UTF-8, which the terminal refuses.
      }
      if (text !== undefined && !failsWith(text)) accepted.push(`${path}: byte ${at}, ${before} to ${bytes[at]}`);
    }
    bytes[at] = before;
  }
  return { changed, accepted };
}

test('a proof with a changed byte is refused', async () => {
  for (const seed of seeds(1)) {
    const { changed, accepted } = await changedBytes(seed);
    assert.deepEqual(accepted, [], `seed ${seed}, ${changed} changes`);
  }
});

/** All ways to replace one value in a JSON value: by another of its kind, by null, or by nothing. */
function* changesOf(value: unknown): Iterable<unknown> {
  yield null;
  if (typeof value === 'string') yield* [`${value}x`, value.slice(1), sha256Of(value)];
  else if (typeof value === 'number') yield* [value + 1, -value - 1, 0.5, String(value)];
  else if (Array.isArray(value)) {
    yield* [[...(value as unknown[]), value[0] ?? 'x'], value.slice(1), value.slice(0, -1), value.toReversed()];
    for (const [index, item] of value.entries()) for (const one of changesOf(item)) yield value.with(index, one);
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, more: 1 };
    for (const [key, item] of Object.entries(value)) {
      for (const one of changesOf(item)) yield { ...value, [key]: one };
      yield Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
    }
  }
}

test('a proof with a changed, missing or additional field is refused', async () => {
  const pond = await randomPond(createMemoryDisk(), 1);
  const root = await pond.fs.root();
  await root.createFile('/s', parquetOf('first'), { type: 'series', attributes: { unit: 'm' } });
  await root.writeFile('/s', parquetOf('second'));
  await pond.commit({ message: 'series', author: 'test' });
  await root.createDirectory('/later');
  await pond.commit({ message: 'later', author: 'test' });
  const text = await pond.prove('/s', '4', 'HEAD');
  let changed = 0;
  for (const value of changesOf(JSON.parse(text))) {
    const other = JSON.stringify(value);
    if (other === text) continue;
    changed++;
    // Without its commits it is the proof of a tree, and no longer of a commit.
    assert.ok(failsWith(other, other.endsWith('"chain":null}') ? { root: pond.head.hash! } : {}), other);
  }
  assert.ok(changed > 300, `${changed} changes`);
  await pond.close();
});

test('a proof of one path does not verify the content of another, nor the root of another tree', async () => {
  const pond = await initPondOn(createMemoryDisk(), 'pond');
  const root = await pond.fs.root();
  await root.createFile('/a', bytesOf('a'));
  await root.createFile('/b', bytesOf('b'));
  await root.createFile('/s', parquetOf('first'), { type: 'series' });
  await root.createSymlink('/link', '/a');
  await pond.commit({ message: 'files', author: 'test' });
  await root.writeFile('/s', parquetOf('second'));
  await root.writeFile('/a', bytesOf('changed'));
  await pond.commit({ message: 'changed', author: 'test' });
  const [a, s] = [await proofOf(pond, '/a', '1'), await proofOf(pond, '/s', '2')];
  verified(a, { content: sha256Of('a') });
  assert.ok(failsWith(proofText(a), { content: sha256Of('b') }));
  assert.ok(failsWith(proofText(a), { content: sha256Of('changed') }));
  assert.ok(failsWith(proofText({ ...a, path: '/b' })));
  assert.ok(failsWith(proofText(a), { root: (await pond.resolve('2')).rootHash }));
  assert.equal(verified(s, { content: sha256Of(parquetOf('first')) }).version, 1);
  assert.equal(verified(s, { content: sha256Of(parquetOf('second')) }).version, 2);
  assert.ok(failsWith(proofText(s), { content: sha256Of('a') }));
  verified(await proofOf(pond, '/link', '1', '1'), { content: sha256Of('/a') });
  await pond.close();
});

test('a commit from before the chain proves up to the root hash, and says so', async () => {
  const disk = createMemoryDisk();
  const before = await randomPond(disk, 1);
  await before.close();
  withoutHashes(disk);
  const pond = await openPondOn(disk, 'pond', { mode: 'write' });
  const old = await proofOf(pond, '/wide/7', '2');
  assert.equal(old.chain, undefined);
  const { rootHash } = await pond.resolve('2');
  assert.deepEqual(verified(old, { root: rootHash }).commits, []);
  await (await pond.fs.root()).createFile('/new', bytesOf('new'));
  const { hash } = await pond.commit({ message: 'chained', author: 'test' });
  assert.equal((await proofOf(pond, '/wide/7', '2')).chain, undefined);
  const first = await proofOf(pond, '/new', 'HEAD');
  assert.equal(verified(first, { root: hash! }).commits.length, 1);
  await pond.close();
});

test('a proof grows with the depth and the width of pages, and by a small record for each commit', async () => {
  const pond = await randomPond(createMemoryDisk(), 1);
  const size = async (path: string, at: string): Promise<number> => (await pond.prove(path, at, 'HEAD')).length;
  const wide = await size('/wide/7', 'HEAD');
  assert.ok(wide < 20_000, `${wide} bytes`);
  const growth = ((await size('/wide/7', '1')) - wide) / (pond.head.number - 1);
  assert.ok(growth < 1_000, `${growth} bytes for each commit`);
  await pond.close();
});
