import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLanguageService } from '../../server/src/language/index.ts';

const service = createLanguageService();
const uri = 'pond:/a.yaml';
const text =
  'apiVersion: v\nkind: Inbax\n---\napiVersion: v\nkind: Inbox\nname: n\ndesc: d\nspec:\n  "patern": /data/*\n  zzz: 1\n';

/** The text after the changes offered at a caret. */
function mendedAt(line: number, character: number): readonly string[] {
  const caret = { line, character };
  return service.fixes(text, uri, { start: caret, end: caret }).map(({ edit }) => {
    const lines = text.split('\n');
    for (const { range, newText } of edit.changes[uri] ?? []) {
      const old = lines[range.start.line] ?? '';
      assert.equal(range.start.line, range.end.line);
      lines[range.start.line] = old.slice(0, range.start.character) + newText + old.slice(range.end.character);
    }
    return lines.join('\n');
  });
}

test('a misspelled key or kind is replaced by the correct word, including quotes', () => {
  for (const character of [2, 6, 10]) {
    assert.deepEqual(mendedAt(8, character), [text.replace('"patern"', 'pattern')]);
  }
  assert.deepEqual(mendedAt(1, 8), [text.replace('Inbax', 'Inbox')]);
});

test('a fix describes its change and the problem that it solves', () => {
  const caret = { line: 8, character: 4 };
  const [fix] = service.fixes(text, uri, { start: caret, end: caret });
  assert.equal(fix?.title, 'Change to "pattern"');
  assert.deepEqual(
    fix.diagnostics,
    service.diagnostics(text, uri).filter(({ range }) => range.start.line === 8),
  );
});

test('no fix is offered elsewhere, or without a similar word', () => {
  assert.deepEqual(mendedAt(6, 0), []);
  assert.deepEqual(mendedAt(9, 3), []);
});
