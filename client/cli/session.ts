import { resolve } from 'node:path';
import { PondError } from '../../server/src/base/error.ts';
import { findPond, type Host } from '../../server/src/main.ts';
import { type CommandName, type Params, type Result } from '../../server/src/protocol/commands.ts';
import { type CommandLine } from './commandLine.ts';
import { printableLines } from './format.ts';
import { type Terminal } from './terminal.ts';

type InPond<N extends CommandName> = Omit<Params<N>, 'pond'>;

/** Context of a verb. */
export interface Session {
  readonly line: CommandLine;
  readonly terminal: Terminal;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
  /** Prints a warning of opening a pond on standard error, once. */
  notice(text: string): void;
  /** Runs a command on the pond of the command line. */
  ask<N extends CommandName>(name: N, params: InPond<N>, streams?: Streams): Promise<Result<N>>;
  /** Creates a pond. */
  init(directory: string): Promise<Result<'init'>>;
}

/** Content streamed into or out of a command. */
export interface Streams {
  readonly input?: AsyncIterable<Uint8Array>;
  readonly output?: (chunk: Uint8Array) => Promise<void>;
}

/** Returns a function that prints warnings on standard error, each once: several commands may report the same. */
export function noticesTo(terminal: Terminal): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (!said.has(text)) terminal.warn(printableLines(`pond: ${text}`));
    said.add(text);
  };
}

/** Dependencies of a session. */
export interface CliSessionParts {
  readonly host: Host;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly notice: (text: string) => void;
}

/** Runs commands for one command line. */
export function openSession(line: CommandLine, { host, terminal, signal, notice }: CliSessionParts): Session {
  const progress = terminal.progress.bind(terminal);
  return {
    line,
    terminal,
    signal,
    notice,
    async ask(name, params, streams = {}) {
      const done = terminal.working(line.verb);
      try {
        return await host.call(name, { ...params, pond: pondOf(line) }, { signal, progress, ...streams });
      } finally {
        done();
      }
    },
    init: (directory) => host.call('init', { directory }, { signal, progress }),
  };
}

/** Returns the pond from --pond or POND; undefined without either. */
export function namedPond({ pond }: CommandLine): string | undefined {
  const named = pond ?? process.env['POND'];
  return named === undefined || named === '' ? undefined : resolve(named);
}

function pondOf(line: CommandLine): string {
  const pond = namedPond(line) ?? findPond(process.cwd());
  if (pond !== undefined) return pond;
  throw new PondError('pond-not-found', 'there is no .pond here or in a folder above', {
    hint: "name one with --pond DIR or the variable POND, or make one with 'pond init'",
  });
}
