import { totalmem } from 'node:os';
import { PondError } from '../base/error.ts';

/** Limits on the SQL of people. A variable of the environment sets each; the editor sets it from a setting. */
export interface QueryLimits {
  /** Bytes in memory of all queries, or of all builds; data beyond it go to disk. */
  readonly memoryBytesMax: number;
  /** Bytes on disk for the data of one query that do not fit in memory. */
  readonly spillBytesMax: number;
  /** Bytes on disk for the rows of all results that are kept, or of one file that is built. */
  readonly resultBytesMax: number;
}

interface Limit {
  readonly what: string;
  readonly variable: string;
  readonly setting: string;
  /** Advice to a query that exceeds the limit. */
  readonly less: string;
}

const limits: Readonly<Record<keyof QueryLimits, Limit>> = {
  memoryBytesMax: {
    what: 'memory',
    variable: 'POND_QUERY_MEMORY',
    setting: 'pond.query.memory',
    less: 'return or group less',
  },
  spillBytesMax: {
    what: 'spill',
    variable: 'POND_QUERY_SPILL',
    setting: 'pond.query.spill',
    less: 'join, order or group less',
  },
  resultBytesMax: {
    what: 'result',
    variable: 'POND_QUERY_RESULT',
    setting: 'pond.query.result',
    less: 'return fewer rows',
  },
};

const gibibyte = 1024 ** 3;

/**
 * The limits in an environment. The defaults are a quarter of the machine's memory, and 16 GiB each on disk: far above
 * the needs of millions of rows, and low enough to stop an endless query before it fills a disk. Fails `query-failed`
 * for a value that is not a size.
 */
export function queryLimits(environment: Readonly<Record<string, string | undefined>>): QueryLimits {
  const bytes = (name: keyof QueryLimits, otherwise: number): number => {
    const text = environment[limits[name].variable];
    return text === undefined || text === '' ? otherwise : bytesOf(text, limits[name]);
  };
  return {
    memoryBytesMax: bytes('memoryBytesMax', Math.floor(totalmem() / 4)),
    spillBytesMax: bytes('spillBytesMax', 16 * gibibyte),
    resultBytesMax: bytes('resultBytesMax', 16 * gibibyte),
  };
}

/** Advice on staying below a limit, and on raising it. */
export function limitHint(name: keyof QueryLimits): string {
  const { variable, setting, less, what } = limits[name];
  return `Let the query ${less}, or raise the ${what} limit: ${variable}, or the setting ${setting} of the editor.`;
}

const units: Readonly<Record<string, number>> = {
  MIB: 1024 ** 2,
  MB: 1e6,
  GIB: gibibyte,
  GB: 1e9,
  TIB: 1024 * gibibyte,
};

/** Less memory than this is too little for DuckDB itself, bytes. */
const leastBytes = 32 * 1024 ** 2;

function bytesOf(text: string, { variable, setting }: Limit): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]+)$/i.exec(text.trim()) ?? [];
  const bytes = Number(number) * (units[unit.toUpperCase()] ?? Number.NaN);
  if (bytes >= leastBytes && bytes <= Number.MAX_SAFE_INTEGER) return Math.floor(bytes);
  throw new PondError('query-failed', `expected a size of at least 32MiB in ${variable}, got "${text}"`, {
    hint: `Write a size such as 8GiB or 512MiB in ${variable}, or in the setting ${setting} of the editor.`,
  });
}
