import { type TableSource } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';
import { releaseTable } from './releaseTable.ts';

/** Releases a table without waiting. A failure is logged: a server that is gone has no rows. */
export function releaseLater(client: PondClient, pond: string, source: TableSource): void {
  releaseTable(client, pond, source).catch((error: unknown) => {
    client.log.debug(`a result was not released: ${errorText(error)}`);
  });
}
