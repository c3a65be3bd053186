/** The types of text in fields of several kinds. */
import { type Duration, isDurationError, parseDuration } from '../base/duration.ts';
import { isoTimeMs } from '../base/isoTime.ts';
import { scanGlob } from './globPattern.ts';
import { type Issue } from './issue.ts';
import { parsePlaceholders } from './placeholders.ts';
import { type Parsed, parsedText, text, type TextSchema } from './schema.ts';
import { type SqlInputs } from './sqlInputs.ts';

/** Any text that is not empty. */
export const plainText = text('a text');

/** Returns the schema of SQL for DuckDB with its inputs. Only the query engine can validate it. */
export const sqlText = (sqlInputs: SqlInputs): TextSchema<string> => text('a SQL query', { sqlInputs });

/** Any text that is kept verbatim. */
export const verbatimText = text('a text', { verbatim: true });

/** A name that becomes one component of a pond path, and appears in patterns. */
export const nameText = text('a name', { check: checkName });

/** Like nameText, kept verbatim. */
export const verbatimNameText = text('a name', { check: checkName, verbatim: true });

/** Length of time, more than nothing. */
interface Length {
  /** As in the document. */
  readonly text: string;
  readonly duration: Duration;
}

/** The length of a time bucket. */
export const bucketText = parsedText<Length>('a duration', parseBucket, {
  values: [
    { value: '10m', doc: 'ten minutes' },
    { value: '1h', doc: 'one hour' },
    { value: '6h', doc: 'six hours' },
    { value: '1d', doc: 'one day' },
    { value: '1w', doc: 'one week, from Monday' },
    { value: '1 month', doc: 'one calendar month' },
    { value: '1 year', doc: 'one calendar year' },
  ],
});

/** A length of time that is the same everywhere in the calendar. */
export const spanText = parsedText<Length>('a duration without months', parseSpan, {
  values: [
    { value: '12h', doc: 'twelve hours' },
    { value: '1d', doc: 'one day' },
    { value: '7d', doc: 'seven days' },
    { value: '30d', doc: 'thirty days' },
  ],
});

/** A moment, as in the document and in microseconds since 1970 UTC. */
interface Moment {
  readonly text: string;
  readonly us: bigint;
}

/** A day or a time of day, UTC. */
export const momentText = parsedText<Moment>('a day or a time', parseMoment);

/** A pattern of pond paths. */
export const pondGlobText = text('a pattern of pond paths', { check: (pattern) => scanGlob(pattern).issues });

/** A pattern of host files. */
export const hostGlobText = text('an absolute pattern of host files', { check: checkHostGlob });

/** A folder of the host. */
export const hostFolderText = text('an absolute folder of this computer', { check: checkHostFolder });

/** A name made from the wildcards of a pattern. */
export const outPatternText = text('a name with placeholders', { check: checkOutPattern });

/** A secret, which a document never contains: the environment variable that has its value. */
export interface SecretReference {
  readonly variable: string;
}

/** A reference to an environment variable. */
export const secretText = parsedText<SecretReference>('a reference ${env:NAME}', parseSecret, {
  secret: true,
  values: [{ value: '${env:NAME}', doc: 'the value of an environment variable, read when the resource runs' }],
});

/** The id of a resource. */
export const uuidText = text('a UUID', { check: checkUuid });

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const nameBytesMax = 255;

/** Returns the issues of a name that is to be one component of a pond path. */
export function checkName(text: string): readonly Issue[] {
  const hint = 'A name becomes part of a pond path and is written in patterns.';
  if (text === '.' || text === '..') return [{ code: 'name-invalid', message: `"${text}" is not a name`, hint }];
  if (Buffer.byteLength(text) > nameBytesMax) {
    return [{ code: 'name-invalid', message: `a name has at most ${nameBytesMax} bytes of UTF-8`, hint }];
  }
  const match = /[/\\*?[\]{}$\p{Cc}]|^\s|\s$/u.exec(text);
  if (match === null) return [];
  const part = { start: match.index, end: match.index + match[0].length };
  const character = /\p{Cc}/u.test(match[0]) ? 'a control character' : JSON.stringify(match[0]).replace('\\\\', '\\');
  const where = /^[^\S\p{Cc}]$/u.test(match[0]) ? ' at its start or end' : '';
  return [{ code: 'name-invalid', message: `a name cannot have ${character}${where}`, hint, part }];
}

