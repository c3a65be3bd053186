import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referencesTo } from '../../server/src/resources/references.ts';
import { type StoredResource } from '../../server/src/resources/readResource.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { textFile, type PondHost } from '../support/commandHost.ts';
import { deriveDocument, inboxDocument, newPipelineHost } from '../support/pipelineHost.ts';

const [kind] = resourceKinds;

/** A resource whose document has this text. */
function stored(text: string): StoredResource {
  assert.ok(kind !== undefined);
  const facts = { id: 'id', home: '/Derive/id', name: 'reader', desc: '', sha256: '', modifiedUs: 0, problems: [] };
  return { ...facts, kind, text, resource: undefined };
}

/** The text with each place of the path in brackets. */
function marked(text: string, path: string): string {
  const lines = text.split('\n');
  const ranges = referencesTo([stored(text)], [path]).flatMap((reference) => reference.ranges);
  for (const { start, end } of [...ranges].reverse()) {
    const line = lines[start.line] ?? '';
    const inner = line.slice(start.character, end.character);
    lines[start.line] = `${line.slice(0, start.character)}«${inner}»${line.slice(end.character)}`;
  }
  return lines.join('\n');
}

const cases: readonly (readonly [text: string, expected: string])[] = [
  ['pattern: /in/a/*.csv', 'pattern: «/in/a»/*.csv'],
  ['pattern: "/in/a"', 'pattern: "«/in/a»"'],
  ["pattern: '/in/a/**'", "pattern: '«/in/a»/**'"],
  ['path: /in/a', 'path: «/in/a»'],
  ['paths: [/in/a, /in/b]', 'paths: [«/in/a», /in/b]'],
  ['  SELECT * FROM "/in/a/x.csv@HEAD" JOIN \'/in/a\' y', '  SELECT * FROM "«/in/a»/x.csv@HEAD" JOIN \'«/in/a»\' y'],
  ["x\n\tread_csv('/in/a') # /in/a", "x\n\tread_csv('«/in/a»') # «/in/a»"],
  ['pattern: /in/ab/*', 'pattern: /in/ab/*'],
  ['pattern: /in/a.csv', 'pattern: /in/a.csv'],
  ['pattern: /in/a*/x', 'pattern: /in/a*/x'],
  ['pattern: /more/in/a/x', 'pattern: /more/in/a/x'],
  ['pattern: */in/a/x', 'pattern: */in/a/x'],
  ['url: https://host/in/a', 'url: https://host/in/a'],
  ['pattern: /in/a-b/x', 'pattern: /in/a-b/x'],
  ['pattern: /in/*.csv', 'pattern: /in/*.csv'],
  ['', ''],
];

for (const [text, expected] of cases) {
  test(`/in/a is found where it is a whole path: ${JSON.stringify(text)}`, () => {
    assert.equal(marked(text, '/in/a'), expected);
  });
}

test('the root is named by no document, and a path with characters of regular expressions by itself alone', () => {
  assert.equal(marked('pattern: /*.csv', '/'), 'pattern: /*.csv');
  assert.equal(marked('pattern: /a+(b)/x', '/a+(b)'), 'pattern: «/a+(b)»/x');
});

async function readers(host: PondHost, path: string): Promise<readonly string[]> {
  return (await host.run('references', { name: path })).map(({ resource, ranges }) => `${resource} ${ranges.length}`);
}

test('the readers of a path are known by the name of a resource, by its UUID, and below it', async (t) => {
  const host = await newPipelineHost(t);
  const documents = [inboxDocument('a', '/x/*.csv'), deriveDocument('c', '/Inbox/a/*'), deriveDocument('d', '/in/*')];
  const sources = documents.map((text) => ({ text, origin: 'document' }));
  const { applied } = await host.run('apply', { sources, directory: host.folder });
  const home = applied.find(({ kind: name }) => name === 'Inbox')?.directory ?? '';
  await host.run('makeDirectory', { path: '/in' });
  await host.run('write', textFile('/in/a.csv', 'a\n1\n'));
  assert.deepEqual(await readers(host, '/Inbox/a'), ['Derive/c 1']);
  assert.deepEqual(await readers(host, home), ['Derive/c 1']);
  assert.deepEqual(await readers(host, '/in'), ['Derive/d 1']);
  assert.deepEqual(await readers(host, '/in/a.csv'), []);
  assert.deepEqual(await readers(host, '/'), []);
  await host.run('rename', { from: '/Inbox/a', to: '/Inbox/b', overwrite: false });
  assert.deepEqual(await readers(host, '/Inbox/a'), ['Derive/c 1']);
  assert.deepEqual(await readers(host, '/Inbox/b'), []);
});
