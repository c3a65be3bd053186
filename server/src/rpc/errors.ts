/** Conversion of errors to and from JSON-RPC. */
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { PondError } from '../base/error.ts';
import { type ErrorCode, errorCodes } from '../base/errorCode.ts';
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
  const { code, message, path, displayPath, hint, position } = error;
  const data: ErrorData = {
    code,
    ...(path === undefined ? {} : { path }),
    ...(displayPath === undefined ? {} : { displayPath }),
    ...(hint === undefined ? {} : { hint }),
    ...(position === undefined ? {} : { position }),
  };
  return new ResponseError(code === 'cancelled' ? requestCancelled : requestFailed, message, data);
}

/** Returns the error of the other side's command; undefined for other errors. */
export function fromResponse(error: unknown): PondError | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  const data = error.data as Partial<ErrorData> | undefined;
  if (typeof data?.code !== 'string' || !(data.code in errorCodes)) return undefined;
  const { code, ...details } = data;
  return new PondError(code as ErrorCode, error.message, details);
}
