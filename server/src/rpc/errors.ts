/** Errors as they cross JSON-RPC, both ways. */
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { PondError } from '../base/error.ts';
import { type ErrorCode, errorCodes } from '../base/errorCode.ts';
import { type ErrorData } from '../protocol/events.ts';

/** LSP's codes for a request that was cancelled, and one that failed for a reason that is not the protocol's. */
const requestCancelled = -32800;
const requestFailed = -32803;

/** The response for what a command threw. A programmer's error keeps its text and says that it is one. */
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

/** The error that the other side's command failed with; undefined when it is not such an error. */
export function fromResponse(error: unknown): PondError | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  const data = error.data as Partial<ErrorData> | undefined;
  if (typeof data?.code !== 'string' || !(data.code in errorCodes)) return undefined;
  const { code, ...details } = data;
  return new PondError(code as ErrorCode, error.message, details);
}
