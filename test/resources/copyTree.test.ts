/** A copy of another pond's tree: random trees, parts and moments, and trees that no pond makes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { directoryHash } from '../../server/src/pond/directoryHash.ts';
import { CopyPlanner, type PlannedDirectory } from '../../server/src/resources/kinds/copy/plan.ts';
import { selectPaths } from '../../server/src/resources/kinds/copy/selection.ts';
import { CopyWriter } from '../../server/src/resources/kinds/copy/write.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { FileSystem } from '../../server/src/tinyfs/fs.ts';
import { initPondOn } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf, collect, fails, linesOf, parquetOf } from '../support/tree.ts';
import { applyOperation, randomOperation } from '../support/treeOperations.ts';

const home = '/Copy';

/** Plans the copy of a tree into the directory of a pond; with `write`, also carries it out and commits. */
async function copyInto(
  target: OpenPond,
  source: FileSystem,
  { paths, write }: { readonly paths?: readonly string[]; readonly write: boolean },
): Promise<PlannedDirectory & { readonly unmatched: readonly string[]; readonly files: number }> {
  const transaction = await target.begin();
  const at = (await (await transaction.fs.root()).get(home))!;
  const { backend } = transaction.fs;
  const { selection, unmatched } = await selectPaths(source, paths);
  const planner = new CopyPlanner(source.backend, backend);
  const place = { path: '/', selection, inside: [] };
  const planned = await planner.directory(await source.backend.root(), await backend.list(at.node), place);
  const contentOf = (node: Parameters<typeof backend.read>[0]) => source.backend.read(node);
  const writer = new CopyWriter({ source: source.backend, target: backend, contentOf });
  if (write) await writer.directory(at.chain, '/', planned.plan);
  await transaction.commit({ message: 'copy', author: 'test' });
  return { ...planned, unmatched, files: writer.files };
}

async function newPonds(): Promise<{ readonly source: OpenPond; readonly target: OpenPond }> {
  const [source, target] = [await initPondOn(createMemoryDisk(), 'a'), await initPondOn(createMemoryDisk(), 'b')];
  await (await target.fs.root()).createDirectory(home);
  await target.commit({ message: 'home', author: 'test' });
  return { source, target };
}

const hashOfCopy = async ({ fs }: OpenPond): Promise<string> =>
  directoryHash(await fs.backend.list((await (await fs.root()).get(home))!.node));

/** Lines of the parts of a tree: what is selected, and the directories that lead there. */
async function linesOfParts(fs: FileSystem, selected: readonly string[] | undefined): Promise<readonly string[]> {
  const lines = await linesOf(await fs.root());
  if (selected === undefined) return lines;
  const pathIn = (line: string): string => /^(.*?)(\/$| -> | PAR1)/.exec(line)![1]!;
  const isWithin = (path: string, top: string): boolean => top === '/' || path === top || path.startsWith(`${top}/`);
  return lines.filter((line) => {
    const path = pathIn(line);
    return selected.some((top) => isWithin(path, top) || (line.endsWith('/') && isWithin(top, path)));
  });
}

