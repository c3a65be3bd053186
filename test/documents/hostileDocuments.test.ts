/** YAML of a stranger is parsed within limits: each text gives problems or a value, and never an exception. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDocuments } from '../../server/src/documents/document.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { isSound, readResourceFile } from '../../server/src/resources/resourceFile.ts';

const head = 'apiVersion: duckpond/v1\nkind: Inbox\nname: files\ndesc: x\n';
const spec = 'spec:\n  pattern: /data/*\n';

/** Nine anchors, each a list of nine aliases of the one before. */
const aliases = (width: number, depth: number): string =>
  Array.from({ length: depth }, (_, level) => {
    const items = Array.from({ length: width }, () => (level === 0 ? 'x' : `*a${level - 1}`));
    return `a${level}: &a${level} [${items.join(', ')}]\n`;
  }).join('');

/** Texts with whether they may be a document without errors. */
const documents: Readonly<Record<string, readonly [text: string, isSound: boolean]>> = {
  'a bomb of aliases': [`${head}metadata:\n  ${aliases(9, 9).replaceAll('\n', '\n  ')}\n${spec}`, false],
  'an alias of itself': [`${head}metadata: &m { self: *m }\n${spec}`, false],
  'a merge of itself': [`${head}metadata: &m\n  <<: *m\n${spec}`, false],
  'an alias that is not defined': [`${head}metadata: *none\n${spec}`, false],
  'lists in each other': [`${head}metadata: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n${spec}`, false],
  'mappings in each other': [`${head}metadata: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}\n${spec}`, false],
  'indents in each other': [Array.from({ length: 500 }, (_, at) => `${' '.repeat(at)}a:\n`).join(''), false],
  'many documents': [`---\n${head}${spec}`.repeat(4_000), false],
  'many keys': [
    `${head}metadata:\n${Array.from({ length: 20_000 }, (_, at) => `  k${at}: 1\n`).join('')}${spec}`,
    false,
  ],
  'a number of many digits': [`${head}metadata: { n: "${'9'.repeat(50_000)}" }\n${spec}`, true],
  'a bare number of many digits': [`${head}metadata: { n: ${'9'.repeat(50_000)} }\n${spec}`, false],
  'a prototype': [`${head}metadata: { __proto__: { polluted: yes }, constructor: { prototype: x } }\n${spec}`, false],
  'a prototype as a field': [`${head}__proto__: { polluted: "yes" }\n${spec}`, false],
  'a tag of code': [`${head}metadata: !!js/function "() => 1"\n${spec}`, false],
  'a tag of binary': [`${head}metadata: { a: !!binary aGVsbG8= }\n${spec}`, false],
  'a key that is a list': [`${head}metadata: { [a, b]: c }\n${spec}`, false],
  'control characters': [`${head}metadata: { a: "\\0\\x1b[2J" }\n${spec}`, true],
  'characters that are none': [`\ufffe\uffff${head}${spec}`, false],
  'half a surrogate': [`${head}metadata: { a: "\ud800" }\n${spec}`, true],
  'a directive of another version': [`%YAML 9.9\n---\n${head}${spec}`, false],
  'a pattern of many wildcards': [`${head}spec:\n  pattern: /${'*a'.repeat(5_000)}\n`, true],
  'a pattern of braces': [`${head}spec:\n  pattern: /${'{a,'.repeat(2_000)}\n`, false],
};

describe('a document of a stranger', () => {
  for (const [name, [text, mayBeSound]] of Object.entries(documents)) {
    it(`is parsed within limits: ${name}`, () => {
      for (const document of parseDocuments(text))
        for (const { message } of document.problems) assert.ok(message !== '');
      const lines = text.split(/\r\n?|\n/).length;
      const read = readResourceFile(text, resourceKinds);
      const sound = read.filter(({ problems }) => isSound(problems));
      if (!mayBeSound) assert.ok(sound.length < 2 || name === 'many documents', name);
      for (const { problems } of read) {
        for (const { range } of problems) assert.ok(range.start.line <= range.end.line && range.end.line <= lines);
        assert.ok(problems.length < 30_000);
      }
      assert.equal(({} as Readonly<Record<string, unknown>>)['polluted'], undefined);
    });
  }
});
