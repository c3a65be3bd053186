import { isPondError } from '../../server/src/base/error.ts';
import { type PrintedError } from './errorText.ts';
import { hintFor } from './hints.ts';
import { type CommandLine } from './verb.ts';

/** The code of an error that is not an operating error, but a bug. */
const internalCode = 'internal';

/** Returns a verb's error as plain data, with the next step if known; `line` is undefined before it is parsed. */
export function printedError(error: unknown, line: Pick<CommandLine, 'name' | 'verb'> | undefined): PrintedError {
  if (!isPondError(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: internalCode, message: text };
  }
  return { hint: hintFor(error, line), ...error.toPlain() };
}
