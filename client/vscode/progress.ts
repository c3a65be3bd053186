import * as vscode from 'vscode';
import { type CommandName, type Params, type Result } from '../../server/src/protocol/commands.ts';
import { type ProgressEvent } from '../../server/src/protocol/events.ts';
import { type PondClient } from './client.ts';

let tokens = 0;

/** Options for the progress of a command. */
interface ProgressOptions {
  /** Cancels the command, as the user can. */
  readonly cancellation?: vscode.CancellationTokenSource;
  /** Shows the progress in the status bar instead of a notification. */
  readonly isQuiet?: boolean;
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Text of the notification when the counts do not cover the whole command; defaults to the message. */
  readonly messageOf?: (event: ProgressEvent) => string;
}

/** Runs a command that changes a pond and rarely takes long. Source Control shows a moving bar until it ends. */
export function requestChange<N extends CommandName>(
  client: PondClient,
  name: N,
  params: Params<N>,
  token?: vscode.CancellationToken,
): Promise<Result<N>> {
  const options = { location: vscode.ProgressLocation.SourceControl };
  return Promise.resolve(vscode.window.withProgress(options, () => client.request(name, params, token)));
}

/** Runs a long command with a notification that shows its progress and lets the user cancel it. */
export function requestWithProgress<N extends CommandName>(
  client: PondClient,
  title: string,
  name: N,
  params: Params<N>,
  { cancellation, onProgress, messageOf, isQuiet = false }: ProgressOptions = {},
): Promise<Result<N>> {
  const progressToken = `${process.pid}-${++tokens}`;
  const location = isQuiet ? vscode.ProgressLocation.Window : vscode.ProgressLocation.Notification;
  const options = { location, title, cancellable: !isQuiet };
  return Promise.resolve(
    vscode.window.withProgress(options, async (progress, cancel) => {
      let percent = 0;
      const listener = client.onDidProgress((event) => {
        const { token, done, total } = event;
        if (token !== progressToken) return;
        onProgress?.(event);
        if (messageOf !== undefined) {
          progress.report({ message: messageOf(event) });
          return;
        }
        const now = total === undefined || total === 0 ? percent : (100 * done) / total;
        progress.report({ message: event.message, increment: Math.max(0, now - percent) });
        percent = Math.max(now, percent);
      });
      const source = cancellation ?? new vscode.CancellationTokenSource();
      const cancelled = cancel.onCancellationRequested(() => source.cancel());
      try {
        return await client.request(name, { ...params, progressToken }, source.token);
      } finally {
        cancelled.dispose();
        listener.dispose();
        if (cancellation === undefined) source.dispose();
      }
    }),
  );
}
