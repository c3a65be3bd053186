import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { withOptions, withReference } from '../support/resourceReference.ts';

const file = new URL('../../docs/resources.md', import.meta.url);

test('docs/resources.md matches the kinds (UPDATE_DOCS=1 updates it)', () => {
  const page = readFileSync(file, 'utf8');
  const written = withReference(page, resourceKinds);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, written);
  else assert.equal(page, written);
});

test('docs/reading.md has every option of a format (UPDATE_DOCS=1 updates it)', () => {
  const reading = new URL('../../docs/reading.md', import.meta.url);
  const page = readFileSync(reading, 'utf8');
  const written = withOptions(page);
  assert.match(written, /`delimiter`/);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(reading, written);
  else assert.equal(page, written);
});

test('a code in the text about problems has a row in their table', () => {
  const [, problems = ''] = readFileSync(file, 'utf8').split('\n## Problems\n');
  const [text = '', table = ''] = problems.split('<!-- problems -->');
  const codes = [...text.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code);
  assert.ok(codes.length > 0);
  assert.deepEqual(
    codes.filter((code) => !table.includes(`| \`${code}\` |`)),
    [],
  );
});

test('every example in docs/resources.md has no problems', () => {
  const examples = [...readFileSync(file, 'utf8').matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '');
  assert.ok(examples.length >= resourceKinds.length);
  for (const example of examples) {
    const [document, ...others] = readResourceFile(example, resourceKinds);
    assert.deepEqual(
      document?.problems.filter(({ severity }) => severity === 'error'),
      [],
      example,
    );
    assert.deepEqual(others, []);
  }
});

test('each field has a sentence of documentation', () => {
  const rows = readFileSync(file, 'utf8').match(/^\| `[\w.[\]]+` \|.*\|$/gm) ?? [];
  assert.ok(rows.length > 40);
  for (const row of rows) assert.match(row, /[.)] \|$/, row);
});
