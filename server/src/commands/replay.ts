import { isPondError } from '../base/error.ts';
import { type CommandName, type Params, type Result } from '../protocol/commands.ts';
import { type CallVerb, type VerbFacts } from '../protocol/verb.ts';

/**
 * Returns the result of a verb whose replay failed because the first call was carried out, by a process that died before
 * it answered; undefined when the failure is real.
 */
export async function resultOfReplay<N extends CommandName>(
  { idempotency }: VerbFacts<N>,
  params: Params<N>,
  error: unknown,
  call: CallVerb,
): Promise<{ readonly result: Result<N> } | undefined> {
  if (typeof idempotency === 'string' || !isPondError(error, idempotency.failsWith)) return undefined;
  try {
    const result = await idempotency.result(params, call);
    return result === undefined ? undefined : { result };
  } catch {
    return undefined;
  }
}
