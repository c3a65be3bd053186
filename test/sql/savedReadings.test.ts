/** What was found in a large text file is saved in the user's cache folder, for the process of the next queries. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { newUserCache } from '../support/userCache.ts';
import { makeTestPond, type TestPond } from './testPond.ts';

/** Files in the user's cache folder, with their contents. */
function savedIn(folder: string): ReadonlyMap<string, string> {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return new Map(
    files.flatMap((file) =>
      file.isFile() ? [[file.name, readFileSync(join(file.parentPath, file.name), 'utf8')] as const] : [],
    ),
  );
}

/** The sum of a column, by a process of its own. */
async function sumOf({ pond }: TestPond, path: string): Promise<string | null | undefined> {
  const engine = new QueryEngine({ openDisk: openHostDisk });
  try {
    const { resultId } = await engine.run(pond, { sql: `SELECT sum(v) FROM "${path}"` });
    return (await engine.rows(resultId, 0, 1)).columns[0]?.[0];
  } finally {
    await engine.close();
  }
}

test('a large CSV and a large JSON file are inspected once for all processes of a user', async (t) => {
  const folder = newUserCache(t);
  const made = await makeTestPond();
  t.after(() => made.close());
  const rows = Array.from({ length: 40_000 }, (_, i) => i);
  await made.root.writeFile('/a.csv', Buffer.from(`v,w\n${rows.map((i) => `${i},text`).join('\n')}\n`));
  await made.root.writeFile('/a.ndjson', Buffer.from(rows.map((i) => `{"v":${i},"w":"text"}\n`).join('')));
  for (const path of ['/a.csv', '/a.ndjson']) assert.equal(await sumOf(made, path), '799980000', path);
  const saved = savedIn(folder);
  // The scan of the CSV file; the columns of the other, and that its numbers are exact.
  assert.equal(saved.size, 3);
  for (const path of ['/a.csv', '/a.ndjson']) assert.equal(await sumOf(made, path), '799980000', path);
  assert.deepEqual(savedIn(folder), saved);
  const [large = ''] = [...saved.values()].filter((text) => text.includes('"lineEnds"'));
  assert.match(large, /^[0-9a-f]{64}\n\{/);
});
