import { append } from './appendVerb.ts';
import { backup } from './backupVerb.ts';
import { check } from './checkVerb.ts';
import { clone } from './cloneVerb.ts';
import { collectingVerbs } from './collectingVerbs.ts';
import { describe } from './describeVerb.ts';
import { format } from './formatVerb.ts';
import { help } from './help.ts';
import { commit, diff, discard, log, showVerb, status } from './historyVerbs.ts';
import { exportVerb, importVerb, init, site } from './hostVerbs.ts';
import { lsp } from './lspVerb.ts';
import { migrate } from './migrateVerb.ts';
import { at, atHelp, flag, namesHelp } from './options.ts';
import { prove } from './proveVerb.ts';
import { query } from './queryVerb.ts';
import { cat, head, tail } from './readingVerbs.ts';
import { allow, apply, deleteVerb, get } from './resourceVerbs.ts';
import { run, runs } from './runVerbs.ts';
import { cp, ln, ls, mkdir, mv, rm, stat, touch, write } from './treeVerbs.ts';
import { du, find, grep, tree } from './searchVerbs.ts';
import { completion } from './shellScripts.ts';
import { sql } from './sqlVerb.ts';
import { tag, undo } from './tagVerbs.ts';
import { thinVerbs } from './thinVerbs.ts';
import { resolveVerb } from './resolveVerb.ts';
import { restore } from './restoreVerb.ts';
import { type TerminalVerbs } from './verb.ts';

const missingParents = "'pond mkdir -p' creates the directories above it.";

