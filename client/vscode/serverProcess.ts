import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { IPCMessageReader, IPCMessageWriter, type MessageTransports } from 'vscode-languageclient/node';
import { type LogOutputChannel, workspace } from 'vscode';

/**
 * Starts the pond server and returns its message transports. Node's `advanced` serialization transfers a Uint8Array as
 * bytes, which JSON would turn into an object of numbers.
 */
export function startServer(
  module: string,
  log: LogOutputChannel,
): { readonly process: ChildProcess; readonly transports: MessageTransports } {
  const child = fork(module, ['--node-ipc', `--clientProcessId=${process.pid}`], {
    serialization: 'advanced',
    // The extension host may be Electron, and may run under a debugger: the server is plain Node, without one.
    env: { ...process.env, ...limits(), ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => log.info(line));
  }
  return {
    process: child,
    transports: { reader: new IPCMessageReader(child), writer: new IPCMessageWriter(child) },
  };
}

/** The limits of queries that the settings change, as variables of the server's environment. */
function limits(): Readonly<Record<string, string>> {
  const settings = workspace.getConfiguration('pond.query');
  return Object.fromEntries(
    ['memory', 'spill', 'result'].flatMap((name) => {
      const value = settings.get<string>(name) ?? '';
      return value === '' ? [] : [[`POND_QUERY_${name.toUpperCase()}`, value]];
    }),
  );
}
