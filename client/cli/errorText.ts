/** Formats errors for the terminal: text for people, or a line of JSON. */
import { type SourcePosition } from '../../server/src/base/lineMap.ts';
import { type FormatOptions } from '../../server/src/base/error.ts';
import { printableLines } from '../../server/src/base/printable.ts';

/** An operating error as plain data: a PondError, or the error of a run. */
export interface PrintedError {
  /** A code of docs/errors.md. */
  readonly code: string;
  readonly message: string;
  readonly path?: string | undefined;
  /** `path` with the name of its resource, when different. */
  readonly displayPath?: string | undefined;
  /** A sentence. */
  readonly hint?: string | undefined;
  /** Formats to state for `path`, one of which lets it be read. */
  readonly formats?: readonly FormatOptions[] | undefined;
  /** 0-based. */
  readonly position?: SourcePosition | undefined;
}

/** Returns `error[CODE]: MESSAGE`, and the hint, if any, on a line of its own. */
export function errorText({ code, message, path, displayPath, position, hint, formats = [] }: PrintedError): string {
  // A query in a document fails with the line and column of the document, not of its own text.
  const document = path?.endsWith('/resource.yaml') === true ? `${displayPath ?? path}, ` : '';
  const location =
    position === undefined ? '' : ` (${document}line ${position.line + 1}, column ${position.character + 1})`;
  const lines = [
    printableLines(`error[${code}]: ${message}${location}`),
    ...(hint === undefined ? [] : [hintText(hint)]),
    ...formats.map((format) => printableLines(`hint: ${formatCommand(displayPath ?? path ?? '/', format)}`)),
  ];
  return lines.join('\n');
}

/** Returns the command that states a format for a path. */
export function formatCommand(path: string, format: FormatOptions): string {
  return ['pond format', ...[path, ...Object.entries(format).flatMap(optionWords)].map(shellWord)].join(' ');
}

/** `option=value`; for the types of columns, one word each. */
function optionWords([option, value]: readonly [string, FormatOptions[string]]): readonly string[] {
  if (typeof value !== 'object') return [`${option}=${String(value)}`];
  if (Array.isArray(value)) return [`${option}=${value.join(',')}`];
  return Object.entries(value).map(([name, type]) => `${option}.${name}=${type}`);
}

/** A word as a POSIX shell takes it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Returns `hint: ` with the hint. */
export function hintText(hint: string): string {
  return printableLines(`hint: ${hint}`);
}

/** Returns the error as one line of JSON: an object with the key `error`. `line` and `character` are 0-based. */
export function errorJson({ code, message, path, displayPath, hint, position, formats }: PrintedError): string {
  return JSON.stringify({ error: { code, message, path, displayPath, hint, formats, ...position } });
}
