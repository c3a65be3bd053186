import { createServer, type Server, type Socket } from 'node:net';
import { type CancellationToken, type MessageConnection } from 'vscode-jsonrpc/node';
import { PondError } from '../base/error.ts';
import { type Host } from '../commands/calls.ts';
import { verbNames } from '../commands/verbs.ts';
import { type CommandName, method, type Params, protocolVersion } from '../protocol/commands.ts';
import { events, type PondNotification, type ProgressEvent } from '../protocol/events.ts';
import { binaryConnection } from './codec.ts';
import { toResponse } from './errors.ts';
import { Inputs } from './inputs.ts';
import { type Extras, type Hello, hello, input, type InputChunk } from './messages.ts';
import { abortControllerOf } from './signal.ts';

/** Limits of connections that have not greeted: anything may connect, and must cost little until it speaks the protocol. */
export interface AttachLimits {
  /** Time for the greeting, milliseconds. */
  readonly greetMs: number;
  /** Bytes that may arrive before it. */
  readonly greetBytesMax: number;
  /** Connections at a time, greeted or not; more are closed at once. */
  readonly connectionsMax: number;
}

const usualLimits: AttachLimits = { greetMs: 5_000, greetBytesMax: 4096, connectionsMax: 256 };

/** Serves the ponds of this process to other processes of the user, at a socket (or pipe) path. */
export async function listen(host: Host, path: string, limits: Partial<AttachLimits> = {}): Promise<AttachServer> {
  const attached = new AttachServer(host, path, { ...usualLimits, ...limits });
  await attached.listen();
  return attached;
}

/** Serves other processes. */
export class AttachServer {
  /** Path of the socket or pipe to attach to. */
  readonly path: string;
  readonly #peers = new Set<Peer>();
  readonly #server: Server;

  constructor(host: Host, path: string, limits: AttachLimits) {
    this.path = path;
    this.#server = createServer((socket) => {
      const peer = new Peer(host, socket, limits);
      this.#peers.add(peer);
      socket.on('close', () => this.#peers.delete(peer));
    });
    this.#server.maxConnections = limits.connectionsMax;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.path, resolve);
    });
    // The process ends with its own client, even while others are attached.
    this.#server.unref();
  }

  /** Forwards a notification to the peers that opened its pond. */
  notify(notification: PondNotification): void {
    for (const peer of this.#peers) peer.notify(notification);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const peer of this.#peers) peer.close();
    });
  }
}

/** One attached process. */
class Peer {
  readonly #host: Host;
  readonly #socket: Socket;
  readonly #connection: MessageConnection;
  readonly #inputs = new Inputs();
  /** Ponds that the peer has opened, by the name it uses for them. */
  readonly #ponds = new Set<string>();
  /** Running requests. (Signals derived from one signal of the peer would be retained as long as the peer stays.) */
  readonly #running = new Set<AbortController>();
  /** True once the peer declared the protocol version of this process. */
  #isGreeted = false;

  constructor(host: Host, socket: Socket, limits: AttachLimits) {
    this.#host = host;
    this.#socket = socket;
    this.#connection = binaryConnection(socket);
    this.#connection.onRequest(hello, ({ protocolVersion: theirs }: Hello): Hello => {
      if (theirs !== protocolVersion) throw toResponse(mismatch(theirs));
      this.#isGreeted = true;
      return { protocolVersion };
    });
    this.#connection.onRequest<boolean, never>(input, (chunk: InputChunk) => {
      this.#requireGreeting();
      return this.#inputs.take(chunk);
    });
    for (const name of verbNames) this.#serve(name);
    this.#connection.onClose(() => this.#end());
    // A peer that dies in the middle of a message is not an error; the close event that follows is handled.
    this.#connection.onError(() => {});
    // One that ends while bytes are on their way may fail after the connection was disposed.
    socket.on('error', () => socket.destroy());
    this.#closeUngreeted(limits);
    this.#connection.listen();
  }

  notify({ kind, event }: PondNotification): void {
    if (this.#ponds.has(event.pond)) this.#send(events[kind], event);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Closes the connection unless it greets in time, and with few bytes. */
  #closeUngreeted({ greetMs, greetBytesMax }: AttachLimits): void {
    const timer = setTimeout(() => !this.#isGreeted && this.close(), greetMs).unref();
    this.#socket.on('data', () => !this.#isGreeted && this.#socket.bytesRead > greetBytesMax && this.close());
    this.#socket.on('close', () => clearTimeout(timer));
  }

  #requireGreeting(): void {
    if (this.#isGreeted) return;
    this.close();
    throw toResponse(new PondError('protocol-mismatch', `expected ${hello} as the first request`));
  }

  #serve(name: CommandName): void {
    const answer = async (params: Params<CommandName> & Extras, token: CancellationToken): Promise<unknown> => {
      this.#requireGreeting();
      const controller = abortControllerOf(token);
      this.#running.add(controller);
      try {
        return await this.#answer(name, params, controller.signal);
      } finally {
        this.#running.delete(controller);
      }
    };
    this.#connection.onRequest(method(name), answer);
  }

  async #answer(name: CommandName, params: Params<CommandName> & Extras, signal: AbortSignal): Promise<unknown> {
    const { progressToken, inputToken, ...rest } = params;
    const progress = (message: string, done: number, total?: number): void => {
      if (progressToken === undefined) return;
      const event: ProgressEvent = { token: progressToken, message, done, ...(total === undefined ? {} : { total }) };
      this.#send(events.progress, event);
    };
    try {
      const content = inputToken === undefined ? undefined : this.#inputs.open(inputToken);
      const result = await this.#host.serve(name, rest, { signal, progress, input: content });
      if (name === 'open') this.#ponds.add((rest as Params<'open'>).pond);
      return result;
    } catch (error) {
      throw toResponse(error);
    } finally {
      if (inputToken !== undefined) this.#inputs.close(inputToken);
    }
  }

  #send(event: string, params: unknown): void {
    // A disconnected peer needs no notification.
    this.#connection.sendNotification(event, params).catch(() => undefined);
  }

  #end(): void {
    for (const controller of this.#running) controller.abort();
    this.#inputs.closeAll();
    this.#connection.dispose();
  }
}

function mismatch(theirs: number): PondError {
  return new PondError('protocol-mismatch', `this process speaks version ${protocolVersion}, the other ${theirs}`, {
    hint: 'Use the same version of DuckPond in the editor and in the terminal.',
  });
}
