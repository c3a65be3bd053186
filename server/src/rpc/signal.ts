import { type CancellationToken } from 'vscode-jsonrpc/node';

/** A signal that is aborted when the token is cancelled. */
export function abortSignalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
