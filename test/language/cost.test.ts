/** What the server computes as a person types takes time in proportion to the text, whatever a stranger wrote in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLanguageService } from '../../server/src/language/index.ts';
import { textLengthMax } from '../../server/src/documents/document.ts';
import { seeds } from '../support/proof.ts';

const service = createLanguageService();

/** Documents around a text, in which its parts are of one kind: SQL, a pattern, a template, a list, a mapping. */
const documents: Readonly<Record<string, (text: string) => string>> = {
  query: (text) =>
    `apiVersion: duckpond/v1\nkind: Derive\nname: n\ndesc: d\nspec:\n  collections:\n    - name: c\n      pattern: /a/*.csv\n      query: |\n        ${text}\n`,
  pattern: (text) =>
    `apiVersion: duckpond/v1\nkind: Derive\nname: n\ndesc: d\nspec:\n  collections:\n    - name: c\n      pattern: "/${text}"\n      query: SELECT 1\n`,
  template: (text) =>
    `apiVersion: duckpond/v1\nkind: Template\nname: n\ndesc: d\nspec:\n  collections:\n    - name: c\n      in_pattern: /a/*\n      out_pattern: $0.md\n      template: |\n        ${text}\n`,
  document: (text) => `apiVersion: duckpond/v1\nkind: Inbox\nname: n\n${text}\n`,
  name: (text) => `apiVersion: duckpond/v1\nkind: Inbox\nname: "${text}"\ndesc: d\n`,
};

const units: Readonly<Record<string, readonly string[]>> = {
  query: [
    ...[
      'age(',
      'now() ',
      "read_csv('$1', [",
      "read_csv(['$1', ",
      '$1',
      "'$1' ",
      '"',
      "'",
      "E'\\",
      "''",
      '""',
      '$$',
      '$a$',
    ],
    ...[
      '$ab',
      '/*',
      '*/',
      '/* ',
      '-- ',
      '--\r',
      '(',
      ')',
      '[{(',
      '},)',
      ';',
      'a.',
      'AS a ',
      'TABLESAMPLE ',
      'USING SAMPLE ',
    ],
    ...[
      'CURRENT_DATE ',
      'filename ',
      '"/a.csv" ',
      "'/a' AS ",
      'pond.nodes ',
      '\u200b',
      '\ud83d\ude00',
      '1e',
      ', ',
      '::',
      '\\',
    ],
  ],
  pattern: ['*', '**/', '*a', '?', '[', '[a-', '{', '{a,', '\\\\', '$1', '../', '/', '[!', '@', '${env:'],
  template: ['{{', '{{ a }}', '{%', '{% if a %}', '{#', '}}', '${env:A}', '${env:', '{{ "', "{{ '"],
  document: [
    ...[
      '[',
      '{',
      '{a: ',
      '- ',
      '? ',
      '&a ',
      '*a\n',
      'a:\n ',
      'a: b\n',
      '---\n',
      '!!str ',
      '"',
      "'",
      '#',
      '|\n',
      '>\n',
      ': ',
    ],
    ...['\t', '%', '"\\', 'kind: Inbox\n', '---\nkind: Derive\n', 'spec:\n', '${env:', '\r', '<<: *a\n', '- - ', '@'],
  ],
  name: ['a', '-', ' ', '\\\\', '/', '${env:', 'é', '\ud83d\ude00', '..'],
};

/** Processor time, milliseconds. */
function costOf(text: string): number {
  const before = process.cpuUsage();
  service.diagnostics(text, 'pond:/x.yaml');
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const isLong = seeds(1).length > 1;
/** Lengths of text: eight times the text costs 8 times as much, or 64 times where the cost is its square. */
const largest = isLong ? textLengthMax - 1000 : 12_000;
const growthMax = 28;
/** Below this cost, growth is noise, milliseconds. */
const floorMs = 15;
/** A share of the texts, all of them in the long mode. */
const share = isLong ? 1 : 3;

for (const [kind, texts] of Object.entries(units)) {
  test(`diagnostics cost in proportion to the document: ${kind}`, () => {
    for (const unit of texts.filter((_, index) => index % share === 0)) {
      const textOf = (length: number): string => documents[kind]!(unit.repeat(Math.floor(length / unit.length)));
      const [small, large] = [textOf(largest / 8), textOf(largest)];
      // Another process may disturb one measurement.
      const isInProportion = (): boolean => {
        const cost = costOf(large);
        return cost <= floorMs || cost < growthMax * Math.max(1, costOf(small));
      };
      assert.ok(isInProportion() || isInProportion() || isInProportion(), JSON.stringify(unit));
    }
  });
}

test('a document above the largest length is not read', () => {
  const text = documents['query']!('age('.repeat(textLengthMax / 4));
  const found = service.diagnostics(text, 'pond:/x.yaml');
  assert.equal(found.length, 1);
  assert.match(found[0]!.message, /at most 262144 characters/);
});

test('a document of more marks than documents have is checked up to them, and one diagnostic says so', () => {
  const texts = { '|\n': /200000 words and marks of YAML/, '---\nkind: Inbox\n': /5000 documents/ };
  for (const [unit, most] of Object.entries(texts)) {
    const found = service.diagnostics(
      documents['document']!(unit.repeat(unit.length < 4 ? 60_000 : 5_100)),
      'pond:/x.yaml',
    );
    assert.equal(found.length, 1);
    assert.match(found[0]!.message, most);
    assert.match(found[0]!.message, /; the check stopped here\. Split the file/);
    assert.ok(found[0]!.range.start.line > 9_000, 'it is where the check stopped');
  }
});

test('a list of devices as long as a document may be is read', () => {
  const device = (at: number): string => `    - { id: ${100_000 + at}, name: Buoy${100_000 + at}, scope: Buoy }\n`;
  const head = 'apiVersion: duckpond/v1\nkind: HydroVu\nname: buoys\ndesc: x\nspec:\n  devices:\n';
  const count = Math.floor((textLengthMax - head.length) / device(0).length);
  const text = head + Array.from({ length: count }, (_, at) => device(at)).join('');
  const codes = service.diagnostics(text, 'pond:/x.yaml').map(({ code }) => code);
  assert.ok(!codes.includes('yaml-too-many') && !codes.includes('yaml-too-large'), codes.join());
});
