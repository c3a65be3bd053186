import { type Context } from '../context.ts';
import { openWorkspacePonds } from '../discover.ts';

/** Shows the log of the server. */
export function showServerLog({ client }: Context): Promise<void> {
  client.log.show();
  return Promise.resolve();
}

/** Ends the server, starts another, and opens the ponds of the workspace in it. */
export async function restartServer({ client, ponds }: Context): Promise<void> {
  await client.restart();
  await openWorkspacePonds(ponds);
}
