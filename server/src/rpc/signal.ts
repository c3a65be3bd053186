import { type CancellationToken } from 'vscode-jsonrpc/node';

/** Returns a controller that is aborted when the token is cancelled. */
export function abortControllerOf(token: CancellationToken): AbortController {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller;
}