/** The declaration of each verb, in the order of the help. */
export const verbs = {
  init,
  clone,
  ls: {
    usage: '[-l] [-R] [--at V] [PATH|GLOB]...',
    summary: 'list directories, or the paths that match patterns',
    details: ['-l shows type, size, time and version; -R lists everything below.', atHelp],
    options: { long: flag('l'), recursive: flag('R'), at },
    positionals: [0],
    takesPatterns: true,
    run: ls,
  },
  cat,
  head,
  tail,
  find,
  grep,
  du,
  tree,
  stat: {
    usage: '[--at V] PATH',
    summary: 'show the properties of a path, without reading its content',
    details: [atHelp],
    options: { at },
    positionals: [1, 1],
    run: stat,
  },
  describe,
  format,
  mkdir: {
    usage: '[-p] PATH',
    summary: 'create a directory',
    details: ['-p creates its parents too, and accepts an existing directory.'],
    options: { parents: flag('p') },
    positionals: [1, 1],
    hints: { 'not-found': "'pond mkdir -p' creates the parents too." },
    run: mkdir,
  },
  touch: {
    usage: 'PATH...',
    summary: 'create empty files at unused paths',
    positionals: [1],
    hints: { 'not-found': missingParents },
    run: touch,
  },
  write: {
    usage: 'PATH',
    summary: 'store standard input as a file',
    positionals: [1, 1],
    hints: { 'not-found': missingParents },
    run: write,
  },
  append,
  import: {
    usage: '[--as series|table] [--time COLUMN] HOST... PATH',
    summary: 'copy host files and folders into a directory of the pond',
    details: [
      'All or none. Files with equal content stay as they are.',
      'One file becomes the file at PATH where that has its extension: import a.csv /b.csv.',
      'With --as, each CSV, JSON, Arrow or Parquet file becomes a series or table, without the extension in its name.',
    ],
    options: { as: { type: 'string' }, time: { type: 'string' } },
    positionals: [2],
    hints: { 'is-a-directory': 'Import into another directory, or remove the existing one first.' },
    run: importVerb,
  },
  export: {
    usage: '[--at V] [--temporal PARTS] PATH... HOSTDIR',
    summary: 'copy paths, or the files that match patterns, to a host folder',
    details: [
      'Links are replaced by the files they refer to; a series becomes one Parquet file.',
      '--temporal year,month writes one Parquet file per month, in folders named by the wildcards.',
      'Its parts are year, month, day, hour, minute, second: from the year on, without a gap.',
      atHelp,
    ],
    options: { at, temporal: { type: 'string' } },
    positionals: [2],
    takesPatterns: true,
    run: exportVerb,
  },
  site,
  cp: {
    usage: '[-r] A B',
    summary: 'copy a file, or with -r a directory',
    options: { recursive: flag('r') },
    positionals: [2, 2],
    hints: { 'is-a-directory': "'pond cp -r' copies a directory with everything in it." },
    run: cp,
  },
  mv: {
    usage: 'A B',
    summary: 'move or rename a file or directory',
    positionals: [2, 2],
    run: mv,
  },
  rm: {
    usage: '[-r] PATH|GLOB...',
    summary: 'remove files, links, or with -r directories',
    details: ['-r removes directories with everything in them.', 'All of the paths are removed, or none.'],
    options: { recursive: flag('r') },
    positionals: [1],
    takesPatterns: true,
    run: rm,
  },
  ln: {
    usage: '-s TARGET PATH',
    summary: 'create a symbolic link at PATH',
    options: { symbolic: flag('s') },
    positionals: [2, 2],
    run: ln,
  },
  status: {
    usage: '',
    summary: 'show the latest commit, staged changes and conflicts',
    positionals: [0, 0],
    run: status,
  },
  diff: {
    usage: '[--rows [--key COLUMN,...] [--query SQL]... [-n N]] [--at V] [--to V] [V..V] [PATH...]',
    summary: 'show the differences between two versions, or between the rows of a table',
    details: [
      'From --at, by default HEAD, to --to, by default the staged changes; V..V or V.. says the same in one word.',
      atHelp,
      '--rows compares the rows of the table PATH, or of two, by a key that is found or named by --key.',
      '--query SQL compares the rows of two queries, if given twice, or those of the table PATH with a query.',
      '-n N shows at most N of the rows that differ, 20 by default.',
    ],
    options: {
      query: { type: 'string', multiple: true },
      ...{ at, to: { type: 'string' }, rows: { type: 'boolean' }, key: { type: 'string' } },
      count: { type: 'string', short: 'n' },
    },
    positionals: [0],
    run: diff,
  },
  commit: {
    usage: '-m TEXT [PATH...]',
    summary: 'commit all staged changes, or those at or below the paths',
    options: { message: { type: 'string', short: 'm' } },
    positionals: [0],
    run: commit,
  },
  discard: {
    usage: '[PATH...]',
    summary: 'discard staged changes: those at or below the paths, or all',
    positionals: [0],
    run: discard,
  },
  resolve: resolveVerb,
  log: {
    usage: '[-n N] [--since V] [--until V] [--author TEXT] [--grep TEXT] [--no-runs] [--no-follow] [PATH]',
    summary: 'list commits, latest first; with PATH, those that changed it',
    details: [
      '--since and --until are ISO times or versions; --author and --grep find a text in the author and in the message.',
      '--no-runs leaves out the commits of runs.',
      'A link at the end of PATH means what it leads to; --no-follow means the link itself.',
    ],
    options: {
      count: { type: 'string', short: 'n' },
      since: { type: 'string' },
      until: { type: 'string' },
      author: { type: 'string' },
      grep: { type: 'string' },
      'no-runs': { type: 'boolean' },
      'no-follow': { type: 'boolean' },
    },
    positionals: [0, 1],
    run: log,
  },
  show: {
    usage: 'COMMIT',
    summary: 'show a commit and its changes',
    positionals: [1, 1],
    run: showVerb,
  },
  restore,
  tag,
  undo,
  query,
  sql,
  apply: {
    usage: '-f FILE... [-v NAME=VALUE]...',
    summary: 'stage resource documents, all or none',
    details: [
      'A file may hold several documents; - is standard input. template_file names a file in or below the folder of its document.',
      '-v gives the value of {{ NAME }} in a document.',
      "Applied documents take effect once they are committed: 'pond commit'.",
    ],
    options: {
      file: { type: 'string', short: 'f', multiple: true },
      variable: { type: 'string', short: 'v', multiple: true },
    },
    positionals: [0],
    run: apply,
  },
  get: {
    usage: '[NAME...]',
    summary: 'list all resources, or show the named ones',
    details: [namesHelp],
    positionals: [0],
    run: get,
  },
  delete: {
    usage: 'NAME...',
    summary: 'stage the removal of resources with all their data',
    details: [namesHelp],
    positionals: [1],
    run: deleteVerb,
  },
  run: {
    usage: '[--every DURATION] [NAME...]',
    summary: 'run all resources of the latest commit, or the named ones',
    details: [
      namesHelp,
      '--every 10m runs them again after each interval, until Ctrl+C; a run that takes longer delays the next one.',
      'Runs of a schedule without new data whose result equals the previous one are recorded once an hour.',
    ],
    options: { every: { type: 'string' } },
    positionals: [0],
    run: run,
  },
  allow: {
    usage: '[--list | --revoke] [NAME...]',
    summary: 'allow what resources do on this computer: read host files, send secrets',
    details: [
      namesHelp,
      'Documents that you apply yourself are allowed; those that come with a pond or a commit are allowed once, by this verb.',
      '--list shows what is allowed, also without names. --revoke removes the permission.',
    ],
    options: { list: { type: 'boolean' }, revoke: { type: 'boolean' } },
    positionals: [0],
    run: allow,
  },
  runs: {
    usage: '[-n N] [NAME...]',
    summary: 'list runs, latest first',
    details: [namesHelp, '-n is the maximum number of runs, 20 by default.'],
    options: { count: { type: 'string', short: 'n' } },
    positionals: [0],
    run: runs,
  },
  ...collectingVerbs,
  ...thinVerbs,
  backup,
  check,
  migrate,
  prove,
  completion,
  lsp,
  help,
} as const satisfies TerminalVerbs;
