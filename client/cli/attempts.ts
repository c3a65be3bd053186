/** Calls for several resources, of which each ends by itself: one that fails does not keep the others from being shown. */
import { plural } from '../../server/src/base/plural.ts';
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { errorText, type PrintedError } from './errorText.ts';
import { printedError } from './printedError.ts';
import { type Session } from './verb.ts';

/** Outcome of the call for one resource, `KIND/NAME`; exactly one of the two is defined. */
interface Attempt<T> {
  readonly resource: string;
  readonly value?: T;
  readonly error?: PondError;
}

/** Calls for each resource, in order, and returns all outcomes. Fails `cancelled`, and with errors that are bugs. */
export async function attemptEach<T>(
  resources: readonly string[],
  call: (resource: string) => Promise<T>,
): Promise<readonly Attempt<T>[]> {
  const attempts: Attempt<T>[] = [];
  for (const resource of resources) {
    try {
      attempts.push({ resource, value: await call(resource) });
    } catch (error) {
      if (!isPondError(error) || error.code === 'cancelled') throw error;
      attempts.push({ resource, error });
    }
  }
  return attempts;
}

/** Returns the error of an attempt for JSON; null when it succeeded. */
export function errorOf({ error }: Attempt<unknown>, { line }: Session): PrintedError | null {
  return error === undefined ? null : printedError(error, line);
}

/**
 * Ends a verb whose results are printed: fails with the error of a single resource, and `run-failed` where some of several
 * failed, after each of their errors was written to standard error, with the name of its resource.
 */
export function failAfter(attempts: readonly Attempt<unknown>[], { line, terminal }: Session): void {
  const failed = attempts.flatMap(({ resource, error }) => (error === undefined ? [] : [{ resource, error }]));
  const [first] = failed;
  if (first === undefined) return;
  if (attempts.length === 1) throw first.error;
  for (const { resource, error } of failed) {
    const printed = printedError(error, line);
    const isNamed = printed.message.startsWith(resource);
    terminal.warn(errorText(isNamed ? printed : { ...printed, message: `${resource}: ${printed.message}` }));
  }
  throw new PondError('run-failed', `${failed.length} of ${plural(attempts.length, 'resource')} failed`, {
    hint: 'The errors above name them.',
  });
}
