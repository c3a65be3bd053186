/** Entry point for editors: a server on the transport from the command line, by default Node's IPC channel. */
import { startServer } from './main.ts';

void startServer({ transport: process.argv.includes('--stdio') ? 'stdio' : 'ipc' });
