import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type MigrationInfo } from '../../server/src/protocol/migration.ts';
import { temporaryFolder } from '../support/folder.ts';
import { harborIds, writePocHarbor } from '../support/pocHarbor.ts';
import { runPond } from '../support/pondCommand.ts';

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
