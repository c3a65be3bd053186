/**
 * A pond that somebody else prepared at a store is refused by a copy with a clear error, or copied: nothing outside the
 * folder is read or changed, and the copy holds only what a pond does.
 */
import assert from 'node:assert/strict';
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { isPondError } from '../../server/src/base/error.ts';
import { parseLocation } from '../../server/src/remote/location.ts';
import { openObjectStore } from '../../server/src/remote/openStore.ts';
import { clonePond } from '../../server/src/replica/clone.ts';
import { hostPondStorage } from '../../server/src/storage/hostPondStorage.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { forgeries } from '../support/hostilePond.ts';
import { initPond, openPond } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf } from '../support/tree.ts';

const secret = 'the-content-of-a-file-outside';
/** More memory than any of the copies needs: a reader that believed a size or a count would take it. */
const memoryKilobytesMax = 1024 * 1024;

const { path: folder, remove } = makeTemporaryDirectory('pond-clone');
const sound = join(folder, 'sound');
const victim = join(folder, 'victim', 'secret.txt');

mkdirSync(join(folder, 'victim'));
writeFileSync(victim, secret);
const pond = await initPond(sound);
const root = await pond.fs.root();
await root.createDirectory('/d');
await root.writeFile('/d/a', bytesOf('one'));
await root.writeFile('/large', bytesOf('large '.repeat(12_000)));
await root.createSymlink('/link', '/d');
await pond.commit({ message: 'one', author: 'test' });
await root.writeFile('/staged', bytesOf('staged'));
await pond.close();
after(remove);

/** Files of a folder with their types; the content of regular ones. */
function contentsOf(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(directory, name);
      const stats = lstatSync(path);
      if (stats.isDirectory()) return `${name}/`;
      assert.ok(stats.isFile(), `${path} is a regular file`);
      return `${name} ${readFileSync(path, 'latin1')}`;
    });
}

/** Copies a pond, and opens and checks the copy if there is one. Returns the code of the error, if any. */
async function outcomeOf(source: string, target: string, what: string): Promise<string> {
  const store = await openObjectStore(parseLocation(pathToFileURL(source).href, () => undefined));
  try {
    await clonePond(store, hostPondStorage(target), { url: store.address, isThin: false });
    const copy = await openPond(target, { mode: 'read' });
    assert.deepEqual((await copy.checkHistory()).problems, [], what);
    await copy.close();
    return 'copied';
  } catch (error) {
    assert.ok(isPondError(error), `${what}: ${error instanceof Error ? error.stack : String(error)}`);
    assert.ok(!`${error.message} ${error.hint ?? ''}`.includes(secret), what);
    return error.code;
  } finally {
    store.close();
  }
}

describe('a forged pond at a store is refused, or copied as a sound one', () => {
  for (const [name, forge] of Object.entries(forgeries)) {
    it(name, { skip: process.platform === 'win32' }, async (t) => {
      const outcomes: string[] = [];
      for (const seed of seeds(2)) {
        const [source, target] = [join(folder, 'store'), join(folder, 'copies', 'copy')];
        mkdirSync(join(folder, 'copies'));
        cpSync(sound, source, { recursive: true });
        const what = `${name}, seed ${seed}: ${await forge({ pond: source, victim, random: randomOf(seed * 7919) })}`;
        const outcome = await outcomeOf(source, target, what);
        outcomes.push(outcome);
        assert.deepEqual(readdirSync(folder).sort(), ['copies', 'sound', 'store', 'victim'], what);
        assert.deepEqual(contentsOf(join(folder, 'victim')), [`secret.txt ${secret}`], what);
        const left = contentsOf(join(folder, 'copies'));
        assert.ok(!left.some((text) => text.includes(secret)), what);
        if (outcome !== 'copied') assert.ok(!left.some((text) => text.startsWith('copy/_delta_log/0')), what);
        for (const made of [source, join(folder, 'copies')]) rmSync(made, { recursive: true });
      }
      t.diagnostic(`${name}: ${outcomes.join(', ')}`);
      assert.ok(process.resourceUsage().maxRSS < memoryKilobytesMax);
    });
  }
});
