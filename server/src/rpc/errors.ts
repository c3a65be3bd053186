/** Conversion of errors to and from JSON-RPC. */
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { PondError } from '../base/error.ts';
import { type ErrorData } from '../protocol/events.ts';

/** LSP codes for a request that was cancelled, and for one that failed for a reason outside the protocol. */
const requestCancelled = -32800;
const requestFailed = -32803;

/** Returns the response for an error that a command threw. A programming error keeps its text, marked as such. */
export function toResponse(error: unknown): ResponseError<ErrorData | undefined> {
  if (error instanceof ResponseError) return error as ResponseError<ErrorData | undefined>;
  if (!(error instanceof PondError)) {
    const text = error instanceof Error ? error.message : String(error);
    return new ResponseError(ErrorCodes.InternalError, `internal error: ${text}`, undefined);
  }
  const { message, ...data } = error.toPlain();
  return new ResponseError(data.code === 'cancelled' ? requestCancelled : requestFailed, message, data);
}

/** Returns the error of the other side's command; undefined for other errors. */
export function fromResponse(error: unknown): PondError | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  return PondError.fromPlain({ ...(error.data as object | undefined), message: error.message });
}
