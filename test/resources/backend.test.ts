import assert from 'node:assert/strict';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { runBackendContract } from '../contracts/backend.ts';
import { committing } from '../support/committing.ts';
import { initPondOn } from '../support/pond.ts';
import { derivedLayer } from '../support/resourcePond.ts';

const layer = derivedLayer(() => assert.fail('nothing is built here'));

runBackendContract(
  'op log with the layer of resources, staged',
  async () => {
    const pond = await initPondOn(createMemoryDisk(), 'memory', { layer });
    return { backend: pond.fs.backend, dispose: () => pond.close() };
  },
  { everyChangeIsAVersion: false },
);

runBackendContract('op log with the layer of resources, every change committed', async () => {
  const pond = await initPondOn(createMemoryDisk(), 'memory', { layer });
  return { backend: committing(pond), dispose: () => pond.close() };
});
