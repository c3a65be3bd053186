import { isPondError, PondError } from '../../../base/error.ts';
import { type ErrorCode } from '../../../base/errorCode.ts';
import { placeInSource, type ScalarNode } from '../../../documents/yamlNode.ts';
import { documentName, resourceDirectory, titleOf } from '../../model/resourcePath.ts';
import { type Resource } from '../../model/kind.ts';

/** Errors that neither the query nor its input causes. */
const passed: ReadonlySet<ErrorCode> = new Set([
  'cancelled',
  'engine-unavailable',
  'untrusted',
  'storage-full',
  'storage-denied',
  'storage-failed',
]);

/**
 * Returns the error for a failed derivation. `invalid-content` and `ambiguous-dates` refer to the input, at the line in
 * the message; all other errors refer to the document, at the position in the query.
 */
export function deriveFailure(
  error: unknown,
  { resource, query, output }: { readonly resource: Resource; readonly query: ScalarNode; readonly output: string },
): unknown {
  if (!isPondError(error) || passed.has(error.code)) return error;
  const { code, hint, path, position } = error;
  const message = `${titleOf(resource)} cannot make ${output}: ${error.message}`;
  const details = { ...(hint === undefined ? {} : { hint }), cause: error };
  if ((code === 'invalid-content' || code === 'ambiguous-dates') && path !== undefined) {
    const line = /\bLine:? (\d+)/i.exec(error.message)?.[1];
    const where = line === undefined ? {} : { position: { line: Number(line) - 1, character: 0 } };
    return new PondError(code, message, { ...details, path, ...where });
  }
  return new PondError(code, message, {
    ...details,
    path: `${resourceDirectory(resource)}/${documentName}`,
    position: (position && placeInSource(query, position)) ?? query.range.start,
  });
}
