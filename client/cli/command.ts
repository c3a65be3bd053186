/** The `pond` command without its process: parses its arguments, runs commands, and prints. */
import { isPondError } from '../../server/src/base/error.ts';
import { parseCommandLine } from './commandLine.ts';
import { errorJson, errorText } from './errorText.ts';
import { exitStatus, statusOf } from './exitStatus.ts';
import { withGuess } from './guess.ts';
import { helpText } from './help.ts';
import { printedError } from './printedError.ts';
import { openSession, warningsTo } from './session.ts';
import { completeWords } from './shellScripts.ts';
import { type CommandLine, type Terminal } from './verb.ts';
import { verbs } from './verbs.ts';

/** The version in package.json, inserted by the build. */
declare const POND_VERSION: string;

/** Interface of the process to a command, in addition to the working directory and the environment. */
interface CommandProcess {
  readonly terminal: Terminal;
  /** Returns a signal aborted when the command is to end early; called once, by a verb that works on a pond. */
  readonly interruption: () => AbortSignal;
}

/** Runs `pond ARGS` to its end, and returns its exit status. An error is printed; nothing is thrown. */
export async function runCommand(args: readonly string[], process: CommandProcess): Promise<number> {
  let line: CommandLine | undefined;
  try {
    if (args.length === 1 && args[0] === '--version') {
      await process.terminal.print(`pond ${POND_VERSION}\n`);
    } else if (args[0] === completeWords) await printCompletions(args.slice(1), process);
    else {
      line = parseCommandLine(verbs, args);
      return await run(line, process);
    }
    return 0;
  } catch (error) {
    const printed = printedError(error, line);
    process.terminal.warn(wantsJson(args) ? errorJson(printed) : errorText(printed));
    return isPondError(error) ? statusOf(error.code) : exitStatus.other;
  }
}

/** Prints the words that the last one may become, one per line. */
async function printCompletions(words: readonly string[], { terminal, interruption }: CommandProcess): Promise<void> {
  const { completions } = await import('./completion.ts');
  const host = (await import('../../server/src/main.ts')).connectLocal();
  const pond = words.findLast((_, index) => words[index - 1] === '--pond');
  const line = { name: 'help', verb: verbs.help, pond, json: false, help: false };
  const session = openSession(
    { ...line, texts: {}, lists: {}, flags: new Set(), positionals: [] },
    { host, terminal, signal: interruption(), warn: () => undefined },
  );
  try {
    const found = await completions(verbs, words, session.call);
    // A name with a line break would become two.
    await terminal.print(found.flatMap((word) => (word.includes('\n') ? [] : [`${word}\n`])).join(''));
  } finally {
    await host.close();
  }
}

/** Runs a verb, and returns the exit status. */
async function run(line: CommandLine, { terminal, interruption }: CommandProcess): Promise<number> {
  const { name, verb } = line;
  if (line.help) {
    await terminal.print(helpText(verbs, name));
    return 0;
  }
  if ('runStandalone' in verb) {
    await verb.runStandalone(line, terminal, verbs);
    return 0;
  }
  const warn = warningsTo(terminal);
  const { connectLocal } = await import('../../server/src/main.ts');
  const host = connectLocal(warn);
  const session = openSession(line, { host, terminal, signal: interruption(), warn });
  try {
    const status = await verb.run(session);
    return status ?? 0;
  } catch (error) {
    throw await withGuess(error, session);
  } finally {
    terminal.quiet();
    await host.close();
    terminal.closeInput();
  }
}

/** True for arguments with --json, even if they cannot be parsed. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
}
