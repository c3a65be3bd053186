/** Helpers shared by the functions of verbs: arguments and printed results. */
import { resolve } from 'node:path';
import { PondError } from '../../server/src/base/error.ts';
import { type CommandLine, type Session } from './verb.ts';

/** Returns a positional argument. Fails `usage` without it. */
export function argument(line: CommandLine, index: number): string {
  const text = line.positionals[index];
  if (text !== undefined) return text;
  const said = [line.name, ...line.positionals].join(' ');
  throw new PondError('usage', `an argument is missing for '${said}'`, { hint: `See 'pond help ${line.name}'.` });
}

/** True for a path that is a pattern, where patterns are accepted. */
export function isPattern(text: string): boolean {
  return /[*?[{]/.test(text);
}

/**
 * Returns a pond path from the command line; its leading slash is optional. Fails `invalid-path` for an empty text,
 * which is an unset variable of the shell rather than the root.
 */
export function pondPath(text: string): string {
  if (text === '') throw new PondError('invalid-path', 'a path is empty', { hint: "The root is '/'." });
  return text.startsWith('/') ? text : `/${text}`;
}

/** Returns an absolute host path. Fails `invalid-path` for an empty text, which would be the current folder. */
export function hostPath(text: string): string {
  if (text !== '') return resolve(text);
  throw new PondError('invalid-path', 'a host path is empty', { hint: "The current folder is '.'." });
}

/** Returns the version of --at, if given. */
export function atOf({ texts }: CommandLine): { readonly at?: string } {
  return texts['at'] === undefined ? {} : { at: texts['at'] };
}

/** Returns an option's number. Fails `usage` unless it is a whole number of at least `min`. */
export function wholeNumber(option: string, text: string, min: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (number >= min) return number;
  throw new PondError('usage', `${option} takes a whole number from ${min}, got '${text}'`);
}

/** Returns the number of -n, or the usual one without it. Fails `usage`. */
export function countOf({ texts }: CommandLine, usual: number): number {
  return texts['count'] === undefined ? usual : wholeNumber('-n', texts['count'], 0);
}

/** Returns the names of resources as a command takes them: all without any. */
export function namesOf(names: readonly string[]): { readonly names?: readonly string[] } {
  return names.length === 0 ? {} : { names };
}

/** Returns the columns of --key, if given. */
export function keyOf({ texts }: CommandLine): { readonly key?: readonly string[] } {
  return texts['key'] === undefined ? {} : { key: texts['key'].split(',').map((name) => name.trim()) };
}

/** Prints a value as JSON. */
export async function printJson({ terminal }: Session, value: unknown): Promise<void> {
  await terminal.print(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints a result as JSON if requested; else its lines for people, or nothing without any. */
export async function show(session: Session, result: unknown, text = ''): Promise<void> {
  if (session.line.json) return await printJson(session, result);
  if (text !== '') await session.terminal.print(text.endsWith('\n') ? text : `${text}\n`);
}

/** Returns the pond from --pond or POND; undefined without either. */
export function namedPond({ pond }: CommandLine): string | undefined {
  const named = pond ?? process.env['POND'];
  return named === undefined || named === '' ? undefined : resolve(named);
}
