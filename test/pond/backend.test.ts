import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { initPondOn } from '../support/pond.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { runBackendContract } from '../contracts/backend.ts';
import { committing } from '../support/committing.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';

runBackendContract(
  'op log, staged',
  async () => {
    const pond = await initPondOn(createMemoryDisk(), 'memory');
    return { backend: pond.fs.backend, dispose: () => pond.close() };
  },
  { everyChangeIsAVersion: false },
);

runBackendContract('op log, every change committed, in memory', async () => {
  const pond = await initPondOn(createMemoryDisk(), 'memory');
  return { backend: committing(pond), dispose: () => pond.close() };
});

runBackendContract('op log, every change committed, on disk', async () => {
  const directory = makeTemporaryDirectory('duckpond-backend');
  const pond = await initPondOn(openHostDisk(directory.path), directory.path);
  const dispose = async (): Promise<void> => {
    await pond.close();
    directory.remove();
  };
  return { backend: committing(pond), dispose };
});
