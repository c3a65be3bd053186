import { throwIfCancelled } from '../base/cancelled.ts';
import { type ChildEnd, ChildHost, modulePath } from '../base/childHost.ts';
import { PondError } from '../base/error.ts';
import { createMutex } from '../base/mutex.ts';
import { overtimeSignal, type RenderReply, type RenderRequest, templateLimits } from './templateMessages.ts';

const idleMsMax = 10_000;

/** For the copies of the context that group() and loops over maps receive. */
const heapMbMax = 256;

/**
 * The process that renders templates, from first use until it has been idle for a while.
 *
 * Invariants: one template at a time; a process that was stopped or whose engine broke is not used again; an idle
 * process does not keep this one alive, and ends with it; a busy one outlives it by no more than the time limit of a
 * template.
 */
class TemplateProcess {
  readonly #mutex = createMutex();
  #child: ChildHost | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  /** Takes the next message of the process. */
  #receive: (message: unknown) => void = () => undefined;

  render(request: RenderRequest, signal: AbortSignal | undefined): Promise<RenderReply> {
    return this.#mutex.run(() => this.#renderNow(request, signal));
  }

  async #renderNow(request: RenderRequest, signal: AbortSignal | undefined): Promise<RenderReply> {
    throwIfCancelled(signal, 'rendering');
    clearTimeout(this.#idleTimer);
    const child = (this.#child ??= await this.#start());
    const reply = await this.#replyOf(child, request, signal);
    if ('broken' in reply) this.#stop();
    else this.#idleTimer = setTimeout(() => this.#stop(), idleMsMax).unref();
    throwIfCancelled(signal, 'rendering');
    return reply;
  }

  async #replyOf(child: ChildHost, request: RenderRequest, signal: AbortSignal | undefined): Promise<RenderReply> {
    let timer: NodeJS.Timeout | undefined;
    let cancel = (): void => undefined;
    const stopped = new Promise<RenderReply>((resolve) => {
      cancel = () => resolve({ broken: 'it was cancelled' });
      timer = setTimeout(() => resolve(tooLong(templateLimits.waitMs)), templateLimits.waitMs);
      signal?.addEventListener('abort', cancel);
    });
    child.keepAlive(true);
    try {
      const reply = this.#nextMessage() as Promise<RenderReply>;
      child.send(request);
      return await Promise.race([reply, stopped, child.ended.then(replyOfEnd)]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      child.keepAlive(false);
    }
  }

  /** Starts the process and waits until it is ready. */
  async #start(): Promise<ChildHost> {
    const path = modulePath(import.meta.url, './templateWorker.ts', './templateWorker.mjs');
    const ready = this.#nextMessage();
    const child = new ChildHost({ path, heapMbMax }, (message) => this.#receive(message));
    const end = await Promise.race([ready.then(() => undefined), child.ended]);
    if (end === undefined) {
      void child.ended.then(() => (this.#child = this.#child === child ? undefined : this.#child));
      return child;
    }
    const cause = end.failure ?? new Error(`exit status ${end.code}`);
    throw new PondError('engine-unavailable', 'the template engine could not be started', { cause });
  }

  #nextMessage(): Promise<unknown> {
    return new Promise((resolve) => (this.#receive = resolve));
  }

  #stop(): void {
    this.#child?.kill();
    this.#child = undefined;
  }
}

const shared = new TemplateProcess();

/**
 * Renders after all earlier requests. The reply for a template that takes too long, or breaks the engine, is `broken`.
 * Fails `cancelled`, and `engine-unavailable` when the process does not start.
 */
export function renderInProcess(request: RenderRequest, signal: AbortSignal | undefined): Promise<RenderReply> {
  return shared.render(request, signal);
}

function replyOfEnd({ killedBy }: ChildEnd): RenderReply {
  return killedBy === overtimeSignal ? tooLong(templateLimits.processorMs) : { broken: 'it took too much memory' };
}

function tooLong(ms: number): RenderReply {
  return { broken: `it took longer than ${ms / 1000} s` };
}
