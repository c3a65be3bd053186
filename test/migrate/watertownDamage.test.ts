/** Damage of a Watertown pond that its files do not show: each is reported, and what can be read is migrated. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openSource } from '../../server/src/migrate/openSource.ts';
import { type SourceHistory } from '../../server/src/migrate/source.ts';
import { temporaryFolder } from '../support/folder.ts';
import { logId, rootId, WatertownPond } from '../support/watertownPond.ts';

interface Damaged {
  /** Problems with their paths. */
  readonly damage: readonly string[];
  readonly left: readonly string[];
  /** Paths of versions, in order. */
  readonly versions: readonly string[];
}

/** Reads a pond with the file /a, to which `forge` adds transactions. */
async function damaged(t: TestContext, forge: (pond: WatertownPond) => void): Promise<Damaged> {
  const folder = join(temporaryFolder(t), 'old');
  const pond = await WatertownPond.create(folder);
  pond.transaction(['write'], () => pond.write('/a', 'file:physical:version', 'a'));
  forge(pond);
  const { damage, left, commits }: SourceHistory = await openSource(folder, {});
  return {
    damage: damage.map(({ path, problem }) => `${path}: ${problem}`),
    left: left.map(({ path, reason }) => `${path}: ${reason}`),
    versions: commits.flatMap(({ changes }) => changes.flatMap(({ kind, path }) => (kind === 'version' ? [path] : []))),
  };
}

test('a version that is missing in a series is reported', async (t) => {
  const { damage, versions } = await damaged(t, (pond) => {
    pond.transaction(['run'], () => pond.write('/log', 'file:physical:series', 'one'));
    pond.transaction(['run'], () => pond.write('/log', 'file:physical:series', 'three', { version: 3n }));
  });
  assert.deepEqual(damage, ['/log: version 2 of the series is missing']);
  assert.ok(versions.includes('/log'));
});

test('a directory that cannot be read is reported, and stays as it was', async (t) => {
  const { damage, versions } = await damaged(t, (pond) => {
    pond.transaction(['write'], () => {
      pond.forge(rootId, 'dir:physical', 'not entries', { format: 'fulldir', blake3: null, size: null });
      pond.write('/a', 'file:physical:version', 'again');
    });
  });
  assert.equal(damage.length, 1);
  assert.match(damage[0]!, /part-00000-\S+: the entries of a directory /);
  assert.deepEqual(versions, ['/a', '/a']);
});

test('an entry of the log that cannot be read is reported', async (t) => {
  const { damage, versions } = await damaged(t, (pond) => {
    pond.transaction(['write'], () => {
      pond.forge(logId, 'file:physical:series', 'entry', { size: 1n });
      pond.write('/a', 'file:physical:version', 'again');
    });
  });
  assert.equal(damage.length, 1);
  assert.match(damage[0]!, /version \d+ has at least 5 bytes, expected 1/);
  assert.deepEqual(versions, ['/a', '/a']);
});

test('a link without a target, and a pond that is mounted, are reported', async (t) => {
  const { damage, left } = await damaged(t, (pond) => {
    pond.transaction(['ln'], () => pond.write('/link', 'symlink', ''));
    pond.transaction(['mount'], () => pond.mount('/other', '0190b000-0000-7000-8000-00000000000c'));
  });
  assert.match(damage.join(), /: \/link: a link has no target$/);
  assert.ok(left.includes('/other: it is mounted from the pond 0190b000-0000-7000-8000-00000000000c'), left.join());
});
