#!/usr/bin/env node
/** The process of the `pond` command: its arguments, streams and signals, and its exit status. */
import { runCommand } from './command.ts';
import { exitStatus } from './exitStatus.ts';
import { openTerminal } from './terminal.ts';

const terminal = openTerminal();
process.exitCode = await runCommand(process.argv.slice(2), { terminal, interruption });

/**
 * Returns a signal aborted by Ctrl+C or an orderly termination: by a service manager, or a closed terminal. A second
 * signal ends the process at once, without losing acknowledged data.
 */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitStatus.cancelled);
    controller.abort();
    terminal.closeInput();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
  return controller.signal;
}
