import { createConnection, IPCMessageReader, IPCMessageWriter, type Connection } from 'vscode-languageserver/node';

/** A connection with the editor that started this process, over Node's IPC channel or standard input and output. */
export function connectEditor(transport: 'ipc' | 'stdio'): Connection {
  return transport === 'ipc'
    ? createConnection(new IPCMessageReader(process), new IPCMessageWriter(process))
    : createConnection(process.stdin, process.stdout);
}