for (const seed of seeds(5)) {
  test(`a copy has the hash and the content of what it is a copy of, whatever changed (seed ${seed})`, async () => {
    const random = randomOf(seed);
    const { source, target } = await newPonds();
    const root = await source.fs.root();
    for (let round = 0; round < 6; round++) {
      for (let count = random(20); count > 0; count--) {
        const paths = ['/', ...(await collect(root.walk())).map(({ path }) => path)];
        await applyOperation(root, randomOperation(random, paths));
      }
      if ((await source.status()).staged.length > 0) await source.commit({ message: 'more', author: 'test' });
      const from = await source.at(random(4) === 0 ? String(random(source.head.number + 1)) : 'HEAD');
      const all = ['/', ...(await collect((await from.root()).walk())).map(({ path }) => path)];
      const literal = all.filter((path) => !/[*?[{\\]/.test(path));
      const some = Array.from({ length: 1 + random(3) }, () => literal[random(literal.length)] ?? '/');
      const choice = random(4);
      const paths = choice < 2 ? undefined : choice === 2 ? some : ['/*/a/**', '/{a,b}*'];
      const copying = copyInto(target, from, { ...(paths && { paths }), write: true });
      const planned = await copying.catch((error: unknown) => {
        // A wildcard went through a link to a directory above it.
        if (!isPondError(error, 'visit-loop')) throw error;
      });
      if (planned === undefined) continue;
      assert.equal(await hashOfCopy(target), planned.hash);
      const again = await copyInto(target, from, { ...(paths && { paths }), write: false });
      assert.deepEqual(again.plan, { removed: [], entries: [] });
      const copied = await linesOf(await (await target.fs.root()).openDirectory(home));
      const expected = choice === 3 ? undefined : await linesOfParts(from, paths && (await withTargets(from, some)));
      const shown = copied.map((line) => line.slice(home.length));
      if (expected !== undefined) assert.deepEqual(shown, expected);
      if (paths === undefined) assert.equal(planned.hash, (await from.backend.root()).sha256);
    }
    await Promise.all([source.close(), target.close()]);
  });
}

/** Paths, and what the links among them lead to. */
async function withTargets(fs: FileSystem, paths: readonly string[]): Promise<readonly string[]> {
  const root = await fs.root();
  const targets = await Promise.all(
    paths.map(async (path) => ((await root.exists(path)) ? ((await root.get(path))?.path ?? path) : path)),
  );
  return [...paths, ...targets];
}

test('a series gets the versions that it lacks, and all of them where its history is another', async () => {
  const { source, target } = await newPonds();
  const root = await source.fs.root();
  const write = async (text: string): Promise<void> => {
    await root.writeFile('/s', parquetOf(`version ${text}`), { type: 'series', attributes: { unit: text } });
    await source.commit({ message: text, author: 'test' });
  };
  const versions = async (): Promise<readonly string[]> => {
    const nodes = await collect((await target.fs.root()).versions(`${home}/s`));
    return nodes.map(({ sha256, attributes }) => `${sha256.slice(0, 4)} ${attributes['unit'] ?? ''}`);
  };
  for (const text of ['1', '2', '2']) await write(text);
  await copyInto(target, source.fs, { write: true });
  assert.equal((await versions()).length, 3);
  const id = (await (await target.fs.root()).get(`${home}/s`))!.node.id;
  await write('3');
  await copyInto(target, source.fs, { write: true });
  assert.equal((await versions()).length, 4);
  assert.equal((await (await target.fs.root()).get(`${home}/s`))!.node.id, id);
  await root.remove('/s');
  for (const text of ['2', '3']) await write(text);
  await copyInto(target, source.fs, { write: true });
  assert.equal((await versions()).length, 2);
  assert.equal(await hashOfCopy(target), source.head.rootHash);
});

test('a pattern through the name of a resource takes the link along, and one without a match is named', async () => {
  const { source, target } = await newPonds();
  const root = await source.fs.root();
  await root.createDirectory('/Inbox/0f', { parents: true });
  await root.createFile('/Inbox/0f/2024.csv', bytesOf('a'));
  await root.createFile('/Inbox/0f/2025.csv', bytesOf('b'));
  await root.createSymlink('/Inbox/weather', '0f');
  await source.commit({ message: 'files', author: 'test' });
  const copied = async (...paths: readonly string[]): Promise<readonly string[]> => {
    const { unmatched } = await copyInto(target, source.fs, { paths, write: true });
    return [...(await linesOf(await (await target.fs.root()).openDirectory(home))), ...unmatched];
  };
  const link = `${home}/Inbox/weather -> 0f`;
  const [first, second] = [`${home}/Inbox/0f/2024.csv a`, `${home}/Inbox/0f/2025.csv b`];
  const above = [`${home}/Inbox/`, `${home}/Inbox/0f/`];
  assert.deepEqual(await copied('/Inbox/weather/*24*'), [...above, first, link]);
  assert.deepEqual(await copied('/Inbox/weather'), [...above, first, second, link]);
  assert.deepEqual(await copied('/Inbox/0f/2025.csv', '/no/*'), [...above, second, '/no/*']);
  assert.deepEqual(await copied('/no'), ['/no']);
  assert.deepEqual(await copied('/**'), [...above, first, second, link]);
});

test('a wide directory is copied with its hash, and one changed entry is one write', async () => {
  const { source, target } = await newPonds();
  const root = await source.fs.root();
  await root.backend.batch(async () => {
    for (let index = 0; index < 300; index++) await root.createFile(`/file-${index}`, bytesOf(`${index}`));
  });
  await source.commit({ message: 'files', author: 'test' });
  assert.equal((await copyInto(target, source.fs, { paths: ['/file-*'], write: true })).files, 300);
  assert.equal(await hashOfCopy(target), source.head.rootHash);
  await root.writeFile('/file-7', bytesOf('seven'));
  assert.equal((await copyInto(target, source.fs, { write: true })).files, 1);
});

test('what no pond stores is refused: names, links without a target, directories inside themselves', async () => {
  const { source, target } = await newPonds();
  await (await source.fs.root()).createDirectory('/d');
  await (await source.fs.root()).createSymlink('/l', 'd');
  await source.commit({ message: 'files', author: 'test' });
  const { backend } = source.fs;
  const plan = (changed: Partial<typeof backend>) => {
    const forged = new Proxy(backend, {
      get: (_, name) => {
        const own: unknown = Reflect.get(changed, name) ?? Reflect.get(backend, name, backend);
        return typeof own === 'function' ? (own.bind(backend) as unknown) : own;
      },
    });
    return copyInto(target, new FileSystem(forged), { write: true });
  };
  const [first, link] = await backend.list(await backend.root());
  for (const name of ['..', 'a/b', '', 'x'.repeat(300)]) {
    await fails('invalid-path', plan({ list: () => Promise.resolve([{ name, node: first!.node }]) }));
  }
  await fails('invalid-path', plan({ readlink: () => Promise.resolve('') }));
  await fails('invalid-path', plan({ readlink: () => Promise.resolve('a/\0') }));
  await fails('remote-damaged', plan({ readlink: () => Promise.resolve('elsewhere') }));
  await fails('pond-damaged', plan({ list: () => Promise.resolve([first!]) }));
  assert.equal(link?.name, 'l');
});
