import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type MigrationInfo } from '../../server/src/protocol/migration.ts';
import { newPondHost } from '../support/commandHost.ts';
import { temporaryFolder } from '../support/folder.ts';
import { harborIds, writePocHarbor } from '../support/pocHarbor.ts';
import { runPond } from '../support/pondCommand.ts';
import { WatertownPond } from '../support/watertownPond.ts';

/** A folder with the pond of a harbor in `old`. */
function folderWithHarbor(t: TestContext): string {
  const folder = temporaryFolder(t);
  writePocHarbor(join(folder, 'old/.pond'));
  return folder;
}

test('a pond of 2025 is migrated, with a report of what to do', async (t) => {
  const cwd = folderWithHarbor(t);
  const { status, stdout, stderr } = await runPond(['migrate', '--from', 'old', 'new'], { cwd });
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^DuckPond 2025: 12 states, 2025-01-01T00:00:00.*; 13 commits, \d+ versions, .* written to /);
  assert.match(stdout, /7 of 7 directories have the hash of the source/);
  assert.match(stdout, /set HYDROVU_SECRET for HydroVu\/noyoharbor: secrets are not copied/);
  const check = await runPond(['--pond', 'new', 'check'], { cwd });
  assert.match(check.stdout, /the pond is sound/);
  const listed = await runPond(['--pond', 'new', 'ls', '/Inbox/files/2024'], { cwd });
  assert.equal(listed.stdout, 'b.csv\nlarge.bin\n');
  const again = await runPond(['--json', 'migrate', '--from', 'old', 'new'], { cwd });
  assert.equal((JSON.parse(again.stdout) as MigrationInfo).written.commits, 0);
});

test('a dry run names damage and writes nothing; --skip-damaged goes on', async (t) => {
  const cwd = folderWithHarbor(t);
  rmSync(join(cwd, `old/.pond/Inbox/${harborIds.Inbox}/a.csv.1.data`));
  const dry = await runPond(['--json', 'migrate', '--from', 'old', '--dry-run'], { cwd });
  const { pond, damage } = JSON.parse(dry.stdout) as MigrationInfo;
  assert.deepEqual([pond, damage.map(({ problem }) => problem)], [null, ['it is missing']]);
  const refused = await runPond(['migrate', '--from', 'old', 'new'], { cwd });
  assert.equal(refused.status, 6);
  assert.match(refused.stderr, /a\.csv\.1\.data: it is missing[^]*--skip-damaged/);
  const skipped = await runPond(['migrate', '--from', 'old', '--skip-damaged', 'new'], { cwd });
  assert.equal(skipped.status, 0, skipped.stderr);
  assert.match(skipped.stdout, /damaged: .*a\.csv\.1\.data: it is missing/);
});

/** A pond of Watertown with files that were appended to, some of which are rows with times. */
async function writeAppended(folder: string): Promise<void> {
  const pond = await WatertownPond.create(folder);
  const append = (texts: Readonly<Record<string, string>>, hours = 1): void =>
    pond.transaction(
      ['pond', 'run'],
      () => {
        for (const [path, text] of Object.entries(texts)) pond.write(path, 'file:physical:series', text);
      },
      hours,
    );
  pond.transaction(['pond', 'mkdir', '/logs'], () => pond.mkdir('/logs'));
  append({
    '/logs/level.csv': 'Timestamp,level,note\n2026-01-01T00:00:00Z,1,a\n',
    '/logs/events.jsonl': '{"time":"2026-01-01T00:00:00Z","m":1}\n',
    '/logs/lines.jsonl': '{"line":1}\n',
    '/logs/level.bin': '\u0001',
  });
  // An append that ends in the middle of a row, and one that ends no row.
  append({
    '/logs/level.csv': '2026-01-01T01:00:00Z,2,"b\nc"\n2026-01-01T02:',
    '/logs/events.jsonl': '{"time":"2026-01-01T01:00:00Z","m":"two"}\n',
  });
  append({ '/logs/level.csv': '00:00Z,' });
  append({ '/logs/level.csv': '2.5,d\n2026-01-01T03:00:00Z,4,e' }, 30);
  pond.transaction(['pond', 'mv'], () => pond.rename('/logs', '/archive'));
}

