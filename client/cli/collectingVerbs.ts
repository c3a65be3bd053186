/** Verbs of one kind of resource: the account of a service, mirrors, and random entries. */
import { isoTimeMs } from '../../server/src/base/isoTime.ts';
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { table } from './format.ts';
import { mirror } from './mirrorVerb.ts';
import { argument, pondPath, show, wholeNumber } from './runner.ts';
import { type Session, type TerminalVerbs, type VerbRunner } from './verb.ts';

/** Queries the account of a HydroVu resource. */
const hydrovu: VerbRunner = async (session) => {
  const { line } = session;
  const [what, name] = [argument(line, 0), argument(line, 1)];
  if (what === 'locations' && line.positionals.length === 2) return await locations(session, name);
  if (what === 'scan' && line.positionals.length >= 4) return await scan(session, name);
  throw new PondError('usage', 'hydrovu takes locations or scan', {
    hint: 'Usage: pond hydrovu locations NAME | scan NAME LOCATION START [END]',
  });
};

async function locations(session: Session, name: string): Promise<void> {
  const all = await session.call('hydroVuLocations', { name });
  await show(session, all, table(all.map((location) => [location.id, location.name, location.description])));
}

async function scan(session: Session, name: string): Promise<void> {
  const { line } = session;
  const location = argument(line, 2);
  const end = line.positionals[4];
  const start = timeOf(argument(line, 3));
  const range = end === undefined ? { start } : { start, end: timeOf(end) };
  if (range.end !== undefined && range.end < start) {
    throw new PondError('usage', 'END is before START', { hint: 'Omit END to scan up to now.' });
  }
  const { pages } = await session.call('hydroVuScan', { name, location, ...range });
  const rows = pages.map(({ min, max, readings }) => [isoOf(min), isoOf(max), plural(readings, 'reading')]);
  await show(session, pages, table(rows, new Set([2])));
}

const isoOf = (seconds: number | null): string =>
  seconds === null ? '' : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** Returns a time in seconds since 1970 UTC; a time without an offset is UTC. Fails `usage`. */
function timeOf(text: string): number {
  if (/^\d{1,11}$/.test(text)) return Number(text);
  const iso = text.replace(' ', 'T');
  const hasOffset = !/T/.test(iso) || /(Z|[+-]\d\d:?\d\d)$/i.test(iso);
  const ms = isoTimeMs(hasOffset ? iso : `${iso}Z`);
  if (ms !== undefined) return Math.floor(ms / 1000);
  throw new PondError('usage', `'${text}' is not a time`, {
    hint: 'Write 2025-06-01T12:00:00Z, or seconds since 1970.',
  });
}

/** Stages random entries. */
const scribble: VerbRunner = async (session) => {
  const { texts } = session.line;
  const countMin = wholeNumber('--min', texts['min'] ?? '5', 1);
  const countMax = wholeNumber('--max', texts['max'] ?? String(countMin + 5), countMin);
  const seed =
    texts['seed'] === undefined ? Math.floor(Math.random() * 2 ** 32) : wholeNumber('--seed', texts['seed'], 0);
  const created = await session.call('scribble', {
    path: pondPath(argument(session.line, 0)),
    seed,
    countMin,
    countMax,
  });
  const text = `${plural(created.files, 'file')}, ${plural(created.directories, 'directory')}`;
  await show(session, created, `scribbled ${text}, seed ${seed}`);
};

/** Their declarations. */
export const collectingVerbs = {
  hydrovu: {
    usage: 'locations NAME | scan NAME LOCATION START [END]',
    summary: 'read from the HydroVu account of a resource; nothing is stored',
    details: [
      'locations lists what the account can read. scan shows the period and the number of readings on each page.',
      'START and END are ISO times or seconds since 1970 UTC.',
    ],
    positionals: [2, 5],
    hints: { 'remote-failed': "'pond hydrovu locations NAME' lists what the account can read." },
    run: hydrovu,
  },
  mirror,
  scribble: {
    usage: '[--seed N] [--min N] [--max N] PATH',
    summary: 'stage random files and directories below PATH, for tests',
    details: ['The same seed creates the same entries: from --min to --max in each directory, by default 5 to 10.'],
    options: { seed: { type: 'string' }, min: { type: 'string' }, max: { type: 'string' } },
    positionals: [1, 1],
    run: scribble,
  },
} as const satisfies TerminalVerbs;
