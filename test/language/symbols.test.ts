import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLanguageService } from '../../server/src/language/index.ts';
import { type DocumentSymbol } from '../../server/src/protocol/language.ts';

const service = createLanguageService();

function outline(symbols: readonly DocumentSymbol[], indent = ''): readonly string[] {
  return symbols.flatMap(({ name, detail, range, selectionRange, children }) => [
    `${indent}${name}${detail === undefined ? '' : ` (${detail})`} ${range.start.line}-${range.end.line} @${selectionRange.start.line}:${selectionRange.start.character}`,
    ...outline(children, `${indent}  `),
  ]);
}

/** Checks the outline: name, lines, and position of the name. */
function check(name: string, text: string, expected: readonly string[]): void {
  test(name, () => assert.deepEqual(outline(service.symbols(text)), expected));
}

check(
  'the symbol of a resource has its name, and those of its items have theirs',
  `some: thing
---
kind: Combine
name: sites
spec:
  scopes:
    - name: harbor
      series:
        - pattern: /a/*
        - {}
      columns: [a, b]
`,
  [
    'sites (Combine) 2-10 @3:6',
    '  kind 2-2 @2:0',
    '  name 3-3 @3:0',
    '  spec 4-10 @4:0',
    '    scopes 5-10 @5:2',
    '      harbor 6-10 @6:12',
    '        name 6-6 @6:6',
    '        series 7-9 @7:6',
    '          /a/* 8-8 @8:19',
    '            pattern 8-8 @8:10',
    '          2 9-9 @9:10',
    '        columns 10-10 @10:6',
  ],
);
check('the symbol of a resource without a name has its kind', 'kind: Inbox\nspec:\n', [
  'Inbox (Inbox) 0-1 @0:6',
  '  kind 0-0 @0:0',
  '  spec 1-1 @1:0',
]);
check('two resources are two symbols', 'kind: Inbox\nname: a\n---\nkind: Inbox\nname: b\n', [
  'a (Inbox) 0-1 @1:6',
  '  kind 0-0 @0:0',
  '  name 1-1 @1:0',
  'b (Inbox) 3-4 @4:6',
  '  kind 3-3 @3:0',
  '  name 4-4 @4:0',
]);
check('a file of another program has no outline', 'name: build\non: push\n', []);

test('the name of a symbol is inside its range, also for an alias', () => {
  const text = 'kind: Derive\nname: &n a\nspec:\n  collections:\n    - pattern: x\n      name: *n\n';
  const all = (symbols: readonly DocumentSymbol[]): readonly DocumentSymbol[] =>
    symbols.flatMap((symbol) => [symbol, ...all(symbol.children)]);
  const symbols = all(service.symbols(text));
  assert.equal(symbols.length, 8);
  for (const { range, selectionRange } of symbols) {
    assert.ok(range.start.line <= selectionRange.start.line && selectionRange.end.line <= range.end.line);
  }
});
