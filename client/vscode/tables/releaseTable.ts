import { type Params, type TableSource } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';

/** Sends the request for a release to the server. */
interface Releaser {
  request(name: 'release', params: Params<'release'>): Promise<unknown>;
}

/** Releases the rows that the server keeps for an opened table; does nothing for a table that is read in place. */
export async function releaseTable(client: Releaser, pond: string, source: TableSource): Promise<void> {
  if ('resultId' in source) await client.request('release', { pond, resultId: source.resultId });
}

/** Releases a table without waiting. A failure is logged: a server that is gone has no rows. */
export function releaseLater(client: PondClient, pond: string, source: TableSource): void {
  releaseTable(client, pond, source).catch((error: unknown) => {
    client.log.debug(`a result was not released: ${errorText(error)}`);
  });
}
