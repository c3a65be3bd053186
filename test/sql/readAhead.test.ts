/** A large text file is read while its content is compared with its hash; what is found counts only when both agree. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { newUserCache } from '../support/userCache.ts';
import { makeTestPond } from './testPond.ts';

const numbers = Array.from({ length: 600_000 }, (_, index) => 1_000_000 + index);
const sum = String(numbers.reduce((all, each) => all + each, 0));

/** Files of more than 4 MB, by name, with the same content in which the last number is a text. */
const files: Readonly<Record<string, readonly [good: string, evil: string]>> = {
  'a.csv': alike(`v,w\n${numbers.map((each) => `${each},1`).join('\n')}\n`),
  'a.ndjson': alike(numbers.map((each) => `{"v":${each}}\n`).join('')),
};

function alike(good: string): readonly [good: string, evil: string] {
  return [good, good.replace(/\d{7}(?=[^\d].*\n$)/, '"wrong"')];
}

/** The pond, in which a large file is compared by `compare`. */
function comparedBy(pond: Pond, compare: (file: HostFile) => Promise<void>): Pond {
  const hostFiles: Pond['hostFiles'] = async (node, { readAhead, ...job } = {}) => {
    const found = await pond.hostFiles(node, job);
    for (const file of found) {
      const compared = compare(file);
      await Promise.allSettled([readAhead?.(file, compared), compared]);
      await compared;
    }
    return found;
  };
  return new Proxy(pond, {
    get: (target, name) => {
      const value: unknown = name === 'hostFiles' ? hostFiles : Reflect.get(target, name, target);
      return typeof value === 'function' ? (...args: unknown[]): unknown => Reflect.apply(value, target, args) : value;
    },
  });
}

async function newPlace(t: TestContext, name: string) {
  const folder = newUserCache(t);
  const made = await makeTestPond();
  const engine = new QueryEngine({ openDisk: openHostDisk });
  t.after(async () => {
    await engine.close();
    await made.close();
  });
  await made.root.writeFile(`/${name}`, Buffer.from(files[name]![0]));
  const ask = async (pond: Pond, signal?: AbortSignal): Promise<unknown> => {
    const { resultId } = await engine.run(pond, { sql: `SELECT sum(v) FROM "/${name}"` }, signal);
    return (await engine.rows(resultId, 0, 1)).columns[0]?.[0];
  };
  const saved = (): number => (existsSync(folder) ? readdirSync(folder, { recursive: true }).length : 0);
  return { ...made, engine, ask, saved };
}

for (const [name, [good, evil]] of Object.entries(files)) {
  test(`${name}: what is found is saved once the content was compared`, async (t) => {
    const { pond, engine, ask, saved } = await newPlace(t, name);
    let endComparing = (): void => undefined;
    let answer: Promise<unknown> | undefined;
    await new Promise<void>((resolve) => {
      const compare = (): Promise<void> => {
        resolve();
        return new Promise((end) => (endComparing = end));
      };
      answer = ask(comparedBy(pond, compare));
    });
    // The end of another request is a time to save.
    await engine.release((await engine.run(pond, { sql: 'SELECT 1' })).resultId);
    assert.equal(saved(), 0);
    endComparing();
    assert.equal(await answer, sum);
    assert.ok(saved() > 0);
  });

  test(`${name}: a query that is cancelled while the content is compared saves nothing`, async (t) => {
    const { pond, ask, saved } = await newPlace(t, name);
    const cancelling = new AbortController();
    const compare = (): Promise<void> => {
      setImmediate(() => cancelling.abort());
      return new Promise((_, reject) => {
        cancelling.signal.addEventListener('abort', () => reject(new PondError('cancelled', 'the comparison')));
      });
    };
    await assert.rejects(ask(comparedBy(pond, compare), cancelling.signal), (error) => isPondError(error, 'cancelled'));
    assert.equal(saved(), 0);
    assert.equal(await ask(pond), sum);
  });

  test(`${name}: what is found in another content is discarded with the process`, async (t) => {
    const { pond, engine, ask, saved } = await newPlace(t, name);
    assert.equal(evil.length, good.length);
    await engine.release((await engine.run(pond, { sql: 'SELECT 1' })).resultId);
    const before = engine.processId();
    const blob = fileOf(join(pond.directory, '_pond/blobs'), good.length);
    chmodSync(blob, 0o644);
    writeFileSync(blob, evil);
    await assert.rejects(ask(pond), (error) => isPondError(error, 'pond-damaged'));
    assert.equal(saved(), 0);
    assert.notEqual(engine.processId(), before);
    writeFileSync(blob, good);
    assert.equal(await ask(pond), sum);
  });
}

/** The file of a size in a folder. */
function fileOf(folder: string, sizeBytes: number): string {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = found.map(({ parentPath, name }) => join(parentPath, name));
  return paths.find((path) => statSync(path).size === sizeBytes)!;
}

test('a comparison ends though the query that began it was cancelled', async (t) => {
  const { pond, root } = await newPlace(t, 'a.csv');
  // A file that is touched is compared again.
  utimesSync(fileOf(join(pond.directory, '_pond/blobs'), files['a.csv']![0].length), new Date(), new Date());
  const { node } = (await root.get('/a.csv'))!;
  const cancelling = new AbortController();
  let compared: Promise<void> | undefined;
  const readAhead = async (_: HostFile, comparing: Promise<void>): Promise<void> => {
    compared = comparing;
    cancelling.abort();
    await comparing;
  };
  const reading = pond.hostFiles(node, { signal: cancelling.signal, readAhead });
  await assert.rejects(reading, (error) => isPondError(error, 'cancelled'));
  await compared;
});
