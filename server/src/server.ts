/** The server for an editor: maps requests to commands, errors to responses, events to notifications. */
import {
  ResponseError,
  type CancellationToken,
  type Connection,
  type InitializeParams,
  type InitializeResult,
  MessageType,
} from 'vscode-languageserver/node';
import { isPondError, PondError } from './base/error.ts';
import { type Host } from './commands/calls.ts';
import { verbNames, verbs } from './commands/verbs.ts';
import { type LanguageService } from './language/index.ts';
import { type CommandName, method, type Params, protocolVersion } from './protocol/commands.ts';
import { events, type HealthEvent, type PondNotification, type ProgressEvent } from './protocol/events.ts';
import { type InitializationOptions, type ServerDeclaration } from './protocol/handshake.ts';
import { toResponse } from './rpc/errors.ts';
import { languageCapabilities, serveLanguage } from './rpc/languageFeatures.ts';
import { type Extras } from './rpc/messages.ts';
import { abortControllerOf } from './rpc/signal.ts';

/** Components of a server. */
export interface ServerParts {
  readonly host: Host;
  readonly language: () => Promise<LanguageService>;
  readonly onNotification: (listener: (notification: PondNotification) => void) => void;
  /** Adds a listener to the warnings of opening a pond, each with the pond's host directory. */
  readonly onWarning: (listener: (text: string, directory: string) => void) => void;
  /** Sets whether the client's workspace is trusted. */
  readonly trust: (isTrusted: boolean) => void;
  /** Called when the client requests shutdown, before the response. */
  readonly close: () => Promise<void>;
}

const declaration: ServerDeclaration = {
  safeVerbs: verbNames.filter((name) => verbs[name].idempotency === 'safe'),
};

/** Serves a client over a connection, until it is closed. */
export function serve(connection: Connection, parts: ServerParts): void {
  new EditorServer(connection, parts).listen();
}

/** The server of one client. */
class EditorServer {
  readonly #connection: Connection;
  readonly #parts: ServerParts;
  #client = optionsOf(undefined);
  #health: HealthEvent = { health: 'ok', message: '' };

  constructor(connection: Connection, parts: ServerParts) {
    this.#connection = connection;
    this.#parts = parts;
  }

  listen(): void {
    const connection = this.#connection;
    const { language, onNotification, onWarning, close } = this.#parts;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => this.#send(events.health, this.#health));
    for (const name of verbNames) {
      connection.onRequest(method(name), (params: Params<CommandName> & Extras, token: CancellationToken) =>
        this.#serve(name, params, abortControllerOf(token).signal),
      );
    }
    onNotification(({ kind, event }) => this.#send(events[kind], event));
    // A notification, not a request: not every editor answers requests.
    onWarning((text, directory) =>
      this.#send('window/showMessage', { type: MessageType.Warning, message: `${directory}: ${text}` }),
    );
    serveLanguage(connection, language);
    connection.onShutdown(close);
    connection.listen();
  }

  #initialize({ initializationOptions }: InitializeParams): InitializeResult {
    this.#client = optionsOf(initializationOptions);
    const { protocolVersion: theirs, trusted } = this.#client;
    if (theirs !== protocolVersion) throw editorError(mismatch(theirs));
    this.#parts.trust(trusted);
    return { capabilities: { ...languageCapabilities, experimental: declaration }, serverInfo: { name: 'pond' } };
  }

  async #serve(name: CommandName, params: Params<CommandName> & Extras, signal: AbortSignal): Promise<unknown> {
    try {
      const result = await this.#answer(name, params, signal);
      if (name === 'query') this.#report({ health: 'ok', message: '' });
      return result;
    } catch (error) {
      if (isPondError(error, 'engine-unavailable')) this.#report({ health: 'error', message: error.message });
      if (!isPondError(error)) {
        this.#connection.console.error(String(error instanceof Error ? error.stack : error));
      }
      throw editorError(error);
    }
  }

  async #answer(name: CommandName, params: Params<CommandName> & Extras, signal: AbortSignal): Promise<unknown> {
    if (!this.#client.trusted && verbs[name].trust === 'trusted') throw restricted(name);
    const { progressToken: token, ...rest } = params;
    const progress = (message: string, done: number, total?: number): void => {
      const event = { token: token ?? '', message, done, ...(total === undefined ? {} : { total }) };
      if (token !== undefined) this.#send(events.progress, event satisfies ProgressEvent);
    };
    const result = await this.#parts.host.call(name, rest, { signal, progress });
    return result instanceof Uint8Array && !this.#client.binary ? { base64: base64(result) } : result;
  }

  #report(health: HealthEvent): void {
    if (health.health === this.#health.health && health.message === this.#health.message) return;
    this.#health = health;
    this.#send(events.health, health);
  }

  #send(event: string, params: unknown): void {
    // A disconnected client needs no notification.
    this.#connection.sendNotification(event, params).catch(() => undefined);
  }
}

/** Returns the options that a client sent. Clients other than our editor extension send none. */
function optionsOf(sent: unknown): InitializationOptions {
  const options = typeof sent === 'object' && sent !== null ? sent : {};
  return {
    binary: 'binary' in options && options.binary === true,
    trusted: !('trusted' in options) || options.trusted === true,
    protocolVersion: 'protocolVersion' in options ? Number(options.protocolVersion) : protocolVersion,
  };
}

/** The language server's library may have its own copy of the class, and takes the data only of that. */
function editorError(error: unknown): ResponseError<unknown> {
  const { code, message, data } = toResponse(error);
  return new ResponseError(code, message, data);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function restricted(name: CommandName): PondError {
  return new PondError('read-only', `'${name}' does not run in a restricted workspace`, {
    hint: 'Trust the workspace to use it.',
  });
}

function mismatch(theirs: number): PondError {
  return new PondError('protocol-mismatch', `the server speaks version ${protocolVersion}, the client ${theirs}`, {
    hint: 'Install the same version of both, and start again.',
  });
}
