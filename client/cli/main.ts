#!/usr/bin/env node
/** The `pond` command: takes its arguments apart, asks, prints, and ends with a status. */
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { connectLocal, startServer } from '../../server/src/main.ts';
import { type CommandLine, parseCommandLine } from './commandLine.ts';
import { exitStatus, statusOf } from './exitStatus.ts';
import { helpText } from './help.ts';
import { runners } from './run.ts';
import { openSession } from './session.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const terminal = openTerminal();
try {
  await run(parseCommandLine(process.argv.slice(2)), terminal);
} catch (error) {
  process.exitCode = report(error, terminal);
}

async function run(line: CommandLine, terminal: Terminal): Promise<void> {
  const { verb, positionals, flags } = line;
  if (line.help) return await terminal.print(helpText(verb));
  if (verb === 'help') return await terminal.print(helpText(positionals[0]));
  if (verb === 'lsp') {
    if (!flags.has('stdio')) throw new PondError('usage', 'lsp needs a transport', { hint: 'usage: pond lsp --stdio' });
    return await startServer({ transport: 'stdio' });
  }
  const host = connectLocal();
  const session = openSession(line, host, terminal, interruption(terminal));
  try {
    await runners[verb](session);
  } finally {
    terminal.quiet();
    await host.close();
    terminal.closeInput();
  }
}

/** Aborted by Ctrl+C; a second one ends the process at once, which loses nothing that was acknowledged. */
function interruption(terminal: Terminal): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(exitStatus.cancelled);
    controller.abort();
    terminal.closeInput();
  });
  return controller.signal;
}

/** Says what went wrong, and returns the exit status for it. */
function report(error: unknown, terminal: Terminal): number {
  if (!isPondError(error)) {
    terminal.warn(`pond: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return exitStatus.other;
  }
  const { message, position } = error;
  const place = position === undefined ? '' : ` (line ${position.line + 1}, column ${position.character + 1})`;
  terminal.warn(`pond: ${message}${place}`);
  if (error.hint !== undefined) terminal.warn(`hint: ${error.hint}`);
  return statusOf(error.code);
}
