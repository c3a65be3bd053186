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
import { type Host } from './commands/host.ts';
import { commands } from './commands/index.ts';
import { type PondNotification } from './commands/notification.ts';
import { type LanguageService } from './language/index.ts';
import { type CommandName, method, type Params, protocolVersion, type Result } from './protocol/commands.ts';
import { events, type HealthEvent, type InitializationOptions, type ProgressEvent } from './protocol/events.ts';
import { toResponse } from './rpc/errors.ts';
import { languageCapabilities, serveLanguage } from './rpc/languageFeatures.ts';
import { type Extras } from './rpc/messages.ts';
import { abortControllerOf } from './rpc/signal.ts';

/** Components of a server. */
export interface ServerParts {
  readonly host: Host;
  readonly language: () => Promise<LanguageService>;
  readonly onNotice: (listener: (notice: PondNotification) => void) => void;
  /** Reports warnings of opening a pond, and the pond. */
  readonly onWarning: (listener: (text: string, directory: string) => void) => void;
  /** Sets whether the client's workspace is trusted. */
  readonly trust: (isTrusted: boolean) => void;
  /** Called when the client requests shutdown, before the response. */
  readonly close: () => Promise<void>;
}

/** Commands that run code or access the host: not available in an untrusted workspace. */
const trustedOnly: ReadonlySet<CommandName> = new Set([
  'init',
  'import',
  'export',
  'query',
  'queryToFile',
  'queryToText',
  'apply',
  'run',
  'hydroVuLocations',
  'hydroVuScan',
  'site',
]);

/** Clients other than our editor extension send no options. */
const defaultOptions: InitializationOptions = { binary: false, trusted: true, protocolVersion };

/** Serves a client over a connection, until it is closed. */
export function serve(
  connection: Connection,
  { host, language, onNotice, onWarning, trust, close }: ServerParts,
): void {
  let client = defaultOptions;
  let health: HealthEvent = { health: 'ok', message: '' };

  function tell(event: string, params: unknown): void {
    // A disconnected client needs no notification.
    connection.sendNotification(event, params).catch(() => undefined);
  }

  function report(now: HealthEvent): void {
    if (now.health === health.health && now.message === health.message) return;
    health = now;
    tell(events.health, health);
  }

  async function answer(name: CommandName, sent: Params<CommandName> & Extras, signal: AbortSignal): Promise<unknown> {
    const { progressToken: token, ...params } = sent;
    const progress = (message: string, done: number, total?: number): void => {
      const event = { token: token ?? '', message, done, ...(total === undefined ? {} : { total }) };
      if (token !== undefined) tell(events.progress, event satisfies ProgressEvent);
    };
    if (!client.trusted && trustedOnly.has(name)) throw restricted(name);
    const result = await host.call(name, params, { signal, progress });
    return result instanceof Uint8Array && !client.binary ? { base64: base64(result) } : result;
  }

  connection.onInitialize(({ initializationOptions }: InitializeParams): InitializeResult => {
    client = { ...defaultOptions, ...(initializationOptions as Partial<InitializationOptions> | undefined) };
    if (client.protocolVersion !== protocolVersion) throw editorError(mismatch(client.protocolVersion));
    trust(client.trusted);
    return { capabilities: languageCapabilities, serverInfo: { name: 'pond' } };
  });
  connection.onInitialized(() => tell(events.health, health));
  for (const name of Object.keys(commands) as CommandName[]) {
    connection.onRequest(method(name), async (params: Params<CommandName> & Extras, token: CancellationToken) => {
      try {
        const result = await answer(name, params, abortControllerOf(token).signal);
        const now = healthAfter(name, result);
        if (now !== undefined) report(now);
        return result;
      } catch (error) {
        if (isPondError(error, 'engine-unavailable')) report({ health: 'error', message: error.message });
        if (!isPondError(error)) connection.console.error(String(error instanceof Error ? error.stack : error));
        throw editorError(error);
      }
    });
  }
  onNotice(({ kind, event }) => tell(events[kind], event));
  // A notification, not a request: not every editor answers requests.
  onWarning((text, directory) => {
    tell('window/showMessage', { type: MessageType.Warning, message: `${directory}: ${text}` });
  });
  serveLanguage(connection, language);
  connection.onShutdown(close);
  connection.listen();
}

/** Returns the health event that a successful command implies; undefined without one. */
function healthAfter(name: CommandName, result: unknown): HealthEvent | undefined {
  if (name === 'query') return { health: 'ok', message: '' };
  const notices = name === 'status' ? (result as Result<'status'>).notices : [];
  return notices.length === 0 ? undefined : { health: 'warning', message: notices.join(' ') };
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
    hint: 'trust the workspace to use it',
  });
}

function mismatch(theirs: number): PondError {
  return new PondError('protocol-mismatch', `the server speaks version ${protocolVersion}, the client ${theirs}`, {
    hint: 'install the same version of both, and start again',
  });
}
