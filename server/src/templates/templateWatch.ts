/**
 * Limits the time of a template in its own process: the requesting process may be gone, and the engine cannot be
 * interrupted.
 */
import { Worker } from 'node:worker_threads';
import { overtimeSignal } from './templateMessages.ts';

/** A thread that is notified of the beginning and the end of each task. */
interface Watch {
  begin(): void;
  end(): void;
}

const threadSource = `
const { parentPort, workerData: { processorMs, signal } } = require('node:worker_threads');
const lookMs = 50;
const usedMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
let timer;
parentPort.on('message', (isBusy) => {
  clearInterval(timer);
  if (!isBusy) return;
  const startMs = usedMs();
  timer = setInterval(() => usedMs() - startMs > processorMs && process.kill(process.pid, signal), lookMs);
});
`;

/**
 * Returns a watch that ends this process when a task takes more than `processorMs` of processor time. The watch does
 * not keep the process alive.
 */
export function startWatch(processorMs: number): Watch {
  const thread = new Worker(threadSource, { eval: true, workerData: { processorMs, signal: overtimeSignal } });
  thread.unref();
  return { begin: () => thread.postMessage(true), end: () => thread.postMessage(false) };
}
