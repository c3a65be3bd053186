/** What the resources of a copied pond derive is shown in the copy, as the other pond shows it. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { roleOf } from '../../server/src/resources/tree/nodeRole.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { newResourcePond, stageResource } from '../support/resourcePond.ts';
import { bytesOf } from '../support/tree.ts';

const copyId = '33333333-3333-4333-8333-333333333333';
const innerId = '44444444-4444-4444-8444-444444444444';
const ids = ['1', '2', '5', '6'].map((digit) => '########-####-4###-8###-############'.replaceAll('#', digit));
const [firstId = '', secondId = ''] = ids;

const copyDocument = (name: string, more = ''): string =>
  `apiVersion: duckpond/v1\nkind: Copy\nname: ${name}\ndesc: Another pond\nspec: { endpoint: "file:///store"${more} }\n`;

const derive = (name: string, pattern: string): string => `apiVersion: duckpond/v1
kind: Derive
name: ${name}
desc: Made of files
spec: { collections: [{ name: all, pattern: "${pattern}", query: "SELECT t AS Timestamp, x FROM read_csv('$1')" }] }
`;

const combine = (name: string, pattern: string): string => `apiVersion: duckpond/v1
kind: Combine
name: ${name}
desc: Files as one
spec: { scopes: [{ name: all, series: [{ pattern: "${pattern}" }] }] }
`;

/** A tree: files by path; documents by the id of their resource. */
interface Content {
  readonly files: Readonly<Record<string, string>>;
  readonly documents: readonly (readonly [id: string, text: string])[];
}

/** Writes content below a directory, as a run of the Copy does. */
async function write(root: WorkingDirectory, at: string, { files, documents }: Content): Promise<void> {
  const all: (readonly [string, string])[] = Object.entries(files);
  for (const [id, text] of documents) all.push([`/${/kind: (\w+)/.exec(text)![1]!}/${id}/resource.yaml`, text]);
  for (const [path, text] of all) {
    const target = `${at}${path}`;
    await root.createDirectory(target.slice(0, target.lastIndexOf('/')) || '/', { parents: true });
    await root.writeFile(target, bytesOf(text));
  }
  for (const [id, text] of documents) {
    const link = `${at}/${/kind: (\w+)/.exec(text)![1]!}/${/name: ([\w-]+)/.exec(text)![1]!}`;
    if (!(await root.exists(link))) await root.createSymlink(link, id);
  }
}

/** Changes the tree of a Copy in a commit, as a run does. */
async function runCopy(
  pond: ResourcePond,
  work: (root: WorkingDirectory) => Promise<void>,
  home = `/Copy/${copyId}`,
): Promise<void> {
  const transaction = await pond.begin();
  pond.layer.allowRun(transaction.fs, home);
  await work(await transaction.fs.root());
  await transaction.commit({ message: 'copied', author: 'test' });
}

async function pondWithCopy(t: TestContext, more = ''): Promise<ResourcePond> {
  const pond = await newResourcePond(t);
  await stageResource(pond, copyId, copyDocument('harbor', more));
  await pond.commit({ message: 'copy', author: 'test' });
  return pond;
}

/** All entries below a directory, with the key of each derived file; or the code of the error in place of a list. */
async function shown(root: WorkingDirectory, at: string, below = ''): Promise<readonly string[]> {
  try {
    const lines: string[] = [];
    for (const { basename, node } of await root.list(`${at}${below}` || '/')) {
      const path = `${below}/${basename}`;
      const isDerived = roleOf(node)?.in === 'derived';
      lines.push(`${path} ${node.type} ${isDerived && node.type !== 'directory' ? node.sha256 : node.sizeBytes}`);
      if (node.type === 'directory') lines.push(...(await shown(root, at, path)));
    }
    return lines;
  } catch (error) {
    assert.ok(isPondError(error), String(error));
    return [`${below} ${error.code}`];
  }
}

/** A tree with some of: files, resources that read each other's outputs, documents with errors, cycles. */
function randomContent(seed: number): Content {
  const random = randomOf(seed);
  const files = Object.fromEntries(
    Array.from({ length: 1 + random(4) }, (_, index) => [`/in/${index}.csv`, `t,x\n${index},${random(9)}\n`]),
  );
  const patterns = [
    '/in/*.csv',
    '/in/1.csv',
    '/Derive/r0/all/*',
    `/Derive/${secondId}/all/*`,
    '/Combine/*/*',
    '/**/*.csv',
  ];
  const documents = ids.slice(0, 1 + random(ids.length)).map((id, index) => {
    const pattern = patterns[random(patterns.length)]!;
    const text = random(3) === 0 ? combine(`r${index}`, pattern) : derive(`r${index}`, pattern);
    return [id, random(8) === 0 ? text.replace('spec:', 'spek:') : text] as const;
  });
  return { files, documents };
}

test('a copy shows what the other pond shows, whatever its resources are', async (t) => {
  const pond = await newResourcePond(t);
  let derived = 0;
  for (const seed of seeds(6)) {
    const content = randomContent(seed);
    const other = await newResourcePond(t);
    await write(await other.fs.root(), '', content);
    const expected = await shown(await other.fs.root(), '');
    const id = `${String(seed).padStart(8, '0')}${copyId.slice(8)}`;
    await stageResource(pond, id, copyDocument(`c${seed}`));
    await pond.commit({ message: 'copy', author: 'test' });
    await runCopy(pond, (root) => write(root, `/Copy/${id}`, content), `/Copy/${id}`);
    const found = await shown(await pond.fs.root(), `/Copy/${id}`);
    const own = found.filter((line) => !line.startsWith('/resource.yaml '));
    assert.deepEqual(own, expected, `seed ${seed}`);
    derived += own.filter((line) => /\.csv file [0-9a-f]{64}$| series [0-9a-f]{64}$/.test(line)).length;
    await other.close();
  }
  assert.ok(derived > 0);
});

