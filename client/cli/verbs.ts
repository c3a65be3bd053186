/** All verbs of the command line, with their arguments and help. */
import { type ParseArgsConfig } from 'node:util';
import { PondError } from '../../server/src/base/error.ts';
import { didYouMean } from '../../server/src/base/suggest.ts';

/** A verb as help and the parser use it. */
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
}

const at = { type: 'string' } as const;
const flag = (short: string) => ({ type: 'boolean', short }) as const;
const namesHelp = 'NAME is that of a resource, KIND/NAME where several kinds have it, or a UUID.';
const atHelp = '--at V reads a version: a commit number, HEAD~n, or an ISO time.';

/** The verbs, in the order of the help. */
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
  site: {
    usage: '[--at V] [--title TEXT] HOSTDIR',
    summary: 'write an Observable Framework project with charts of what resources derive',
    details: [
      'In HOSTDIR, npm install and npm run build make a site of it, in dist.',
      'Files of your own there are kept, and so are your changes to package.json, observablehq.config.js and style.css.',
      atHelp,
    ],
    options: { at, title: { type: 'string' } },
    positionals: [1, 1],
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
  apply: {
    usage: '-f FILE... [-v NAME=VALUE]...',
    summary: 'stage resource documents, all or none',
    details: [
      'A file may hold several documents; - is standard input. A relative template_file starts at this folder.',
      '-v gives a variable that {{ NAME }} in a document stands for.',
      "What is applied is live once it is committed: 'pond commit'.",
    ],
    options: {
      file: { type: 'string', short: 'f', multiple: true },
      variable: { type: 'string', short: 'v', multiple: true },
    },
    positionals: [0],
  },
  get: {
    usage: '[NAME...]',
    summary: 'list resources, or show those of the names',
    details: [namesHelp],
    positionals: [0],
  },
  delete: {
    usage: 'NAME...',
    summary: 'stage the removal of resources with all that they hold',
    details: [namesHelp],
    positionals: [1],
  },
  run: {
    usage: '[--every DURATION] [NAME...]',
    summary: 'run resources of the newest commit, all or those of the names',
    details: [
      namesHelp,
      '--every 10m runs them again and again until Ctrl+C; a run that takes longer than that delays the next.',
      'Runs of a schedule that bring nothing and end as the one before are recorded once an hour.',
    ],
    options: { every: { type: 'string' } },
    positionals: [0],
  },
  runs: {
    usage: '[-n N] [NAME...]',
    summary: 'list the last runs, newest first',
    details: [namesHelp, '-n says how many, 20 by default.'],
    options: { count: { type: 'string', short: 'n' } },
    positionals: [0],
  },
  hydrovu: {
    usage: 'locations NAME | scan NAME LOCATION START [END]',
    summary: 'ask the HydroVu account of a resource; nothing is kept',
    details: [
      'locations lists what the account can see. scan reads the readings of a location and tells what each page has.',
      'START and END are ISO times or seconds since 1970 UTC.',
    ],
    positionals: [2, 5],
  },
  scribble: {
    usage: '[--seed N] [--min N] [--max N] PATH',
    summary: 'stage random files and directories below PATH, to try things on',
    details: ['The same seed makes the same. From --min (5) to --max (10) entries in each directory.'],
    options: { seed: { type: 'string' }, min: { type: 'string' }, max: { type: 'string' } },
    positionals: [1, 1],
  },
  check: {
    usage: '[--at V]',
    summary: 'compute the hashes of a version from its data, and compare',
    details: ['Also prints a hash of what each resource holds, equal where another pond holds the same.', atHelp],
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

/** Returns the error for an unknown verb. */
export function noVerb(name: string): PondError {
  const hint = didYouMean(name, Object.keys(verbs)) ?? "see 'pond help'";
  return new PondError('usage', `'${name}' is not a verb of pond`, { hint });
}