test('files that Watertown appended to become series of rows with --parse', async (t) => {
  const cwd = temporaryFolder(t);
  await writeAppended(join(cwd, 'old'));
  const { status, stdout, stderr } = await runPond(
    ['migrate', '--parse', '--history', 'every', '--from', 'old', 'new'],
    { cwd },
  );
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^Appended files that are series now: 2, with all of their 6 rows\.$/m);
  assert.match(stdout, /^\/logs\/lines\.jsonl stays a file: it has no column that is a time/m);
  assert.match(stdout, /^\/logs\/level\.bin stays a file: its name is not that of CSV or of lines of JSON\.$/m);
  const query = async (sql: string): Promise<string> =>
    (await runPond(['--pond', 'new', 'query', '--format', 'csv', sql], { cwd })).stdout;
  const rows = "SELECT level, note FROM '/archive/level.csv' ORDER BY Timestamp";
  assert.equal(await query(rows), 'level,note\n1.0,a\n2.0,"b\nc"\n2.5,d\n4.0,e\n');
  assert.equal(await query("SELECT m FROM '/archive/events.jsonl' ORDER BY time"), 'm\n1\ntwo\n');
  // Each append has its rows; one that ended no row has no version.
  for (const [commit, count] of [
    [3, 1],
    [4, 2],
    [5, 2],
    [6, 4],
  ]) {
    const counted = await query(`SELECT count(*) AS n FROM '/logs/level.csv@${commit}'`);
    assert.equal(counted, `n\n${count}\n`, `at commit ${commit}`);
  }
  assert.match((await runPond(['--pond', 'new', 'check'], { cwd })).stdout, /the pond is sound/);
  assert.equal((await runPond(['--pond', 'new', 'cat', '/archive/lines.jsonl'], { cwd })).stdout, '{"line":1}\n');
  // It goes on as it began.
  const again = await runPond(['--json', 'migrate', '--parse', '--history', 'every', '--from', 'old', 'new'], { cwd });
  assert.equal((JSON.parse(again.stdout) as MigrationInfo).written.commits, 0);
  const other = await runPond(['migrate', '--from', 'old', 'new'], { cwd });
  assert.match(other.stderr, /^error\[pond-exists\]/);
});

test('a migration names each text while it is read as rows', async (t) => {
  const folder = temporaryFolder(t);
  await writeAppended(join(folder, 'old'));
  const steps = new Set<string>();
  const host = await newPondHost(t);
  const params = {
    source: join(folder, 'old'),
    directory: join(folder, 'new'),
    history: 'every',
    parse: true,
  } as const;
  await host.run('migrate', params, { progress: (step) => steps.add(step) });
  assert.ok(steps.has('parsing /logs/level.csv'), [...steps].join('\n'));
  assert.ok(steps.has('parsing /logs/events.jsonl'));
});

test('mistakes on the command line are refused before anything is written', async (t) => {
  const cwd = folderWithHarbor(t);
  mkdirSync(join(cwd, 'empty'));
  await runPond(['init', 'other'], { cwd });
  await runPond(['--pond', 'other', 'mkdir', '/data'], { cwd });
  await runPond(['--pond', 'other', 'commit', '-m', 'data'], { cwd });
  const cases: readonly (readonly [readonly string[], number])[] = [
    [['migrate', 'new'], 2],
    [['migrate', '--from', 'old'], 2],
    [['migrate', '--from', 'old', '--history', 'some', 'new'], 2],
    [['migrate', '--from', 'empty', 'new'], 3],
    [['migrate', '--from', 'old', 'old/new'], 2],
    [['migrate', '--from', 'old', 'other'], 4],
    [['migrate', '--from', 'old', '--into', '/data/old', 'new'], 3],
  ];
  for (const [args, status] of cases) assert.equal((await runPond(args, { cwd })).status, status, args.join(' '));
  const into = await runPond(['migrate', '--from', 'old', '--into', '/data/old', 'other'], { cwd });
  assert.equal(into.status, 0, into.stderr);
  const listed = await runPond(['--pond', 'other', 'ls', '/data/old'], { cwd });
  assert.match(listed.stdout, /^HydroVu\/$/m);
});
