import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import {
  CancellationTokenSource,
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { type PondNotification } from '../commands/notification.ts';
import { type CallOptions, type Remote, RemoteGoneError } from '../commands/remote.ts';
import { type CommandName, method, type Params, protocolVersion, type Result } from '../protocol/commands.ts';
import { type ChangedEvent, type CommittedEvent, events, type ProgressEvent } from '../protocol/events.ts';
import { binaryDecoder, binaryEncoder } from './codec.ts';
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
  const remote = createRemote(socket);
  try {
    return (await remote.greet()) ? remote : undefined;
  } catch (error) {
    remote.close();
    if (error instanceof RemoteGoneError) return undefined;
    throw error;
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

function connectTo(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    // A string, never an object, which could name a host: `path` is a socket or pipe of this user.
    const socket = connect({ path });
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

function createRemote(socket: Socket): Remote & { readonly greet: () => Promise<boolean> } {
  const connection = createMessageConnection(
    new StreamMessageReader(socket, { contentTypeDecoder: binaryDecoder }),
    new StreamMessageWriter(socket, { contentTypeEncoder: binaryEncoder }),
  );
  const progress = new Map<string, NonNullable<CallOptions['progress']>>();
  const goneListeners: (() => void)[] = [];
  /** Ends pending requests. (One shared promise of the end would retain every earlier response.) */
  const endings = new Set<() => void>();
  let isGone = false;

  connection.onNotification(events.progress, (event: ProgressEvent) =>
    progress.get(event.token)?.(event.message, event.done, event.total),
  );
  connection.onError(() => socket.destroy());
  socket.on('error', () => socket.destroy());
  connection.onClose(() => {
    isGone = true;
    for (const end of endings) end();
    connection.dispose();
    for (const listener of goneListeners) listener();
  });
  connection.listen();

  /**
   * Returns the response, or fails RemoteGoneError when the connection ends first, which leaves its pending requests
   * unsettled.
   */
  async function ask<T>(name: string, params: unknown, signal?: AbortSignal): Promise<T> {
    if (isGone) throw new RemoteGoneError();
    const cancellation = new CancellationTokenSource();
    const cancel = (): void => cancellation.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    let end = (): void => {};
    const gone = new Promise<never>((_, reject) => (end = () => reject(new RemoteGoneError())));
    endings.add(end);
    try {
      return await Promise.race([connection.sendRequest<T>(name, params, cancellation.token), gone]);
    } catch (error) {
      if (isGone) throw new RemoteGoneError(error);
      throw fromResponse(error) ?? error;
    } finally {
      endings.delete(end);
      signal?.removeEventListener('abort', cancel);
      cancellation.dispose();
    }
  }

  return {
    async greet() {
      const said: Hello = { protocolVersion };
      const silence = new AbortController();
      const late = new Promise<false>((resolve) => {
        const timer = setTimeout(() => resolve(false), helloMs);
        silence.signal.addEventListener('abort', () => clearTimeout(timer));
      });
      const answered = await Promise.race([ask<unknown>(hello, said), late]).finally(() => silence.abort());
      // Anything else that listens there does not speak this protocol; the other side rejects other versions of it.
      const isPond = answered !== false && isHello(answered);
      if (!isPond) socket.destroy();
      return isPond;
    },
    async call<N extends CommandName>(name: N, params: Params<N>, options: CallOptions = {}): Promise<Result<N>> {
      const token = randomUUID();
      if (options.progress !== undefined) progress.set(token, options.progress);
      const extras: Extras = {
        ...(options.progress === undefined ? {} : { progressToken: token }),
        ...(options.input === undefined ? {} : { inputToken: token }),
      };
      const asked = ask<Result<N>>(method(name), { ...params, ...extras }, options.signal);
      try {
        if (options.input === undefined) return await asked;
        const [result] = await Promise.all([asked, send(options.input, token, asked)]);
        return result;
      } finally {
        progress.delete(token);
      }
    },
    onNotice(listener: (notice: PondNotification) => void) {
      connection.onNotification(events.changed, (event: ChangedEvent) => listener({ kind: 'changed', event }));
      connection.onNotification(events.committed, (event: CommittedEvent) => listener({ kind: 'committed', event }));
    },
    onGone(listener) {
      if (isGone) listener();
      else goneListeners.push(listener);
    },
    close() {
      socket.destroy();
    },
  };

  /** Sends a stream chunk by chunk, each after the previous one was read, until the command ends. */
  async function send(content: AsyncIterable<Uint8Array>, token: string, command: Promise<unknown>): Promise<void> {
    const over = command.then(
      () => false,
      () => false,
    );
    const offer = (chunk: InputChunk): Promise<boolean> => Promise.race([ask<boolean>(input, chunk), over]);
    for await (const chunk of content) if (!(await offer({ token, chunk }))) return;
    await offer({ token, chunk: null });
  }
}
