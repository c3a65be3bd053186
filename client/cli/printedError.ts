import { isPondError } from '../../server/src/base/error.ts';
import { type PrintedError } from './errorText.ts';
import { hintFor } from './hints.ts';
import { type Verb } from './verbs.ts';

/** The code of an error that is not an operating error, but a bug. */
const internalCode = 'internal';

/** Returns a verb's error as plain data, with the next step if known. */
export function printedError(error: unknown, verb: Verb | undefined): PrintedError {
  if (!isPondError(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: internalCode, message: text };
  }
  const { code, message, path, displayPath, position } = error;
  return { code, message, path, displayPath, position, hint: error.hint ?? hintFor(error, verb) };
}
