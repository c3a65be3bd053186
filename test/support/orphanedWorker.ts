import { type OperationParams, type WorkerSettings } from '../../server/src/sandbox/messages.ts';
import { WorkerProcess } from '../../server/src/sandbox/workerClient.ts';

// A parent of a query process, with the settings in argv[2]. It starts the query of argv[3], if there is one, prints
// `pid directory` of the query process, and is then killed.
const [settings, run] = process.argv.slice(2).map((arg): unknown => JSON.parse(arg));
const worker = new WorkerProcess(settings as WorkerSettings);
if (run !== undefined) {
  await worker.request('analyze', { sql: 'SELECT 1' });
  worker.request('run', run as OperationParams<'run'>).catch(() => undefined);
}
process.stdout.write(`${worker.pid} ${worker.directory}\n`);
