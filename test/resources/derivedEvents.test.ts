import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { newResourcePond, stageResource } from '../support/resourcePond.ts';

const id = '11111111-1111-4111-8111-111111111111';
const other = '22222222-2222-4222-8222-222222222222';

const derive = (name: string, pattern: string, collection = 'all'): string => `apiVersion: duckpond/v1
kind: Derive
name: ${name}
desc: Made of files
spec:
  collections:
    - name: ${collection}
      pattern: "${pattern}"
      query: SELECT t AS Timestamp, x FROM read_csv('$1')
`;

/** A pond with a listener for its events. */
interface Heard {
  readonly pond: ResourcePond;
  write(path: string, text: string): Promise<void>;
  list(path: string): Promise<readonly string[]>;
  /** Resolves when all these events were received, as `kind path`. */
  received(...events: readonly string[]): Promise<void>;
  /** Events received since the last call. */
  soFar(): readonly string[];
}

async function heard(t: TestContext): Promise<Heard> {
  const pond = await newResourcePond(t);
  t.after(() => pond.close());
  let events: string[] = [];
  let look = (): void => {};
  pond.onEvent((event) => {
    if (event.kind === 'changed') events.push(...event.changes.map(({ kind, path }) => `${kind} ${path}`));
    look();
  });
  const write = async (path: string, text: string): Promise<void> => {
    const root = await pond.fs.root();
    await root.createDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true });
    await root.writeFile(path, Buffer.from(text));
  };
  return {
    pond,
    write,
    list: async (path) => (await (await pond.fs.root()).list(path)).map(({ basename }) => basename),
    received: (...expected) =>
      new Promise((resolve) => {
        look = () => {
          if (expected.every((event) => events.includes(event))) resolve();
        };
        look();
      }),
    soFar: () => {
      const received = events;
      events = [];
      return received;
    },
  };
}

test('a new input adds an entry, reported by the UUID and by the name of the resource', async (t) => {
  const { pond, write, list, received } = await heard(t);
  await write('/in/a.csv', 't,x\n1,1\n');
  await stageResource(pond, id, derive('series', '/in/*.csv'));
  assert.deepEqual(await list('/Derive/series/all'), ['a.csv']);
  await write('/in/b.csv', 't,x\n2,2\n');
  await received(`created /Derive/${id}/all/b.csv`, 'created /Derive/series/all/b.csv');
  assert.deepEqual(await list('/Derive/series/all'), ['a.csv', 'b.csv']);
});

test('changed and removed inputs change and remove derived files, through several resources', async (t) => {
  const { pond, write, list, received, soFar } = await heard(t);
  await write('/in/a.csv', 't,x\n1,1\n');
  await write('/in/b.csv', 't,x\n1,1\n');
  await stageResource(pond, id, derive('first', '/in/*.csv'));
  await stageResource(pond, other, derive('second', '/Derive/first/all/*'));
  assert.deepEqual(await list('/Derive/second/all'), ['a.csv', 'b.csv']);
  soFar();
  await write('/in/a.csv', 't,x\n1,5\n');
  await received('changed /Derive/first/all/a.csv', 'changed /Derive/second/all/a.csv');
  assert.deepEqual(
    soFar().filter((event) => event.endsWith('/b.csv')),
    [],
  );
  await (await pond.fs.root()).remove('/in/b.csv');
  await received(
    'deleted /Derive/first/all/b.csv',
    'deleted /Derive/second/all/b.csv',
    `deleted /Derive/${other}/all/b.csv`,
  );
});

test('a document whose collections change, or that has an error for a while, is followed', async (t) => {
  const { pond, write, list, received, soFar } = await heard(t);
  await write('/in/a.csv', 't,x\n1,1\n');
  const home = await stageResource(pond, id, derive('series', '/in/*.csv', 'one'));
  assert.deepEqual(await list('/Derive/series'), ['one', 'resource.yaml']);
  soFar();
  await write(`${home}/resource.yaml`, derive('series', '/in/*.csv', 'two'));
  await received('deleted /Derive/series/one', 'created /Derive/series/two');
  soFar();
  await write(`${home}/resource.yaml`, derive('series', '/in/*.csv', 'two').replace('collections', 'colections'));
  await received('deleted /Derive/series/two');
  await write(`${home}/resource.yaml`, derive('series', '/in/*.csv', 'two'));
  await received('created /Derive/series/two');
});

test('a committed transaction is followed, and stored files of a resource are reported by its name too', async (t) => {
  const { pond, write, list, received } = await heard(t);
  await write('/in/a.csv', 't,x\n1,1\n');
  await stageResource(pond, id, derive('series', '/in/*.csv'));
  await pond.commit({ message: 'resources', author: 'a test' });
  assert.deepEqual(await list('/Derive/series/all'), ['a.csv']);
  const transaction = await pond.begin();
  const root = await transaction.fs.root();
  await root.writeFile('/in/c.csv', Buffer.from('t,x\n3,3\n'));
  await root.writeFile(`/Derive/${id}/notes.txt`, Buffer.from('a note'));
  await transaction.commit({ message: 'more', author: 'a test' });
  await received('created /Derive/series/all/c.csv', 'created /Derive/series/notes.txt');
});

test('directories that were not listed have no events, and writes elsewhere cause none', async (t) => {
  const { pond, write, received, soFar } = await heard(t);
  await stageResource(pond, id, derive('unseen', '/in/*.csv'));
  await stageResource(pond, other, derive('seen', '/in/*.csv'));
  await (await pond.fs.root()).list('/Derive/seen/all');
  soFar();
  await write('/elsewhere.txt', 'x');
  await write('/in/a.csv', 't,x\n1,1\n');
  await received('created /Derive/seen/all/a.csv');
  assert.deepEqual(
    soFar()
      .filter((event) => event.includes('/all'))
      .sort(),
    [`created /Derive/${other}/all/a.csv`, 'created /Derive/seen/all/a.csv'].sort(),
  );
});
