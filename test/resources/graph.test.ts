import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGraph, cycleError } from '../../server/src/resources/graph.ts';
import { isKindName } from '../../server/src/resources/model/kindNames.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { type Resource } from '../../server/src/resources/model/kind.ts';
import { titleOf } from '../../server/src/resources/model/resourcePath.ts';
import { resourcesOf } from '../support/resources.ts';

const head = (kind: string, name: string): string =>
  `apiVersion: v1\nkind: ${kind}\nname: ${name}\ndesc: for a test\nspec:\n`;

function derive(name: string, ...collections: readonly (readonly [name: string, pattern: string])[]): string {
  const items = collections.map(
    ([collection, pattern]) => `    - { name: ${collection}, pattern: "${pattern}", query: "FROM '$1'" }\n`,
  );
  return `${head('Derive', name)}  collections:\n${items.join('')}`;
}

const combine = (name: string, ...patterns: readonly string[]): string =>
  `${head('Combine', name)}  scopes:\n    - name: all\n      series:\n${patterns.map((pattern) => `        - pattern: "${pattern}"\n`).join('')}`;

const inbox = (name: string): string => `${head('Inbox', name)}  pattern: /data/*.csv\n`;

const resources = (...documents: readonly string[]): readonly Resource[] => resourcesOf(documents.join('---\n'));
const titles = (list: readonly Resource[]): readonly string[] => list.map(titleOf);

test('a resource follows its inputs, and otherwise keeps its order', () => {
  const graph = createGraph(
    resources(
      combine('wide', '/Derive/*/x/*'),
      derive('a', ['x', '/Inbox/raw/*.csv']),
      inbox('other'),
      inbox('raw'),
      derive('b', ['x', '/Inbox/raw/**']),
    ),
  );
  assert.deepEqual(titles(graph.inOrder()), ['Inbox/raw', 'Derive/a', 'Derive/b', 'Combine/wide', 'Inbox/other']);
  assert.equal(graph.cycle(), undefined);
});

function checkReads(pattern: string, expected: readonly string[]): void {
  test(`${pattern} reads ${expected.join(' and ') || 'nothing'}`, () => {
    const all = resources(inbox('raw'), derive('one', ['day', '/Inbox/raw/*']), combine('reader', pattern));
    const [, , reader] = all;
    assert.deepEqual(titles(createGraph(all).sourcesOf(reader!)), expected);
  });
}

checkReads('/Inbox/raw/a.csv', ['Inbox/raw']);
checkReads('/Inbox/*/deep/**/a.csv', ['Inbox/raw']);
checkReads('/Inbox/rare/*', []);
checkReads('/Derive/one/day/x', ['Derive/one']);
checkReads('/Derive/one/day/x/y', []);
checkReads('/Derive/one/night/*', []);
checkReads('/*/*/day/*', ['Inbox/raw', 'Derive/one']);
checkReads('/data/**', []);

test('a resource is identified by its UUID or its name', () => {
  const [raw] = resources(inbox('raw'));
  const [reader] = resources(derive('reader', ['x', `/Inbox/${raw!.id}/*`]));
  assert.deepEqual(titles(createGraph([reader!, raw!]).sourcesOf(reader!)), ['Inbox/raw']);
});

test('a collection that reads another one of the same resource is not a cycle', () => {
  const [own] = resources(derive('own', ['first', '/Inbox/x/*'], ['second', '/Derive/own/first/*']));
  const graph = createGraph([own!]);
  assert.equal(graph.cycle(), undefined);
  assert.deepEqual(graph.sourcesOf(own!), []);
});

test('a cycle is reported with its path, at the pattern that closes it', () => {
  const all = resources(
    derive('a', ['x', '/Combine/c/all/combine']),
    derive('b', ['x', '/Derive/a/x/*']),
    combine('c', '/Inbox/raw/*', '/Derive/b/x/*'),
  );
  const cycle = createGraph(all).cycle();
  assert.ok(cycle !== undefined);
  const error = cycleError(cycle);
  assert.equal(error.code, 'resource-cycle');
  assert.match(error.message, /^Derive\/b reads what is made of itself: /);
  const around = error.message.split(': ')[1]?.split(' → ');
  assert.deepEqual(around, ['/Derive/b/x/*', '/Combine/c/all/combine', '/Derive/a/x/*', '/Derive/b/x/*']);
  assert.deepEqual(error.position, cycle.pattern.range.start);
});

test('a pattern that matches everything matches its own output', () => {
  const cycle = createGraph(resources(derive('all', ['x', '/**']))).cycle();
  assert.ok(cycle !== undefined);
  assert.match(cycleError(cycle).message, /^Derive\/all reads what is made of itself: \/Derive\/all\/x\/\*/);
});

test('patterns of many wildcards are compared in reasonable time', () => {
  const deep = `/${'**/a*/'.repeat(60)}x`;
  const all = resources(combine('one', deep), combine('two', `/${'**/*b/'.repeat(60)}y`));
  assert.deepEqual(titles(createGraph(all).inOrder()), ['Combine/one', 'Combine/two']);
});

test('the directories that may contain resources are those of the kinds', () => {
  for (const { kind } of resourceKinds) assert.ok(isKindName(kind), kind);
  assert.equal(isKindName('toString'), false);
});
