/** The built server, with a client that communicates with it like the extension. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import {
  type CommandName,
  method,
  type Params,
  protocolVersion,
  type Result,
} from '../../server/src/protocol/commands.ts';
import { type ErrorData, events } from '../../server/src/protocol/events.ts';
import { type InitializationOptions } from '../../server/src/protocol/handshake.ts';

const builtServer = fileURLToPath(new URL('../../out/server.mjs', import.meta.url));

/** A received notification. */
interface Received {
  readonly method: string;
  readonly params: unknown;
}

/** A running server, and its client. */
export interface EditorServer {
  readonly process: ChildProcess;
  readonly connection: MessageConnection;
  /** The server's answer to initialize. */
  readonly initialized: unknown;
  /** Notifications so far, oldest first. */
  readonly received: readonly Received[];
  /** Fails when the server ends before it answers. */
  ask<N extends CommandName>(
    name: N,
    params: Params<N> & { readonly progressToken?: string },
    signal?: AbortSignal,
  ): Promise<Result<N>>;
  /** Returns the first notification, past or future, that the test accepts. */
  until(accepts: (received: Received) => boolean): Promise<Received>;
  /** Requests the server to end, and waits until it has. */
  stop(): Promise<void>;
  /** Kills the server, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a server, the built one unless another is given, and initializes the connection. */
export async function startEditorServer(
  options: Partial<InitializationOptions> = {},
  env: NodeJS.ProcessEnv = {},
  script = builtServer,
): Promise<EditorServer> {
  const child = fork(script, ['--node-ipc'], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
    env: { ...process.env, ...env },
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // The connection does not notice it: a request would wait for ever.
  const died = gone.then((): never => {
    throw new Error('the server ended');
  });
  died.catch(() => undefined);
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  const received: Received[] = [];
  const waiting = new Set<(received: Received) => void>();
  for (const name of [...Object.values(events), 'textDocument/publishDiagnostics', 'window/showMessage']) {
    connection.onNotification(name, (params: unknown) => {
      received.push({ method: name, params });
      for (const look of waiting) look({ method: name, params });
    });
  }
  connection.listen();
  const initializationOptions = { binary: true, trusted: true, protocolVersion, ...options };
  let initialized: unknown;
  try {
    const initialize = connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      initializationOptions,
    });
    initialized = await Promise.race([initialize, died]);
  } catch (error) {
    child.kill('SIGKILL');
    await gone;
    throw error;
  }
  await connection.sendNotification('initialized', {});
  return {
    process: child,
    connection,
    initialized,
    received,
    async ask(name, params, signal) {
      const source = new CancellationTokenSource();
      signal?.addEventListener('abort', () => source.cancel());
      return await Promise.race([
        connection.sendRequest<Result<typeof name>>(method(name), params, source.token),
        died,
      ]);
    },
    until(accepts) {
      const past = received.find(accepts);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve) => {
        const look = (now: Received): void => {
          if (!accepts(now)) return;
          waiting.delete(look);
          resolve(now);
        };
        waiting.add(look);
      });
    },
    async stop() {
      if (child.connected) await Promise.race([connection.sendRequest('shutdown'), gone]);
      if (child.connected) await connection.sendNotification('exit');
      await gone;
      connection.dispose();
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
      connection.dispose();
    },
  };
}

/** The error data of a failed request; undefined for anything else. */
export function failureOf(error: unknown): ErrorData | undefined {
  return error instanceof ResponseError ? (error.data as ErrorData | undefined) : undefined;
}
