import { describe, it } from 'node:test';
import { FileSystem } from '../../server/src/tinyfs/fs.ts';
import { type BackendUnderTest, type Check } from './backendCheck.ts';
import { testContent, testListing } from './backendContent.ts';
import { testCopy, testRename } from './backendMoves.ts';
import { testLinks, testResolution, testVisits } from './backendPaths.ts';
import { testCreate, testRemove } from './backendTree.ts';
import { testBatches, testHashes, testVersions } from './backendVersions.ts';

/**
 * Registers the tests that every Backend passes, alone and under a file system. `makeBackend` is called once for each.
 * A backend that collects changes into versions, and knows its hashes only then, omits `everyChangeIsAVersion`.
 */
export function runBackendContract(
  name: string,
  makeBackend: () => Promise<BackendUnderTest>,
  { everyChangeIsAVersion = true } = {},
): void {
  const check: Check = (title, run) => {
    void it(title, async (test) => {
      const { backend, dispose } = await makeBackend();
      test.after(dispose);
      await run(await new FileSystem(backend).root(), backend);
    });
  };
  describe(name, () => {
    describe('content', () => testContent(check));
    describe('listing', () => testListing(check));
    describe('batches', () => testBatches(check));
    describe('create and write', () => testCreate(check));
    describe('remove', () => testRemove(check));
    describe('rename', () => testRename(check));
    describe('paths', () => testResolution(check));
    describe('links', () => testLinks(check));
    describe('visits', () => testVisits(check));
    if (!everyChangeIsAVersion) return;
    describe('versions', () => testVersions(check));
    describe('hashes', () => testHashes(check, makeBackend));
    describe('copy', () => testCopy(check));
  });
}
