import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLanguageService } from '../../server/src/language/index.ts';
import { type CompletionItem } from '../../server/src/protocol/language.ts';
import { kindLoaders } from '../../server/src/resources/kindNames.ts';
import { caret } from './caret.ts';

const service = createLanguageService();
const kinds = [...kindLoaders.keys()];
const head = (kind: string): string => `apiVersion: v\nkind: ${kind}\nname: n\ndesc: d\n`;

function complete(marked: string): readonly CompletionItem[] {
  const { text, position } = caret(marked);
  return service.completion(text, position);
}

/** Checks the labels offered at the caret. */
function check(name: string, marked: string, labels: readonly string[]): void {
  test(name, () =>
    assert.deepEqual(
      complete(marked).map(({ label }) => label),
      labels,
    ),
  );
}

/** Checks the text after the one item with that label is accepted; tab stops become their examples. */
function accept(name: string, marked: string, label: string, expected: string): void {
  test(name, () => {
    const { text } = caret(marked);
    const item = complete(marked).find((each) => each.label === label);
    assert.ok(item !== undefined);
    assert.equal(applyEdit(text, item), expected);
  });
}

/** Like an editor: lines of a snippet after the first get the indentation of the line where it is inserted. */
function applyEdit(text: string, { textEdit: { range, newText } }: CompletionItem): string {
  const lines = text.split('\n');
  const line = lines[range.start.line] ?? '';
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  const plain = newText.replaceAll(/\$\{\d+:((?:\\.|[^\\}])*)\}/g, '$1').replaceAll(/\\([\\$}])/g, '$1');
  const inserted = plain.replaceAll('\n', `\n${indent}`);
  lines[range.start.line] = line.slice(0, range.start.character) + inserted + line.slice(range.end.character);
  return lines.join('\n');
}

check('an empty file offers complete resources and the first keys', '|>', [
  ...kinds.map((kind) => `${kind} resource`),
  'apiVersion',
  'kind',
  'name',
  'desc',
  'metadata',
  'spec',
]);
check('the second document of a file offers the same', `${head('Inbox')}---\n|>`, [
  ...kinds.map((kind) => `${kind} resource`),
  ...['apiVersion', 'kind', 'name', 'desc', 'metadata', 'spec'],
]);
check('existing keys are not offered again', `${head('Inbox')}|>`, ['metadata', 'spec']);
check('half a key is completed', `${head('Inbox')}sp|>`, ['metadata', 'spec']);
check('half a key before others is completed', 'apiVersion: v\nki|>\nname: n\nspec:\n  pattern: x\n', [
  'kind',
  'desc',
  'metadata',
]);
check('the keys of a spec are those of the kind', `${head('HydroVu')}spec:\n  |>`, [
  'key',
  'secret',
  'url',
  'overlap',
  'devices',
]);
check('keys before the rest of a spec', `${head('HydroVu')}spec:\n  |>\n  devices: []\n`, [
  'key',
  'secret',
  'url',
  'overlap',
]);
check('keys of an item, at its dash', `${head('Derive')}spec:\n  collections:\n    - |>`, [
  'name',
  'pattern',
  'format',
  'query',
]);
check('keys of an item, on its next line', `${head('Derive')}spec:\n  collections:\n    - name: a\n      |>`, [
  'pattern',
  'format',
  'query',
]);
check(
  'keys of an item within an item',
  `${head('Reduce')}spec:\n  collections:\n    - datasets:\n        - in_pattern: x\n          o|>`,
  ['out_pattern', 'columns', 'statistics', 'rules', 'coverage', 'step'],
);
check(
  'of keys that exclude each other, none is offered if one exists',
  `${head('Template')}spec:\n  collections:\n    - template: t\n      |>`,
  ['name', 'in_pattern', 'out_pattern'],
);
check('a list offers an item', `${head('Combine')}spec:\n  scopes:\n    |>`, ['- item']);
check('kinds', 'apiVersion: v\nkind: |>', kinds);
check('kinds, over a word', 'apiVersion: v\nkind: In|>box\nname: n\n', kinds);
check('durations, as items of lines', `${head('Reduce')}spec:\n  collections:\n    - resolutions:\n        - |>`, [
  ...['10m', '1h', '6h', '1d', '1w', '1 month', '1 year'],
]);
check('durations, in brackets', `${head('Reduce')}spec:\n  collections:\n    - resolutions: [1h, |>]`, [
  ...['10m', '1h', '6h', '1d', '1w', '1 month', '1 year'],
]);
check('a reference to a secret', `${head('Backup')}spec:\n  secret: |>`, ['${env:NAME}']);
check('types of entries', `${head('Scribble')}spec:\n  probs:\n    tree: 1\n    |>`, [
  ...['table', 'series', 'data', 'syntree', 'symlink'],
]);
check('nothing in metadata', `${head('Inbox')}metadata:\n  |>`, []);
check('nothing in a comment', `${head('Inbox')}# sp|>`, []);
check('nothing in SQL', `${head('Derive')}spec:\n  collections:\n    - query: |\n        sel|>\n`, []);
check('nothing for a free text', `${head('Inbox')}spec:\n  pattern: |>`, []);
check('nothing in a file of another program', 'on: push\njobs:\n  |>', []);
check('nothing in a Kubernetes object', 'apiVersion: v1\nkind: Template\nmetadata:\n  name: x\nspec:\n  |>', []);
check('nothing below an unknown kind', `${head('Zebra')}spec:\n  |>`, []);
check('nothing where the text is too large', `${head('Inbox')}#${'x'.repeat(300_000)}\n|>`, []);

