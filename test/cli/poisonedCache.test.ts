/** A pond from an untrusted source contains a cache, whose content is arbitrary. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';

const document = `apiVersion: duckpond/v1
kind: Reduce
name: red
desc: test
spec:
  collections:
    - name: c
      resolutions: [1h]
      datasets: [{in_pattern: /in.csv, out_pattern: s}]
`;

interface Victim {
  readonly folder: string;
  readonly cache: string;
  pond(...args: readonly string[]): Promise<Ended>;
}

/** A pond with a Reduce resource whose output was computed, and the user's cache that contains the output. */
async function newVictim(t: TestContext): Promise<Victim> {
  const folder = temporaryFolder(t);
  const cache = join(folder, 'user cache');
  const env = { POND: join(folder, 'pond'), POND_CACHE_DIR: cache };
  writeFileSync(join(folder, 'in.csv'), 'Timestamp,v\n1700000000,1\n1700000060,5\n');
  writeFileSync(join(folder, 'r.yaml'), document);
  const pond = (...args: readonly string[]): Promise<Ended> => runPond(args, { cwd: folder, env });
  for (const args of [
    ['init', 'pond'],
    ['import', 'in.csv', '/'],
    ['apply', '-f', 'r.yaml'],
    ['commit', '-m', '1'],
    ['run'],
  ]) {
    const ended = await pond(...args);
    assert.equal(ended.status, 0, `${args.join(' ')}: ${ended.stderr}${ended.stdout}`);
  }
  return { folder, cache, pond };
}

const outputRows = 'SELECT "v.avg", "v.min", "v.max" FROM "/Reduce/red/c/s/res=1h"';

async function checkOutput({ folder, pond }: Victim): Promise<void> {
  const { status, stdout, stderr } = await pond('query', '--format', 'csv', outputRows);
  assert.equal(stdout, 'v.avg,v.min,v.max\n3.0,1,5\n', stderr);
  assert.equal(status, 0);
  assert.ok(!existsSync(join(folder, 'PWNED.txt')));
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Replaces the types that a cache states by SQL, and has the outputs computed again. */
function poison(folder: string, { target }: { readonly target: string }): number {
  const type =
    `BIGINT AS min0, 0 AS max0 FROM (VALUES (TIMESTAMP '2023-11-14 22:00:00',1,1,1)) z("Timestamp","v.count","v.sum","v.min")) GROUP BY 1)) ` +
    `TO '${target}.parquet' (FORMAT parquet); COPY (SELECT 'code') TO '${target}' (FORMAT csv, HEADER false); SELECT 1 --`;
  let count = 0;
  for (const file of filesIn(folder)) {
    const text = readFileSync(file, 'utf8');
    if (text.startsWith('[')) rmSync(file);
    if (!text.startsWith('{')) continue;
    const facts = JSON.parse(text) as { columns: { name: string; type: string }[] };
    const columns = facts.columns.map((column) => (column.name === 'Timestamp' ? column : { ...column, type }));
    writeFileSync(file, JSON.stringify({ ...facts, columns }));
    count += 1;
  }
  return count;
}

test('types from a cache are validated, or determined again', async (t) => {
  const victim = await newVictim(t);
  assert.ok(poison(victim.cache, { target: join(victim.folder, 'PWNED.txt') }) > 0);
  await checkOutput(victim);
});

test('a cache that comes with a pond has no effect', async (t) => {
  const victim = await newVictim(t);
  const brought = join(victim.folder, 'pond/_pond/cache/derived');
  mkdirSync(brought, { recursive: true });
  cpSync(join(victim.cache, 'derived'), brought, { recursive: true });
  for (const file of filesIn(brought))
    if (/^PAR1/.test(readFileSync(file, 'latin1'))) writeFileSync(file, 'PAR1 666 PAR1');
  poison(brought, { target: join(victim.folder, 'PWNED.txt') });
  const before = filesIn(brought).map((file) => readFileSync(file, 'latin1'));
  rmSync(victim.cache, { recursive: true });
  await checkOutput(victim);
  assert.deepEqual(
    filesIn(brought).map((file) => readFileSync(file, 'latin1')),
    before,
  );
});

test('a copy of a pond in another folder shares no derived file with it', async (t) => {
  const victim = await newVictim(t);
  const before = filesIn(victim.cache).length;
  cpSync(join(victim.folder, 'pond'), join(victim.folder, 'copy'), { recursive: true });
  const { status } = await victim.pond('--pond', join(victim.folder, 'copy'), 'query', outputRows);
  assert.equal(status, 0);
  assert.ok(filesIn(victim.cache).length > before);
});

test("derived files are always below the user's cache, whatever the id of the pond", async (t) => {
  const victim = await newVictim(t);
  const log = join(victim.folder, 'pond/_delta_log/00000000000000000000.json');
  const id = /"metaData":\{"id":"([^"]+)"/.exec(readFileSync(log, 'utf8'))?.[1];
  assert.ok(id !== undefined);
  writeFileSync(log, readFileSync(log, 'utf8').replaceAll(id, '../../../../escaped'));
  await victim.pond('query', outputRows);
  const names = filesIn(victim.folder).filter((file) => file.includes('escaped'));
  assert.deepEqual(names, []);
  assert.ok(!existsSync(join(victim.folder, '../escaped')));
});
