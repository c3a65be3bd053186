import { type ChildProcess } from 'node:child_process';
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  State,
  type ErrorHandler,
  type InitializeResult,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import {
  method,
  protocolVersion,
  type CommandName,
  type Params,
  type Result,
} from '../../server/src/protocol/commands.ts';
import {
  events,
  type ChangedEvent,
  type CommittedEvent,
  type HealthEvent,
  type ProgressEvent,
} from '../../server/src/protocol/events.ts';
import { type InitializationOptions } from '../../server/src/protocol/handshake.ts';
import { inEditor } from './editorWords.ts';
import { errorInEditor } from './errors.ts';
import { editorText } from './hints.ts';
import { resourceDocuments } from './resourceDocuments.ts';
import { startServer } from './serverProcess.ts';

const restartWaitMs = 20_000;

const restartsMax = 4;
const restartsWithinMs = 3 * 60_000;

export type ServerState = 'starting' | 'running' | 'stopped';

/**
 * Client of the pond server: requests, events, and state of the process. A server that dies is restarted (up to four
 * times within three minutes), and requests wait for it.
 */
export class PondClient implements vscode.Disposable {
  readonly log: vscode.LogOutputChannel;
  private readonly client: LanguageClient;
  private readonly emitters = {
    changed: new vscode.EventEmitter<ChangedEvent>(),
    committed: new vscode.EventEmitter<CommittedEvent>(),
    health: new vscode.EventEmitter<HealthEvent>(),
    progress: new vscode.EventEmitter<ProgressEvent>(),
    state: new vscode.EventEmitter<ServerState>(),
  };
  readonly onDidChangeTree = this.emitters.changed.event;
  readonly onDidCommit = this.emitters.committed.event;
  readonly onDidChangeHealth = this.emitters.health.event;
  readonly onDidProgress = this.emitters.progress.event;
  readonly onDidChangeState = this.emitters.state.event;
  private child: ChildProcess | undefined;
  private currentState: ServerState = 'starting';
  /** Times at which the server was restarted after it died, milliseconds since 1970, oldest first. */
  private restarts: readonly number[] = [];
  private restartsItself = false;
  /** Verbs that change nothing, as the server declares: sent again when it dies before it responds. */
  private safeVerbs: ReadonlySet<unknown> = new Set();

  constructor(serverModule: string) {
    this.log = vscode.window.createOutputChannel('DuckPond', { log: true });
    this.client = new LanguageClient(
      'pond',
      'DuckPond',
      async () => {
        const started = startServer(serverModule, this.log);
        this.child = started.process;
        return started.transports;
      },
      { ...clientOptions(this.log), errorHandler: this.errorHandler() },
    );
    this.client.onDidChangeState(({ newState }) => this.stateChanged(newState));
    const { changed, committed, health, progress } = this.emitters;
    this.client.onNotification(events.changed, (event: ChangedEvent) => changed.fire(inEditor(event)));
    this.client.onNotification(events.committed, (event: CommittedEvent) => committed.fire(inEditor(event)));
    this.client.onNotification(events.health, (event: HealthEvent) => health.fire(inEditor(event)));
    this.client.onNotification(events.progress, (event: ProgressEvent) => progress.fire(inEditor(event)));
  }

  get state(): ServerState {
    return this.currentState;
  }

  /** Process id of the running server; undefined before the first start. */
  get serverPid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the server. Resolves when it is ready or failed to start; the log and the state report a failure. */
  async start(): Promise<void> {
    try {
      await this.client.start();
    } catch (error) {
      this.log.error(`the server could not be started: ${String(error)}`);
      this.stateChanged(State.Stopped);
    }
  }

  async restart(): Promise<void> {
    // A server that hangs does not respond to a stop request.
    await this.client.stop(2_000).catch(() => this.child?.kill('SIGKILL'));
    await this.start();
  }

  /**
   * Sends a command and returns its result. Waits for a server that is starting. Throws a ResponseError with the
   * PondError of the server as `data`, or a plain Error when no server responds.
   */
  async request<N extends CommandName>(
    name: N,
    params: Params<N> & { readonly progressToken?: string },
    token?: vscode.CancellationToken,
  ): Promise<Result<N>> {
    await this.waitUntilRunning(token);
    const child = this.child;
    try {
      return await this.send(name, params, token);
    } catch (error) {
      const died = child?.connected === false;
      if (!died || !this.safeVerbs.has(name) || token?.isCancellationRequested) throw error;
      await this.waitUntilRunning(token, child);
      return this.send(name, params, token);
    }
  }

