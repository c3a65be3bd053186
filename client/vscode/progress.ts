import * as vscode from 'vscode';
import { type CommandName, type Params, type Result } from '../../server/src/protocol/commands.ts';
import { type PondClient } from './client.ts';

let tokens = 0;

/** Runs a long command under a notification that shows how far it is and lets the person cancel it. */
export function requestWithProgress<N extends CommandName>(
  client: PondClient,
  title: string,
  name: N,
  params: Params<N>,
): Promise<Result<N>> {
  const progressToken = `${process.pid}-${++tokens}`;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return Promise.resolve(
    vscode.window.withProgress(options, async (progress, cancel) => {
      let percent = 0;
      const listener = client.onDidProgress(({ token, message, done, total }) => {
        if (token !== progressToken) return;
        const now = total === undefined || total === 0 ? percent : (100 * done) / total;
        progress.report({ message, increment: Math.max(0, now - percent) });
        percent = Math.max(now, percent);
      });
      try {
        return await client.request(name, { ...params, progressToken }, cancel);
      } finally {
        listener.dispose();
      }
    }),
  );
}