function parseBucket(text: string): Parsed<Length> {
  const duration = parseDuration(text);
  if (isDurationError(duration)) {
    const { message, start, end } = duration;
    const hint = 'Write for example "1h", "15 min" or "1 month".';
    return { issues: [{ code: 'duration-invalid', message, hint, part: { start, end } }] };
  }
  const unusable = (message: string): Parsed<Length> => ({ issues: [{ code: 'duration-unusable', message }] });
  const { months, microseconds } = duration;
  if (months !== 0 && microseconds !== 0) {
    return unusable('a length of time is either months and years, or days and shorter, not both');
  }
  return months > 0 || microseconds > 0
    ? { value: { text, duration } }
    : unusable('a length of time is longer than nothing');
}

function parseSpan(text: string): Parsed<Length> {
  const parsed = parseBucket(text);
  if ('issues' in parsed || parsed.value.duration.months === 0) return parsed;
  const hint = 'Write days, for example "30d".';
  return { issues: [{ code: 'duration-unusable', message: 'a length of months is not exact', hint }] };
}

function parseMoment(text: string): Parsed<Moment> {
  const [, day, time = '00:00'] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)Z?)?$/.exec(text) ?? [];
  const milliseconds = day === undefined ? undefined : isoTimeMs(`${day}T${time}Z`);
  if (milliseconds !== undefined) return { value: { text, us: BigInt(milliseconds) * 1000n } };
  const hint = 'Write for example 2024-06-01 or 2024-06-01T12:30Z; times are UTC.';
  return { issues: [{ code: 'format-invalid', message: `expected a day or a time, got "${text}"`, hint }] };
}

function checkHostGlob(text: string): readonly Issue[] {
  const { issues } = scanGlob(text);
  if (text.startsWith('/') || /^[A-Za-z]:\//.test(text)) return issues;
  const message = 'a pattern of host files begins with "/" or a drive such as "C:/"';
  return [{ code: 'glob-relative', message }, ...issues];
}

function checkHostFolder(value: string): readonly Issue[] {
  const names = value.split(/[\\/]/);
  if (!value.startsWith('/') && !/^[A-Za-z]:[\\/]/.test(value)) {
    return [{ code: 'format-invalid', message: 'a folder begins with "/" or a drive such as "C:/"' }];
  }
  if (names.includes('..') || names.includes('.') || value.includes('\0')) {
    return [{ code: 'format-invalid', message: 'a folder is written without "." and ".."' }];
  }
  return [];
}

function checkOutPattern(text: string): readonly Issue[] {
  const bad = text.split('/').find((component) => ['', '.', '..'].includes(component));
  if (bad === undefined) return [];
  const what = bad === '' ? 'an empty component' : `the component "${bad}"`;
  return [{ code: 'name-invalid', message: `an output name cannot have ${what}` }];
}

function parseSecret(text: string): Parsed<SecretReference> {
  const variable = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(text)?.[1];
  if (variable !== undefined) return { value: { variable } };
  const message = 'a secret is expected to be a reference ${env:NAME}, got the text itself or another form';
  const hint = 'Put the secret in an environment variable and write its name here: "${env:NAME}".';
  return { issues: [{ code: 'secret-literal', message, hint }] };
}

function checkUuid(text: string): readonly Issue[] {
  const hint = 'Write it as 8-4-4-4-12 hexadecimal digits.';
  return uuid.test(text) ? [] : [{ code: 'format-invalid', message: `"${text}" is not a UUID`, hint }];
}

/** Returns true when `text` is a UUID: resource directories have such names. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** True when an output name is the same for every match. */
export function isConstant(outPattern: string): boolean {
  return parsePlaceholders(outPattern).length === 0;
}
