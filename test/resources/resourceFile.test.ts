import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type TextRange } from '../../server/src/base/lineMap.ts';
import { problemCodes } from '../../server/src/documents/problem.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';

const fixtures = new URL('../fixtures/resources/', import.meta.url);

/** A problem as the fixtures write it: 0-based `line:character-line:character`, and the text in this range. */
interface Expected {
  readonly code: string;
  readonly severity: string;
  readonly range: string;
  readonly underlined: string;
  readonly message: string;
  readonly hint?: string;
  readonly related?: string;
}

function problemsOf(text: string): readonly Expected[] {
  return readResourceFile(text, resourceKinds)
    .flatMap((document) => document.problems)
    .map(({ code, severity, range, message, hint, related }) => ({
      code,
      severity,
      range: rangeText(range),
      underlined: textIn(text, range),
      message,
      ...(hint !== undefined && { hint }),
      ...(related && { related: `${rangeText(related.range)} ${related.message}` }),
    }));
}

function rangeText({ start, end }: TextRange): string {
  return `${start.line}:${start.character}-${end.line}:${end.character}`;
}

function textIn(text: string, { start, end }: TextRange): string {
  const lines = text.split(/\r?\n/).slice(start.line, end.line + 1);
  const cut = lines.map((line, row) => (row === end.line - start.line ? line.slice(0, end.character) : line));
  return cut.map((line, row) => (row === 0 ? line.slice(start.character) : line)).join('\n');
}

function textsIn(folder: string): readonly { readonly name: string; readonly text: string }[] {
  const names = readdirSync(new URL(`${folder}/`, fixtures)).filter((name) => name.endsWith('.yaml'));
  assert.ok(names.length > 0, folder);
  return names.map((name) => ({
    name: name.replace('.yaml', ''),
    text: readFileSync(new URL(`${folder}/${name}`, fixtures), 'utf8'),
  }));
}

for (const { name, text } of textsIn('valid')) {
  test(`valid/${name} has resources and no problems`, () => {
    assert.deepEqual(problemsOf(text), []);
    assert.ok(readResourceFile(text, resourceKinds).length > 0);
  });
}

for (const { name, text } of textsIn('invalid')) {
  test(`invalid/${name} has the problems in the file next to it`, () => {
    const expected = JSON.parse(readFileSync(new URL(`invalid/${name}.json`, fixtures), 'utf8')) as Expected[];
    assert.deepEqual(problemsOf(text), expected);
    assert.ok(expected.length > 0);
  });
}

for (const { name, text } of textsIn('other')) {
  test(`other/${name} is not a resource`, () => assert.deepEqual(readResourceFile(text, resourceKinds), []));
}

test('every problem code of a text is in a fixture', () => {
  const seen = new Set(textsIn('invalid').flatMap(({ text }) => problemsOf(text).map(({ code }) => code)));
  // The limits have tests of their own in limits.test.ts: their texts are too long for a fixture.
  for (const code of ['yaml-too-large', 'yaml-too-deep', 'yaml-too-many']) seen.add(code);
  // Problems of applying and saving are tested in apply.test.ts and resourceDocuments.test.ts.
  const elsewhere = [
    'document-foreign',
    'document-misplaced',
    'file-unreadable',
    'name-taken',
    'resource-cycle',
    'template-failed',
    'template-left',
  ];
  for (const code of elsewhere) seen.add(code);
  assert.deepEqual([...seen].sort(), Object.keys(problemCodes).sort());
});

test('a resource has its kind and its position', () => {
  const text = 'a: 1\n---\nkind: Copy\nname: n\n';
  const [document, ...others] = readResourceFile(text, resourceKinds);
  assert.equal(others.length, 0);
  assert.equal(document?.kind?.kind, 'Copy');
  assert.equal(document.root?.range.start.line, 2);
});

test('a literal secret is in no message', () => {
  const text = readFileSync(new URL('invalid/secret-written-out.yaml', fixtures), 'utf8');
  const words = readResourceFile(text, resourceKinds).flatMap(({ problems }) =>
    problems.map(({ message, hint }) => `${message} ${hint}`),
  );
  assert.equal(words.length, 2);
  assert.doesNotMatch(words.join(), /hunter2|my-client-id/);
});

test('every kind has a folder, and the example of every kind has no errors', () => {
  const folders = readdirSync(new URL('../../server/src/resources/kinds/', import.meta.url));
  const kinds = resourceKinds.map(({ kind }) => `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`);
  assert.deepEqual([...kinds].sort(), folders.sort());
  for (const { kind, example } of resourceKinds) {
    assert.equal(readResourceFile(example, resourceKinds)[0]?.kind?.kind, kind);
    assert.deepEqual(problemsOf(example), []);
  }
});

for (const { kind } of resourceKinds) {
  test(`a document of kind ${kind} is checked though another of its keys is misspelled or its YAML is broken`, () => {
    const codes = (text: string): readonly string[] => problemsOf(text).map(({ code }) => code);
    assert.ok(codes(`apiVersion: duckpond/v1\nkind: ${kind}\nnam: x\n`).includes('key-unknown'));
    assert.ok(codes(`kind: ${kind}\nname: "x\n`).includes('yaml-syntax'));
  });
}
