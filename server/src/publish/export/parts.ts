/** Partitions by time: their names and bounds. */
import { PondError } from '../../base/error.ts';

/** Units of time to partition by, coarsest first. */
const temporalParts = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/** One of these units. */
export type TemporalPart = (typeof temporalParts)[number];

/** The name that Hive, and so DuckDB, gives the partition of rows without a time. */
const noTime = '__HIVE_DEFAULT_PARTITION__';

/**
 * Returns the parts that words name. A part requires all coarser ones before it: an hour is ambiguous without its day.
 * Fails `usage` for an unknown word, and for parts that are missing, repeated or out of order.
 */
export function parseTemporal(words: readonly string[]): readonly [TemporalPart, ...TemporalPart[]] {
  const list = temporalParts.join(', ');
  const parts = words.map((word) => {
    const part = temporalParts.find((name) => name === word.trim());
    if (part !== undefined) return part;
    throw new PondError('usage', `'${word}' is not a part of a time`, { hint: `The parts are ${list}.` });
  });
  const [first, ...rest] = parts;
  if (first === undefined || parts.some((part, index) => part !== temporalParts[index])) {
    const got = parts.join(',') || 'nothing';
    throw new PondError('usage', `parts of a time begin with the year and leave none out, got ${got}`, {
      hint: `Write for example --temporal ${temporalParts.slice(0, Math.max(2, parts.length)).join(',')}.`,
    });
  }
  return [first, ...rest];
}

/**
 * The folder of the partition that begins at a time: `year=2024/month=12`, numbers without padding. `startTime` is
 * seconds since 1970 UTC, null for the rows without a time.
 */
export function partitionFolder(parts: readonly TemporalPart[], startTime: number | null): string {
  const start = startTime === null ? undefined : new Date(startTime * 1000);
  return parts.map((part) => `${part}=${start === undefined ? noTime : String(valueOf(start, part))}`).join('/');
}

/** Returns the end, exclusive, of the partition that begins at a time: both in seconds since 1970 UTC. */
export function partitionEnd(finest: TemporalPart, startTime: number): number {
  const end = new Date(startTime * 1000);
  if (finest === 'year') end.setUTCFullYear(end.getUTCFullYear() + 1);
  else if (finest === 'month') end.setUTCMonth(end.getUTCMonth() + 1);
  else return startTime + secondsOf[finest];
  return end.getTime() / 1000;
}

// UTC has no daylight saving time, and a Unix time no leap seconds.
const secondsOf = { day: 86_400, hour: 3_600, minute: 60, second: 1 } as const;

function valueOf(time: Date, part: TemporalPart): number {
  switch (part) {
    case 'year':
      return time.getUTCFullYear();
    case 'month':
      return time.getUTCMonth() + 1;
    case 'day':
      return time.getUTCDate();
    case 'hour':
      return time.getUTCHours();
    case 'minute':
      return time.getUTCMinutes();
    case 'second':
      return time.getUTCSeconds();
  }
}
