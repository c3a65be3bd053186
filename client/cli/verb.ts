/** A verb of the terminal, and what it runs with. */
import { type Interface } from 'node:readline';
import { type ParseArgsConfig } from 'node:util';
import { type ErrorCode } from '../../server/src/base/error.ts';
import { type CommandName, type Params, type Result } from '../../server/src/protocol/commands.ts';

/** Arguments and help of a verb. */
export interface VerbSpec {
  /** Arguments of the verb. */
  readonly usage: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** Additional lines of the verb's help. */
  readonly details?: readonly string[];
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** Minimum and maximum number of positional arguments (unlimited when omitted). */
  readonly positionals: readonly [number, number?];
  /** True when its paths may be patterns. */
  readonly takesPatterns?: true;
  /** Noun for its output, of a verb that prints text or bytes as they are and so takes no --json. */
  readonly printsAsIs?: string;
  /** True when its argument is SQL, which may begin with a comment. */
  readonly takesSql?: true;
  /** Next steps by error code, where the verb has an option that helps. */
  readonly hints?: VerbHints;
}

/** Next steps by error code: sentences. */
export type VerbHints = Partial<Record<ErrorCode, string>>;

/** A verb as declared once: its arguments, its help, and the function that runs it. */
export type TerminalVerb = VerbSpec &
  (
    | { readonly run: VerbRunner }
    /** The function of a verb that works on no pond. */
    | { readonly runStandalone: StandaloneRunner }
  );

/** All verbs by name, in the order of the help. */
export type TerminalVerbs = Readonly<Record<string, TerminalVerb>>;

/** Runs a verb and prints its result. Returns an exit status where it is not 0 without an error. */
export type VerbRunner = (session: Session) => Promise<number | void>;

/** Runs a verb that works on no pond. */
export type StandaloneRunner = (line: CommandLine, terminal: Terminal, verbs: TerminalVerbs) => Promise<void>;

/** A parsed command line. */
export interface CommandLine {
  readonly name: string;
  readonly verb: TerminalVerb;
  /** Value of --pond. */
  readonly pond: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
  /** The verb's own text options, by long name. */
  readonly texts: Readonly<Record<string, string>>;
  /** Repeatable options, by long name. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly flags: ReadonlySet<string>;
  readonly positionals: readonly string[];
}

/** Context of a verb. */
export interface Session {
  readonly line: CommandLine;
  readonly terminal: Terminal;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
  /** Prints a warning of opening a pond on standard error, once. */
  warn(text: string): void;
  /** Runs a command on the pond of the command line. */
  call<N extends CommandName>(name: N, params: Omit<Params<N>, 'pond'>, streams?: Streams): Promise<Result<N>>;
  /** Creates a pond. */
  init(directory: string): Promise<Result<'init'>>;
  /** Copies a pond. */
  clone(params: Params<'clone'>): Promise<Result<'clone'>>;
  /** Lists the copies of ponds on a store; uses no pond. */
  backupList(url: string): Promise<Result<'backupList'>>;
  /** Copies files of a pond at a store. */
  cloneFiles(params: Params<'cloneFiles'>): Promise<Result<'cloneFiles'>>;
  /** Migrates a pond of an older system; the pond of the command line is not used. */
  migrate(params: Params<'migrate'>): Promise<Result<'migrate'>>;
  /** Verifies a proof; uses no pond. */
  checkProof(params: Params<'checkProof'>): Promise<Result<'checkProof'>>;
}

/** Content streamed into or out of a command, and what cancels it in place of the session's signal. */
export interface Streams {
  readonly signal?: AbortSignal;
  readonly input?: AsyncIterable<Uint8Array>;
  readonly output?: (chunk: Uint8Array) => Promise<void>;
}

/** Help for a person who types lines. */
export interface EditorOptions {
  /** Earlier lines, oldest first. */
  readonly history: readonly string[];
  /** Returns what the end of a line may be completed to, and the part of the line that it replaces. */
  readonly complete: (line: string) => Promise<readonly [matches: readonly string[], word: string]>;
}

/** Input and output of a verb. */
export interface Terminal {
  /** Writes to standard output; resolves once there is room for more. */
  print(chunk: string | Uint8Array): Promise<void>;
  /** Shows the progress of a long command on a terminal; elsewhere nothing. */
  progress(message: string, done: number, total?: number): void;
  /**
   * Shows on a terminal the elapsed time of work that reports no progress for a while. Returns a function that ends it.
   */
  working(name: string): () => void;
  /** Clears the progress and writes a line to standard error. */
  warn(line: string): void;
  /** Clears the progress. */
  quiet(): void;
  /** Standard input. */
  input(): AsyncIterable<Uint8Array>;
  /** True when standard output is a terminal. */
  readonly isScreen: boolean;
  /** Width of standard output in columns; Infinity when it is not a terminal. */
  readonly screenWidth: number;
  /** True when a person can answer: standard input and error are a terminal. */
  readonly isInteractive: boolean;
  /** Asks a person a question; true for yes, false for any other answer and for Ctrl+C. */
  confirm(question: string): Promise<boolean>;
  /** Opens an editor of lines on standard input and output; the caller closes it. */
  editor(options: EditorOptions): Interface;
  /** Stops reading standard input, if started: it would keep the process alive. */
  closeInput(): void;
}
