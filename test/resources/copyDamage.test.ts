/**
 * Runs of a Copy over a store of which one object is missing or altered: a clear error or a whole copy, never half of
 * one.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { directoryHash } from '../../server/src/pond/directoryHash.ts';
import { FileStore } from '../../server/src/remote/fileStore.ts';
import { runCopy } from '../../server/src/resources/kinds/copy/run.ts';
import { isBookkeeping } from '../../server/src/resources/model/resourcePath.ts';
import { openPondDisk } from '../../server/src/storage/hostDisk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { fillPond, pushTo } from '../support/backup.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initPond } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { resourceBench } from '../support/runContext.ts';
import { newUserCache } from '../support/userCache.ts';

/** Codes of errors that name damage of a store. */
const damageCodes = [
  'remote-damaged',
  'remote-diverged',
  'remote-failed',
  'pond-damaged',
  'pond-not-found',
  'pond-too-new',
];

for (const seed of seeds(3)) {
  test(`an object of the store that is missing or altered never gives half a copy (seed ${seed})`, async (t) => {
    newUserCache(t);
    const random = randomOf(seed);
    const folder = temporaryFolder(t);
    const store = join(folder, 'store');
    mkdirSync(store);
    const source = await initPond(join(folder, 'source'));
    t.after(() => source.close());
    await fillPond(source);
    const remote = new FileStore(openPondDisk(store), { address: 'folder', prefix: source.id });
    await pushTo({ pond: source, cache: createMemoryDisk() }, remote);
    cpSync(store, join(folder, 'sound'), { recursive: true });
    const files = readdirSync(store, { recursive: true }).map(String);
    const objects = files.filter((name) => statSync(join(store, name)).isFile()).sort();
    const name = objects[random(objects.length)]!;
    const path = join(store, name);
    const isMissing = random(2) === 0;
    if (isMissing) rmSync(path);
    else {
      const bytes = readFileSync(path);
      bytes[random(bytes.length)]! ^= 1 << random(8);
      rmSync(path);
      writeFileSync(path, bytes);
    }
    const document = `apiVersion: duckpond/v1\nkind: Copy\nname: c\ndesc: d\nspec: { endpoint: "${pathToFileURL(store).href}", pond: ${source.id} }\n`;
    const bench = await resourceBench(t, 'Copy', document);
    const hashOfCopy = async (): Promise<string> => {
      const { node } = (await (await bench.pond.fs.root()).get(bench.home))!;
      return directoryHash((await bench.pond.fs.backend.list(node)).filter((entry) => !isBookkeeping(entry.name)));
    };
    const empty = await hashOfCopy();
    const what = `${name} ${isMissing ? 'missing' : 'altered'}`;
    const error: unknown = await bench.run(runCopy).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error !== undefined) {
      assert.ok(isPondError(error) && damageCodes.includes(error.code), what);
      assert.equal(await hashOfCopy(), empty, what);
    }
    // Without its latest entries, a store is an earlier state of the pond.
    const whole = await Promise.all(
      Array.from({ length: source.head.number + 1 }, async (_, at) => (await source.resolve(String(at))).rootHash),
    );
    if (error === undefined) assert.ok(whole.includes(await hashOfCopy()), what);
    renameSync(store, join(folder, 'damaged'));
    renameSync(join(folder, 'sound'), store);
    await bench.run(runCopy);
    assert.equal(await hashOfCopy(), source.head.rootHash, what);
  });
}
