/** Every verb of the command line: what it takes, and what help says of it. */
import { type ParseArgsConfig } from 'node:util';

/** A verb as help and the parser know it. */
export interface VerbSpec {
  /** What follows the verb. */
  readonly usage: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** What help of the verb says beside. */
  readonly details?: readonly string[];
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** How many positional arguments it takes: at least, and at most (any number when left out). */
  readonly positionals: readonly [number, number?];
}

const at = { type: 'string' } as const;
const flag = (short: string) => ({ type: 'boolean', short }) as const;
const atHelp = '--at V reads a version: a commit number, HEAD~n, or an ISO time.';

/** The verbs, in the order in which help lists them. */
export const verbs = {
  init: {
    usage: '[DIR]',
    summary: 'make a pond at DIR, or .pond in this folder',
    positionals: [0, 1],
  },
  ls: {
    usage: '[-l] [-R] [--at V] [PATH|GLOB]',
    summary: 'list a directory, or what matches a pattern',
    details: ['-l shows type, size, time and version; -R lists all below.', atHelp],
    options: { long: flag('l'), recursive: flag('R'), at },
    positionals: [0, 1],
  },
  cat: {
    usage: '[--at V] PATH',
    summary: 'write the content of a file to standard output',
    details: [atHelp],
    options: { at },
    positionals: [1, 1],
  },
  stat: {
    usage: '[--at V] PATH',
    summary: 'show what is known of a path without reading its content',
    details: [atHelp],
    options: { at },
    positionals: [1, 1],
  },
  mkdir: {
    usage: '[-p] PATH',
    summary: 'make a directory',
    details: ['-p makes its parents too, and is content with one that is there.'],
    options: { parents: flag('p') },
    positionals: [1, 1],
  },
  touch: { usage: 'PATH...', summary: 'make empty files where nothing is', positionals: [1] },
  write: { usage: 'PATH', summary: 'store standard input as a file', positionals: [1, 1] },
  import: {
    usage: 'HOST... PATH',
    summary: 'copy host files and folders into a directory of the pond',
    details: ['All or nothing. Files that are there already, with equal content, are left as they are.'],
    positionals: [2],
  },
  export: {
    usage: '[--at V] [--temporal PARTS] PATH... HOSTDIR',
    summary: 'copy paths, or what matches patterns, to a host folder',
    details: [
      'Links are replaced by the files they lead to; a series becomes one Parquet file.',
      '--temporal year,month writes a Parquet file for each month, in folders that are named by the wildcards.',
      'Its parts are year, month, day, hour, minute, second: from the year on, without a gap.',
      atHelp,
    ],
    options: { at, temporal: { type: 'string' } },
    positionals: [2],
  },
  cp: {
    usage: '[-r] A B',
    summary: 'copy a file, or with -r a directory',
    options: { recursive: flag('r') },
    positionals: [2, 2],
  },
  mv: { usage: 'A B', summary: 'move or rename', positionals: [2, 2] },
  rm: {
    usage: '[-r] PATH...',
    summary: 'remove',
    details: ['-r removes directories with all in them.'],
    options: { recursive: flag('r') },
    positionals: [1],
  },
  ln: {
    usage: '-s TARGET PATH',
    summary: 'make a symbolic link at PATH',
    options: { symbolic: flag('s') },
    positionals: [2, 2],
  },
  status: { usage: '', summary: 'show the newest commit and what is staged on it', positionals: [0, 0] },
  diff: {
    usage: '[--at V] [--to V] [PATH...]',
    summary: 'show what changed between two versions',
    details: ['From --at (HEAD) to --to (what is staged now).', atHelp],
    options: { at, to: { type: 'string' } },
    positionals: [0],
  },
  commit: {
    usage: '-m TEXT',
    summary: 'commit all that is staged',
    options: { message: { type: 'string', short: 'm' } },
    positionals: [0, 0],
  },
  discard: { usage: '[PATH...]', summary: 'take staged changes back: those below the paths, or all', positionals: [0] },
  resolve: {
    usage: 'PATH...',
    summary: 'keep the staged side of conflicts with another commit',
    details: ['To take the committed side, discard the path.'],
    positionals: [1],
  },
  log: { usage: '[PATH]', summary: 'list commits, newest first; those that changed PATH', positionals: [0, 1] },
  show: { usage: 'COMMIT', summary: 'show a commit and what it changed', positionals: [1, 1] },
  restore: {
    usage: 'PATH... --at V',
    summary: 'stage paths as they were at a version',
    details: [atHelp],
    options: { at },
    positionals: [1],
  },
  query: {
    usage: '[--at V] [--format table|csv|json|parquet] [-o FILE] SQL',
    summary: 'run SQL over the files of the pond',
    details: [
      'Paths and patterns are table names: SELECT * FROM "/weather/*.csv".',
      '-o writes to a host file, in the format of its extension unless --format names one.',
      atHelp,
    ],
    options: { at, format: { type: 'string' }, output: { type: 'string', short: 'o' } },
    positionals: [1, 1],
  },
  check: {
    usage: '[--at V]',
    summary: 'compute the hashes of a version from its data, and compare',
    details: [atHelp],
    options: { at },
    positionals: [0, 0],
  },
  lsp: {
    usage: '--stdio',
    summary: 'serve an editor over standard input and output',
    options: { stdio: { type: 'boolean' } },
    positionals: [0, 0],
  },
  help: { usage: '[VERB]', summary: 'show this help, or that of a verb', positionals: [0, 1] },
} as const satisfies Record<string, VerbSpec>;

/** A verb's name. */
export type Verb = keyof typeof verbs;

/** True for the name of a verb. */
export function isVerb(name: string): name is Verb {
  return Object.hasOwn(verbs, name);
}
