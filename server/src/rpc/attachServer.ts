import { createServer, type Socket } from 'node:net';
import {
  type CancellationToken,
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { PondError } from '../base/error.ts';
import { type Host } from '../commands/host.ts';
import { commands } from '../commands/index.ts';
import { type PondNotification } from '../commands/notification.ts';
import { type CommandName, method, type Params, protocolVersion } from '../protocol/commands.ts';
import { events, type ProgressEvent } from '../protocol/events.ts';
import { binaryDecoder, binaryEncoder } from './codec.ts';
import { toResponse } from './errors.ts';
import { createInputs, type Inputs } from './inputs.ts';
import { type Extras, type Hello, hello, input, type InputChunk } from './messages.ts';
import { abortControllerOf } from './signal.ts';

/** Serves other processes. */
export interface AttachServer {
  /** Path of the socket or pipe to attach to. */
  readonly path: string;
  /** Forwards an event of a pond to the peers that opened it. */
  notify(notice: PondNotification): void;
  close(): Promise<void>;
}

interface Peer {
  readonly connection: MessageConnection;
  readonly socket: Socket;
  /** Ponds that the peer has opened, by the name it uses for them. */
  readonly ponds: Set<string>;
}

/** Serves the ponds of this process to other processes of the user, at a socket (or pipe) path. */
export async function listen(host: Host, path: string): Promise<AttachServer> {
  const peers = new Set<Peer>();
  const server = createServer((socket) => {
    const peer = welcome(host, socket);
    peers.add(peer);
    socket.on('close', () => peers.delete(peer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  // The process ends with its own client, even while others are attached.
  server.unref();
  return {
    path,
    notify({ kind, event }) {
      for (const { connection, ponds } of peers) {
        if (ponds.has(event.pond)) tell(connection, events[kind], event);
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const { socket } of peers) socket.destroy();
      }),
  };
}

function welcome(host: Host, socket: Socket): Peer {
  const connection = createMessageConnection(
    new StreamMessageReader(socket, { contentTypeDecoder: binaryDecoder }),
    new StreamMessageWriter(socket, { contentTypeEncoder: binaryEncoder }),
  );
  const peer: Peer = { connection, socket, ponds: new Set() };
  const inputs = createInputs();
  /**
   * Running requests of the peer. (Signals derived from one signal of the peer would be retained as long as the peer
   * stays.)
   */
  const working = new Set<AbortController>();
  connection.onRequest(hello, ({ protocolVersion: theirs }: Hello): Hello => {
    if (theirs !== protocolVersion) throw toResponse(mismatch(theirs));
    return { protocolVersion };
  });
  connection.onRequest(input, (chunk: InputChunk) => inputs.take(chunk));
  for (const name of Object.keys(commands) as CommandName[]) {
    connection.onRequest(method(name), async (params: Params<CommandName> & Extras, token: CancellationToken) => {
      const controller = abortControllerOf(token);
      working.add(controller);
      try {
        return await answer(host, { peer, inputs, name, params, signal: controller.signal });
      } finally {
        working.delete(controller);
      }
    });
  }
  connection.onClose(() => {
    for (const controller of working) controller.abort();
    inputs.closeAll();
    connection.dispose();
  });
  // A peer that dies in the middle of a message is not an error; the close event that follows is handled.
  connection.onError(() => {});
  connection.listen();
  return peer;
}

interface Asked {
  readonly peer: Peer;
  readonly inputs: Inputs;
  readonly name: CommandName;
  readonly params: Params<CommandName> & Extras;
  readonly signal: AbortSignal;
}

async function answer(host: Host, { peer, inputs, name, params, signal }: Asked): Promise<unknown> {
  const { progressToken, inputToken, ...rest } = params;
  const progress = (message: string, done: number, total?: number): void => {
    if (progressToken === undefined) return;
    const event: ProgressEvent = { token: progressToken, message, done, ...(total === undefined ? {} : { total }) };
    tell(peer.connection, events.progress, event);
  };
  try {
    const content = inputToken === undefined ? undefined : inputs.open(inputToken);
    const result = await host.serve(name, rest, { signal, progress, input: content });
    if (name === 'open') peer.ponds.add((rest as Params<'open'>).pond);
    return result;
  } catch (error) {
    throw toResponse(error);
  } finally {
    if (inputToken !== undefined) inputs.close(inputToken);
  }
}

function tell(connection: MessageConnection, event: string, params: unknown): void {
  // A disconnected peer needs no notification.
  connection.sendNotification(event, params).catch(() => undefined);
}

function mismatch(theirs: number): PondError {
  return new PondError('protocol-mismatch', `this process speaks version ${protocolVersion}, the other ${theirs}`, {
    hint: 'use the same version of DuckPond in the editor and in the terminal',
  });
}
