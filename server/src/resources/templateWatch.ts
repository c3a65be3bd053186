/** Bounds the time of a template where it runs: the process that asked for it may be gone, and the engine lets nobody in. */
import { Worker } from 'node:worker_threads';

/** A thread that hears of the beginning and the end of each piece of work. */
export interface Watch {
  begin(): void;
  end(): void;
}

const threadSource = `
const { parentPort, workerData } = require('node:worker_threads');
let timer;
parentPort.on('message', (isBusy) => {
  clearTimeout(timer);
  if (isBusy) timer = setTimeout(() => process.kill(process.pid, 'SIGKILL'), workerData);
});
`;

/** Returns a watch that ends this process when a piece of work takes longer than `timeMs`. It keeps no process alive. */
export function startWatch(timeMs: number): Watch {
  const thread = new Worker(threadSource, { eval: true, workerData: timeMs });
  thread.unref();
  return { begin: () => thread.postMessage(true), end: () => thread.postMessage(false) };
}
