/**
 * The process that renders templates, from first use until it has been idle for a while.
 *
 * Invariants: one template at a time; a process that was stopped or whose engine broke is not used again; an idle
 * process does not keep this one alive, and ends with it; a busy one outlives it by no more than the time limit of a
 * template.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PondError } from '../base/error.ts';
import { overtimeSignal, type RenderReply, type RenderRequest, templateLimits } from './templateMessages.ts';

const idleMsMax = 10_000;
/** For the copies of the context that group() and loops over maps receive. */
const heapMbMax = 256;

/** Environment variables that a process needs to start; templates get no others. */
const environmentNames = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'ELECTRON_RUN_AS_NODE'];

let current: ChildProcess | undefined;
let idle: NodeJS.Timeout | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Renders after all earlier requests. The reply for a template that takes too long, or breaks the engine, is `broken`.
 * Fails `cancelled`, and `engine-unavailable` when the process does not start.
 */
export function renderInProcess(request: RenderRequest, signal: AbortSignal | undefined): Promise<RenderReply> {
  const turn = last.then(() => render(request, signal));
  last = turn.catch(() => undefined);
  return turn;
}

async function render(request: RenderRequest, signal: AbortSignal | undefined): Promise<RenderReply> {
  if (isAborted(signal)) throw cancelled();
  clearTimeout(idle);
  const child = (current ??= await start());
  const reply = await replyOf(child, request, signal);
  if ('broken' in reply) stop();
  else idle = setTimeout(stop, idleMsMax).unref();
  if (isAborted(signal)) throw cancelled();
  return reply;
}

function replyOf(child: ChildProcess, request: RenderRequest, signal: AbortSignal | undefined): Promise<RenderReply> {
  return new Promise<RenderReply>((resolve) => {
    const { processorMs, waitMs } = templateLimits;
    const tooLong = (ms: number) => ({ broken: `it took longer than ${ms / 1000} s` });
    const timer = setTimeout(() => settle(tooLong(waitMs)), waitMs);
    const cancel = () => settle({ broken: 'it was cancelled' });
    const ended = (_: unknown, signal?: NodeJS.Signals | null) =>
      settle(signal === overtimeSignal ? tooLong(processorMs) : { broken: 'it took too much memory' });
    const settle = (reply: RenderReply) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      child.removeAllListeners();
      keepAlive(child, false);
      resolve(reply);
    };
    signal?.addEventListener('abort', cancel);
    child.on('message', settle).on('error', ended).on('exit', ended);
    keepAlive(child, true);
    // A message that cannot be sent has no process to receive it; the process's end is reported.
    child.send(request, () => undefined);
  });
}

function stop(): void {
  current?.on('error', () => undefined).kill('SIGKILL');
  current = undefined;
}

async function start(): Promise<ChildProcess> {
  const inSource = import.meta.url.endsWith('.ts');
  const path = fileURLToPath(new URL(inSource ? './templateWorker.ts' : './templateWorker.mjs', import.meta.url));
  const child = fork(path, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [`--max-old-space-size=${heapMbMax}`, ...(inSource ? ['--import', 'tsx'] : [])],
    env: Object.fromEntries(environmentNames.flatMap(pick)),
  });
  const control = new AbortController();
  try {
    const options = { signal: control.signal };
    const ended = once(child, 'exit', options).then(([code]) => Promise.reject(new Error(`exit status ${code}`)));
    await Promise.race([once(child, 'message', options), ended]);
    return child;
  } catch (error) {
    throw new PondError('engine-unavailable', 'the template engine could not be started', { cause: error });
  } finally {
    control.abort();
  }
}

function pick(name: string): [string, string][] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}

function keepAlive(child: ChildProcess, alive: boolean): void {
  for (const handle of [child, child.channel]) {
    if (alive) handle?.ref();
    else handle?.unref();
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function cancelled(): PondError {
  return new PondError('cancelled', 'rendering was cancelled');
}
