import * as vscode from 'vscode';
import { ResponseError } from 'vscode-languageclient/node';
import { sentence } from '../../server/src/base/sentence.ts';
import { type ErrorData } from '../../server/src/protocol/events.ts';

/** The server's account of what went wrong; undefined when `error` is not an error response of the server. */
export function errorData(error: unknown): ErrorData | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  const data = error.data as Partial<ErrorData> | undefined;
  return typeof data?.code === 'string' ? (data as ErrorData) : undefined;
}

/** What happened, in the server's words. */
export function errorMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // The JSON-RPC library tells the request's name first, which says nothing to people.
  return message.replace(/^Request \S+ failed with message: /, '');
}

/** One or two sentences for people: what happened, and what to do next when the server knows. */
export function errorText(error: unknown): string {
  const message = errorMessage(error);
  const hint = errorData(error)?.hint;
  return hint === undefined ? message : `${message}. ${sentence(hint)}`;
}

/** True when the person cancelled, or the server was told to. */
export function isCancelled(error: unknown): boolean {
  return error instanceof vscode.CancellationError || errorData(error)?.code === 'cancelled';
}

/** `error` as one of VS Code's six file system errors, chosen by the server's error code. */
export function fileSystemError(error: unknown, uri: vscode.Uri): vscode.FileSystemError {
  if (error instanceof vscode.FileSystemError) return error;
  const text = errorText(error);
  switch (errorData(error)?.code) {
    case 'not-found':
    case 'version-not-found':
      return vscode.FileSystemError.FileNotFound(uri);
    case 'already-exists':
      return vscode.FileSystemError.FileExists(uri);
    case 'not-a-directory':
      return vscode.FileSystemError.FileNotADirectory(uri);
    case 'is-a-directory':
      return vscode.FileSystemError.FileIsADirectory(uri);
    case 'read-only':
    case 'path-escapes':
    case 'invalid-path':
    case 'directory-not-empty':
    case 'storage-denied':
    case 'storage-full':
      return vscode.FileSystemError.NoPermissions(text);
    default:
      return vscode.FileSystemError.Unavailable(text);
  }
}
