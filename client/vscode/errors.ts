import * as vscode from 'vscode';
import { ErrorCodes, LSPErrorCodes, ResponseError } from 'vscode-languageclient/node';
import { printableLines } from '../../server/src/base/printable.ts';
import { type ErrorData } from '../../server/src/protocol/events.ts';
import { inEditor } from './editorWords.ts';
import { editorText, withHint } from './hints.ts';
import { shownLocation } from './pondUri.ts';

/** Error data sent by the server; undefined when `error` is not an error response of the server. */
export function errorData(error: unknown): ErrorData | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  const data = error.data as Partial<ErrorData> | undefined;
  return typeof data?.code === 'string' ? (data as ErrorData) : undefined;
}

/** Returns an error response of the server, or one for a missing response, in the words of the editor; any other as it is. */
export function errorInEditor(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  // By the server, or by the client for a request that was cancelled before it was sent.
  if (error.code === LSPErrorCodes.RequestCancelled) return new vscode.CancellationError();
  if (error.code === ErrorCodes.PendingResponseRejected) return new Error(unfinished);
  return new ResponseError(error.code, editorText(error.message), inEditor<unknown>(error.data));
}

const unfinished =
  'the pond server stopped before it finished this. Nothing that was saved is lost: see what is staged and committed, and repeat what is missing';

/** Message of an error; invisible characters of names are escaped. */
export function errorMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // The JSON-RPC library prefixes the name of the request, which means nothing to users.
  return printableLines(message.replace(/^Request \S+ failed with message: /, ''));
}

/** One or two sentences for users: what happened, and what to do next if the server knows. */
export function errorText(error: unknown): string {
  const hint = errorData(error)?.hint;
  return withHint({ message: errorMessage(error), ...(hint === undefined ? {} : { hint }) });
}

/** True when the user or the server cancelled. */
export function isCancelled(error: unknown): boolean {
  return error instanceof vscode.CancellationError;
}

const missingPond = 'Bring its folder back, or run "Pond: Open Pond…" where it is now.';

/** Converts `error` to one of VS Code's six file system errors, by the server's error code. */
export function fileSystemError(error: unknown, uri: vscode.Uri): vscode.FileSystemError {
  if (error instanceof vscode.FileSystemError) return error;
  const text = errorText(error);
  switch (errorData(error)?.code) {
    case 'not-found':
    case 'version-not-found':
      return vscode.FileSystemError.FileNotFound(`${shownLocation(uri)} does not exist`);
    case 'already-exists':
      return vscode.FileSystemError.FileExists(`${shownLocation(uri)} exists already`);
    case 'not-a-directory':
      return vscode.FileSystemError.FileNotADirectory(`${shownLocation(uri)} is not a folder`);
    case 'is-a-directory':
      return vscode.FileSystemError.FileIsADirectory(`${shownLocation(uri)} is a folder`);
    case 'read-only':
    case 'path-escapes':
    case 'invalid-path':
    case 'directory-not-empty':
    case 'storage-denied':
    case 'storage-full':
      return vscode.FileSystemError.NoPermissions(text);
    case 'pond-not-found':
      // The pond was there when its file was opened: a new one in its place would hide that the disk is not there.
      return vscode.FileSystemError.Unavailable(withHint({ message: errorMessage(error), hint: missingPond }));
    default:
      return vscode.FileSystemError.Unavailable(text);
  }
}