  async dispose(): Promise<void> {
    await this.client.dispose(2_000).catch(() => this.child?.kill('SIGKILL'));
    for (const emitter of Object.values(this.emitters)) emitter.dispose();
    this.log.dispose();
  }

  private async send<N extends CommandName>(
    name: N,
    params: Params<N>,
    token: vscode.CancellationToken | undefined,
  ): Promise<Result<N>> {
    try {
      // An undefined token would be sent as a second parameter.
      return inEditor(
        token === undefined
          ? await this.client.sendRequest<Result<N>>(method(name), params)
          : await this.client.sendRequest<Result<N>>(method(name), params, token),
      );
    } catch (error) {
      throw errorInEditor(error);
    }
  }

  /** Waits until a server other than `dead` runs. Throws when none starts, and CancellationError on a cancel. */
  private async waitUntilRunning(token: vscode.CancellationToken | undefined, dead?: ChildProcess): Promise<void> {
    const ready = (): boolean => this.currentState === 'running' && this.child !== dead;
    if (ready()) return;
    await new Promise<void>((resolve, reject) => {
      const finish = (complete: () => void): void => {
        clearTimeout(timer);
        listeners.dispose();
        complete();
      };
      const fail = (): void =>
        reject(new Error('the pond server is not running: run "Pond: Show Server Log" or "Pond: Restart Server"'));
      const timer = setTimeout(() => finish(fail), restartWaitMs);
      const cancel = (): void => finish(() => reject(new vscode.CancellationError()));
      const listeners = vscode.Disposable.from(
        this.onDidChangeState((state) => {
          if (ready()) finish(resolve);
          else if (state === 'stopped') finish(fail);
        }),
        ...(token === undefined ? [] : [token.onCancellationRequested(cancel)]),
      );
      if (this.currentState === 'stopped') finish(fail);
    });
  }

  private errorHandler(): ErrorHandler {
    return {
      error: () => ({ action: ErrorAction.Continue }),
      closed: () => {
        const now = Date.now();
        this.restarts = [...this.restarts.filter((time) => now - time < restartsWithinMs), now];
        this.restartsItself = this.restarts.length <= restartsMax;
        return this.restartsItself
          ? {
              action: CloseAction.Restart,
              message: 'the pond server stopped unexpectedly and is restarted',
              handled: true,
            }
          : {
              action: CloseAction.DoNotRestart,
              message: `the pond server stopped unexpectedly ${this.restarts.length} times: run "Pond: Show Server Log"`,
            };
      },
    };
  }

  private stateChanged(state: State): void {
    // Between death and restart the language client is briefly stopped; report it as starting to waiting requests.
    if (state === State.Stopped && this.restartsItself) state = State.Starting;
    else this.restartsItself = false;
    if (state === State.Running) this.safeVerbs = safeVerbsOf(this.client.initializeResult);
    this.currentState = state === State.Running ? 'running' : state === State.Starting ? 'starting' : 'stopped';
    this.emitters.state.fire(this.currentState);
  }
}

/** The verbs that the server declared as safe; none by a server that declares nothing. */
function safeVerbsOf(initialized: InitializeResult | undefined): ReadonlySet<unknown> {
  const declared: unknown = initialized?.capabilities.experimental;
  const isDeclaration = typeof declared === 'object' && declared !== null && 'safeVerbs' in declared;
  return new Set(isDeclaration && Array.isArray(declared.safeVerbs) ? declared.safeVerbs : []);
}

/** A problem in the terms of the editor; its hint is part of the message. */
function asInEditor(diagnostic: vscode.Diagnostic): vscode.Diagnostic {
  diagnostic.message = editorText(diagnostic.message);
  return diagnostic;
}

function clientOptions(log: vscode.LogOutputChannel): LanguageClientOptions {
  const initializationOptions = (): InitializationOptions => ({
    binary: true,
    trusted: vscode.workspace.isTrusted,
    protocolVersion,
  });
  return {
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions,
    documentSelector: [...resourceDocuments, { language: 'pond-sql' }],
    middleware: { handleDiagnostics: (uri, found, next) => next(uri, found.map(asInEditor)) },
  };
}
