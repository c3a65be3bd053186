/** Helpers shared by the verbs. */
import { resolve } from 'node:path';
import { PondError } from '../../server/src/base/error.ts';
import { type CommandLine } from './commandLine.ts';
import { type Session } from './session.ts';

/** Runs a verb and prints its result. */
export type VerbRunner = (session: Session) => Promise<void>;

/** Returns a positional argument; the parser has checked their number. */
export function argument(line: CommandLine, index: number): string {
  const text = line.positionals[index];
  if (text === undefined) throw new PondError('usage', `an argument is missing for '${line.verb}'`);
  return text;
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
  if (text === '') throw new PondError('invalid-path', 'a path is empty', { hint: "the root is '/'" });
  return text.startsWith('/') ? text : `/${text}`;
}

/** Returns an absolute host path. Fails `invalid-path` for an empty text, which would be the current folder. */
export function hostPath(text: string): string {
  if (text !== '') return resolve(text);
  throw new PondError('invalid-path', 'a host path is empty', { hint: "this folder is '.'" });
}

/** Returns the version of --at, if given. */
export function atOf({ texts }: CommandLine): { readonly at?: string } {
  return texts['at'] === undefined ? {} : { at: texts['at'] };
}

/** Prints a value as JSON. */
export async function printJson({ terminal }: Session, value: unknown): Promise<void> {
  terminal.quiet();
  await terminal.print(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints a result as JSON if requested; else its text for people, or nothing without one. */
export async function show(session: Session, result: unknown, text = ''): Promise<void> {
  if (session.line.json) return await printJson(session, result);
  session.terminal.quiet();
  if (text !== '') await session.terminal.print(`${text}\n`);
}
