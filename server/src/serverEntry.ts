/** What an editor starts: a server on the transport that the command line names, Node's IPC channel by default. */
import { startServer } from './main.ts';

void startServer({ transport: process.argv.includes('--stdio') ? 'stdio' : 'ipc' });
