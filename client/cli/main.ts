#!/usr/bin/env node
/** The `pond` command: takes its arguments apart, asks, prints, and ends with a status. */
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { connectLocal, startServer } from '../../server/src/main.ts';
import { type CommandLine, parseCommandLine } from './commandLine.ts';
import { exitStatus, statusOf } from './exitStatus.ts';
import { printableLines } from './format.ts';
import { withGuess } from './guess.ts';
import { helpText } from './help.ts';
import { hintFor } from './hints.ts';
import { runners } from './run.ts';
import { openSession } from './session.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import { type Verb } from './verbs.ts';

/** The version in package.json; the build puts it here. */
declare const POND_VERSION: string;

const terminal = openTerminal();
let verb: Verb | undefined;
try {
  const args = process.argv.slice(2);
  if (args.length === 1 && args[0] === '--version') {
    await terminal.print(`pond ${POND_VERSION}\n`);
  } else {
    const line = parseCommandLine(args);
    verb = line.verb;
    await run(line, terminal);
  }
} catch (error) {
  process.exitCode = report(error, verb, terminal);
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
  } catch (error) {
    throw await withGuess(error, session);
  } finally {
    terminal.quiet();
    await host.close();
    terminal.closeInput();
  }
}

/**
 * Aborted by Ctrl+C, and by whoever else ends the process in order: a service manager, a terminal that is closed. A
 * second signal ends the process at once, which loses nothing that was acknowledged.
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

/** Says what went wrong, and returns the exit status for it. */
function report(error: unknown, verb: Verb | undefined, terminal: Terminal): number {
  if (!isPondError(error)) {
    terminal.warn(`pond: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return exitStatus.other;
  }
  const { message, position, path } = error;
  // A query that fails for a document says line and column of that, not of its own text.
  const document = path?.endsWith('/resource.yaml') === true ? `${path}, ` : '';
  const place =
    position === undefined ? '' : ` (${document}line ${position.line + 1}, column ${position.character + 1})`;
  terminal.warn(printableLines(`pond: ${message}${place}`));
  const hint = error.hint ?? hintFor(error, verb);
  if (hint !== undefined) terminal.warn(printableLines(`hint: ${hint}`));
  return statusOf(error.code);
}
