/** What the verbs share. */
import { resolve } from 'node:path';
import { PondError } from '../../server/src/base/error.ts';
import { type CommandLine } from './commandLine.ts';
import { type Session } from './session.ts';

/** Runs a verb and prints what it answers. */
export type VerbRunner = (session: Session) => Promise<void>;

/** A positional argument that the parser has counted. */
export function argument(line: CommandLine, index: number): string {
  const text = line.positionals[index];
  if (text === undefined) throw new PondError('usage', `an argument is missing for '${line.verb}'`);
  return text;
}

/** True for a path that is a pattern where patterns are taken. */
export function isPattern(text: string): boolean {
  return /[*?[{]/.test(text);
}

/**
 * A pond path as it was typed; the slash it begins with may be left out. Fails `invalid-path` for an empty text, which
 * is a variable of the shell that is not set rather than the root.
 */
export function pondPath(text: string): string {
  if (text === '') throw new PondError('invalid-path', 'a path is empty', { hint: "the root is '/'" });
  return text.startsWith('/') ? text : `/${text}`;
}

/** An absolute host path. Fails `invalid-path` for an empty text, which would be the current folder. */
export function hostPath(text: string): string {
  if (text !== '') return resolve(text);
  throw new PondError('invalid-path', 'a host path is empty', { hint: "this folder is '.'" });
}

/** The version of --at, when it was given. */
export function atOf({ texts }: CommandLine): { readonly at?: string } {
  return texts['at'] === undefined ? {} : { at: texts['at'] };
}

/** Prints a value as JSON. */
export async function printJson({ terminal }: Session, value: unknown): Promise<void> {
  terminal.quiet();
  await terminal.print(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints a result as JSON when that was asked for; else its text for people, nothing when there is none. */
export async function show(session: Session, result: unknown, text = ''): Promise<void> {
  if (session.line.json) return await printJson(session, result);
  session.terminal.quiet();
  if (text !== '') await session.terminal.print(`${text}\n`);
}
