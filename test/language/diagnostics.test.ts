import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLanguageService } from '../../server/src/language/index.ts';

const service = createLanguageService();

test('a diagnostic has a position, a code, a hint and our source name', () => {
  const text = 'apiVersion: v\nkind: Inbox\nname: n\ndesc: d\nspec:\n  patern: /data/*\n';
  assert.deepEqual(service.diagnostics(text, 'pond:/a.yaml'), [
    {
      range: { start: { line: 5, character: 2 }, end: { line: 5, character: 8 } },
      severity: 1,
      code: 'key-unknown',
      source: 'pond',
      message: 'the key "patern" is not known here. Did you mean "pattern"?',
    },
  ]);
});

test('a kind and one other key make a resource: the name may be what is misspelled', () => {
  const codes = service
    .diagnostics('kind: Inbox\nnam: x\nspec:\n  pattern: /in/*\n', 'pond:/a.yaml')
    .map(({ code }) => code);
  assert.ok(codes.includes('key-unknown'), String(codes));
});

test('a diagnostic about two positions links the other, in the same file', () => {
  const text = 'apiVersion: v\nkind: Inbox\nname: n\nname: m\ndesc: d\nspec: { pattern: /data/* }\n';
  const [diagnostic, ...others] = service.diagnostics(text, 'pond:/a.yaml');
  assert.deepEqual(others, []);
  assert.deepEqual(diagnostic?.relatedInformation, [
    {
      location: {
        uri: 'pond:/a.yaml',
        range: { start: { line: 2, character: 0 }, end: { line: 2, character: 4 } },
      },
      message: 'the first is here',
    },
  ]);
});

test('a warning has the severity of a warning', () => {
  const text = `apiVersion: v
kind: Derive
name: n
desc: d
spec:
  collections: [{ name: a, pattern: /x/*, query: SELECT 1 }]
`;
  const [diagnostic] = service.diagnostics(text, 'file:///a.yaml');
  assert.equal(diagnostic?.code, 'query-without-input');
  assert.equal(diagnostic.severity, 2);
});

test('the service object is frozen', () => assert.ok(Object.isFrozen(service)));