test('a position outside the text offers nothing', () => {
  assert.deepEqual(service.completion('a', { line: 5, character: 0 }), []);
  assert.deepEqual(service.completion('a', { line: 0, character: 9 }), []);
});

accept(
  'a key takes the place of its half',
  `${head('Inbox')}sp|>`,
  'spec',
  `${head('Inbox')}spec:\n  pattern: /data/inbox/**/*.csv`,
);
accept(
  'a key before a colon brings no other',
  `${head('Inbox')}sp|>ek:\n  pattern: x`,
  'spec',
  `${head('Inbox')}spec:\n  pattern: x`,
);
accept(
  'a key brings what is required below it',
  `${head('Derive')}spec:\n  |>`,
  'collections',
  `${head('Derive')}spec:\n  collections:\n    - name: daily\n      pattern: /Inbox/weather/*.csv\n      query: "SELECT * FROM read_csv('$1')"`,
);
accept(
  'a key at a dash keeps what is below it in the item',
  `${head('Combine')}spec:\n  scopes:\n    - |>`,
  'series',
  `${head('Combine')}spec:\n  scopes:\n    - series:\n        - pattern: /Derive/weather-series/daily/*`,
);
accept(
  'an item is a whole one',
  `${head('HydroVu')}spec:\n  devices:\n    |>`,
  '- item',
  `${head('HydroVu')}spec:\n  devices:\n    - id: 4990594334457856\n      name: HarborBuoy\n      scope: Buoy`,
);
accept('a kind takes the place of the word', 'apiVersion: v\nkind: In|>bxo\n', 'Inbox', 'apiVersion: v\nkind: Inbox\n');
accept(
  'a duration takes its own place only',
  `${head('Reduce')}spec:\n  collections:\n    - resolutions: [1h, 6|>, 1d]`,
  '6h',
  `${head('Reduce')}spec:\n  collections:\n    - resolutions: [1h, 6h, 1d]`,
);
accept(
  'a reference to a secret is inserted with its dollar sign',
  `${head('Backup')}spec:\n  key: |>`,
  '${env:NAME}',
  `${head('Backup')}spec:\n  key: \${env:NAME}`,
);

/** Checks that a document has no problem. */
function checkSound(text: string, message: string): void {
  const codes = service.diagnostics(text, 'file:///a.yaml').map(({ code }) => code);
  assert.deepEqual(codes, [], message);
}

test('a complete resource from an empty file has no problems', () => {
  for (const item of complete('|>').filter(({ label }) => label.endsWith(' resource'))) {
    checkSound(applyEdit('', item), item.label);
  }
});

test('the inserted text of a spec key has no problems, for every kind', () => {
  for (const kind of kinds) {
    const item = complete(`${head(kind)}|>`).find(({ label }) => label === 'spec');
    assert.ok(item !== undefined);
    const text = applyEdit(head(kind), item);
    checkSound(text, text);
  }
});

test('an offered key explains its purpose', () => {
  const item = complete(`${head('Inbox')}spec:\n  |>`)[0];
  assert.match(item?.documentation?.value ?? '', /Absolute pattern of host files[\s\S]*required[\s\S]*Example/);
  assert.equal(item?.detail, 'an absolute pattern of host files');
});