test('derived files of a copy have the content and key of the other pond, and nodes of their own', async (t) => {
  const pond = await pondWithCopy(t);
  const content: Content = {
    files: { '/in/a.csv': 't,x\n1,7\n' },
    documents: [
      [firstId, derive('first', '/in/*.csv')],
      [secondId, derive('second', '/Derive/first/all/*')],
    ],
  };
  await write(await pond.fs.root(), '', { ...content, documents: content.documents.slice(0, 1) });
  await pond.commit({ message: 'own', author: 'test' });
  await runCopy(pond, (root) => write(root, `/Copy/${copyId}`, content));
  const root = await pond.fs.root();
  const own = (await root.get('/Derive/first/all/a.csv'))!.node;
  const copied = (await root.get('/Copy/harbor/Derive/first/all/a.csv'))!.node;
  assert.equal(copied.sha256, own.sha256);
  assert.notEqual(copied.id, own.id);
  assert.deepEqual(
    await root.readFile('/Copy/harbor/Derive/first/all/a.csv'),
    await root.readFile('/Derive/first/all/a.csv'),
  );
  assert.ok(await root.exists('/Copy/harbor/Derive/second/all/a.csv'));
  // Inputs are those of the copy.
  await root.writeFile('/in/b.csv', bytesOf('t,x\n2,2\n'));
  assert.equal((await root.list('/Derive/first/all')).length, 2);
  assert.equal((await root.list('/Copy/harbor/Derive/first/all')).length, 1);
  for (const path of ['/Copy/harbor/Derive/first/all/new', '/Copy/harbor/Derive/first/new']) {
    await assert.rejects(root.writeFile(path, bytesOf('x')), { code: 'read-only' });
  }
});

test('a resource reads what a copy derives, also one with the UUID of the copied one', async (t) => {
  const pond = await pondWithCopy(t);
  const files = { '/in/a.csv': 't,x\n1,7\n' };
  await runCopy(pond, (root) =>
    write(root, `/Copy/${copyId}`, { files, documents: [[firstId, derive('first', '/in/*.csv')]] }),
  );
  await stageResource(pond, firstId, derive('outer', '/Copy/harbor/Derive/first/all/*'));
  const root = await pond.fs.root();
  assert.deepEqual(
    (await root.list('/Derive/outer/all')).map(({ basename }) => basename),
    ['a.csv'],
  );
});

test('a run sees what is stored only, so what is derived is never removed as surplus', async (t) => {
  const pond = await pondWithCopy(t);
  const files = { '/in/a.csv': 't,x\n1,7\n' };
  const document = [firstId, derive('first', '/in/*.csv')] as const;
  await runCopy(pond, (root) => write(root, `/Copy/${copyId}`, { files, documents: [document] }));
  await runCopy(pond, async (root) => {
    const names = (await root.list(`/Copy/${copyId}/Derive/${firstId}`)).map(({ basename }) => basename);
    assert.deepEqual(names, ['resource.yaml']);
    await root.writeFile(`/Copy/${copyId}/Derive/${firstId}/note`, bytesOf('note'));
  });
});

test('a copy in a directory of its own, and a copy in a copy, show what is derived', async (t) => {
  const pond = await pondWithCopy(t, ', into: tree');
  const files = { '/in/a.csv': 't,x\n1,7\n' };
  const documents = [[firstId, derive('first', '/in/*.csv')]] as const;
  await runCopy(pond, async (root) => {
    await write(root, `/Copy/${copyId}/tree`, { files, documents: [...documents, [innerId, copyDocument('inner')]] });
    await write(root, `/Copy/${copyId}/tree/Copy/${innerId}`, { files: { '/in/b.csv': 't,x\n2,2\n' }, documents });
  });
  const root = await pond.fs.root();
  const names = async (path: string): Promise<readonly string[]> =>
    (await root.list(path)).map(({ basename }) => basename);
  assert.deepEqual(await names('/Copy/harbor/tree/Derive/first/all'), ['a.csv']);
  assert.deepEqual(await names('/Copy/harbor/tree/Copy/inner/Derive/first/all'), ['b.csv']);
});

test('changes of what a copy derives are reported by the UUID and by the name of the Copy', async (t) => {
  const pond = await pondWithCopy(t);
  t.after(() => pond.close());
  const documents = [[firstId, derive('first', '/in/*.csv')]] as const;
  await runCopy(pond, (root) => write(root, `/Copy/${copyId}`, { files: { '/in/a.csv': 't,x\n1,7\n' }, documents }));
  await (await pond.fs.root()).list('/Copy/harbor/Derive/first/all');
  const wanted = new Set([
    `created /Copy/${copyId}/Derive/${firstId}/all/b.csv`,
    `created /Copy/harbor/Derive/${firstId}/all/b.csv`,
    `created /Copy/harbor/Derive/first/all/b.csv`,
  ]);
  const received = new Promise<void>((resolve) => {
    pond.onEvent((event) => {
      if (event.kind !== 'changed') return;
      for (const { kind, path } of event.changes) wanted.delete(`${kind} ${path}`);
      if (wanted.size === 0) resolve();
    });
  });
  await runCopy(pond, (root) =>
    write(root, `/Copy/${copyId}`, { files: { '/in/b.csv': 't,x\n2,2\n' }, documents: [] }),
  );
  await received;
});
