/** The verb that migrates a pond of an older system. */
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { type MigrationInfo } from '../../server/src/protocol/migration.ts';
import { humanSize } from './format.ts';
import { argument, hostPath, pondPath, show } from './runner.ts';
import { type Session, type TerminalVerb } from './verb.ts';
import { isUrl } from '../../server/src/base/url.ts';

/** Maximum number of lines of each list; the rest are counted, and in --json. */
const linesMax = 20;

/** The verb that writes the history of an older pond into a new one, and prints a report. */
export const migrate = {
  usage: '--from SOURCE [--history all|every|none] [--parse] [--dry-run] [--skip-damaged] [--into PATH] [DIR]',
  summary: 'write the history of a pond of an older system into a new pond at DIR',
  details: [
    'SOURCE is the folder of a pond of 2025 or of Watertown, or the folder or URL of a backup of 2025. It is only read.',
    '--history none makes one commit of the latest state; every keeps each version of an appended file, not one a day.',
    '--parse makes series of files that Watertown appended to, CSV and lines of JSON with times, rather than files.',
    '--into PATH is for a pond at DIR that exists.',
    '--dry-run reads and checks everything, and writes nothing. --skip-damaged leaves damaged files out.',
    'The same command goes on where it was interrupted.',
  ],
  options: {
    from: { type: 'string' },
    history: { type: 'string' },
    parse: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    'skip-damaged': { type: 'boolean' },
    into: { type: 'string' },
  },
  positionals: [0, 1],
  run,
} as const satisfies TerminalVerb;

async function run(session: Session): Promise<void> {
  const { texts, flags, positionals } = session.line;
  const { from, history = 'all', into } = texts;
  if (from === undefined) throw misused('--from SOURCE is missing');
  if (history !== 'all' && history !== 'every' && history !== 'none') {
    throw misused(`--history is all, every or none, got '${history}'`);
  }
  const dryRun = flags.has('dry-run');
  if (!dryRun && positionals.length === 0) throw misused('the folder of the new pond is missing');
  const info = await session.migrate({
    source: isUrl(from) ? from : hostPath(from),
    directory: positionals.length === 0 ? '' : hostPath(argument(session.line, 0)),
    ...{ history, dryRun, skipDamaged: flags.has('skip-damaged'), parse: flags.has('parse') },
    ...(into !== undefined && { into: pondPath(into) }),
  });
  await show(session, info, reportOf(info).map(printable).join('\n'));
}

function misused(message: string): PondError {
  return new PondError('usage', message, { hint: "See 'pond help migrate'." });
}

function reportOf(info: MigrationInfo): readonly string[] {
  const { pond, system, states, written, secrets, trees, notes } = info;
  const extent = states === null ? 'no state' : `${plural(states.count, 'state')}, ${states.first} to ${states.last}`;
  const done =
    pond === null
      ? 'nothing was written'
      : `${plural(written.commits, 'commit')}, ${plural(written.versions, 'version')}, ${humanSize(written.bytes)} written to ${pond}`;
  const equal = trees.filter(({ sourceHash, migratedHash }) => sourceHash === migratedHash).length;
  const other = trees.filter(({ sourceHash, migratedHash }) => sourceHash !== migratedHash);
  return [
    `${system}: ${extent}; ${done}`,
    ...(trees.length === 0 ? [] : [`${equal} of ${trees.length} directories have the hash of the source`]),
    ...listed(other, ({ path, sourceHash, migratedHash }) => `differs: ${path}: ${sourceHash} is now ${migratedHash}`),
    ...listed(info.damage, ({ path, problem }) => `damaged: ${path}: ${problem}`),
    ...listed(
      info.skipped,
      ({ path, reason, hint }) => `skipped: ${path}: ${reason}${hint === undefined ? '' : `. ${hint}`}`,
    ),
    ...listed(
      secrets,
      ({ variable, resources }) => `set ${variable} for ${resources.join(', ')}: secrets are not copied`,
    ),
    ...listed(info.problems, ({ resource, message }) => `check ${resource}: ${message}`),
    ...listed(notes, (note) => note),
    ...(written.unchanged === 0
      ? []
      : [`${plural(written.unchanged, 'version')} equal to the one before: stored once`]),
  ];
}

function listed<T>(items: readonly T[], line: (item: T) => string): readonly string[] {
  const lines = items.slice(0, linesMax).map(line);
  return items.length <= linesMax ? lines : [...lines, `and ${items.length - linesMax} more: see --json`];
}
