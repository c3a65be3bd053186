import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { cleanEnvironment, root, run } from '../../scripts/run.mjs';
import { testFolder } from '../../scripts/testFolder.mjs';

test('tests of storage and of killed processes write to a disk', () => {
  const bundles = [
    'storage/durable.test to userFolder.test',
    'storage/hostDisk.test',
    'pond/kill.test',
    'pipeline/kill.test',
  ];
  for (const bundle of bundles) assert.equal(testFolder(`test/${bundle}.mjs`), undefined, bundle);
});

test('others write to memory where it has room, unless TMPDIR names a folder', async () => {
  const preload = String(pathToFileURL(join(root, 'scripts/testFolder.mjs')));
  const folderWith = async (chosen: NodeJS.ProcessEnv): Promise<string> => {
    const { TMPDIR: _chosen, ...others } = cleanEnvironment();
    const env = { ...others, POND_TEST_BUNDLES: root, ...chosen };
    const { output } = await run(process.execPath, ['--import', preload, '--print', 'os.tmpdir()'], { env });
    return output.trim();
  };
  const others = await folderWith({ POND_TEST_BUNDLES: undefined });
  assert.equal(await folderWith({}), testFolder('test/pond/pond.test.mjs') ?? others);
  assert.equal(await folderWith({ TMPDIR: root }), root);
});
