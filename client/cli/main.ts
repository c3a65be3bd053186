#!/usr/bin/env node
/** The `pond` command: parses its arguments, runs commands, prints, and exits with a status. */
import { isPondError } from '../../server/src/base/error.ts';
import { connectLocal } from '../../server/src/main.ts';
import { parseCommandLine } from './commandLine.ts';
import { errorJson, errorText } from './errorText.ts';
import { exitStatus, statusOf } from './exitStatus.ts';
import { withGuess } from './guess.ts';
import { helpText } from './help.ts';
import { printedError } from './printedError.ts';
import { openSession, warningsTo } from './session.ts';
import { openTerminal } from './terminal.ts';
import { type CommandLine, type Terminal } from './verb.ts';
import { verbs } from './verbs.ts';

/** The version in package.json, inserted by the build. */
declare const POND_VERSION: string;

const terminal = openTerminal();
let line: CommandLine | undefined;
try {
  const args = process.argv.slice(2);
  if (args.length === 1 && args[0] === '--version') {
    await terminal.print(`pond ${POND_VERSION}\n`);
  } else {
    line = parseCommandLine(verbs, args);
    await run(line, terminal);
  }
} catch (error) {
  process.exitCode = report(error, line, terminal);
}

async function run(line: CommandLine, terminal: Terminal): Promise<void> {
  const { name, verb } = line;
  if (line.help) return await terminal.print(helpText(verbs, name));
  if ('runStandalone' in verb) return await verb.runStandalone(line, terminal, verbs);
  const warn = warningsTo(terminal);
  const host = connectLocal(warn);
  const session = openSession(line, { host, terminal, signal: interruption(terminal), warn });
  try {
    await verb.run(session);
  } catch (error) {
    throw await withGuess(error, session);
  } finally {
    terminal.quiet();
    await host.close();
    terminal.closeInput();
  }
}

/**
 * Returns a signal aborted by Ctrl+C or an orderly termination: by a service manager, or a closed terminal. A second
 * signal ends the process at once, without losing acknowledged data.
 */
function interruption(terminal: Terminal): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitStatus.cancelled);
    controller.abort();
    terminal.closeInput();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
  return controller.signal;
}

/** Prints an error, and returns its exit status. */
function report(error: unknown, line: CommandLine | undefined, terminal: Terminal): number {
  const printed = printedError(error, line);
  terminal.warn(wantsJson(process.argv.slice(2)) ? errorJson(printed) : errorText(printed));
  return isPondError(error) ? statusOf(error.code) : exitStatus.other;
}

/** True for arguments with --json, even if they cannot be parsed. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
}
