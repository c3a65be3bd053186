import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { CancellationTokenSource, type MessageConnection } from 'vscode-jsonrpc/node';
import { type CallOptions, type Remote, RemoteGoneError } from '../commands/calls.ts';
import { type CommandName, method, type Params, protocolVersion, type Result } from '../protocol/commands.ts';
import {
  type ChangedEvent,
  type CommittedEvent,
  events,
  type PondNotification,
  type ProgressEvent,
} from '../protocol/events.ts';
import { binaryConnection } from './codec.ts';
import { fromResponse } from './errors.ts';
import { type Extras, type Hello, hello, input, type InputChunk } from './messages.ts';

/** Timeout for the hello of a process that accepts a connection, milliseconds. */
const helloMs = 5_000;

/**
 * Connects to the process that listens on a socket. Undefined without a response: it has exited, or is about to. Fails
 * `protocol-mismatch`.
 */
export async function attach(path: string): Promise<Remote | undefined> {
  const socket = await connectTo(path);
  if (socket === undefined) return undefined;
  const remote = new SocketRemote(socket);
  try {
    return (await remote.greet()) ? remote : undefined;
  } catch (error) {
    remote.close();
    if (error instanceof RemoteGoneError) return undefined;
    throw error;
  }
}

function connectTo(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    // A string, never an object, which could name a host: `path` is a socket or pipe of this user.
    const socket = connect({ path });
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

/** Another process, through its socket. */
class SocketRemote implements Remote {
  readonly #socket: Socket;
  readonly #connection: MessageConnection;
  /** Receivers of progress, by token. */
  readonly #progress = new Map<string, NonNullable<CallOptions['progress']>>();
  readonly #goneListeners: (() => void)[] = [];
  /** Functions that end pending requests. (One shared promise of the end would retain every earlier response.) */
  readonly #endings = new Set<() => void>();
  #isGone = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#connection = binaryConnection(socket);
    this.#connection.onNotification(events.progress, ({ token, message, done, total }: ProgressEvent) =>
      this.#progress.get(token)?.(message, done, total),
    );
    this.#connection.onError(() => socket.destroy());
    socket.on('error', () => socket.destroy());
    this.#connection.onClose(() => this.#end());
    this.#connection.listen();
  }

  /**
   * Exchanges protocol versions. False when there is no answer in time, or not one of this protocol. Fails
   * `protocol-mismatch`.
   */
  async greet(): Promise<boolean> {
    const greeting: Hello = { protocolVersion };
    const silence = new AbortController();
    const late = new Promise<undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), helloMs);
      silence.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    const answer = await Promise.race([this.#request<unknown>(hello, greeting), late]).finally(() => silence.abort());
    // Anything else that listens there does not speak this protocol; the other side rejects other versions of it.
    const isPond = isHello(answer);
    if (!isPond) this.#socket.destroy();
    return isPond;
  }

  async call<N extends CommandName>(name: N, params: Params<N>, options: CallOptions = {}): Promise<Result<N>> {
    const token = randomUUID();
    if (options.progress !== undefined) this.#progress.set(token, options.progress);
    const extras: Extras = {
      ...(options.progress === undefined ? {} : { progressToken: token }),
      ...(options.input === undefined ? {} : { inputToken: token }),
    };
    const pending = this.#request<Result<N>>(method(name), { ...params, ...extras }, options.signal);
    try {
      if (options.input === undefined) return await pending;
      const [result] = await Promise.all([pending, this.#send(options.input, token, pending)]);
      return result;
    } finally {
      this.#progress.delete(token);
    }
  }

  onNotification(listener: (notification: PondNotification) => void): void {
    this.#connection.onNotification(events.changed, (event: ChangedEvent) => listener({ kind: 'changed', event }));
    this.#connection.onNotification(events.committed, (event: CommittedEvent) =>
      listener({ kind: 'committed', event }),
    );
  }

  onGone(listener: () => void): void {
    if (this.#isGone) listener();
    else this.#goneListeners.push(listener);
  }

  close(): void {
    this.#socket.destroy();
  }

  /**
   * Returns the response, or fails RemoteGoneError when the connection ends first, which leaves its pending requests
   * without an answer.
   */
  async #request<T>(name: string, params: unknown, signal?: AbortSignal): Promise<T> {
    if (this.#isGone) throw new RemoteGoneError();
    const cancellation = new CancellationTokenSource();
    const cancel = (): void => cancellation.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    let end = (): void => {};
    const gone = new Promise<never>((_, reject) => (end = () => reject(new RemoteGoneError())));
    this.#endings.add(end);
    try {
      return await Promise.race([this.#connection.sendRequest<T>(name, params, cancellation.token), gone]);
    } catch (error) {
      const failure = this.#isGone ? undefined : fromResponse(error);
      if (failure !== undefined) throw failure;
      // A request that cannot be written fails before the connection is reported as closed.
      this.#socket.destroy();
      throw new RemoteGoneError(error);
    } finally {
      this.#endings.delete(end);
      signal?.removeEventListener('abort', cancel);
      cancellation.dispose();
    }
  }

  /** Sends a stream chunk by chunk, each after the previous one was read, until the call ends. */
  async #send(content: AsyncIterable<Uint8Array>, token: string, call: Promise<unknown>): Promise<void> {
    const over = call.then(
      () => false,
      () => false,
    );
    const offer = (chunk: InputChunk): Promise<boolean> => Promise.race([this.#request<boolean>(input, chunk), over]);
    for await (const chunk of content) if (!(await offer({ token, chunk }))) return;
    await offer({ token, chunk: null });
  }

  #end(): void {
    this.#isGone = true;
    for (const end of this.#endings) end();
    this.#connection.dispose();
    for (const listener of this.#goneListeners) listener();
  }
}

function isHello(answer: unknown): boolean {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'protocolVersion' in answer &&
    answer.protocolVersion === protocolVersion
  );
}
