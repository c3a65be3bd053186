import { PondError } from '../../server/src/base/error.ts';
import { findPond, pondIn, type Host } from '../../server/src/terminal.ts';
import { type CommandName, type Params, type Result } from '../../server/src/protocol/commands.ts';
import { printableLines } from '../../server/src/base/printable.ts';
import { namedPond } from './runner.ts';
import { type CommandLine, type Session, type Streams, type Terminal } from './verb.ts';

/** Returns a function that prints warnings on standard error, each once: several commands may report the same. */
export function warningsTo(terminal: Terminal): (text: string) => void {
  const printed = new Set<string>();
  return (text) => {
    if (!printed.has(text)) terminal.warn(printableLines(`pond: ${text}`));
    printed.add(text);
  };
}

/** Dependencies of a session. */
interface CliSessionParts {
  readonly host: Host;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
}

/** Runs commands for one command line. */
export function openSession(line: CommandLine, { host, terminal, signal, warn }: CliSessionParts): Session {
  const progress = terminal.progress.bind(terminal);
  const call = async <N extends CommandName>(
    name: N,
    params: Omit<Params<N>, 'pond'>,
    streams: Streams = {},
  ): Promise<Result<N>> => {
    const stop = terminal.working(line.name);
    try {
      return await host.call(name, { ...params, pond: pondOf(line) }, { signal, progress, ...streams });
    } finally {
      stop();
    }
  };
  return {
    ...{ line, terminal, signal, warn, call },
    cloneFiles: (params) => host.call('cloneFiles', params, { signal, progress }),
    clone: (params) => host.call('clone', params, { signal, progress }),
    migrate: (params) => host.call('migrate', params, { signal, progress }),
    init: (directory) => host.call('init', { directory }, { signal }),
    backupList: (url) => host.call('backupList', { url }, { signal }),
    checkProof: (params) => host.call('checkProof', params, { signal }),
  };
}

function pondOf(line: CommandLine): string {
  const named = namedPond(line);
  // The server says of a folder without a pond what is wrong with it.
  const pond = named === undefined ? findPond(process.cwd()) : (pondIn(named) ?? named);
  if (pond !== undefined) return pond;
  throw new PondError('pond-not-found', 'there is no pond in this folder or above it', {
    hint: "Name one with --pond DIR or the variable POND, or create one with 'pond init'.",
  });
}
