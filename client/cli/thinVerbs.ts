/** Verbs about the contents that a thin clone leaves at its origin. */
import { plural } from '../../server/src/base/plural.ts';
import { isDurationError, parseDuration } from '../../server/src/base/duration.ts';
import { PondError } from '../../server/src/base/error.ts';
import { type AbsentInfo } from '../../server/src/protocol/commands.ts';
import { humanSize } from './format.ts';
import { pondPath, show } from './runner.ts';
import { type TerminalVerbs, type VerbRunner } from './verb.ts';

const shown = ({ blobs, bytes }: AbsentInfo): string => `${plural(blobs, 'content')} (${humanSize(bytes)})`;

/** Fetches contents ahead. */
const fetchVerb: VerbRunner = async (session) => {
  const { positionals, texts } = session.line;
  const newerMs = ageOf('--since', texts['since']);
  const result = await session.call('fetch', {
    ...(positionals.length > 0 && { paths: positionals.map(pondPath) }),
    ...(newerMs !== undefined && { newerMs }),
  });
  await show(session, result, `fetched ${shown(result.fetched)}`);
};

/** Removes contents that the origin has. */
const evict: VerbRunner = async (session) => {
  const olderMs = ageOf('--older', session.line.texts['older']);
  const result = await session.call('evict', olderMs === undefined ? {} : { olderMs });
  const { evicted, staged, missingAtOrigin } = result;
  const lines = [`evicted ${shown(evicted)}`];
  if (staged.blobs > 0) lines.push(`kept ${shown(staged)} of staged changes`);
  if (missingAtOrigin.blobs > 0) lines.push(`kept ${shown(missingAtOrigin)} that the origin does not have`);
  await show(session, result, lines.join('\n'));
};

/** Returns the milliseconds of an option such as 30d; undefined without it. Fails `usage`. */
function ageOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  if (!isDurationError(parsed) && parsed.months === 0 && parsed.microseconds >= 0) return parsed.microseconds / 1000;
  const problem = isDurationError(parsed) ? parsed.message : `expected a length of time, got '${text}'`;
  throw new PondError('usage', `${option}: ${problem}`, { hint: 'Write 12h, 30d or 8 weeks.' });
}

/** Their declarations. */
export const thinVerbs = {
  fetch: {
    usage: '[--since DURATION] [PATH|GLOB]...',
    summary: 'fetch contents that only the origin of a thin clone has',
    details: ['Without a path, everything is fetched. --since 30d fetches what was written in the last 30 days.'],
    options: { since: { type: 'string' } },
    positionals: [0],
    takesPatterns: true,
    run: fetchVerb,
  },
  evict: {
    usage: '[--older DURATION]',
    summary: 'remove from this disk the contents that the origin of a thin clone has',
    details: [
      '--older 90d removes only what has been here for at least 90 days.',
      'Staged contents stay, and those that the origin does not have.',
    ],
    options: { older: { type: 'string' } },
    positionals: [0, 0],
    run: evict,
  },
} as const satisfies TerminalVerbs;
