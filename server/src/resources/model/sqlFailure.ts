import { type ErrorCode, isPondError, PondError } from '../../base/error.ts';
import { namedLine } from '../../base/namedLine.ts';
import { type ValuePath } from '../../documents/yamlNode.ts';
import { documentError } from './documentError.ts';
import { type Resource } from './kind.ts';
import { titleOf } from './resourcePath.ts';

/** Errors that neither the query nor its input causes. */
const passed: ReadonlySet<ErrorCode> = new Set([
  'cancelled',
  'content-changed',
  'engine-unavailable',
  'untrusted',
  'storage-full',
  'storage-denied',
  'storage-failed',
]);

/** An output that failed. */
interface FailedOutput {
  readonly resource: Resource;
  /** Path of its query in the `spec`. */
  readonly query: ValuePath;
  /** Description for users. */
  readonly output: string;
}

/**
 * Returns the error for an output whose SQL failed. `invalid-content` and `ambiguous-dates` refer to the input, at the
 * line in the message; all other errors refer to the document, at the position in the query.
 */
export function sqlFailure(error: unknown, { resource, query, output }: FailedOutput): unknown {
  if (!isPondError(error) || passed.has(error.code)) return error;
  const { code, hint, path, position, formats } = error;
  const message = `${titleOf(resource)} cannot make ${output}: ${error.message}`;
  if ((code === 'invalid-content' || code === 'ambiguous-dates') && path !== undefined) {
    const line = namedLine(error.message);
    // The position of the cause is one in the query, not in the input.
    return new PondError(code, message, {
      path,
      cause: error,
      ...(hint !== undefined && { hint }),
      ...(formats !== undefined && { formats }),
      ...(line !== undefined && { position: { line: line - 1, character: 0 } }),
    });
  }
  return documentError(resource, code, message, {
    at: query,
    position,
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}
